// How the values of all heads are spread, and two handles that choose a range of them.
#pragma once

#include <QWidget>

#include <utility>
#include <vector>

namespace headlight::ui {

/// Drag a handle, or press between them to move both; Left and Right move the lower handle, with Shift the upper one.
class RangeHistogram : public QWidget {
    Q_OBJECT
public:
    explicit RangeHistogram(QWidget* parent = nullptr);

    /// Values to count, and the ends of the scale; the range chosen stays as far as it lies inside.
    void setValues(std::vector<double> values, double lowest, double highest);
    /// The whole scale where `lowest` is not below `highest`.
    void setRange(double lowest, double highest);
    [[nodiscard]] double lower() const { return lower_; }
    [[nodiscard]] double upper() const { return upper_; }
    /// Whether all of the scale is chosen.
    [[nodiscard]] bool whole() const { return lower_ <= lowest_ && upper_ >= highest_; }
    /// Values in each bar, from the lowest on.
    [[nodiscard]] const std::vector<int>& counts() const { return counts_; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

signals:
    void rangeChanged(double lower, double upper);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    enum class Grip { Lower, Upper, Both };
    [[nodiscard]] QRectF plot() const;
    [[nodiscard]] double xOf(double value) const;
    [[nodiscard]] double valueAt(double x) const;
    void choose(double lower, double upper);
    void describe();

    std::vector<double> values_;
    std::vector<int> counts_;
    double lowest_ = 0.0;
    double highest_ = 1.0;
    double lower_ = 0.0;
    double upper_ = 1.0;
    Grip grip_ = Grip::Lower;
    double grabbed_ = 0.0; ///< value under the mouse when both were grabbed
};

} // namespace headlight::ui
