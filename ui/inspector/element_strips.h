// Vectors as bars above each other, element below element: a query, a key and their products, or a value.
#pragma once

#include <QString>
#include <QWidget>

#include <optional>
#include <vector>

class QPainter;

namespace headlight::ui {

struct Theme;

/// What a strip is about, and so its colour.
enum class StripInk { Query, Key, Signed, Neutral };

struct ElementStrip {
    QString name; ///< short, before the bars: "q"
    StripInk ink = StripInk::Neutral;
    std::vector<double> values; ///< all strips of a picture have as many
};

/// Where the bars of a picture stand.
struct StripLayout {
    double label_width = 0;
    double strip_height = 0;
    double gap = 0;
    [[nodiscard]] static StripLayout of(const std::vector<ElementStrip>& strips, const QFont& font);
    [[nodiscard]] double height(std::size_t n_strips) const;
};

/// Paints the strips into `area`; `marked` is an element that stands out. Positive up, negative down, each
/// strip by its own largest element.
void paintStrips(QPainter& painter, const QRectF& area, const std::vector<ElementStrip>& strips,
                 std::optional<std::size_t> marked, const Theme& theme);

/// Hovering or the arrow keys mark an element, a click or Enter chooses it.
class ElementStripsView : public QWidget {
    Q_OBJECT
public:
    explicit ElementStripsView(QWidget* parent = nullptr);

    void setStrips(std::vector<ElementStrip> strips);
    [[nodiscard]] const std::vector<ElementStrip>& strips() const { return strips_; }
    [[nodiscard]] std::size_t elementCount() const {
        return strips_.empty() ? 0 : strips_.front().values.size();
    }
    [[nodiscard]] std::optional<std::size_t> marked() const { return marked_; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    /// Middle of one bar's cell, for tests and tooltips.
    [[nodiscard]] QPoint cellCentre(std::size_t strip, std::size_t element) const;

signals:
    /// The marked element changed; nothing: the mouse left.
    void elementMarked(std::optional<std::size_t> element);
    void elementChosen(std::size_t strip, std::size_t element);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    [[nodiscard]] std::optional<std::size_t> elementAt(double x) const;
    [[nodiscard]] std::optional<std::size_t> stripAt(double y) const;
    void mark(std::optional<std::size_t> element);

    std::vector<ElementStrip> strips_;
    std::optional<std::size_t> marked_;
    std::size_t strip_ = 0; ///< the one Enter opens
};

} // namespace headlight::ui
