#include "ui/timeline/timeline_view.h"

#include <QEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>
#include <cmath>

namespace headlight::ui {

namespace {
constexpr double kLeastNats = 2.0; ///< shorter scales would make noise look like news
} // namespace

TimelineView::TimelineView(QWidget* parent)
    : QAbstractScrollArea(parent)
    , theme_(&Theme::light()) {
    setFrameShape(QFrame::NoFrame);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOn); // its coming and going would move everything
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    viewport()->setMouseTracking(true);
    viewport()->setAutoFillBackground(false);
    setAccessibleName(tr("Steps of the text"));
    layOut();
}

void TimelineView::setTimeline(Timeline timeline) {
    const Model* const model = timeline.snapshot ? &timeline.snapshot->model() : nullptr;
    if (model != words_model_)
        words_.clear();
    words_model_ = model;
    const bool at_end = horizontalScrollBar()->value() == horizontalScrollBar()->maximum();
    const bool follows = timeline.writing && (at_end || !timeline_.writing);
    timeline_ = std::move(timeline);
    hovered_.reset();
    focused_option_.reset();
    if (selected_ && *selected_ >= timeline_.steps.size())
        selected_.reset();
    largest_nats_ = kLeastNats;
    for (const TimelineStep& step : timeline_.steps)
        for (const auto& nats : {step.surprise, step.entropy})
            if (nats && std::isfinite(*nats))
                largest_nats_ = std::max(largest_nats_, *nats);
    layOut();
    if (follows)
        horizontalScrollBar()->setValue(horizontalScrollBar()->maximum());
    describeSelected();
}

void TimelineView::setTheme(const Theme& theme) {
    theme_ = &theme;
    layOut();
}

void TimelineView::setOptionCount(std::size_t n_options) {
    n_options_ = n_options;
    layOut();
}

void TimelineView::setEmptyText(const QString& text) {
    empty_text_ = text;
    viewport()->update();
}

void TimelineView::setSelected(std::optional<std::size_t> step, bool scroll) {
    if (step && *step >= timeline_.steps.size())
        step.reset();
    if (step != selected_) {
        selected_ = step;
        focused_option_.reset();
        describeSelected();
        viewport()->update();
    }
    if (step && scroll)
        scrollTo(*step);
}

void TimelineView::layOut() {
    layout_ = layoutTimeline(screenFonts(), n_options_, viewport()->height());
    const double content = static_cast<double>(timeline_.steps.size()) * layout_.column;
    const double room = std::max(1.0, viewport()->width() - layout_.gutter);
    QScrollBar* const bar = horizontalScrollBar();
    bar->setPageStep(static_cast<int>(room));
    bar->setSingleStep(static_cast<int>(layout_.column));
    // At the end the first column in sight is a whole one: behind the last there is some room left.
    const double whole = std::max(1.0, std::floor(room / layout_.column)) * layout_.column;
    bar->setRange(0, std::max(0, static_cast<int>(std::ceil(content - whole))));
    setMaximumHeight(sizeHint().height());
    viewport()->update();
}

QSize TimelineView::sizeHint() const {
    return {600, static_cast<int>(layoutTimeline(screenFonts(), n_options_, 1e9).height()) + 12};
}
QSize TimelineView::minimumSizeHint() const {
    return {240, static_cast<int>(layoutTimeline(screenFonts(), 3, 0).height()) + 12};
}

QRectF TimelineView::columnRect(std::size_t step) const {
    return {layout_.columnLeft(layout_.gutter - horizontalScrollBar()->value(), step), 0, layout_.column,
            layout_.height()};
}

QRectF TimelineView::optionRect(std::size_t step, std::size_t option) const {
    return layout_.barRect(columnRect(step).left(), option);
}

void TimelineView::scrollTo(std::size_t step) {
    const double left = layout_.columnLeft(0, step);
    QScrollBar* const bar = horizontalScrollBar();
    const double room = viewport()->width() - layout_.gutter;
    if (left < bar->value())
        bar->setValue(static_cast<int>(left));
    else if (left + layout_.column > bar->value() + room)
        bar->setValue(
            static_cast<int>(std::ceil((left + layout_.column - room) / layout_.column) * layout_.column));
}

