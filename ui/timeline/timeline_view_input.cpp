// Mouse, keys and words for screen readers of the timeline.
#include "ui/timeline/timeline_view.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QScrollBar>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace headlight::ui {

std::optional<TimelineView::Place> TimelineView::placeAt(const QPointF& point) const {
    if (point.x() < layout_.gutter || timeline_.empty())
        return {};
    const auto step = static_cast<std::size_t>((point.x() - layout_.gutter + horizontalScrollBar()->value()) /
                                               layout_.column);
    if (step >= timeline_.steps.size() || point.y() > layout_.height())
        return {};
    Place place{step, {}};
    const double below = (point.y() - layout_.barsTop()) / layout_.bar_height;
    const std::size_t n_bars = std::min(timeline_.steps[step].options.size(), layout_.n_bars);
    if (below >= 0 && below < static_cast<double>(n_bars)) {
        std::size_t option = static_cast<std::size_t>(below);
        const auto& options = timeline_.steps[step].options;
        const auto chosen =
            std::find_if(options.begin(), options.end(), [](const TimelineOption& o) { return o.chosen; }) -
            options.begin();
        if (option + 1 == layout_.n_bars && chosen < std::ssize(options) &&
            static_cast<std::size_t>(chosen) >= layout_.n_bars)
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
    } else if (event->type() == QEvent::MouseButtonPress &&
               static_cast<QMouseEvent*>(event)->button() == Qt::LeftButton) {
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
    const auto page = std::max<std::ptrdiff_t>(
        1, static_cast<std::ptrdiff_t>((viewport()->width() - layout_.gutter) / layout_.column) - 1);
    const auto go = [&](std::ptrdiff_t step) {
        emit stepChosen(static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(step, 0, last)));
    };
    const auto& options = timeline_.steps[static_cast<std::size_t>(now)].options;
    const auto n_options = static_cast<std::ptrdiff_t>(std::min(options.size(), layout_.n_bars));
    switch (event->key()) {
    case Qt::Key_Left:
        go(now - 1);
        return;
    case Qt::Key_Right:
        go(now + 1);
        return;
    case Qt::Key_PageUp:
        go(now - page);
        return;
    case Qt::Key_PageDown:
        go(now + page);
        return;
    case Qt::Key_Home:
        go(0);
        return;
    case Qt::Key_End:
        go(last);
        return;
    case Qt::Key_Up:
    case Qt::Key_Down: {
        if (!selected_ || n_options == 0)
            return;
        const std::ptrdiff_t by = event->key() == Qt::Key_Down ? 1 : -1;
        const std::ptrdiff_t from = focused_option_ ? static_cast<std::ptrdiff_t>(*focused_option_)
                                    : by > 0        ? -1
                                                    : n_options;
        focused_option_ = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(from + by, 0, n_options - 1));
        describeSelected();
        viewport()->update();
        return;
    }
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (event->modifiers() == Qt::NoModifier && selected_ && focused_option_ &&
            *focused_option_ < options.size() && !timeline_.writing && !options[*focused_option_].chosen) {
            emit wordChosen(*selected_, options[*focused_option_].id);
            return;
        }
        break;
    default:
        break;
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
        QString text = tr("“%1” · token %2\nprobability %3")
                           .arg(wordOf(option.id))
                           .arg(option.id)
                           .arg(option.probability, 0, 'g', 7);
        if (option.choice)
            text += *option.choice > 0
                        ? tr("\namong what was left to choose from: %1").arg(*option.choice, 0, 'g', 6)
                        : tr("\nnot among what was left to choose from");
        return option.chosen ? text + tr("\nthis one was written")
                             : text + tr("\nclick: take it and go on from there");
    }
    QString text = step.number == 0 ? (step.word ? tr("“%1” was given").arg(wordOf(*step.word))
                                                 : tr("What comes next is not written yet"))
                                    : tr("Step %1 wrote “%2”").arg(step.number).arg(wordOf(*step.word));
    if (step.by_user)
        text += tr("; you chose it");
    if (step.surprise)
        text += tr("\nsurprise −ln p = %1 nats").arg(*step.surprise, 0, 'g', 5);
    if (step.surprise && step.entropy)
        text +=
            tr(" · rank %1 of the vocabulary").arg(locale.toString(static_cast<qulonglong>(step.rank + 1)));
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
        QToolTip::showText(
            global,
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
