#include "ui/timeline/timeline_table.h"

#include "core/checkpoint/safetensors.h"
#include "core/trace/write_numbers.h"

#include <nlohmann/json.hpp>

#include <QCoreApplication>

#include <algorithm>
#include <limits>
#include <memory>

namespace headlight::ui {
namespace {

constexpr float kNothing = std::numeric_limits<float>::quiet_NaN();

QString tr(const char* source) {
    return QCoreApplication::translate("headlight::ui::Timeline", source);
}

enum Column {
    Position,
    Number,
    Reads,
    Candidate,
    Id,
    Place,
    Probability,
    Choice,
    Written,
    Rank,
    Surprise,
    Entropy
};

std::vector<ListColumn> columnsOf() {
    using enum ListColumn::Kind;
    return {{tr("position"), tr("Of the token read, from 1"), Whole},
            {tr("step"), tr("Words the model wrote count from 1; empty: the word was given"), Whole},
            {tr("reads"), tr("The token read at this position")},
            {tr("candidate"), tr("A word that could come next")},
            {tr("id"), tr("The number the model knows it by"), Whole},
            {tr("place"), tr("Its rank among all words, from 1"), Count},
            {tr("probability"), tr("e^logit / Σ e^logit over the whole vocabulary"), Weight, 5},
            {tr("choice"),
             tr("Its share among what penalties, temperature and cuts left to choose from; empty: nothing "
                "was drawn here"),
             Weight, 5},
            {tr("written"), tr("Whether this is the word that came")},
            {tr("rank"), tr("Rank of the word that came, from 1"), Count},
            {tr("surprise"), tr("−ln of the probability of the word that came, in nats"),
             ListColumn::Kind::Number},
            {tr("entropy"), tr("−Σ p ln p over the whole vocabulary, in nats"), ListColumn::Kind::Number}};
}

struct Row {
    std::size_t step = 0;
    std::size_t option = 0;
};

QVariant orNothing(const std::optional<double>& number) {
    return number ? QVariant(*number) : QVariant();
}

QString wordOf(const Timeline& timeline, TokenId id) {
    return wordsOf(timeline.snapshot->model(), {id}).value(0);
}

bool isRanked(const TimelineStep& step) {
    return step.surprise && step.entropy;
}

/// Of a candidate among all words. The one that came stands last where it is not among the first: its rank is
/// known later.
QVariant placeOf(const TimelineStep& step, std::size_t option) {
    if (step.options[option].chosen && isRanked(step))
        return static_cast<qulonglong>(step.rank + 1);
    const bool perhaps_later = step.options[option].chosen && option + 1 == step.options.size() && option > 0;
    return perhaps_later ? QVariant() : QVariant(static_cast<qulonglong>(option + 1));
}

QVariant valueOf(const Timeline& timeline, const Row& row, int column) {
    const TimelineStep& step = timeline.steps[row.step];
    const TimelineOption* const option =
        row.option < step.options.size() ? &step.options[row.option] : nullptr;
    switch (column) {
    case Position:
        return static_cast<qulonglong>(row.step + 1);
    case Number:
        return step.number > 0 ? QVariant(static_cast<qulonglong>(step.number)) : QVariant();
    case Reads:
        return timeline.snapshot->target_axis.words.value(static_cast<qsizetype>(row.step));
    case Candidate:
        return option ? QVariant(wordOf(timeline, option->id)) : QVariant();
    case Id:
        return option ? QVariant(static_cast<qlonglong>(option->id)) : QVariant();
    case Place:
        return option ? placeOf(step, row.option) : QVariant();
    case Probability:
        return option ? QVariant(option->probability) : QVariant();
    case Choice:
        return option ? orNothing(option->choice) : QVariant();
    case Written:
        return option && option->chosen ? (step.by_user ? tr("chosen by you") : tr("yes")) : QString();
    case Rank:
        return isRanked(step) ? QVariant(static_cast<qulonglong>(step.rank + 1)) : QVariant();
    case Surprise:
        return orNothing(step.surprise);
    default:
        return orNothing(step.entropy);
    }
}

/// [n_steps, n_candidates] of one number of each candidate.
template <typename Number>
Tensor candidatesOf(const Timeline& timeline, const Number& number) {
    std::size_t n_options = 1;
    for (const TimelineStep& step : timeline.steps)
        n_options = std::max(n_options, step.options.size());
    Tensor all(Shape{timeline.steps.size(), n_options});
    std::ranges::fill(all.span(), kNothing);
    for (std::size_t i = 0; i < timeline.steps.size(); ++i)
        for (std::size_t option = 0; option < timeline.steps[i].options.size(); ++option)
            all.row(i)[option] = static_cast<float>(number(timeline.steps[i].options[option]));
    return all;
}

/// [n_steps] of one number of each step.
template <typename Number>
Tensor stepsOf(const Timeline& timeline, const Number& number) {
    Tensor all(Shape{timeline.steps.size()});
    for (std::size_t i = 0; i < timeline.steps.size(); ++i)
        all.span()[i] = static_cast<float>(number(timeline.steps[i]).value_or(double(kNothing)));
    return all;
}

std::map<std::string, std::string> metadataOf(const Timeline& timeline) {
    std::vector<std::string> written;
    for (const TimelineStep& step : timeline.steps)
        written.push_back(step.word ? wordOf(timeline, *step.word).toStdString() : std::string());
    const Model& model = timeline.snapshot->model();
    return {{"model", model.name()},
            {"model_hash", model.identityHash()},
            {"text", timeline.snapshot->wholeText().toStdString()},
            {"written", nlohmann::json(written).dump()}};
}

} // namespace

TimelineTable timelineTable(const Timeline& timeline) {
    TimelineTable table;
    if (!timeline.snapshot)
        return table;
    const auto all = std::make_shared<const Timeline>(timeline);
    const auto rows = std::make_shared<std::vector<Row>>();
    for (std::size_t step = 0; step < all->steps.size(); ++step)
        for (std::size_t option = 0; option < std::max<std::size_t>(1, all->steps[step].options.size());
             ++option) {
            rows->push_back({step, option});
            table.steps.push_back(step);
        }
    table.list.columns = columnsOf();
    table.list.n_rows = rows->size();
    table.list.value = [all, rows](std::size_t row, std::size_t column) {
        return valueOf(*all, (*rows)[row], static_cast<int>(column));
    };
    return table;
}

Result<void> writeTimelineNumbers(const Timeline& timeline, FigureFormat format,
                                  const std::filesystem::path& path, const RunControl& control) {
    if (format == FigureFormat::Csv)
        return writeListCsv(timelineTable(timeline).list, path, control);
    const Tensor probability =
        candidatesOf(timeline, [](const TimelineOption& option) { return option.probability; });
    if (format == FigureFormat::Npy)
        return writeNpy(path, probability);
    const Tensor ids = candidatesOf(timeline, [](const TimelineOption& option) { return double(option.id); });
    const Tensor entropy = stepsOf(timeline, [](const TimelineStep& step) { return step.entropy; });
    const Tensor surprise = stepsOf(timeline, [](const TimelineStep& step) { return step.surprise; });
    const Tensor rank = stepsOf(timeline, [](const TimelineStep& step) {
        return isRanked(step) ? std::optional(double(step.rank)) : std::nullopt;
    });
    return writeSafetensors(path,
                            {{"probability", probability.shape(), probability.span()},
                             {"token_id", ids.shape(), ids.span()},
                             {"entropy", entropy.shape(), entropy.span()},
                             {"surprise", surprise.shape(), surprise.span()},
                             {"rank", rank.shape(), rank.span()}},
                            metadataOf(timeline));
}

} // namespace headlight::ui
