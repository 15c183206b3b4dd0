#include "ui/inspector/softmax_card.h"

#include "ui/inspector/bar_list.h"
#include "ui/inspector/card.h"
#include "ui/inspector/pair_numbers.h"
#include "ui/theme/figures.h"

#include <QFrame>
#include <QLabel>
#include <QLayout>

namespace headlight::ui {

SoftmaxCard::SoftmaxCard(QWidget* parent)
    : QWidget(parent) {
    layOutPart(this);
    title_ = makeSectionLabel(
        tr("Softmax: weight of key j = e^score(j) / sum over all keys of e^score; a row sums to 1."));
    layout()->addWidget(title_);
    QFrame* const card = makeCard();
    layout()->addWidget(card);
    list_ = new BarList(BarInk::Key);
    list_->setClickable(true);
    list_->setAccessibleName(tr("Attention weights of the selected row"));
    card->layout()->addWidget(list_);
    connect(list_, &BarList::rowHovered, this, [this](int row) { emit keyHovered(keyOf(row)); });
    connect(list_, &BarList::rowClicked, this, [this](int row) {
        if (const auto key = keyOf(row))
            emit keyChosen(*key);
    });
}

std::optional<std::size_t> SoftmaxCard::keyOf(int list_row) const {
    if (list_row < 0 || static_cast<std::size_t>(list_row) >= keys_.size())
        return std::nullopt;
    return keys_[static_cast<std::size_t>(list_row)];
}

int SoftmaxCard::frameHeight() const {
    return sizeHint().height() - list_->sizeHint().height();
}

void SoftmaxCard::showRow(const RunSnapshot& snapshot, const HeadAddress& head, std::size_t query,
                          std::optional<std::size_t> key, std::size_t n_rows) {
    const AxisTokens& keys = snapshot.keys(head.kind);
    const std::vector<float> weights = rowWeights(snapshot.trace(), head, query);
    const RowExcerpt excerpt = excerptRow(weights, n_rows, key.value_or(weights.size()));
    title_->setText(tr("softmax of “%1” over %2")
                        .arg(shortWord(wordAt(snapshot.queries(head.kind), query)).toHtmlEscaped(),
                             keys.name.isEmpty() ? tr("the text") : keys.name.toHtmlEscaped()));
    std::vector<BarRow> rows;
    keys_ = excerpt.shown;
    for (const std::size_t index : excerpt.shown) {
        const double weight = static_cast<double>(weights[index]);
        BarRow row;
        row.label = wordAt(keys, index);
        row.number = weightText(weight);
        row.fraction = weight;
        row.strong = key == index;
        row.muted = index < keys.special.size() && keys.special[index];
        row.tool_tip = tr("“%1” at position %2: weight %3").arg(row.label).arg(index).arg(weight, 0, 'g', 9);
        rows.push_back(std::move(row));
    }
    if (excerpt.n_rest > 0) {
        BarRow row;
        row.label = tr("%1 more, together").arg(excerpt.n_rest);
        row.number = weightText(excerpt.rest);
        row.muted = true;
        row.no_bar = true;
        rows.push_back(std::move(row));
    }
    list_->setRows(std::move(rows));
}

} // namespace headlight::ui
