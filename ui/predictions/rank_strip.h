// How the model ranked every word of a text: a cell a position.
#pragma once

#include "ui/document/text_statistics.h"
#include "ui/theme/theme.h"

#include <QWidget>

#include <optional>

namespace headlight::ui {

/// Everything the strip is painted from.
struct RankStrip {
    TextStatisticsPtr statistics;        ///< null: nothing
    std::optional<std::size_t> selected; ///< position
    std::size_t n_words = 0;             ///< of the vocabulary: the end of the scale
};

/// Position in [0, 1] on the colour map: 1 for rank 1, logarithmic, 0 for the last of the vocabulary.
[[nodiscard]] float rankPosition(std::size_t rank, std::size_t n_words);
/// Cells narrower than a pixel share one and show the worst rank among them.
void paintRankStrip(QPainter& painter, const RankStrip& strip, const QRectF& rect, const Theme& theme);

class RankStripView : public QWidget {
    Q_OBJECT
public:
    explicit RankStripView(QWidget* parent = nullptr);
    void setStrip(const RankStrip& strip);
    [[nodiscard]] const RankStrip& strip() const { return strip_; }
    [[nodiscard]] QRectF cellRect(std::size_t position) const;
    [[nodiscard]] QSize sizeHint() const override { return {300, 30}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {100, 30}; }

signals:
    void positionChosen(std::size_t position);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] std::size_t count() const { return strip_.statistics ? strip_.statistics->rows.size() : 0; }
    [[nodiscard]] std::optional<std::size_t> positionAt(double x) const;
    [[nodiscard]] QString details(std::size_t position) const;

    RankStrip strip_;
};

} // namespace headlight::ui
