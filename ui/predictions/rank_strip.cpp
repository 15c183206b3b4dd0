#include "ui/predictions/rank_strip.h"

#include "ui/colour/colour_map.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace headlight::ui {

namespace {

constexpr double kWidestCell = 40.0;
constexpr double kMargin = 2.0; ///< for the frame of the selected cell

double cellWidth(std::size_t n, double width) {
    return n == 0 ? 0.0 : std::min(kWidestCell, width / static_cast<double>(n));
}

} // namespace

float rankPosition(std::size_t rank, std::size_t n_words) {
    if (n_words < 2)
        return 1.0f;
    return static_cast<float>(1.0 - std::log(static_cast<double>(rank + 1)) /
                                        std::log(static_cast<double>(n_words)));
}

void paintRankStrip(QPainter& painter, const RankStrip& strip, const QRectF& rect, const Theme& theme) {
    if (!strip.statistics || strip.statistics->rows.empty())
        return;
    const auto& rows = strip.statistics->rows;
    const double cell = cellWidth(rows.size(), rect.width());
    const ColourMap& map = colourMap(ColourMapKind::Viridis);
    painter.setRenderHint(QPainter::Antialiasing, false);
    const double gap = cell > 6 ? 1.0 : 0.0;
    const std::size_t per_step = cell >= 1.0 ? 1 : static_cast<std::size_t>(std::ceil(1.0 / cell));
    for (std::size_t first = 0; first < rows.size(); first += per_step) {
        std::optional<std::size_t> worst;
        const std::size_t end = std::min(rows.size(), first + per_step);
        for (std::size_t i = first; i < end; ++i)
            if (rows[i].actual >= 0)
                worst = std::max(worst.value_or(0), rows[i].rank);
        const QRectF place(rect.left() + static_cast<double>(first) * cell, rect.top(),
                           static_cast<double>(end - first) * cell - gap, rect.height());
        painter.fillRect(place, worst ? map.colour(rankPosition(*worst, strip.n_words)) : theme.masked);
    }
    painter.setRenderHint(QPainter::Antialiasing, true);
    if (strip.selected && *strip.selected < rows.size()) {
        const double width = std::max(3.0, cell - gap);
        painter.setPen(QPen(theme.query, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(rect.left() + static_cast<double>(*strip.selected) * cell, rect.top() - 1,
                                width, rect.height() + 2));
    }
}

RankStripView::RankStripView(QWidget* parent)
    : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Rank of every word"));
}

void RankStripView::setStrip(const RankStrip& strip) {
    strip_ = strip;
    setAccessibleDescription(strip_.selected && *strip_.selected < count() ? details(*strip_.selected)
                                                                           : QString());
    update();
}

QRectF RankStripView::cellRect(std::size_t position) const {
    const double cell = cellWidth(count(), width() - 2 * kMargin);
    return {kMargin + static_cast<double>(position) * cell, kMargin, cell, height() - 2 * kMargin};
}

std::optional<std::size_t> RankStripView::positionAt(double x) const {
    const double cell = cellWidth(count(), width() - 2 * kMargin);
    if (cell <= 0 || x < kMargin)
        return {};
    const auto position = static_cast<std::size_t>((x - kMargin) / cell);
    return position < count() ? std::optional(position) : std::nullopt;
}

void RankStripView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paintRankStrip(painter, strip_, QRectF(rect()).adjusted(kMargin, kMargin, -kMargin, -kMargin),
                   themeOf(palette()));
    if (hasFocus()) {
        painter.setPen(QPen(themeOf(palette()).accent, 1, Qt::DotLine));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

QString RankStripView::details(std::size_t position) const {
    const PositionStatistics& row = strip_.statistics->rows[position];
    const RunSnapshot& snapshot = *strip_.statistics->snapshot;
    if (row.actual < 0)
        return tr("Position %1: nothing is known to stand here\nentropy %2 nats")
            .arg(position + 1)
            .arg(row.entropy, 0, 'g', 4);
    return tr("Position %1: “%2” is rank %3 of %4\nprobability %5 · entropy %6 nats")
        .arg(position + 1)
        .arg(wordsOf(snapshot.model(), {row.actual}).front(),
             QLocale().toString(static_cast<qulonglong>(row.rank + 1)),
             QLocale().toString(static_cast<qulonglong>(strip_.n_words)))
        .arg(std::exp(row.log_probability), 0, 'g', 5)
        .arg(row.entropy, 0, 'g', 4);
}

void RankStripView::mousePressEvent(QMouseEvent* event) {
    if (const auto position = positionAt(event->position().x());
        position && event->button() == Qt::LeftButton)
        emit positionChosen(*position);
}

void RankStripView::keyPressEvent(QKeyEvent* event) {
    const int by = event->key() == Qt::Key_Right ? 1 : event->key() == Qt::Key_Left ? -1 : 0;
    if (by == 0 || count() == 0) {
        QWidget::keyPressEvent(event);
        return;
    }
    const auto next = static_cast<std::ptrdiff_t>(strip_.selected.value_or(0)) + by;
    emit positionChosen(static_cast<std::size_t>(
        std::clamp<std::ptrdiff_t>(next, 0, static_cast<std::ptrdiff_t>(count()) - 1)));
}

bool RankStripView::event(QEvent* event) {
    if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut)
        update();
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const auto position = positionAt(help->pos().x()))
        QToolTip::showText(help->globalPos(), details(*position), this);
    else
        QToolTip::hideText();
    return true;
}

} // namespace headlight::ui
