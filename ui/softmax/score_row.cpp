// Where a softmax's scores come from, and what temperature, cuts and draws make of them.
#include "core/analysis/softmax/softmax.h"
#include "core/generate/choices.h"
#include "core/generate/logits_warpers.h"
#include "core/compute/sampler.h"
#include "ui/softmax/softmax_panels.h"

#include <QCoreApplication>

#include <algorithm>

namespace headlight::ui {
namespace {

QString tr(const char* source) {
    return QCoreApplication::translate("Softmax", source);
}

constexpr std::size_t kFound = 20;

GenerateOptions optionsOf(const SoftmaxSettings& settings) {
    GenerateOptions options;
    options.sample = true;
    options.temperature = static_cast<float>(settings.temperature);
    options.top_k = static_cast<std::size_t>(settings.top_k);
    options.top_p = static_cast<float>(settings.top_p);
    options.min_p = static_cast<float>(settings.min_p);
    options.seed = static_cast<std::uint64_t>(settings.seed);
    return options;
}

DecodingPlan planOf(const SoftmaxSettings& settings) {
    const GenerateOptions options = optionsOf(settings);
    DecodingPlan plan;
    plan.decoding.strategy = DecodingChoice::Strategy::Sample;
    plan.decoding.temperature = *options.temperature;
    plan.decoding.top_k = *options.top_k;
    plan.decoding.top_p = *options.top_p;
    plan.decoding.min_p = *options.min_p;
    return plan;
}

Result<ScoreRow> attentionRow(const SoftmaxSettings& settings, const SoftmaxSource& source) {
    const RunSnapshot& snapshot = *source.snapshot;
    HEADLIGHT_CHECK(snapshot.trace().check(source.head));
    const std::size_t query = source.pair.query.value_or(0);
    if (query >= snapshot.trace().nQueries(source.head.kind))
        return makeError(ErrorKind::Usage, "no such token is selected");
    DividedRow divided = dividedRow(snapshot.trace(), source.head, query);
    ScoreRow row;
    row.is_attention = true;
    row.scores = std::move(divided.scores);
    row.ruled = row.scores;
    row.divided = std::move(divided.divided);
    row.undivided = std::move(divided.undivided);
    row.root = divided.root;
    row.model_divides = std::abs(divided.scale * divided.root - 1.0) < 1e-5;
    row.warped = row.scores;
    applyWarpers(planOf(settings), row.warped);
    row.position = query;
    if (source.pair.key && *source.pair.key < row.scores.size())
        row.strong = source.pair.key;
    const AxisTokens& queries = snapshot.queries(source.head.kind);
    row.subject =
        tr("%1: the row of “%2”").arg(headTitle(source.head), queries.words.value(static_cast<qsizetype>(query)));
    row.word = [words = snapshot.keys(source.head.kind).words](std::size_t key) {
        return words.value(static_cast<qsizetype>(key));
    };
    return row;
}

Result<ScoreRow> outputScores(const SoftmaxSettings& settings, const SoftmaxSource& source) {
    const RunSnapshot& snapshot = *source.snapshot;
    const auto at = outputRow(source);
    if (!at)
        return makeError(ErrorKind::Unsupported, "this model has no distribution over a vocabulary")
            .nextStep("Look at an attention row instead");
    HEADLIGHT_ASSIGN(Choices choices, choicesAt(snapshot.model(), snapshot.run, *at, optionsOf(settings)));
    ScoreRow row;
    row.scores = std::move(choices.logits);
    row.ruled = std::move(choices.ruled);
    row.warped = std::move(choices.warped);
    row.position = choices.position;
    if (*at < snapshot.written.size())
        row.strong = static_cast<std::size_t>(snapshot.written[*at]);
    const bool encoder = snapshot.model().spec().outputStack() == StackKind::Encoder;
    const QString read =
        (encoder ? snapshot.source_axis : snapshot.target_axis).words.value(static_cast<qsizetype>(*at));
    row.subject = encoder ? tr("What stands at “%1”").arg(read) : tr("What follows “%1”").arg(read);
    row.word = [model = snapshot.request.model](std::size_t id) {
        return wordsOf(*model, {static_cast<TokenId>(id)}).value(0);
    };
    return row;
}

} // namespace

SoftmaxSettings validated(SoftmaxSettings settings) {
    settings.temperature = std::clamp(settings.temperature, 0.01, 10.0);
    settings.top_k = std::clamp(settings.top_k, 0, 1'000'000);
    settings.top_p = std::clamp(settings.top_p, 0.001, 1.0);
    settings.min_p = std::clamp(settings.min_p, 0.0, 1.0);
    settings.seed = std::clamp(settings.seed, 0, 1'000'000);
    settings.n_draws = settings.n_draws <= 0 ? 0 : settings.n_draws == 1 ? 1 : kManyDraws;
    settings.search = settings.search.left(100);
    return settings;
}

Vocabulary vocabularyOf(const Model& model) {
    std::vector<TokenId> ids(model.spec().vocabulary_size);
    for (std::size_t id = 0; id < ids.size(); ++id)
        ids[id] = static_cast<TokenId>(id);
    return std::make_shared<const QStringList>(wordsOf(model, ids));
}

std::optional<std::size_t> outputRow(const SoftmaxSource& source) {
    const ModelSpec& spec = source.snapshot->model().spec();
    if (spec.head != HeadKind::LanguageModel && spec.head != HeadKind::MaskedLanguageModel)
        return std::nullopt;
    const std::size_t n_rows = source.snapshot->trace().stack(spec.outputStack()).nTokens();
    const bool queries_predict =
        (source.head.kind == AttentionKind::EncoderSelf) == (spec.outputStack() == StackKind::Encoder);
    const std::size_t row = queries_predict && source.pair.query ? *source.pair.query : n_rows - 1;
    return std::min(row, n_rows - 1);
}

Result<ScoreRow> scoreRow(const SoftmaxSettings& settings, const SoftmaxSource& source,
                          const RunControl& control) {
    HEADLIGHT_ASSIGN(ScoreRow row, settings.source == SoftmaxOf::Attention ? attentionRow(settings, source)
                                                                           : outputScores(settings, source));
    row.probabilities = softmaxOf(row.scores);
    row.changed = softmaxOf(row.warped);
    if (settings.n_draws > 0) {
        const auto seed = static_cast<std::uint64_t>(settings.seed);
        if (settings.n_draws == 1) {
            row.drawn = static_cast<std::size_t>(Sampler(seed).draw(row.warped, row.position));
        } else {
            HEADLIGHT_ASSIGN(row.counts, countDraws(row.warped, row.position, seed,
                                                    static_cast<std::size_t>(settings.n_draws), control));
        }
    }
    if (control.stopRequested())
        return cancelledError();
    return row;
}

std::vector<std::size_t> foundWords(const ScoreRow& row, const QString& search, const QStringList& words) {
    std::vector<std::size_t> found;
    const QString wanted = search.trimmed();
    if (wanted.isEmpty())
        return found;
    for (std::size_t i = 0; i < row.probabilities.size() && i < static_cast<std::size_t>(words.size()); ++i)
        if (words[static_cast<qsizetype>(i)].contains(wanted, Qt::CaseInsensitive))
            found.push_back(i);
    const auto better = [&](std::size_t a, std::size_t b) {
        return row.probabilities[a] != row.probabilities[b] ? row.probabilities[a] > row.probabilities[b]
                                                            : a < b;
    };
    std::sort(found.begin(), found.end(), better);
    found.resize(std::min(found.size(), kFound));
    return found;
}

std::vector<std::size_t> listedWords(const ScoreRow& row, const std::vector<std::size_t>& found) {
    std::vector<std::size_t> order(row.probabilities.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    if (row.is_attention && order.size() <= kListedWords)
        return order;
    const std::size_t n = std::min(order.size(), kListedWords);
    // What is left after cuts first, then by the model's own probability.
    const auto better = [&](std::size_t a, std::size_t b) {
        if (row.changed[a] != row.changed[b])
            return row.changed[a] > row.changed[b];
        return row.probabilities[a] != row.probabilities[b] ? row.probabilities[a] > row.probabilities[b]
                                                            : a < b;
    };
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(n), order.end(), better);
    order.resize(n);
    const auto add = [&order](std::size_t index) {
        if (std::find(order.begin(), order.end(), index) == order.end())
            order.push_back(index);
    };
    for (const auto& wanted : {row.strong, row.drawn})
        if (wanted && *wanted < row.probabilities.size())
            add(*wanted);
    std::vector<std::size_t> listed = found;
    for (const std::size_t index : order)
        if (std::find(found.begin(), found.end(), index) == found.end())
            listed.push_back(index);
    return listed;
}

} // namespace headlight::ui
