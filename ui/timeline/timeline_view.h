// The steps on the screen: scrolls over any number of them, chooses a step, takes another word.
#pragma once

#include "ui/theme/theme.h"
#include "ui/timeline/timeline_data.h"
#include "ui/timeline/timeline_painter.h"

#include <QAbstractScrollArea>
#include <QHash>

#include <optional>

namespace headlight::ui {

/// Paints the columns in sight alone, so that 5,000 steps scroll like 5.
/// Left and Right, Home and End choose a step, Up and Down one of its words, Return takes that word.
class TimelineView : public QAbstractScrollArea {
    Q_OBJECT
public:
    explicit TimelineView(QWidget* parent = nullptr);

    void setTimeline(Timeline timeline);
    void setTheme(const Theme& theme);
    /// Candidates a step at most, where there is room.
    void setOptionCount(std::size_t n_options);
    /// The step that is looked at; the words behind it are dimmed. Nothing: none, and none are.
    void setSelected(std::optional<std::size_t> step, bool scroll);
    void setEmptyText(const QString& text);

    [[nodiscard]] const Timeline& timeline() const { return timeline_; }
    [[nodiscard]] std::optional<std::size_t> selected() const { return selected_; }
    [[nodiscard]] std::optional<std::size_t> focusedOption() const { return focused_option_; }
    [[nodiscard]] const TimelineLayout& timelineLayout() const { return layout_; }
    /// Where a step's column or one of its words is, in viewport coordinates.
    [[nodiscard]] QRectF columnRect(std::size_t step) const;
    [[nodiscard]] QRectF optionRect(std::size_t step, std::size_t option) const;
    /// Whole columns that can be seen.
    [[nodiscard]] TokenRange stepsInSight() const;
    /// Steps [begin, end), ready to be painted.
    [[nodiscard]] TimelinePicture picture(std::size_t begin, std::size_t end) const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

signals:
    void stepChosen(std::size_t step);
    /// A person takes this word at this step.
    void wordChosen(std::size_t step, headlight::TokenId word);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    bool viewportEvent(QEvent* event) override;

private:
    struct Place {
        std::size_t step = 0;
        std::optional<std::size_t> option;
        bool operator==(const Place&) const = default;
    };
    void layOut();
    void scrollTo(std::size_t step);
    void describeSelected();
    void showToolTip(const QPoint& at, const QPoint& global);
    [[nodiscard]] std::optional<Place> placeAt(const QPointF& point) const;
    [[nodiscard]] TimelineColumn columnOf(std::size_t step) const;
    [[nodiscard]] const QString& wordOf(TokenId id) const;
    [[nodiscard]] QString details(const Place& place) const;

    Timeline timeline_;
    TimelineLayout layout_;
    const Theme* theme_;
    std::size_t n_options_ = 8;
    std::optional<std::size_t> selected_;
    std::optional<std::size_t> focused_option_;
    std::optional<Place> hovered_;
    double largest_nats_ = 1.0;
    QString empty_text_;
    mutable QHash<TokenId, QString> words_; ///< of words that were in sight
    const Model* words_model_ = nullptr;    ///< whose they are; only compared
};

} // namespace headlight::ui
