#include "ui/tokens/token_row.h"

#include "ui/theme/theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

#include <algorithm>

namespace headlight::ui {

namespace {

constexpr int kGap = 5;
constexpr int kJoinedGap = -1; // chips are painted one pixel smaller on each side
constexpr int kLineGap = 6;
constexpr int kPadding = 8;
constexpr int kTagGap = 6;      // between a tag and its chip
constexpr int kBeforeTag = 8;   // and before the tag, unless it begins a line
constexpr int kStepGap = 3;     // between a word and the figure of its step
constexpr int kWidest = 240;
constexpr double kRadius = 6.0;

/// Whether the first letters that have a direction run from right to left.
bool runsRightToLeft(const AxisTokens& tokens) {
    for (qsizetype i = 0; i < std::min<qsizetype>(tokens.words.size(), 64); ++i) {
        const auto index = static_cast<std::size_t>(i);
        if (index < tokens.special.size() && tokens.special[index])
            continue;
        for (const QChar character : tokens.words[i]) {
            if (character.direction() == QChar::DirR || character.direction() == QChar::DirAL)
                return true;
            if (character.direction() == QChar::DirL)
                return false;
        }
    }
    return false;
}

} // namespace

TokenRow::TokenRow(Selection* selection, QWidget* parent)
    : QAbstractScrollArea(parent)
    , selection_(selection) {
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    viewport()->setAutoFillBackground(false);
    viewport()->setMouseTracking(true);
    connect(selection_, &Selection::tokensChanged, this, &TokenRow::followSelection);
    measure();
}

void TokenRow::setTokens(const AxisTokens& tokens, const std::vector<bool>& joined) {
    tokens_ = tokens;
    right_to_left_ = runsRightToLeft(tokens_);
    chips_.assign(count(), {});
    for (std::size_t i = 0; i < std::min(joined.size(), chips_.size()); ++i)
        chips_[i].joined = joined[i];
    measure();
}

void TokenRow::setOutputs(const QStringList& words, const QString& tool_tip) {
    outputs_ = words;
    output_tool_tip_ = tool_tip;
    measure();
}

void TokenRow::setGenerated(std::optional<std::size_t> first) {
    if (first == first_generated_)
        return;
    first_generated_ = first;
    measure();
}

const QString& TokenRow::wordOf(std::size_t chip) const {
    return chip < count() ? tokens_.words[static_cast<qsizetype>(chip)] : outputs_[static_cast<qsizetype>(chip - count())];
}

std::size_t TokenRow::stepOf(std::size_t chip) const { return first_generated_ && chip >= *first_generated_ ? chip - *first_generated_ + 1 : 0; }

namespace {

/// Small enough to stand beside a word without being read as part of it.
QFont stepFont() {
    QFont font = themeFont(TextRole::Caption);
    font.setPointSizeF(font.pointSizeF() * 0.8);
    return font;
}

} // namespace

int TokenRow::stepMarkWidth(std::size_t step) {
    return step == 0 ? 0 : QFontMetrics(stepFont()).horizontalAdvance(QString::number(step)) + kStepGap;
}

void TokenRow::setTag(std::size_t index, const QString& tag) {
    if (index >= count())
        return;
    chips_[index].tag = tag;
    measure();
}

void TokenRow::setRole(RowRole role) {
    role_ = role;
    viewport()->update();
}

void TokenRow::setUnfolded(bool unfolded) {
    if (unfolded == unfolded_)
        return;
    unfolded_ = unfolded;
    flow();
}

void TokenRow::setFoldedLines(int lines) {
    if (lines == folded_lines_)
        return;
    const bool was_foldable = foldable();
    folded_lines_ = lines;
    flow();
    if (foldable() != was_foldable)
        emit foldableChanged();
}

int TokenRow::lineHeight() const { return fontMetrics().height() + 10; }

int TokenRow::chipWidth(const QString& word) {
    auto known = widths_.constFind(word);
    if (known == widths_.constEnd())
        known = widths_.insert(word, std::min(kWidest, std::max(22, fontMetrics().horizontalAdvance(word) + 2 * kPadding)));
    return *known;
}

/// Widths only; `flow` puts the chips where the row's width lets them.
void TokenRow::measure() {
    chips_.resize(count() + static_cast<std::size_t>(outputs_.size()));
    one_line_width_ = 0;
    for (std::size_t i = 0; i < chips_.size(); ++i) {
        chips_[i].place = QRect(0, 0, chipWidth(wordOf(i)) + stepMarkWidth(stepOf(i)), lineHeight());
        const QString& tag = chips_[i].tag;
        chips_[i].tag_width = tag.isEmpty() ? 0 : QFontMetrics(themeFont(TextRole::Caption, true)).horizontalAdvance(tag) + kTagGap;
        one_line_width_ += chips_[i].place.width() + chips_[i].tag_width + gapBefore(i, i == 0);
    }
    flow();
    updateGeometry();
}

int TokenRow::gapBefore(std::size_t index, bool begins_line) const {
    if (begins_line)
        return 0;
    return chips_[index].joined ? kJoinedGap : chips_[index].tag.isEmpty() ? kGap : kGap + kBeforeTag;
}

void TokenRow::flow() {
    const int width = std::max(60, viewport()->width());
    int x = 0, y = 0;
    const bool was_foldable = foldable();
    n_lines_ = 1;
    for (std::size_t i = 0; i < chips_.size(); ++i) {
        Chip& chip = chips_[i];
        const int gap = gapBefore(i, x == 0);
        if (x > 0 && x + gap + chip.tag_width + chip.place.width() > width) {
            x = 0;
            y += lineHeight() + kLineGap;
            ++n_lines_;
        } else {
            x += gap;
        }
        x += chip.tag_width;
        chip.place.moveTo(x, y);
        x += chip.place.width();
    }
    const int shown = std::min(n_lines_, unfolded_ ? kUnfoldedLines : folded_lines_);
    wanted_height_ = shown * lineHeight() + (shown - 1) * kLineGap + 4;
    if (!resizing_)
        setFixedHeight(wanted_height_);
    const int content = n_lines_ * (lineHeight() + kLineGap) - kLineGap;
    verticalScrollBar()->setSingleStep(lineHeight() + kLineGap);
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setRange(0, std::max(0, content - (shown * (lineHeight() + kLineGap) - kLineGap)));
    viewport()->update();
    if (foldable() != was_foldable)
        emit foldableChanged();
}

QRect TokenRow::onScreen(const QRect& place) const {
    QRect rect = place.translated(0, 2 - verticalScrollBar()->value());
    if (right_to_left_)
        rect.moveLeft(viewport()->width() - place.right() - 1);
    return rect;
}

QRect TokenRow::chipRect(std::size_t index) const {
    return index < chips_.size() ? onScreen(chips_[index].place) : QRect();
}

std::pair<std::size_t, std::size_t> TokenRow::visibleChips() const {
    const int top = verticalScrollBar()->value() - lineHeight() - 4;
    const int bottom = verticalScrollBar()->value() + viewport()->height() + 4;
    const auto above = [](const Chip& chip, int y) { return chip.place.top() < y; };
    const auto first = std::lower_bound(chips_.begin(), chips_.end(), top, above);
    const auto last = std::lower_bound(first, chips_.end(), bottom, above);
    return {static_cast<std::size_t>(first - chips_.begin()), static_cast<std::size_t>(last - chips_.begin())};
}

std::optional<std::size_t> TokenRow::chipAt(const QPoint& position) const {
    const auto [first, last] = visibleChips();
    for (std::size_t i = first; i < last; ++i) {
        if (onScreen(chips_[i].place).contains(position))
            return i;
    }
    return {};
}

QSize TokenRow::sizeHint() const { return {std::max(160, one_line_width_ + 2), height()}; }
QSize TokenRow::minimumSizeHint() const { return {60, lineHeight() + 4}; }

void TokenRow::paintEvent(QPaintEvent*) {
    QPainter painter(viewport());
    painter.setRenderHint(QPainter::Antialiasing);
    const TokenPair& current = selection_->current();
    if (chips_.empty()) {
        painter.setFont(themeFont(TextRole::Caption));
        painter.setPen(themeOf(palette()).text_muted);
        painter.drawText(viewport()->rect(), Qt::AlignVCenter | Qt::AlignLeft, tr("Its tokens appear here."));
        return;
    }
    const auto [first, last] = visibleChips();
    for (std::size_t i = first; i < last; ++i)
        paintChip(painter, i, current);
}

void TokenRow::paintChip(QPainter& painter, std::size_t index, const TokenPair& current) const {
    const Theme& theme = themeOf(palette());
    const QRectF rect = QRectF(onScreen(chips_[index].place)).adjusted(1, 1, -1, -1);
    const bool output = index >= count();
    const bool special = output || (index < tokens_.special.size() && tokens_.special[index]);
    const bool is_query = !output && (role_ == RowRole::Query || role_ == RowRole::Both) && current.query == index;
    const bool is_key = !output && (role_ == RowRole::Key || role_ == RowRole::Both) && current.key == index;

    painter.setPen(output ? QPen(theme.text_muted, 1, Qt::DotLine) : QPen(Qt::NoPen));
    painter.setBrush(output ? QBrush(Qt::NoBrush) : QBrush(theme.chip));
    painter.drawRoundedRect(rect, kRadius, kRadius);
    painter.setBrush(Qt::NoBrush);
    if (is_query) {
        painter.setPen(QPen(theme.query, 2));
        painter.drawRoundedRect(rect, kRadius, kRadius);
    }
    if (is_key) {
        const double inset = is_query ? 3 : 0; // both: orange inside blue
        painter.setPen(QPen(theme.key, 2));
        painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), kRadius - inset / 2, kRadius - inset / 2);
    }
    if (hasFocus() && chosen() == index) {
        painter.setPen(QPen(theme.accent, 1, Qt::DotLine));
        painter.drawLine(rect.bottomLeft() + QPointF(6, -4), rect.bottomRight() + QPointF(-6, -4));
    }
    if (!chips_[index].tag.isEmpty()) {
        const int width = chips_[index].tag_width;
        const QRect place = chips_[index].place;
        painter.setFont(themeFont(TextRole::Caption, true));
        painter.setPen(theme.text_muted);
        painter.drawText(onScreen(QRect(place.left() - width, place.top(), width - kTagGap, place.height())), Qt::AlignCenter,
                         chips_[index].tag);
    }
    const int mark = stepMarkWidth(stepOf(index));
    if (mark > 0) {
        painter.setFont(stepFont());
        painter.setPen(theme.text_muted);
        painter.drawText(rect.adjusted(0, 2, -kPadding + 2, 0), Qt::AlignTop | Qt::AlignRight, QString::number(stepOf(index)));
    }
    painter.setPen(special ? theme.text_muted : theme.text);
    painter.setFont(font());
    const int room = chips_[index].place.width() - mark - 2 * kPadding + 4;
    const bool fits = chips_[index].place.width() - mark < kWidest;
    painter.drawText(rect.adjusted(0, 0, -mark, 0), Qt::AlignCenter,
                     fits ? wordOf(index) : fontMetrics().elidedText(wordOf(index), Qt::ElideMiddle, room));
}

