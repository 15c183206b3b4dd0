#include "ui/document/predictions.h"

#include "core/generate/class_candidates.h"

#include <algorithm>

namespace headlight::ui {

PredictionSource::PredictionSource(QObject* parent)
    : QObject(parent) {}

std::size_t PredictionSource::rowCount(const RunSnapshot& snapshot) {
    const ModelSpec& spec = snapshot.model().spec();
    if (spec.head == HeadKind::None)
        return 0;
    if (spec.head == HeadKind::SequenceClassification)
        return 1;
    return snapshot.trace().stack(spec.outputStack()).nTokens();
}

void PredictionSource::request(const SnapshotPtr& snapshot, std::size_t row) {
    if (predictions_ && predictions_->snapshot == snapshot && predictions_->row == row) {
        runner_.cancel(); // already known; a question on its way to another row no longer matters
        return;
    }
    runner_.start<Predictions>([snapshot, row](const RunControl&) { return predict(snapshot, row); },
                               [this](Result<Predictions> result) {
                                   if (result.ok())
                                       predictions_ = std::move(result).value();
                                   else
                                       predictions_.reset();
                                   emit changed();
                               });
}

void PredictionSource::clear() {
    runner_.cancel();
    if (!predictions_)
        return;
    predictions_.reset();
    emit changed();
}

namespace {

/// Classes of a text or of one of its tokens.
Result<Predictions> predictClasses(const SnapshotPtr& snapshot, std::size_t row, std::size_t n_top) {
    const Model& model = snapshot->model();
    const OutputSpec& output = model.spec().output;
    const bool over_tokens = output.class_probability == ClassProbability::OverTokens;
    const TokenRange rows = over_tokens ? TokenRange{0, PredictionSource::rowCount(*snapshot)} : TokenRange{row, row + 1};
    HEADLIGHT_ASSIGN(const Tensor logits, model.logits(snapshot->trace(), rows)); // [rows, n_classes]
    std::vector<Candidate> candidates = classCandidates(output, logits, over_tokens ? row : 0);
    if (output.class_probability == ClassProbability::Softmax) // elsewhere the others do not add up to anything
        candidates.resize(std::min(candidates.size(), n_top));
    Predictions predictions;
    predictions.snapshot = snapshot;
    predictions.row = row;
    double shown = 0.0;
    for (const Candidate& candidate : candidates) {
        const auto index = static_cast<std::size_t>(candidate.id);
        const auto& names = model.spec().class_names;
        Prediction prediction;
        prediction.word = index < names.size() ? QString::fromStdString(names[index]) : QStringLiteral("class %1").arg(index);
        prediction.probability = static_cast<double>(candidate.probability);
        if (output.class_probability == ClassProbability::None)
            prediction.value = candidate.logit;
        shown += prediction.probability;
        predictions.top.push_back(std::move(prediction));
    }
    predictions.rest = std::max(0.0, 1.0 - shown);
    predictions.n_rest = logits.dimension(1) - candidates.size();
    return predictions;
}

} // namespace

Result<Predictions> predict(const SnapshotPtr& snapshot, std::size_t row, std::size_t n_top) {
    const Model& model = snapshot->model();
    const HeadKind head = model.spec().head;
    if (head == HeadKind::SequenceClassification || head == HeadKind::TokenClassification)
        return predictClasses(snapshot, row, n_top);
    HEADLIGHT_ASSIGN(const Tensor logits, model.logits(snapshot->trace(), {row, row + 1})); // [1, n_outcomes]
    const std::vector<Candidate> candidates = topCandidates(logits.span(), n_top);
    Predictions predictions;
    predictions.snapshot = snapshot;
    predictions.row = row;
    std::vector<TokenId> ids;
    for (const Candidate& candidate : candidates)
        ids.push_back(candidate.id);
    const QStringList words = wordsOf(model, ids);
    double shown = 0.0;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        Prediction prediction;
        prediction.probability = static_cast<double>(candidates[i].probability);
        shown += prediction.probability;
        prediction.word = words[static_cast<qsizetype>(i)];
        prediction.id = candidates[i].id;
        prediction.written = row < snapshot->written.size() && snapshot->written[row] == candidates[i].id;
        predictions.top.push_back(std::move(prediction));
    }
    predictions.rest = std::max(0.0, 1.0 - shown);
    predictions.n_rest = logits.size() - candidates.size();
    return predictions;
}

} // namespace headlight::ui
