#include "ui/timeline/timeline_view.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>
#include <QWheelEvent>

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

QSize TimelineView::sizeHint() const { return {600, static_cast<int>(layoutTimeline(screenFonts(), n_options_, 1e9).height()) + 12}; }
QSize TimelineView::minimumSizeHint() const { return {240, static_cast<int>(layoutTimeline(screenFonts(), 3, 0).height()) + 12}; }

QRectF TimelineView::columnRect(std::size_t step) const {
    return {layout_.columnLeft(layout_.gutter - horizontalScrollBar()->value(), step), 0, layout_.column, layout_.height()};
}

QRectF TimelineView::optionRect(std::size_t step, std::size_t option) const { return layout_.barRect(columnRect(step).left(), option); }

void TimelineView::scrollTo(std::size_t step) {
    const double left = layout_.columnLeft(0, step);
    QScrollBar* const bar = horizontalScrollBar();
    const double room = viewport()->width() - layout_.gutter;
    if (left < bar->value())
        bar->setValue(static_cast<int>(left));
    else if (left + layout_.column > bar->value() + room)
        bar->setValue(static_cast<int>(std::ceil((left + layout_.column - room) / layout_.column) * layout_.column));
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
        column.bars.push_back({wordOf(option.id), option.probability, option.choice, option.chosen, hovered_ == Place{index, i},
                               column.selected && focused_option_ == i && hasFocus()});
    }
    if (column.bars.size() > layout_.n_bars) { // the chosen word stays in sight
        const auto chosen = std::find_if(column.bars.begin(), column.bars.end(), [](const TimelineBar& bar) { return bar.chosen; });
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
    const auto end = std::min(timeline_.steps.size(), static_cast<std::size_t>(std::max(0.0, std::floor((scroll + room) / layout_.column))));
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
        painter.drawText(QRectF(viewport()->rect()).adjusted(24, 0, -24, 0), Qt::AlignCenter | Qt::TextWordWrap, empty_text_);
        return;
    }
    const double scroll = horizontalScrollBar()->value();
    const auto begin = static_cast<std::size_t>(std::max(0.0, std::floor(scroll / layout_.column)));
    const auto end = static_cast<std::size_t>(std::ceil((scroll + viewport()->width()) / layout_.column));
    const TimelinePicture shown = picture(begin, end);
    painter.save();
    painter.setClipRect(QRectF(layout_.gutter, 0, viewport()->width() - layout_.gutter, viewport()->height()));
    paintTimelineColumns(painter, shown, layout_, layout_.columnLeft(layout_.gutter - scroll, begin), *theme_);
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

std::optional<TimelineView::Place> TimelineView::placeAt(const QPointF& point) const {
    if (point.x() < layout_.gutter || timeline_.empty())
        return {};
    const auto step = static_cast<std::size_t>((point.x() - layout_.gutter + horizontalScrollBar()->value()) / layout_.column);
    if (step >= timeline_.steps.size() || point.y() > layout_.height())
        return {};
    Place place{step, {}};
    const double below = (point.y() - layout_.barsTop()) / layout_.bar_height;
    const std::size_t n_bars = std::min(timeline_.steps[step].options.size(), layout_.n_bars);
    if (below >= 0 && below < static_cast<double>(n_bars)) {
        std::size_t option = static_cast<std::size_t>(below);
        const auto& options = timeline_.steps[step].options;
        const auto chosen = std::find_if(options.begin(), options.end(), [](const TimelineOption& o) { return o.chosen; }) - options.begin();
        if (option + 1 == layout_.n_bars && chosen < std::ssize(options) && static_cast<std::size_t>(chosen) >= layout_.n_bars)
            option = static_cast<std::size_t>(chosen); // painted in the last place
        place.option = option;
    }
    return place;
}

