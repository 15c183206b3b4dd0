#include "ui/heads/head_grid_delegate.h"

#include "ui/heads/head_cell.h"
#include "ui/heads/head_grid_model.h"
#include "ui/theme/head_colours.h"
#include "ui/theme/theme.h"

#include <QImage>
#include <QPainter>
#include <algorithm>

namespace headlight::ui {
namespace {

constexpr int kLeft = 4; // air left of the layer numbers

} // namespace

HeadGridDelegate::HeadGridDelegate(QObject* parent) : QStyledItemDelegate(parent), theme_(&Theme::light()) {}

void HeadGridDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const auto* model = static_cast<const HeadGridModel*>(index.model());
    if (!model->hasHead(index))
        return;
    HeadCell cell;
    cell.image = index.data(Qt::DecorationRole).value<QImage>();
    cell.label = index.data(HeadGridModel::LabelRole).toString();
    cell.value = index.data(HeadGridModel::ValueRole).toString();
    cell.under_mouse = option.state.testFlag(QStyle::State_MouseOver);
    cell.text_lines = cell.label.isEmpty() ? 0 : text_lines_;
    const HeadAddress head = model->headAt(index);
    if (const auto at = std::find(together_.begin(), together_.end(), head); at != together_.end())
        cell.ring = headColour(static_cast<std::size_t>(at - together_.begin()), *theme_);
    else if (option.state.testFlag(QStyle::State_Selected))
        cell.ring = theme_->accent;
    paintHeadCell(*painter, QRectF(option.rect), cell, themeFont(TextRole::Caption), *theme_);
}

HeadGridHeader::HeadGridHeader(Qt::Orientation orientation, QWidget* parent)
    : QHeaderView(orientation, parent), theme_(&Theme::light()) {
    setSectionResizeMode(QHeaderView::Fixed);
    setMinimumSectionSize(8);
    setHighlightSections(false);
    setSectionsClickable(false);
}

void HeadGridHeader::setTheme(const Theme& theme) {
    theme_ = &theme;
    ground_ = theme.window;
    viewport()->update();
}

void HeadGridHeader::setGround(const QColor& ground) {
    ground_ = ground;
    viewport()->update();
}

QSize HeadGridHeader::sizeHint() const {
    const QFontMetrics metrics(themeFont(TextRole::Caption));
    if (orientation() == Qt::Horizontal)
        return {0, metrics.height() + 4};
    return {metrics.horizontalAdvance(QString::number(std::max(10, count()))) + kLeft + 6, 0};
}

void HeadGridHeader::paintEvent(QPaintEvent*) {
    // Not QHeaderView's: it fills what lies behind the last section with the style's grey.
    QPainter painter(viewport());
    painter.fillRect(viewport()->rect(), ground_);
    for (int section = 0; section < count(); ++section) {
        const int begin = sectionViewportPosition(section);
        const int size = sectionSize(section);
        if (orientation() == Qt::Horizontal && begin + size >= 0 && begin <= viewport()->width())
            paintSection(&painter, QRect(begin, 0, size, viewport()->height()), section);
        else if (orientation() == Qt::Vertical && begin + size >= 0 && begin <= viewport()->height())
            paintSection(&painter, QRect(0, begin, viewport()->width(), size), section);
    }
}

void HeadGridHeader::paintSection(QPainter* painter, const QRect& rect, int section) const {
    const QString text = model()->headerData(section, orientation(), Qt::DisplayRole).toString();
    const QFont font = themeFont(TextRole::Caption);
    const QFontMetrics metrics(font);
    // The widest number decides whether all are shown, so that none is missing by chance.
    const int widest = metrics.horizontalAdvance(QString::number(count()));
    const bool every = orientation() == Qt::Vertical ? rect.height() >= metrics.height() - 2 : rect.width() >= widest + 4;
    if (!every && (section + 1) % 4 != 0)
        return;
    painter->setFont(font);
    painter->setPen(theme_->text_muted);
    const QRect room = orientation() == Qt::Vertical ? rect.adjusted(kLeft, 0, 0, 0)
                       : every                         ? rect
                                                       : rect.adjusted(-widest, 0, widest, 0);
    painter->drawText(room, orientation() == Qt::Vertical ? Qt::AlignLeft | Qt::AlignVCenter : Qt::AlignCenter, text);
}

} // namespace headlight::ui
