#include "ui/predictions/ranked_outcomes.h"

#include "core/generate/class_candidates.h"
#include "ui/document/predictions.h"
#include "ui/document/text_statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace headlight::ui {

namespace {

constexpr std::size_t kWordsAtOnce = 8192;

float sortable(float logit) {
    return std::isnan(logit) ? -std::numeric_limits<float>::infinity() : logit;
}

Result<std::shared_ptr<const OutcomeWords>> vocabularyWords(const Model& model, std::size_t n_words,
                                                            const RunControl& control) {
    auto made = std::make_shared<OutcomeWords>();
    made->model = &model;
    made->words.reserve(n_words);
    for (std::size_t first = 0; first < n_words; first += kWordsAtOnce) {
        if (control.stopRequested())
            return cancelledError();
        control.report(double(first) / double(n_words), "reading the vocabulary");
        std::vector<TokenId> ids(std::min(kWordsAtOnce, n_words - first));
        std::iota(ids.begin(), ids.end(), static_cast<TokenId>(first));
        for (QString& word : wordsOf(model, ids))
            made->words.push_back(std::move(word));
    }
    return std::shared_ptr<const OutcomeWords>(std::move(made));
}

std::shared_ptr<const OutcomeWords> classWords(const Model& model, std::size_t n_classes) {
    auto made = std::make_shared<OutcomeWords>();
    made->model = &model;
    const auto& names = model.spec().class_names;
    for (std::size_t i = 0; i < n_classes; ++i)
        made->words.push_back(i < names.size() ? QString::fromStdString(names[i])
                                               : QStringLiteral("class %1").arg(i));
    return made;
}

void addUp(RankedOutcomes& outcomes) {
    double sum = 0.0;
    outcomes.cumulative.reserve(outcomes.size());
    for (const double probability : outcomes.probabilities) {
        sum += probability;
        outcomes.cumulative.push_back(sum);
        if (probability > 0)
            outcomes.entropy -= probability * std::log(probability);
    }
}

void rankTokens(RankedOutcomes& outcomes, std::span<const float> logits) {
    outcomes.logits.assign(logits.begin(), logits.end());
    outcomes.order.resize(logits.size());
    std::iota(outcomes.order.begin(), outcomes.order.end(), TokenId{0});
    const auto logitOf = [&](TokenId id) { return sortable(outcomes.logits[static_cast<std::size_t>(id)]); };
    std::sort(outcomes.order.begin(), outcomes.order.end(), [&](TokenId a, TokenId b) {
        return logitOf(a) != logitOf(b) ? logitOf(a) > logitOf(b) : a < b;
    });
    const double maximum = double(logitOf(outcomes.order.front()));
    std::vector<double>& probabilities = outcomes.probabilities;
    double sum = 0.0;
    for (const TokenId id : outcomes.order) {
        probabilities.push_back(std::isfinite(maximum) ? std::exp(double(logitOf(id)) - maximum) : 0.0);
        sum += probabilities.back();
    }
    for (double& probability : probabilities)
        probability = sum > 0.0 ? probability / sum : 0.0;
    addUp(outcomes);
}

void rankClasses(RankedOutcomes& outcomes, const OutputSpec& output, const Tensor& logits, std::size_t row) {
    outcomes.tokens = false;
    outcomes.logits.resize(logits.dimension(1));
    for (const Candidate& candidate : classCandidates(output, logits, row)) {
        outcomes.order.push_back(candidate.id);
        outcomes.logits[static_cast<std::size_t>(candidate.id)] = candidate.logit;
        if (output.class_probability != ClassProbability::None)
            outcomes.probabilities.push_back(double(candidate.probability));
    }
    if (output.class_probability == ClassProbability::Softmax)
        addUp(outcomes);
}

} // namespace

std::vector<std::size_t> RankedOutcomes::find(const QString& text, std::size_t most) const {
    std::vector<std::size_t> ranks;
    for (std::size_t rank = 0; rank < size() && ranks.size() < most; ++rank)
        if (word(rank).contains(text, Qt::CaseInsensitive))
            ranks.push_back(rank);
    return ranks;
}

std::optional<std::size_t> RankedOutcomes::rankOfWord(const QString& wanted) const {
    std::optional<std::size_t> other_case;
    for (std::size_t rank = 0; rank < size(); ++rank) {
        if (word(rank) == wanted)
            return rank;
        if (!other_case && word(rank).compare(wanted, Qt::CaseInsensitive) == 0)
            other_case = rank;
    }
    return other_case;
}

Result<RankedOutcomesPtr> rankOutcomes(const SnapshotPtr& snapshot, std::size_t row,
                                       std::shared_ptr<const OutcomeWords> words, const RunControl& control) {
    const Model& model = snapshot->model();
    const ModelSpec& spec = model.spec();
    auto outcomes = std::make_shared<RankedOutcomes>();
    outcomes->snapshot = snapshot;
    outcomes->row = row;
    const bool classes =
        spec.head == HeadKind::SequenceClassification || spec.head == HeadKind::TokenClassification;
    const bool over_tokens = classes && spec.output.class_probability == ClassProbability::OverTokens;
    const TokenRange rows =
        over_tokens ? TokenRange{0, PredictionSource::rowCount(*snapshot)} : TokenRange{row, row + 1};
    HEADLIGHT_ASSIGN(const Tensor logits, model.logits(snapshot->trace(), rows)); // [rows, n_outcomes]
    const std::size_t n_outcomes = logits.dimension(1);
    if (classes) {
        rankClasses(*outcomes, spec.output, logits, over_tokens ? row : 0);
        outcomes->words = classWords(model, n_outcomes);
        return RankedOutcomesPtr(std::move(outcomes));
    }
    rankTokens(*outcomes, logits.span());
    const auto actual = std::find(outcomes->order.begin(), outcomes->order.end(), actualAt(*snapshot, row));
    if (actual != outcomes->order.end())
        outcomes->actual = static_cast<std::size_t>(actual - outcomes->order.begin());
    if (!words || words->model != &model || words->words.size() != n_outcomes) {
        HEADLIGHT_ASSIGN(words, vocabularyWords(model, n_outcomes, control));
    }
    outcomes->words = std::move(words);
    return RankedOutcomesPtr(std::move(outcomes));
}

OutcomeSource::OutcomeSource(QObject* parent)
    : QObject(parent) {}

void OutcomeSource::request(const SnapshotPtr& snapshot, std::size_t row) {
    if (asked_ == snapshot && asked_row_ == row)
        return;
    asked_ = snapshot;
    asked_row_ = row;
    runner_.start<RankedOutcomesPtr>(
        [snapshot, row, words = outcomes_ ? outcomes_->words : nullptr](const RunControl& control) {
            return rankOutcomes(snapshot, row, words, control);
        },
        [this](Result<RankedOutcomesPtr> result) {
            outcomes_ = result.ok() ? std::move(result).value() : nullptr;
            emit changed();
        });
}

void OutcomeSource::clear() {
    runner_.cancel();
    asked_ = nullptr;
    if (!outcomes_)
        return;
    outcomes_ = nullptr;
    emit changed();
}

} // namespace headlight::ui
