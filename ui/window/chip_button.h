// A quiet button with a name and, in small, what there is to say about it: "en-fr · Marian · 3+3 layers × 8 heads ▾".
#pragma once

#include <QAbstractButton>

class QMenu;

namespace headlight::ui {

class ChipButton : public QAbstractButton {
    Q_OBJECT
public:
    /// With `opens_menu` it shows the sign of a menu and opens `menu` below itself when pressed.
    explicit ChipButton(QWidget* parent = nullptr);

    /// `detail` stands in the small, muted type; before the name or behind it.
    void setTexts(const QString& name, const QString& detail, bool detail_first = false);
    void setMenu(QMenu* menu);
    [[nodiscard]] QString detail() const { return detail_; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    [[nodiscard]] int textWidth() const;
    QString detail_;
    bool detail_first_ = false;
    QMenu* menu_ = nullptr;
};

} // namespace headlight::ui
