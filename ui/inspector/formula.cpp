#include "ui/inspector/formula.h"

#include "ui/theme/theme.h"

#include <QEvent>
#include <QFontMetricsF>
#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>

namespace headlight::ui {

namespace {

constexpr double kScriptSize = 0.72;
constexpr double kFractionSize = 0.9;
constexpr double kLineGap = 8.0;

struct Extent {
    double width = 0, ascent = 0, descent = 0;
};

QFont scaled(QFont font, double factor) {
    font.setPointSizeF(font.pointSizeF() * factor);
    return font;
}

QFont fontFor(const Formula& formula, QFont font) {
    font.setItalic(formula.italic);
    font.setWeight(formula.ink == Formula::Ink::Strong ? QFont::Bold : QFont::Normal);
    return font;
}

double axisHeight(const QFont& font) { return QFontMetricsF(font).xHeight() * 0.55; }

/// Measures a formula and, with a painter, draws it with its baseline's left end at `at`.
class Setter {
public:
    Setter(const Theme& theme, QPainter* painter, std::vector<FormulaLink>* links = nullptr)
        : theme_(theme)
        , painter_(painter)
        , links_(links) {}

    Extent set(const Formula& formula, const QFont& font, QPointF at) {
        const Extent extent = setPiece(formula, font, at);
        if (formula.link >= 0 && links_)
            links_->push_back({formula.link, QRectF(at.x(), at.y() - extent.ascent, extent.width, extent.ascent + extent.descent)});
        return extent;
    }

    Extent measure(const Formula& formula, const QFont& font) { return Setter(theme_, nullptr).set(formula, font, {}); }

private:
    Extent setPiece(const Formula& formula, const QFont& font, QPointF at) {
        switch (formula.kind) {
        case Formula::Kind::Text: return setText(formula, fontFor(formula, font), at);
        case Formula::Kind::Row: return setRow(formula, font, at);
        case Formula::Kind::Fraction: return setFraction(formula, scaled(font, kFractionSize), at, axisHeight(font));
        case Formula::Kind::Root: return setRoot(formula, font, at);
        case Formula::Kind::Subscript: return setScript(formula, font, at, QFontMetricsF(font).xHeight() * 0.35);
        case Formula::Kind::Superscript: return setScript(formula, font, at, -QFontMetricsF(font).xHeight() * 0.75);
        }
        return {};
    }

    QColor ink(Formula::Ink ink) const {
        switch (ink) {
        case Formula::Ink::Query: return theme_.query;
        case Formula::Ink::Key: return theme_.key;
        case Formula::Ink::Muted: return theme_.text_muted;
        case Formula::Ink::Plain:
        case Formula::Ink::Strong: return theme_.text;
        }
        return theme_.text;
    }

    Extent setText(const Formula& formula, const QFont& font, QPointF at) {
        const QFontMetricsF metrics(font);
        if (painter_) {
            painter_->setFont(font);
            painter_->setPen(ink(formula.ink));
            painter_->drawText(at, formula.text);
        }
        return {metrics.horizontalAdvance(formula.text), metrics.capHeight() + 2, metrics.descent() * 0.6};
    }

    Extent setRow(const Formula& formula, const QFont& font, QPointF at) {
        Extent all;
        for (const Formula& part : formula.parts) {
            const Extent extent = set(part, font, at + QPointF(all.width, 0));
            all.width += extent.width;
            all.ascent = std::max(all.ascent, extent.ascent);
            all.descent = std::max(all.descent, extent.descent);
        }
        return all;
    }

    Extent setFraction(const Formula& formula, const QFont& font, QPointF at, double axis) {
        const Extent above = measure(formula.parts[0], font), below = measure(formula.parts[1], font);
        const double width = std::max(above.width, below.width) + 4;
        set(formula.parts[0], font, at + QPointF((width - above.width) / 2, -axis - 3 - above.descent));
        set(formula.parts[1], font, at + QPointF((width - below.width) / 2, -axis + 3 + below.ascent));
        if (painter_) {
            painter_->setPen(QPen(theme_.text, 1));
            painter_->drawLine(at + QPointF(0, -axis), at + QPointF(width, -axis));
        }
        return {width, axis + 3 + above.descent + above.ascent, std::max(0.0, 3 + below.ascent + below.descent - axis)};
    }