bool TimelineView::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        showToolTip(help->pos(), help->globalPos());
        return true;
    }
    if (event->type() == QEvent::MouseMove) {
        const auto place = placeAt(static_cast<QMouseEvent*>(event)->position());
        if (place != hovered_) {
            hovered_ = place;
            const bool takes = place && place->option && !timeline_.writing;
            viewport()->setCursor(takes ? Qt::PointingHandCursor : Qt::ArrowCursor);
            viewport()->update();
        }
    } else if (event->type() == QEvent::Leave) {
        hovered_.reset();
        viewport()->update();
    } else if (event->type() == QEvent::MouseButtonPress && static_cast<QMouseEvent*>(event)->button() == Qt::LeftButton) {
        const auto place = placeAt(static_cast<QMouseEvent*>(event)->position());
        setFocus(Qt::MouseFocusReason);
        if (place && place->option && !timeline_.writing) {
            const TimelineOption option = timeline_.steps[place->step].options[*place->option];
            emit stepChosen(place->step);
            if (!option.chosen)
                emit wordChosen(place->step, option.id);
        } else if (place) {
            emit stepChosen(place->step);
        }
        return true;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

void TimelineView::wheelEvent(QWheelEvent* event) {
    // One wheel scrolls along the steps: there is nothing above or below.
    const QPoint angle = event->angleDelta();
    const int delta = std::abs(angle.x()) > std::abs(angle.y()) ? angle.x() : angle.y();
    horizontalScrollBar()->setValue(horizontalScrollBar()->value() - delta);
    event->accept();
}

void TimelineView::keyPressEvent(QKeyEvent* event) {
    const auto last = std::ssize(timeline_.steps) - 1;
    if (last < 0) {
        QAbstractScrollArea::keyPressEvent(event);
        return;
    }
    const auto now = static_cast<std::ptrdiff_t>(selected_.value_or(0));
    const auto page = std::max<std::ptrdiff_t>(1, static_cast<std::ptrdiff_t>((viewport()->width() - layout_.gutter) / layout_.column) - 1);
    const auto go = [&](std::ptrdiff_t step) { emit stepChosen(static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(step, 0, last))); };
    const auto& options = timeline_.steps[static_cast<std::size_t>(now)].options;
    const auto n_options = static_cast<std::ptrdiff_t>(std::min(options.size(), layout_.n_bars));
    switch (event->key()) {
    case Qt::Key_Left: go(now - 1); return;
    case Qt::Key_Right: go(now + 1); return;
    case Qt::Key_PageUp: go(now - page); return;
    case Qt::Key_PageDown: go(now + page); return;
    case Qt::Key_Home: go(0); return;
    case Qt::Key_End: go(last); return;
    case Qt::Key_Up:
    case Qt::Key_Down: {
        if (!selected_ || n_options == 0)
            return;
        const std::ptrdiff_t by = event->key() == Qt::Key_Down ? 1 : -1;
        const std::ptrdiff_t from = focused_option_ ? static_cast<std::ptrdiff_t>(*focused_option_) : by > 0 ? -1 : n_options;
        focused_option_ = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(from + by, 0, n_options - 1));
        describeSelected();
        viewport()->update();
        return;
    }
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (event->modifiers() == Qt::NoModifier && selected_ && focused_option_ && *focused_option_ < options.size() && !timeline_.writing &&
            !options[*focused_option_].chosen) {
            emit wordChosen(*selected_, options[*focused_option_].id);
            return;
        }
        break;
    default: break;
    }
    QAbstractScrollArea::keyPressEvent(event);
}

void TimelineView::focusInEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusInEvent(event);
    viewport()->update();
}

void TimelineView::focusOutEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusOutEvent(event);
    viewport()->update();
}

QString TimelineView::details(const Place& place) const {
    const TimelineStep& step = timeline_.steps[place.step];
    const QLocale locale;
    if (place.option && *place.option < step.options.size()) {
        const TimelineOption& option = step.options[*place.option];
        QString text = tr("“%1” · token %2\nprobability %3").arg(wordOf(option.id)).arg(option.id).arg(option.probability, 0, 'g', 7);
        if (option.choice)
            text += *option.choice > 0 ? tr("\namong what was left to choose from: %1").arg(*option.choice, 0, 'g', 6)
                                       : tr("\nnot among what was left to choose from");
        return option.chosen ? text + tr("\nthis one was written") : text + tr("\nclick: take it and go on from there");
    }
    QString text = step.number == 0 ? (step.word ? tr("“%1” was given").arg(wordOf(*step.word)) : tr("What comes next is not written yet"))
                                    : tr("Step %1 wrote “%2”").arg(step.number).arg(wordOf(*step.word));
    if (step.by_user)
        text += tr("; you chose it");
    if (step.surprise)
        text += tr("\nsurprise −ln p = %1 nats").arg(*step.surprise, 0, 'g', 5);
    if (step.surprise && step.entropy)
        text += tr(" · rank %1 of the vocabulary").arg(locale.toString(static_cast<qulonglong>(step.rank + 1)));
    if (step.entropy)
        text += tr("\nentropy −Σ p ln p = %1 nats: as uncertain as %2 equally probable words")
                    .arg(*step.entropy, 0, 'g', 5)
                    .arg(locale.toString(std::exp(*step.entropy), 'f', 1));
    return text;
}

void TimelineView::showToolTip(const QPoint& at, const QPoint& global) {
    if (const auto place = placeAt(at)) {
        const QRectF rect = place->option ? optionRect(place->step, *place->option) : columnRect(place->step);
        QToolTip::showText(global, details(*place), this, rect.toAlignedRect());
    } else if (at.x() < layout_.gutter && !timeline_.empty()) {
        QToolTip::showText(global,
                           tr("Surprise: −ln of the probability of the word that was written; 0: it was certain.\n"
                              "Entropy: −Σ p ln p over the whole vocabulary; 0: only one word was possible.\nBoth in nats."),
                           this);
    } else {
        QToolTip::hideText();
    }
}

void TimelineView::describeSelected() {
    if (!selected_ || *selected_ >= timeline_.steps.size()) {
        setAccessibleDescription(tr("%n step(s)", nullptr, static_cast<int>(timeline_.steps.size())));
        return;
    }
    QString text = details({*selected_, focused_option_});
    if (!focused_option_)
        for (const TimelineOption& option : timeline_.steps[*selected_].options)
            text += QStringLiteral(", %1 %2").arg(wordOf(option.id)).arg(option.probability, 0, 'f', 3);
    setAccessibleDescription(text);
}

} // namespace headlight::ui