const QString& TimelineView::wordOf(TokenId id) const {
    auto known = words_.constFind(id);
    if (known == words_.constEnd())
        known = words_.insert(id, wordsOf(timeline_.snapshot->model(), {id}).front());
    return *known;
}

TimelineColumn TimelineView::columnOf(std::size_t index) const {
    const TimelineStep& step = timeline_.steps[index];
    TimelineColumn column;
    column.generated = step.number > 0;
    column.head = step.number == 0 ? (step.word ? tr("given") : tr("next")) : QString::number(step.number);
    if (step.by_user)
        column.head += tr(" · yours");
    if (step.word)
        column.word = wordOf(*step.word);
    column.selected = selected_ == index;
    column.later = selected_ && index > *selected_;
    column.surprise = step.surprise;
    column.entropy = step.entropy;
    for (std::size_t i = 0; i < step.options.size(); ++i) {
        const TimelineOption& option = step.options[i];
        column.bars.push_back({wordOf(option.id), option.probability, option.choice, option.chosen,
                               hovered_ == Place{index, i},
                               column.selected && focused_option_ == i && hasFocus()});
    }
    if (column.bars.size() > layout_.n_bars) { // the chosen word stays in sight
        const auto chosen = std::find_if(column.bars.begin(), column.bars.end(),
                                         [](const TimelineBar& bar) { return bar.chosen; });
        if (chosen - column.bars.begin() >= static_cast<std::ptrdiff_t>(layout_.n_bars))
            column.bars[layout_.n_bars - 1] = *chosen;
        column.bars.resize(layout_.n_bars);
    }
    return column;
}

TokenRange TimelineView::stepsInSight() const {
    const double scroll = horizontalScrollBar()->value();
    const double room = viewport()->width() - layout_.gutter;
    const auto begin = static_cast<std::size_t>(std::ceil(scroll / layout_.column));
    const auto end =
        std::min(timeline_.steps.size(),
                 static_cast<std::size_t>(std::max(0.0, std::floor((scroll + room) / layout_.column))));
    return {std::min(begin, end), end};
}

TimelinePicture TimelineView::picture(std::size_t begin, std::size_t end) const {
    TimelinePicture picture;
    picture.largest_nats = largest_nats_;
    for (std::size_t step = begin; step < std::min(end, timeline_.steps.size()); ++step)
        picture.columns.push_back(columnOf(step));
    return picture;
}

void TimelineView::paintEvent(QPaintEvent*) {
    QPainter painter(viewport());
    painter.setRenderHint(QPainter::Antialiasing);
    if (timeline_.empty()) {
        painter.setFont(themeFont(TextRole::Body));
        painter.setPen(theme_->text_muted);
        painter.drawText(QRectF(viewport()->rect()).adjusted(24, 0, -24, 0),
                         Qt::AlignCenter | Qt::TextWordWrap, empty_text_);
        return;
    }
    const double scroll = horizontalScrollBar()->value();
    const auto begin = static_cast<std::size_t>(std::max(0.0, std::floor(scroll / layout_.column)));
    const auto end = static_cast<std::size_t>(std::ceil((scroll + viewport()->width()) / layout_.column));
    const TimelinePicture shown = picture(begin, end);
    painter.save();
    painter.setClipRect(
        QRectF(layout_.gutter, 0, viewport()->width() - layout_.gutter, viewport()->height()));
    paintTimelineColumns(painter, shown, layout_, layout_.columnLeft(layout_.gutter - scroll, begin),
                         *theme_);
    painter.restore();
    paintTimelineGutter(painter, shown, layout_, *theme_);
}

void TimelineView::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    layOut();
    if (selected_)
        scrollTo(*selected_);
}

void TimelineView::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) {
        layOut();
        updateGeometry();
    }
}

} // namespace headlight::ui