    Extent setRoot(const Formula& formula, const QFont& font, QPointF at) {
        const Extent inner = measure(formula.parts[0], font);
        const double hook = QFontMetricsF(font).xHeight();
        const double top = inner.ascent + 2;
        set(formula.parts[0], font, at + QPointF(hook + 1, 0));
        if (painter_) {
            QPainterPath path(at + QPointF(0, -top * 0.45));
            path.lineTo(at + QPointF(hook * 0.25, -top * 0.52));
            path.lineTo(at + QPointF(hook * 0.55, inner.descent * 0.6));
            path.lineTo(at + QPointF(hook, -top));
            path.lineTo(at + QPointF(hook + inner.width + 2, -top));
            painter_->setBrush(Qt::NoBrush);
            painter_->setPen(QPen(theme_.text, 1.1, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
            painter_->drawPath(path);
        }
        return {hook + inner.width + 3, top + 1, inner.descent};
    }

    Extent setScript(const Formula& formula, const QFont& font, QPointF at, double drop) {
        const QFont small = scaled(font, kScriptSize);
        const Extent base = set(formula.parts[0], font, at);
        const Extent script = set(formula.parts[1], small, at + QPointF(base.width + 0.5, drop));
        return {base.width + script.width + 1, std::max(base.ascent, script.ascent - drop),
                std::max(base.descent, script.descent + drop)};
    }

    const Theme& theme_;
    QPainter* painter_;
    std::vector<FormulaLink>* links_;
};

} // namespace

Formula word(const QString& text, Formula::Ink ink) {
    Formula formula;
    formula.text = text;
    formula.ink = ink;
    return formula;
}

Formula symbol(const QString& name, Formula::Ink ink) {
    Formula formula = word(name, ink);
    formula.italic = true;
    return formula;
}

namespace {
Formula compose(Formula::Kind kind, std::vector<Formula> parts) {
    Formula formula;
    formula.kind = kind;
    formula.parts = std::move(parts);
    return formula;
}
} // namespace

Formula row(std::vector<Formula> parts) { return compose(Formula::Kind::Row, std::move(parts)); }
Formula fraction(Formula above, Formula below) {
    return compose(Formula::Kind::Fraction, {std::move(above), std::move(below)});
}
Formula root(Formula radicand) { return compose(Formula::Kind::Root, {std::move(radicand)}); }
Formula subscript(Formula base, Formula script) {
    return compose(Formula::Kind::Subscript, {std::move(base), std::move(script)});
}
Formula superscript(Formula base, Formula script) {
    return compose(Formula::Kind::Superscript, {std::move(base), std::move(script)});
}

Formula linked(Formula piece, int link) {
    piece.link = link;
    return piece;
}

QString plainText(const Formula& formula) {
    switch (formula.kind) {
    case Formula::Kind::Text: return formula.text;
    case Formula::Kind::Row: {
        QString text;
        for (const Formula& part : formula.parts)
            text += plainText(part);
        return text;
    }
    case Formula::Kind::Fraction: return plainText(formula.parts[0]) + QStringLiteral(" / ") + plainText(formula.parts[1]);
    case Formula::Kind::Root: return QStringLiteral("√") + plainText(formula.parts[0]);
    case Formula::Kind::Subscript: return plainText(formula.parts[0]) + QLatin1Char('_') + plainText(formula.parts[1]);
    case Formula::Kind::Superscript: return plainText(formula.parts[0]) + QLatin1Char('^') + plainText(formula.parts[1]);
    }
    return {};
}

FormulaView::FormulaView(QWidget* parent)
    : QWidget(parent) {
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setMouseTracking(true);
}

void FormulaView::setFormulas(std::vector<Formula> formulas) {
    formulas_ = std::move(formulas);
    hovered_ = -1;
    setFocusPolicy(links().empty() ? Qt::NoFocus : Qt::StrongFocus);
    focused_ = std::min(focused_, static_cast<int>(links().size()) - 1);
    QStringList lines;
    for (const Formula& formula : formulas_)
        lines.append(plainText(formula));
    setAccessibleDescription(lines.join(QLatin1Char('\n')));
    updateGeometry();
    update();
}

QFont FormulaView::formulaFont() const {
    QFont font = themeFont(TextRole::Body);
    font.setFamilies({QStringLiteral("STIX Two Text"), QStringLiteral("DejaVu Serif"), QStringLiteral("Noto Serif"),
                      QStringLiteral("serif")});
    return font;
}

QSize FormulaView::sizeHint() const {
    Setter setter(themeOf(palette()), nullptr);
    double width = 0, height = 0;
    for (const Formula& formula : formulas_) {
        const Extent extent = setter.measure(formula, formulaFont());
        width = std::max(width, extent.width);
        height += extent.ascent + extent.descent + kLineGap;
    }
    return QSizeF(width + 2, height).toSize();
}

QSize FormulaView::minimumSizeHint() const { return {80, sizeHint().height()}; }

/// Draws and finds links in one pass over the same layout; either may be left out.
void FormulaView::set(QPainter* painter, std::vector<FormulaLink>* links) const {
    Setter setter(themeOf(palette()), painter, links);
    double y = 0;
    for (const Formula& formula : formulas_) {
        QFont font = formulaFont();
        const Extent wanted = setter.measure(formula, font);
        // Widths do not shrink quite in proportion to the type's size, so ask again.
        for (double now = wanted.width; now > width() - 4 && font.pointSizeF() > 2; now = setter.measure(formula, font).width)
            font = scaled(font, std::min(0.97, (width() - 4) / now));
        setter.set(formula, font, {1, y + wanted.ascent});
        y += wanted.ascent + wanted.descent + kLineGap;
    }
}

std::vector<FormulaLink> FormulaView::links() const {
    std::vector<FormulaLink> found;
    set(nullptr, &found);
    return found;
}

void FormulaView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Theme& theme = themeOf(palette());
    const std::vector<FormulaLink> all = links();
    for (std::size_t i = 0; i < all.size(); ++i) {
        const bool marked = static_cast<int>(i) == hovered_ || (hasFocus() && static_cast<int>(i) == focused_);
        const QRectF box = all[i].rect.adjusted(-2, -1, 2, 1);
        if (marked) {
            painter.setPen(hasFocus() && static_cast<int>(i) == focused_ ? QPen(theme.accent, 1) : QPen(Qt::NoPen));
            painter.setBrush(theme.chip);
            painter.drawRoundedRect(box, 3, 3);
        }
        painter.setPen(QPen(theme.text_muted, 1, Qt::DotLine));
        painter.drawLine(all[i].rect.bottomLeft() + QPointF(0, 1), all[i].rect.bottomRight() + QPointF(0, 1));
    }
    set(&painter, nullptr);
}

int FormulaView::linkAt(QPointF at) const {
    const std::vector<FormulaLink> all = links();
    int found = -1;
    for (std::size_t i = 0; i < all.size(); ++i) // the smallest wins where one lies in another
        if (all[i].rect.adjusted(-3, -3, 3, 3).contains(at) &&
            (found < 0 || all[i].rect.width() < all[static_cast<std::size_t>(found)].rect.width()))
            found = static_cast<int>(i);
    return found;
}

void FormulaView::mouseMoveEvent(QMouseEvent* event) {
    const int link = linkAt(event->position());
    setCursor(link >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (link == hovered_)
        return;
    hovered_ = link;
    update();
}

void FormulaView::mousePressEvent(QMouseEvent* event) {
    if (const int link = linkAt(event->position()); link >= 0 && event->button() == Qt::LeftButton)
        emit linkActivated(links()[static_cast<std::size_t>(link)].link);
}

void FormulaView::leaveEvent(QEvent*) {
    hovered_ = -1;
    update();
}

void FormulaView::keyPressEvent(QKeyEvent* event) {
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter || event->key() == Qt::Key_Space;
    const std::vector<FormulaLink> all = links();
    if (enter && focused_ >= 0 && static_cast<std::size_t>(focused_) < all.size())
        emit linkActivated(all[static_cast<std::size_t>(focused_)].link);
    else
        QWidget::keyPressEvent(event);
}

void FormulaView::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    if (event->reason() == Qt::BacktabFocusReason)
        focused_ = static_cast<int>(links().size()) - 1;
    else if (event->reason() == Qt::TabFocusReason || focused_ < 0)
        focused_ = 0;
}

/// Tab goes from link to link before it leaves.
bool FormulaView::focusNextPrevChild(bool next) {
    const int to = focused_ + (next ? 1 : -1);
    if (to < 0 || to >= static_cast<int>(links().size()))
        return QWidget::focusNextPrevChild(next);
    focused_ = to;
    update();
    return true;
}

void FormulaView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        updateGeometry();
}

} // namespace headlight::ui
