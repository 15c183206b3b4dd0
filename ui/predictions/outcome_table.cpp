#include "ui/predictions/outcome_table.h"

#include "core/checkpoint/safetensors.h"
#include "core/trace/write_numbers.h"
#include "ui/plots/panel_figure.h"
#include "ui/theme/figures.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <memory>

namespace headlight::ui {
namespace {

constexpr std::size_t kFigureRows = 20;

QString tr(const char* source) {
    return QCoreApplication::translate("headlight::ui::OutcomeTable", source);
}

enum class Column { Rank, Word, Token, Id, Logit, Probability, Cumulative };

struct Rows {
    RankedOutcomesPtr outcomes;
    std::optional<std::vector<std::size_t>> ranks;
    std::vector<Column> columns;
    [[nodiscard]] std::size_t rankOf(std::size_t row) const { return ranks ? (*ranks)[row] : row; }
};

ListColumn describe(Column column, bool tokens) {
    using Kind = ListColumn::Kind;
    switch (column) {
    case Column::Rank:
        return {tr("rank"), tr("By logit, from 1"), Kind::Count};
    case Column::Word:
        return {tokens ? tr("word") : tr("class")};
    case Column::Token:
        return {tr("token"),
                tr("As the vocabulary spells it: ▁ or Ġ stand for a blank before the word, ## for none")};
    case Column::Id:
        return {tokens ? tr("id") : tr("number"), tr("The number the model knows it by"), Kind::Whole};
    case Column::Logit:
        return {tr("logit"), tr("What the model's last layer gives, before the softmax"), Kind::Number};
    case Column::Probability:
        return {tr("probability"), tr("e^logit / Σ e^logit over the whole vocabulary"), Kind::Weight, 5};
    case Column::Cumulative:
        return {tr("cumulative"), tr("Sum of the probabilities from rank 1 to here"), Kind::Weight, 5};
    }
    return {};
}

QVariant valueOf(const Rows& rows, std::size_t row, Column column) {
    const RankedOutcomes& outcomes = *rows.outcomes;
    const std::size_t rank = rows.rankOf(row);
    const TokenId id = outcomes.order[rank];
    switch (column) {
    case Column::Rank:
        return static_cast<qulonglong>(rank + 1);
    case Column::Word:
        return outcomes.word(rank);
    case Column::Token:
        return QString::fromStdString(outcomes.snapshot->model().describe({id}).tokens.front());
    case Column::Id:
        return static_cast<qlonglong>(id);
    case Column::Logit:
        return outcomes.logits[static_cast<std::size_t>(id)];
    case Column::Probability:
        return outcomes.probabilities[rank];
    case Column::Cumulative:
        return outcomes.cumulative[rank];
    }
    return {};
}

Tensor ranked(const RankedOutcomes& outcomes, const std::function<double(std::size_t rank)>& number) {
    Tensor all(Shape{outcomes.size()});
    for (std::size_t rank = 0; rank < outcomes.size(); ++rank)
        all.span()[rank] = static_cast<float>(number(rank));
    return all;
}

/// Bars as long as their share of the longest.
PlotPanel panelOf(const OutcomeFigure& figure) {
    const RankedOutcomes& outcomes = *figure.outcomes;
    const Rows rows{figure.outcomes, figure.ranks, {}};
    const std::size_t n_rows = figure.ranks ? figure.ranks->size() : outcomes.size();
    const bool probable = !outcomes.probabilities.empty();
    BarPlot plot;
    plot.columns = {{tr("rank"), {}, false}, {tr("logit"), {}, false}};
    if (probable)
        plot.columns.push_back({tr("probability"), {}, true});
    double longest = 0.0;
    for (std::size_t row = 0; probable && row < std::min(n_rows, kFigureRows); ++row)
        longest = std::max(longest, outcomes.probabilities[rows.rankOf(row)]);
    for (std::size_t row = 0; row < std::min(n_rows, kFigureRows); ++row) {
        const std::size_t rank = rows.rankOf(row);
        const float logit = outcomes.logits[static_cast<std::size_t>(outcomes.order[rank])];
        BarPlot::Row bar;
        bar.word = outcomes.word(rank);
        bar.strong = outcomes.actual == rank;
        bar.numbers = {QLocale().toString(static_cast<qulonglong>(rank + 1)), numberText(double(logit))};
        bar.fractions = {0.0, 0.0};
        bar.values = {double(rank + 1), double(logit)};
        if (probable) {
            bar.numbers.push_back(weightText(outcomes.probabilities[rank], 5));
            bar.fractions.push_back(longest > 0.0 ? outcomes.probabilities[rank] / longest : 0.0);
            bar.values.push_back(outcomes.probabilities[rank]);
        }
        plot.rows.push_back(std::move(bar));
    }
    PlotPanel panel;
    panel.title = figure.title;
    panel.note = n_rows > kFigureRows ? tr("The first %1 of %2.")
                                            .arg(kFigureRows)
                                            .arg(QLocale().toString(static_cast<qulonglong>(n_rows)))
                                      : QString();
    if (outcomes.actual && outcomes.tokens)
        panel.note +=
            (panel.note.isEmpty() ? QString() : QStringLiteral(" ")) + tr("Bold: the word that is there.");
    panel.wide = true;
    panel.plot = std::move(plot);
    return panel;
}

} // namespace

ListTable outcomeTable(const RankedOutcomesPtr& outcomes, std::optional<std::vector<std::size_t>> ranks) {
    ListTable table;
    if (!outcomes)
        return table;
    auto rows = std::make_shared<Rows>(Rows{outcomes, std::move(ranks), {Column::Rank, Column::Word}});
    if (outcomes->tokens)
        rows->columns.push_back(Column::Token);
    rows->columns.insert(rows->columns.end(), {Column::Id, Column::Logit});
    if (!outcomes->probabilities.empty())
        rows->columns.push_back(Column::Probability);
    if (!outcomes->cumulative.empty())
        rows->columns.push_back(Column::Cumulative);
    for (const Column column : rows->columns)
        table.columns.push_back(describe(column, outcomes->tokens));
    table.n_rows = rows->ranks ? rows->ranks->size() : outcomes->size();
    table.value = [rows](std::size_t row, std::size_t column) {
        return valueOf(*rows, row, rows->columns[column]);
    };
    return table;
}

Result<void> writeOutcomes(const RankedOutcomesPtr& outcomes, FigureFormat format,
                           const std::filesystem::path& path, const RunControl& control) {
    if (format == FigureFormat::Csv)
        return writeListCsv(outcomeTable(outcomes), path, control);
    if (format == FigureFormat::Npy)
        return writeNpy(path, Tensor::fromVector({outcomes->logits.size()}, outcomes->logits));
    const RankedOutcomes& all = *outcomes;
    std::vector<std::pair<std::string, Tensor>> tensors;
    tensors.emplace_back("id", ranked(all, [&](std::size_t rank) { return double(all.order[rank]); }));
    tensors.emplace_back("logit", ranked(all, [&](std::size_t rank) {
                             return double(all.logits[static_cast<std::size_t>(all.order[rank])]);
                         }));
    if (!all.probabilities.empty())
        tensors.emplace_back("probability",
                             ranked(all, [&](std::size_t rank) { return all.probabilities[rank]; }));
    if (!all.cumulative.empty())
        tensors.emplace_back("cumulative",
                             ranked(all, [&](std::size_t rank) { return all.cumulative[rank]; }));
    std::vector<SafetensorsItem> items;
    for (const auto& [name, tensor] : tensors)
        items.push_back({name, tensor.shape(), tensor.span()});
    const Model& model = all.snapshot->model();
    return writeSafetensors(path, items,
                            {{"model", model.name()},
                             {"model_hash", model.identityHash()},
                             {"text", all.snapshot->wholeText().toStdString()},
                             {"position", std::to_string(all.row)}});
}

FigureSubject outcomeSubject(const OutcomeFigure& figure) {
    FigureSubject subject = panelSubjects({panelOf(figure)}, figure.title, figure.stem, figure.about).front();
    subject.name = tr("The predictions");
    subject.numbers = tr("%1 outcomes with logit and probability").arg(figure.outcomes->size());
    subject.write_numbers = [outcomes = figure.outcomes](FigureFormat format,
                                                         const std::filesystem::path& path,
                                                         const RunControl& control) {
        return writeOutcomes(outcomes, format, path, control);
    };
    return subject;
}

} // namespace headlight::ui
