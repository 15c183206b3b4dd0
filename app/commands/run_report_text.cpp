#include "app/commands/run_report.h"

#include "app/describe.h"
#include "app/output.h"
#include "core/analysis/interventions/change_text.h"

namespace headlight {

namespace {

/// Rank, id, token, probability and logit of one position's candidates.
std::string candidateTable(const Model& model, const PositionPrediction& prediction) {
    Table table({{"rank", Table::Align::Right}, {"id", Table::Align::Right}, {"token"},
                 {"probability", Table::Align::Right}, {"logit", Table::Align::Right}});
    for (std::size_t i = 0; i < prediction.candidates.size(); ++i) {
        const Candidate& candidate = prediction.candidates[i];
        const TokenSequence token = model.describe({candidate.id});
        table.row({std::to_string(i + 1), std::to_string(candidate.id), visibleSpaces(token.display[0]),
                   percentText(candidate.probability), numberText(double(candidate.logit), 3)});
    }
    return table.text();
}

std::string classTable(const ModelSpec& spec, const PositionPrediction& prediction) {
    if (spec.output.class_probability == ClassProbability::None) {
        Table table({{"class", Table::Align::Right}, {"name"}, {"value", Table::Align::Right}});
        for (const Candidate& candidate : prediction.candidates)
            table.row({std::to_string(candidate.id), className(spec, candidate.id), numberText(double(candidate.logit), 3)});
        return table.text();
    }
    Table table({{"class", Table::Align::Right}, {"name"}, {"probability", Table::Align::Right}, {"logit", Table::Align::Right}});
    for (const Candidate& candidate : prediction.candidates)
        table.row({std::to_string(candidate.id), className(spec, candidate.id), percentText(candidate.probability),
                   numberText(double(candidate.logit), 3)});
    return table.text();
}

/// Every token with its classes.
std::string tokenClassTable(const ModelSpec& spec, const TokenSequence& tokens, const RunReport& report) {
    Table table({{"#", Table::Align::Right}, {"id", Table::Align::Right}, {"token"}, {"classes"}});
    for (const PositionPrediction& prediction : report.predictions) {
        std::string classes;
        for (const Candidate& candidate : prediction.candidates)
            classes += (classes.empty() ? "" : "   ") + className(spec, candidate.id) + " " + percentText(candidate.probability);
        table.row({std::to_string(prediction.position), std::to_string(tokens.ids[prediction.position]),
                   visibleSpaces(tokens.display[prediction.position]), classes});
    }
    return table.text();
}

std::string tokenCount(const TokenSequence& tokens) {
    return tokens.size() == 1 ? "1 token" : std::to_string(tokens.size()) + " tokens";
}

/// Every position with what it reads and what it predicts next.
std::string positionTable(const Model& model, const TokenSequence& tokens, const RunReport& report) {
    Table table({{"#", Table::Align::Right}, {"id", Table::Align::Right}, {"reads"}, {"predicts"}});
    for (const PositionPrediction& prediction : report.predictions)
        table.row({std::to_string(prediction.position), std::to_string(tokens.ids[prediction.position]),
                   visibleSpaces(tokens.display[prediction.position]), candidatesText(model, prediction.candidates)});
    return table.text();
}

std::string hiddenText(const TokenSequence& tokens, const HiddenSummary& hidden) {
    Table table({{"#", Table::Align::Right}, {"token"}, {"length of its vector", Table::Align::Right}});
    for (std::size_t i = 0; i < hidden.norms.size(); ++i)
        table.row({std::to_string(i), tokens.tokens[i], numberText(double(hidden.norms[i]), 4)});
    return "\nThis checkpoint has no output head, so there are no predictions. Final hidden states [" +
           std::to_string(hidden.n_tokens) + ", " + std::to_string(hidden.d_model) + "]: mean " + numberText(hidden.mean, 4) +
           ", standard deviation " + numberText(hidden.standard_deviation, 4) + "\n" + table.text();
}

std::string predictionText(const Model& model, const TokenSequence& tokens, const RunReport& report) {
    const ModelSpec& spec = model.spec();
    if (report.predictions.empty())
        return {};
    if (report.at_position)
        return "\nAt position " + std::to_string(report.predictions.front().position) + ", “" +
               visibleSpaces(tokens.display[report.predictions.front().position]) + "”\n" +
               candidateTable(model, report.predictions.front());
    if (spec.head == HeadKind::SequenceClassification)
        return "\nClasses\n" + classTable(spec, report.predictions.front());
    if (spec.output.class_probability == ClassProbability::OverTokens)
        return "\nWhere the answer starts and ends\n" + tokenClassTable(spec, tokens, report);
    if (spec.head == HeadKind::TokenClassification)
        return "\nClasses of the tokens\n" + tokenClassTable(spec, tokens, report);
    if (spec.kind == ModelKind::DecoderOnly)
        return "\nNext token\n" + candidateTable(model, report.predictions.front());
    if (!report.at_masks)
        return "\nPredictions\n" + positionTable(model, tokens, report);
    std::string text;
    for (const PositionPrediction& prediction : report.predictions)
        text += "\nUnder the mask at position " + std::to_string(prediction.position) + "\n" + candidateTable(model, prediction);
    return text;
}

} // namespace

std::string runReportText(const Model& model, const Forward& forward, const RunReport& report, double milliseconds) {
    const ModelSpec& spec = model.spec();
    const ModelInput& input = forward.run.input;
    const TokenSequence& read = spec.hasEncoder() ? input.source : input.target;
    std::string text = (spec.kind == ModelKind::EncoderDecoder ? "Source, " : "Text, ") + tokenCount(read) + "\n" +
                       tokenTable(read).text();
    if (spec.kind == ModelKind::EncoderDecoder && spec.head == HeadKind::LanguageModel && report.at_position)
        text += std::string("\nTarget, ") + targetSourceName(forward.target_source) + ", " + tokenCount(input.target) + "\n" +
                tokenTable(input.target).text() + predictionText(model, input.target, report);
    else if (spec.kind == ModelKind::EncoderDecoder && spec.head == HeadKind::LanguageModel)
        text += std::string("\nTarget, ") + targetSourceName(forward.target_source) + ", " + tokenCount(input.target) + "\n" +
                positionTable(model, input.target, report);
    else
        text += predictionText(model, outputTokens(model, forward), report);
    if (report.hidden)
        text += hiddenText(outputTokens(model, forward), *report.hidden);
    if (!forward.changes.empty())
        text += "\nWith these changes inside the model\n";
    for (const Change& change : forward.changes)
        text += "  " + changeText(change) + ": " + describeChange(change) + "\n";
    const ComputeBackend& backend = forward.run.trace->backend(); // the CPU where the model's GPU has failed
    return text + "\n" + printable(model.name()) + " (" + spec.architecture + "), " + numberText(milliseconds, 0) + " ms on " +
           backend.description() + "\n";
}

} // namespace headlight
