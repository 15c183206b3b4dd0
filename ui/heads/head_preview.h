// A larger picture of the head under the mouse, with its name.
#pragma once

#include "core/trace/trace.h"

#include <QImage>
#include <QWidget>

#include <utility>
#include <vector>

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
    /// Names and values under the picture; none while they are not known.
    void setFacts(std::vector<std::pair<QString, QString>> facts);
    void setImage(const HeadAddress& head, const QImage& image);
    [[nodiscard]] const HeadAddress& head() const { return head_; }

    static constexpr int kPicture = 240; ///< logical pixels a side

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const Theme* theme_;
    HeadAddress head_;
    [[nodiscard]] int factsHeight() const;
    void fitHeight();
    void place();
    void paintFacts(QPainter& painter, int top) const;

    QImage image_;
    std::vector<std::pair<QString, QString>> facts_;
    QRect thumbnail_; ///< beside which it stands, global
};

} // namespace headlight::ui
