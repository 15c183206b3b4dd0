#include "app/commands/run_report.h"

#include "core/generate/class_candidates.h"

#include <algorithm>
#include <cmath>

namespace headlight {

namespace {

constexpr std::size_t kRowsAtOnce = 64; ///< logits of 64 rows of a large vocabulary still fit into the cache's neighbourhood

std::vector<std::size_t> maskPositions(const Model& model, const TokenSequence& tokens) {
    std::vector<std::size_t> positions;
    const auto mask = model.tokenizer() ? model.tokenizer()->maskToken() : std::nullopt;
    for (std::size_t i = 0; mask && i < tokens.size(); ++i)
        if (tokens.ids[i] == *mask)
            positions.push_back(i);
    return positions;
}

/// Candidates of the rows [begin, end) of the output stack, a block at a time: all logits at once may be gigabytes.
Result<void> addPredictions(const Model& model, const Trace& trace, TokenRange rows, std::size_t n_top,
                            const RunControl& control, RunReport& report) {
    for (std::size_t begin = rows.begin; begin < rows.end; begin += kRowsAtOnce) {
        if (control.stopRequested())
            return cancelledError();
        const TokenRange block{begin, std::min(rows.end, begin + kRowsAtOnce)};
        HEADLIGHT_ASSIGN(const Tensor logits, model.logits(trace, block));
        for (std::size_t row = 0; row < logits.dimension(0); ++row)
            report.predictions.push_back({begin + row, topCandidates(logits.row(row), n_top)});
    }
    return {};
}

/// The classes of the text, or the `n_top` most probable ones of every token.
Result<void> addClasses(const Model& model, const Trace& trace, TokenRange rows, std::size_t n_top, RunReport& report) {
    HEADLIGHT_ASSIGN(const Tensor logits, model.logits(trace, rows)); // [1 or n, n_classes]
    for (std::size_t row = 0; row < logits.dimension(0); ++row) {
        std::vector<Candidate> classes = classCandidates(model.spec().output, logits, row);
        classes.resize(std::min(classes.size(), n_top));
        report.predictions.push_back({row, std::move(classes)});
    }
    return {};
}

HiddenSummary summarize(const Tensor& hidden) {
    HiddenSummary summary;
    summary.n_tokens = hidden.dimension(0);
    summary.d_model = hidden.dimension(1);
    double sum = 0.0;
    double squares = 0.0;
    for (std::size_t token = 0; token < summary.n_tokens; ++token) {
        double squares_here = 0.0;
        for (const float value : hidden.row(token)) {
            sum += double(value);
            squares_here += double(value) * double(value);
        }
        summary.norms.push_back(static_cast<float>(std::sqrt(squares_here)));
        squares += squares_here;
    }
    const double count = std::max(1.0, double(hidden.size()));
    summary.mean = sum / count;
    summary.standard_deviation = std::sqrt(std::max(0.0, squares / count - summary.mean * summary.mean));
    return summary;
}

} // namespace

const TokenSequence& outputTokens(const Model& model, const Forward& forward) {
    return model.spec().hasDecoder() ? forward.run.input.target : forward.run.input.source;
}

std::string className(const ModelSpec& spec, TokenId index) {
    const auto i = static_cast<std::size_t>(index);
    return i < spec.class_names.size() ? spec.class_names[i] : "class " + std::to_string(index);
}

namespace {

/// The one position somebody asked for.
Result<RunReport> reportPosition(const Model& model, const Forward& forward, std::size_t n_top, std::size_t position,
                                 const RunControl& control) {
    const HeadKind head = model.spec().head;
    if (head != HeadKind::LanguageModel && head != HeadKind::MaskedLanguageModel)
        return makeError(ErrorKind::Usage, model.spec().architecture + " predicts no tokens").atItem("--position").nextStep("Leave --position out");
    const std::size_t n_tokens = outputTokens(model, forward).size();
    if (position >= n_tokens)
        return makeError(ErrorKind::Usage, "there is no such position")
            .atItem("--position")
            .butFound("0 to " + std::to_string(n_tokens - 1), std::to_string(position));
    RunReport report;
    report.at_position = true;
    HEADLIGHT_CHECK(addPredictions(model, *forward.run.trace, {position, position + 1}, n_top, control, report));
    return report;
}

} // namespace

Result<RunReport> makeRunReport(const Model& model, const Forward& forward, std::size_t n_top, std::optional<std::size_t> position,
                                const RunControl& control) {
    if (position)
        return reportPosition(model, forward, n_top, *position, control);
    RunReport report;
    const ModelSpec& spec = model.spec();
    const Trace& trace = *forward.run.trace;
    const TokenSequence& tokens = outputTokens(model, forward);
    const TokenRange all{0, tokens.size()};
    switch (spec.head) {
    case HeadKind::None:
        report.hidden = summarize(trace.finalHidden(spec.outputStack()));
        break;
    case HeadKind::SequenceClassification:
        HEADLIGHT_CHECK(addClasses(model, trace, {0, 1}, spec.n_classes, report));
        break;
    case HeadKind::TokenClassification:
        HEADLIGHT_CHECK(addClasses(model, trace, all, n_top, report));
        break;
    case HeadKind::LanguageModel: {
        const bool translation = spec.kind == ModelKind::EncoderDecoder;
        HEADLIGHT_CHECK(addPredictions(model, trace, translation ? all : TokenRange{all.end - 1, all.end}, n_top, control, report));
        break;
    }
    case HeadKind::MaskedLanguageModel: {
        const std::vector<std::size_t> masks = maskPositions(model, tokens);
        report.at_masks = !masks.empty();
        for (const std::size_t mask : masks)
            HEADLIGHT_CHECK(addPredictions(model, trace, {mask, mask + 1}, n_top, control, report));
        if (masks.empty())
            HEADLIGHT_CHECK(addPredictions(model, trace, all, 1, control, report));
        break;
    }
    }
    return report;
}

} // namespace headlight
