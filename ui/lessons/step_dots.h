// A lesson's steps as dots: done, present, to come; a click goes there.
#pragma once

#include <QStringList>
#include <QWidget>

#include <vector>

namespace headlight::ui {

class StepDots : public QWidget {
    Q_OBJECT
public:
    explicit StepDots(QWidget* parent = nullptr);

    void setSteps(const QStringList& titles, const std::vector<bool>& done, int current);
    [[nodiscard]] int count() const { return static_cast<int>(titles_.size()); }
    [[nodiscard]] int current() const { return current_; }
    [[nodiscard]] bool isDone(int index) const { return done_[static_cast<std::size_t>(index)]; }
    [[nodiscard]] QRect dotRect(int index) const;
    [[nodiscard]] QSize sizeHint() const override;

signals:
    void stepChosen(int index);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    [[nodiscard]] int dotAt(const QPoint& point) const;

    QStringList titles_;
    std::vector<bool> done_;
    int current_ = 0;
};

} // namespace headlight::ui
