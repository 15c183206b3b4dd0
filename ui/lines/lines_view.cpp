#include "ui/lines/lines_view.h"

#include "ui/heatmap/axis_labels.h"
#include "ui/lines/lines_painter.h"
#include "ui/theme/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <cmath>

namespace headlight::ui {
namespace {

constexpr double kDragBegins = 4.0;    // pixels
constexpr double kScrollANotch = 60.0; // pixels
/// Lines of so many weights are computed where they are asked for, so that typing never flickers.
constexpr std::size_t kAtOnce = std::size_t{64} * 64 * 4;

bool sameTokens(const HeadMap& a, const HeadMap& b) {
    return !a.empty() && !b.empty() && a.head.kind == b.head.kind &&
           a.queries.words.size() == b.queries.words.size() && a.keys.words.size() == b.keys.words.size();
}

} // namespace

LinesView::LinesView(Selection* selection, QWidget* parent)
    : QWidget(parent)
    , selection_(selection)
    , theme_(&Theme::light())
    , fonts_(screenFonts())
    , empty_text_(tr("Here lines will show which token looks at which.\nType a text above.")) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_OpaquePaintEvent);
    connect(selection_, &Selection::tokensChanged, this, [this] {
        isolate();
        updateAccessibility();
        update();
    });
    updateAccessibility();
}

LinesView::~LinesView() = default;

void LinesView::setHeads(const HeadMap& map, const std::vector<HeadAddress>& others) {
    const bool keep_place = sameTokens(map_, map);
    map_ = map;
    heads_.assign(1, map.head);
    for (const HeadAddress& other : others)
        if (other.kind == map.head.kind && std::find(heads_.begin(), heads_.end(), other) == heads_.end())
            heads_.push_back(other);
    layOut();
    if (!keep_place) {
        set_.reset();
        layout_.fit(whole_);
    }
    request();
    updateAccessibility();
    update();
}

void LinesView::setRule(const LineRule& rule) {
    if (rule == rule_)
        return;
    rule_ = rule;
    request();
}

void LinesView::setTheme(const Theme& theme) {
    theme_ = &theme;
    update();
}

void LinesView::setEmptyText(const QString& text) {
    empty_text_ = text;
    update();
}

void LinesView::toggleFit() {
    whole_ = !whole_;
    layout_.fit(whole_);
    update();
}

void LinesView::layOut() {
    const double row_height = layout_.row_height;
    const double scroll = layout_.scroll;
    layout_ = layoutLines(
        rect(), {longestWord(map_.queries.words, fonts_.body), longestWord(map_.keys.words, fonts_.body)},
        fonts_, {.title = true});
    if (map_.empty())
        return;
    layout_.n_queries = map_.trace->nQueries(map_.head.kind);
    layout_.n_keys = map_.trace->nKeys(map_.head.kind);
    layout_.row_height = std::clamp(row_height, layout_.fittingRow(), layout_.tallest_row);
    layout_.setScroll(scroll);
}

void LinesView::request() {
    runner_.cancel();
    if (map_.empty()) {
        set_.reset();
        return;
    }
    const LineRequest request{map_.trace, heads_, rule_};
    if (layout_.n_queries * layout_.n_keys * heads_.size() <= kAtOnce) {
        accept(attentionLines(request));
        return;
    }
    runner_.start<LineSetPtr>(
        [request](const RunControl& control) -> Result<LineSetPtr> {
            LineSetPtr set = attentionLines(request, control.stop);
            return set ? Result<LineSetPtr>(std::move(set)) : Result<LineSetPtr>(cancelledError());
        },
        [this](Result<LineSetPtr> set) {
            if (set.ok())
                accept(std::move(set).value());
        });
}

void LinesView::accept(const LineSetPtr& set) {
    set_ = set;
    isolate();
    updateAccessibility();
    update();
    emit linesReady();
}

/// What is looked at stands alone: the hovered word, else the pinned one.
void LinesView::isolate() {
    isolated_lines_.clear();
    const TokenPair& pair = selection_->current();
    if (map_.empty() || !set_ || (!pair.query && !pair.key))
        return;
    if (pair.query && *pair.query < layout_.n_queries)
        isolated_lines_ = linesOfQuery(set_->request, *pair.query);
    else if (pair.key && *pair.key < layout_.n_keys)
        isolated_lines_ = linesOfKey(set_->request, *pair.key);
}

LinesScene LinesView::scene() const {
    LinesScene scene;
    scene.map = &map_;
    scene.theme = theme_;
    scene.fonts = fonts_;
    scene.layout = layout_;
    scene.set = set_;
    const TokenPair& pair = selection_->current();
    if (pair.query && *pair.query < layout_.n_queries)
        scene.isolated.query = pair.query;
    else if (pair.key && *pair.key < layout_.n_keys)
        scene.isolated.key = pair.key;
    scene.isolated_lines = isolated_lines_;
    scene.pinned = selection_->pinned();
    return scene;
}

