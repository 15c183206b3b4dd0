// The steps in a row: where one is, what comes before and after.
#pragma once

#include <QStringList>
#include <QWidget>

#include <vector>

namespace headlight::ui {

/// Chips in as many lines as needed. Left and Right move, Home and End jump.
class StepStrip : public QWidget {
    Q_OBJECT
public:
    explicit StepStrip(QWidget* parent = nullptr);

    [[nodiscard]] int current() const { return current_; }
    [[nodiscard]] int count() const { return static_cast<int>(names_.size()); }
    [[nodiscard]] bool marked(int index) const;
    [[nodiscard]] QRect chipRect(int index) const;
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] QSize sizeHint() const override;

public slots:
    void setSteps(const QStringList& names, const QStringList& tool_tips);
    void setCurrent(int index);
    /// Steps with a dot: something is changed there.
    void setMarked(const std::vector<bool>& marked);

signals:
    void stepChosen(int index);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    [[nodiscard]] QList<QRect> chips(int width) const;
    [[nodiscard]] int chipAt(const QPoint& point) const;

    QStringList names_;
    QStringList tool_tips_;
    std::vector<bool> marked_;
    int current_ = 0;
};

} // namespace headlight::ui
