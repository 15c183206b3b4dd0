// Formulas set as formulas: fractions, roots, sub- and superscripts, in the two colours of query and key.
#pragma once

#include <QFont>
#include <QRectF>
#include <QString>
#include <QWidget>

#include <memory>
#include <vector>

namespace headlight::ui {

struct Theme;

/// A piece of a formula. Built with the functions below, drawn on a common baseline.
struct Formula {
    enum class Kind { Text, Row, Fraction, Root, Subscript, Superscript };
    enum class Ink { Plain, Query, Key, Strong, Muted };
    Kind kind = Kind::Text;
    Ink ink = Ink::Plain;
    bool italic = false;
    QString text;
    int link = -1;              ///< a number that can be opened: what FormulaView says when it is; -1: none
    std::vector<Formula> parts; ///< Row: any number; Fraction: above, below; Root: under it; scripts: base, script
};

[[nodiscard]] Formula word(const QString& text, Formula::Ink ink = Formula::Ink::Plain);
[[nodiscard]] Formula symbol(const QString& name, Formula::Ink ink = Formula::Ink::Plain); ///< italic
[[nodiscard]] Formula row(std::vector<Formula> parts);
[[nodiscard]] Formula fraction(Formula above, Formula below);
[[nodiscard]] Formula root(Formula radicand);
[[nodiscard]] Formula subscript(Formula base, Formula script);
[[nodiscard]] Formula superscript(Formula base, Formula script);
/// A piece that can be opened.
[[nodiscard]] Formula linked(Formula piece, int link);
/// The formula in one line of plain text, for screen readers and the clipboard: "q·k / √(d_k)".
[[nodiscard]] QString plainText(const Formula& formula);

/// A link of a formula as it stands in a view.
struct FormulaLink {
    int link = -1;
    QRectF rect;
};

/// Formulas below each other; shrinks them to its width, never clips. Links open with a click, or with Tab and Enter.
class FormulaView : public QWidget {
    Q_OBJECT
public:
    explicit FormulaView(QWidget* parent = nullptr);
    void setFormulas(std::vector<Formula> formulas);
    /// In reading order, where they stand at the present size.
    [[nodiscard]] std::vector<FormulaLink> links() const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

signals:
    void linkActivated(int link);

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    bool focusNextPrevChild(bool next) override;

private:
    [[nodiscard]] QFont formulaFont() const;
    void set(QPainter* painter, std::vector<FormulaLink>* links) const;
    [[nodiscard]] int linkAt(QPointF at) const; ///< index into links(); -1: none
    std::vector<Formula> formulas_;
    int hovered_ = -1;
    int focused_ = -1;
};

} // namespace headlight::ui
