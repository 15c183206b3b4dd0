// What one step looks at: the weights of its row as a strip of cells over the words, one strip an attention.
#pragma once

#include "ui/heatmap/heatmap_layout.h"
#include "ui/heatmap/heatmap_settings.h"
#include "ui/theme/theme.h"

#include <QWidget>

#include <optional>
#include <vector>

namespace headlight::ui {

/// One row of one head.
struct AttentionStrip {
    HeadAddress head;
    std::size_t query = 0;
    QString title;                  ///< "cross: “Le” looks at English"
    QStringList words;              ///< of the keys
    std::vector<float> weights;     ///< [n_keys]
    std::size_t n_seen = 0;         ///< keys from here on are not made yet at this step
    std::optional<std::size_t> key; ///< the one that is selected
};

/// Paints title, cells and words into `rect`; words only where they fit, else those of the largest weights.
void paintAttentionStrip(QPainter& painter, const AttentionStrip& strip, const QRectF& rect,
                         const HeatmapSettings& settings, const HeatmapFonts& fonts, const Theme& theme);
[[nodiscard]] double attentionStripHeight(const HeatmapFonts& fonts);

class StepAttentionView : public QWidget {
    Q_OBJECT
public:
    explicit StepAttentionView(QWidget* parent = nullptr);

    void setStrips(std::vector<AttentionStrip> strips);
    void setSettings(const HeatmapSettings& settings);
    [[nodiscard]] const HeatmapSettings& settings() const { return settings_; }
    void setTheme(const Theme& theme);
    [[nodiscard]] const std::vector<AttentionStrip>& strips() const { return strips_; }
    [[nodiscard]] QRectF stripRect(std::size_t strip) const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return {120, sizeHint().height()}; }

signals:
    /// Nothing under the mouse: no key.
    void keyHovered(std::size_t strip, std::optional<std::size_t> key);
    void keyClicked(std::size_t strip, std::size_t key);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    struct Place {
        std::size_t strip = 0;
        std::size_t key = 0;
        bool operator==(const Place&) const = default;
    };
    [[nodiscard]] std::optional<Place> placeAt(const QPointF& point) const;
    [[nodiscard]] QString details(const Place& place) const;

    std::vector<AttentionStrip> strips_;
    HeatmapSettings settings_;
    HeatmapFonts fonts_;
    const Theme* theme_;
    std::optional<Place> hovered_;
};

} // namespace headlight::ui