/// A new width may need another height. Setting it while the viewport is being resized would leave the viewport behind.
bool TokenRow::event(QEvent* event) {
    if (event->type() != QEvent::Resize)
        return QAbstractScrollArea::event(event);
    resizing_ = true;
    const bool handled = QAbstractScrollArea::event(event);
    resizing_ = false;
    setFixedHeight(wanted_height_);
    return handled;
}

void TokenRow::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    flow();
}

void TokenRow::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) {
        widths_.clear();
        measure();
    }
}

TokenPair TokenRow::withToken(std::size_t index, bool as_key) const {
    TokenPair pair = selection_->pinned();
    const bool key = role_ == RowRole::Key || (role_ == RowRole::Both && as_key);
    (key ? pair.key : pair.query) = index;
    return pair;
}

std::optional<std::size_t> TokenRow::chosen() const {
    return role_ == RowRole::Key ? selection_->pinned().key : selection_->pinned().query;
}

bool TokenRow::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const auto index = chipAt(help->pos());
        if (!index)
            QToolTip::hideText();
        else if (*index >= count())
            QToolTip::showText(help->globalPos(), output_tool_tip_, this, chipRect(*index));
        else
            QToolTip::showText(help->globalPos(), details_ ? details_(*index) : tokens_.words[static_cast<qsizetype>(*index)],
                               this, chipRect(*index));
        return true;
    }
    if (event->type() == QEvent::Leave) {
        hovering_ = true; // back to what is pinned, but not there: a row that was scrolled stays where it is
        selection_->setHovered({});
        hovering_ = false;
    } else if (event->type() == QEvent::MouseMove || event->type() == QEvent::MouseButtonPress) {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        const auto index = role_ == RowRole::None ? std::nullopt : chipAt(mouse->position().toPoint());
        const bool as_key = mouse->modifiers() & Qt::ShiftModifier;
        hovering_ = true;
        if (event->type() == QEvent::MouseMove)
            selection_->setHovered(index && *index < count() ? withToken(*index, as_key) : TokenPair{});
        else if (index && *index < count() && mouse->button() == Qt::LeftButton)
            selection_->setPinned(withToken(*index, as_key));
        hovering_ = false;
        event->accept();
        return true;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

void TokenRow::keyPressEvent(QKeyEvent* event) {
    const bool forward = event->key() == (right_to_left_ ? Qt::Key_Left : Qt::Key_Right);
    const bool backward = event->key() == (right_to_left_ ? Qt::Key_Right : Qt::Key_Left);
    const bool edge = event->key() == Qt::Key_Home || event->key() == Qt::Key_End;
    if (role_ == RowRole::None || count() == 0 || !(forward || backward || edge)) {
        QAbstractScrollArea::keyPressEvent(event);
        return;
    }
    const bool as_key = event->modifiers() & Qt::ShiftModifier;
    const auto& pinned = selection_->pinned();
    const auto now = role_ == RowRole::Key || as_key ? pinned.key : pinned.query;
    std::size_t next = now.value_or(0);
    if (edge)
        next = event->key() == Qt::Key_Home ? 0 : count() - 1;
    else if (forward && now)
        next = std::min(next + 1, count() - 1);
    else if (backward && next > 0)
        --next;
    selection_->setPinned(withToken(next, as_key));
    scrollTo(next);
}

void TokenRow::focusInEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusInEvent(event);
    viewport()->update();
}

void TokenRow::focusOutEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusOutEvent(event);
    viewport()->update();
}

void TokenRow::followSelection() {
    const TokenPair& current = selection_->current();
    const auto index = role_ == RowRole::Key ? current.key : role_ == RowRole::None ? std::nullopt : current.query;
    if (index && !hovering_)
        scrollTo(*index);
    viewport()->update();
}

void TokenRow::scrollToEnd() { verticalScrollBar()->setValue(verticalScrollBar()->maximum()); }

void TokenRow::scrollTo(std::size_t index) {
    if (index >= chips_.size())
        return;
    const QRect& place = chips_[index].place;
    QScrollBar* const bar = verticalScrollBar();
    if (place.top() < bar->value())
        bar->setValue(place.top());
    else if (place.bottom() > bar->value() + viewport()->height())
        bar->setValue(place.bottom() - viewport()->height() + 4);
}

} // namespace headlight::ui
