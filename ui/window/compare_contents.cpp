// What the page Compare says of a pair of tokens, hands over as figures, tables and settings, and tells from
// one side to the other.
#include "ui/window/compare_pane.h"

#include "ui/export/composed_figure.h"
#include "ui/heatmap/readout.h"
#include "ui/heatmap/token_label.h"
#include "ui/table/view_tables.h"
#include "ui/window/compare_bar.h"

#include <QLabel>
#include <QLineEdit>

namespace headlight::ui {

QString ComparePane::numbers() const {
    const TokenPair& pair = selection_->current();
    if (comparison_.empty() || !pair.query || !pair.key)
        return {};
    const HeadMap& map = comparison_.a;
    if (*pair.query >= map.nRows() || *pair.key >= map.nColumns())
        return {};
    const auto word = [](const AxisTokens& tokens, std::size_t i) {
        return visibleWord(tokens.words.value(static_cast<qsizetype>(i)));
    };
    const auto weight = [](const HeadMap& of, std::size_t row, std::size_t column) {
        return static_cast<double>(of.shown()->tile({row, row + 1}, {column, column + 1}).data()[0]);
    };
    const double a = weight(map, *pair.query, *pair.key);
    const QString looks =
        tr("“%1” looks at “%2”: A %3")
            .arg(word(map.queries, *pair.query), word(map.keys, *pair.key), exactWeightText(a));
    const auto row = comparison_.inB(comparison_.rows, *pair.query);
    const auto column = comparison_.inB(comparison_.columns, *pair.key);
    if (!row || !column)
        return tr("%1, no partner in B").arg(looks);
    const double b = weight(comparison_.b, *row, *column);
    return tr("%1, B %2, A − B %3").arg(looks, exactWeightText(b), exactWeightText(a - b));
}

/// The window's tokens, and with them A and the difference, are others: B shows their partners.
void ComparePane::tellB() {
    if (!isVisible())
        return;
    numbers_->setText(numbers());
    if (in_step_ || comparison_.empty())
        return;
    in_step_ = true;
    const auto partner = [this](const TokenPair& pair) {
        TokenPair other;
        if (pair.query)
            other.query = comparison_.inB(comparison_.rows, *pair.query);
        if (pair.key)
            other.key = comparison_.inB(comparison_.columns, *pair.key);
        return other;
    };
    other_selection_.setHovered(partner(selection_->hovered()));
    other_selection_.setPinned(partner(selection_->pinned()));
    in_step_ = false;
}

void ComparePane::tellA() {
    if (in_step_ || comparison_.empty())
        return;
    in_step_ = true;
    const auto partner = [this](const TokenPair& pair) {
        TokenPair mine;
        if (pair.query)
            mine.query = comparison_.inA(comparison_.rows, *pair.query);
        if (pair.key)
            mine.key = comparison_.inA(comparison_.columns, *pair.key);
        return mine;
    };
    selection_->setHovered(partner(other_selection_.hovered()));
    if (const TokenPair pinned = partner(other_selection_.pinned()); pinned.query && pinned.key)
        selection_->setPinned(pinned);
    in_step_ = false;
}

std::vector<FigureSubject> ComparePane::figures() const {
    if (comparison_.empty())
        return {};
    ComposedRequest all;
    all.maps = {comparison_.a, comparison_.b, comparison_.difference};
    all.settings = differenceSettings();
    ExportRequest difference;
    difference.map = comparison_.difference;
    difference.settings = differenceSettings();
    const QString stem = comparison_.a.model_name.section(QLatin1Char('/'), -1) + QStringLiteral("-compared");
    std::vector<FigureSubject> subjects = {composedSubject(all, tr("A, B and their difference"), stem),
                                           headSubject(difference)};
    subjects.back().name = tr("The difference alone");
    subjects.back().stem = stem + QStringLiteral("-difference");
    return subjects;
}

PictureTables ComparePane::tables() const {
    PictureTables tables;
    if (comparison_.empty())
        return tables;
    const auto choose = [this, trace = comparison_.a.trace](std::size_t query, std::size_t key) {
        if (comparison_.a.trace == trace)
            selection_->setPinned({query, key});
    };
    addTable(tables, tr("Difference of A and B"), tableOfMap(comparison_.difference, choose, selection_->pinned()));
    addTable(tables, tr("A: %1").arg(headTitle(comparison_.a.head)), tableOfMap(comparison_.a, choose, selection_->pinned()));
    addTable(tables, tr("B: %1").arg(headTitle(comparison_.b.head)), tableOfMap(comparison_.b, {}, other_selection_.pinned()));
    return tables;
}

QJsonObject ComparePane::state() const {
    return {{QStringLiteral("text"), otherText()->text()},
            {QStringLiteral("model"), other_.model()},
            {QStringLiteral("layer"), static_cast<int>(bar_->layer().value) + 1},
            {QStringLiteral("head"), static_cast<int>(bar_->head().value) + 1}};
}

void ComparePane::setState(const QJsonObject& state) {
    otherText()->setText(state[QStringLiteral("text")].toString(otherText()->text()));
    const QString model = state[QStringLiteral("model")].toString(other_.model());
    if (model != other_.model())
        chooseModel(model);
    bar_->setHead(state[QStringLiteral("layer")].toInt(), state[QStringLiteral("head")].toInt());
}

} // namespace headlight::ui
