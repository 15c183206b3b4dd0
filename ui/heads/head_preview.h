// A larger picture of the head under the mouse, with its name.
#pragma once

#include "core/trace/trace.h"

#include <QImage>
#include <QWidget>

namespace headlight::ui {

struct Theme;

/// A tooltip-like window; never takes focus nor mouse.
class HeadPreview : public QWidget {
    Q_OBJECT
public:
    explicit HeadPreview(QWidget* parent = nullptr);
    void setTheme(const Theme& theme);
    /// Shows the name at once beside `thumbnail` (global coordinates) and the old picture until setImage().
    void showFor(const HeadAddress& head, const QImage& thumbnail_image, const QRect& thumbnail);
    void setImage(const HeadAddress& head, const QImage& image);
    [[nodiscard]] const HeadAddress& head() const { return head_; }

    static constexpr int kPicture = 240; ///< logical pixels a side

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const Theme* theme_;
    HeadAddress head_;
    QImage image_;
};

} // namespace headlight::ui
