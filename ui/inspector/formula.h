// Formulas set as formulas: fractions, roots, sub- and superscripts, in the two colours of query and key.
#pragma once

#include <QFont>
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
    std::vector<Formula> parts; ///< Row: any number; Fraction: above, below; Root: under it; scripts: base, script
};

[[nodiscard]] Formula word(const QString& text, Formula::Ink ink = Formula::Ink::Plain);
[[nodiscard]] Formula symbol(const QString& name, Formula::Ink ink = Formula::Ink::Plain); ///< italic
[[nodiscard]] Formula row(std::vector<Formula> parts);
[[nodiscard]] Formula fraction(Formula above, Formula below);
[[nodiscard]] Formula root(Formula radicand);
[[nodiscard]] Formula subscript(Formula base, Formula script);
[[nodiscard]] Formula superscript(Formula base, Formula script);
/// The formula in one line of plain text, for screen readers and the clipboard: "q·k / √(d_k)".
[[nodiscard]] QString plainText(const Formula& formula);

/// Formulas below each other; shrinks them to its width, never clips.
class FormulaView : public QWidget {
    Q_OBJECT
public:
    explicit FormulaView(QWidget* parent = nullptr);
    void setFormulas(std::vector<Formula> formulas);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    [[nodiscard]] QFont formulaFont() const;
    std::vector<Formula> formulas_;
};

} // namespace headlight::ui