void LinesView::updateAccessibility() {
    setAccessibleName(map_.empty() ? tr("Lines, empty") : tr("Lines: %1").arg(headTitle(map_.head)));
    setAccessibleDescription(set_ ? linesSubtitle(map_, *set_) : empty_text_);
}

void LinesView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), theme_->canvas);
    if (!map_.empty() && set_) {
        paintLines(painter, scene());
        return;
    }
    painter.setFont(fonts_.body);
    painter.setPen(theme_->text_muted);
    painter.drawText(rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap,
                     map_.empty() ? empty_text_ : tr("Choosing the lines worth drawing…"));
}

void LinesView::resizeEvent(QResizeEvent*) {
    layOut();
    if (whole_)
        layout_.fit(true);
}

bool LinesView::event(QEvent* event) {
    if (event->type() == QEvent::FontChange || event->type() == QEvent::ApplicationFontChange) {
        fonts_ = screenFonts();
        layOut();
        update();
    }
    return QWidget::event(event);
}

TokenPair LinesView::tokenAt(const QPointF& position) const {
    if (map_.empty() || !layout_.area.contains(position))
        return {};
    TokenPair pair;
    if (position.x() <= layout_.left_edge)
        pair.query = layout_.tokenAt(position.y(), layout_.n_queries);
    else if (position.x() >= layout_.right_edge)
        pair.key = layout_.tokenAt(position.y(), layout_.n_keys);
    return pair;
}

void LinesView::wheelEvent(QWheelEvent* event) {
    const double notches = event->angleDelta().y() / 120.0;
    if (event->modifiers() & Qt::ControlModifier) {
        layout_.zoomAt(event->position().y(), std::pow(1.2, notches));
        whole_ = false;
    } else {
        const double pixels =
            event->pixelDelta().isNull() ? kScrollANotch * notches : double(event->pixelDelta().y());
        layout_.setScroll(layout_.scroll - pixels);
    }
    selection_->setHovered(tokenAt(event->position()));
    update();
    event->accept();
}

void LinesView::mousePressEvent(QMouseEvent* event) {
    pressed_ = event->button() == Qt::LeftButton;
    dragging_ = false;
    press_ = event->position();
    press_scroll_ = layout_.scroll;
}

void LinesView::mouseMoveEvent(QMouseEvent* event) {
    if (pressed_ && std::abs(event->position().y() - press_.y()) > kDragBegins)
        dragging_ = true;
    if (dragging_) {
        layout_.setScroll(press_scroll_ - (event->position().y() - press_.y()));
        update();
        return;
    }
    selection_->setHovered(tokenAt(event->position()));
}

void LinesView::mouseReleaseEvent(QMouseEvent* event) {
    const bool click = pressed_ && !dragging_;
    pressed_ = dragging_ = false;
    if (click)
        selection_->setPinned(tokenAt(event->position()));
}

void LinesView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton)
        toggleFit();
}

void LinesView::leaveEvent(QEvent*) {
    selection_->setHovered({});
}

void LinesView::movePinned(std::ptrdiff_t steps, bool keys) {
    const std::size_t n_tokens = keys ? layout_.n_keys : layout_.n_queries;
    if (n_tokens == 0)
        return;
    const TokenPair& now = selection_->pinned();
    const std::optional<std::size_t> at = keys ? now.key : now.query;
    const std::ptrdiff_t wanted = at ? static_cast<std::ptrdiff_t>(*at) + steps : 0;
    const auto token = static_cast<std::size_t>(
        std::clamp<std::ptrdiff_t>(wanted, 0, static_cast<std::ptrdiff_t>(n_tokens) - 1));
    TokenPair pair;
    (keys ? pair.key : pair.query) = token;
    layout_.reveal(token);
    selection_->setPinned(pair);
}

void LinesView::keyPressEvent(QKeyEvent* event) {
    const bool keys = selection_->pinned().key.has_value() && !selection_->pinned().query.has_value();
    switch (event->key()) {
    case Qt::Key_Up:
        movePinned(-1, keys);
        break;
    case Qt::Key_Down:
        movePinned(1, keys);
        break;
    case Qt::Key_Left:
        movePinned(0, false);
        break;
    case Qt::Key_Right:
        movePinned(0, true);
        break;
    case Qt::Key_PageUp:
        layout_.setScroll(layout_.scroll - layout_.area.height());
        update();
        break;
    case Qt::Key_PageDown:
        layout_.setScroll(layout_.scroll + layout_.area.height());
        update();
        break;
    case Qt::Key_Home:
        layout_.setScroll(0.0);
        update();
        break;
    case Qt::Key_End:
        layout_.setScroll(layout_.largestScroll());
        update();
        break;
    default:
        QWidget::keyPressEvent(event);
    }
}

} // namespace headlight::ui
