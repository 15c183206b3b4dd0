#include "app/commands/heads_command.h"

#include "app/argument_values.h"
#include "app/attention_choice.h"
#include "app/describe.h"
#include "app/forward.h"
#include "app/json.h"
#include "app/table.h"
#include "core/analysis/measure_input.h"

#include <string>
#include <vector>

namespace headlight {

namespace {

/// What the answer is made of, whatever its form.
struct HeadsAnswer {
    const Model& model;
    const Forward& forward;
    const HeadTable& table;
    std::vector<HeadAddress> heads; ///< as asked for: sorted, filtered, cut
    std::size_t n_passed = 0;       ///< before `--top` cut them
};

const TokenSequence& queriesOf(const HeadsAnswer& answer) {
    const ModelInput& input = answer.forward.run.input;
    return answer.table.kind == AttentionKind::EncoderSelf ? input.source : input.target;
}
const TokenSequence& keysOf(const HeadsAnswer& answer) {
    const ModelInput& input = answer.forward.run.input;
    return answer.table.kind == AttentionKind::DecoderSelf ? input.target : input.source;
}

Json valueJson(std::optional<double> value) { return value ? Json(static_cast<float>(*value)) : Json(nullptr); }

Json measuresJson(AttentionKind kind) {
    Json list = Json::array();
    for (const HeadMeasure measure : measuresOf(kind)) {
        const MeasureInfo& info = measureInfo(measure);
        list.push_back({{"measure", std::string(info.key)},
                        {"name", std::string(info.name)},
                        {"unit", std::string(unitName(info.unit))},
                        {"range", std::string(info.range)},
                        {"explanation", std::string(info.explanation)},
                        {"source", std::string(info.source)}});
    }
    return list;
}

Json headJson(const HeadTable& table, const HeadAddress& head) {
    Json values = Json::object();
    for (const HeadMeasure measure : measuresOf(table.kind))
        values[std::string(measureInfo(measure).key)] = valueJson(table.value(head, measure));
    return {{"layer", head.layer.value},
            {"head", head.head.value},
            {"role", std::string(roleInfo(table.role(head).value_or(HeadRole::None)).key)},
            {"measures", std::move(values)}};
}

std::string answerJson(const HeadsAnswer& answer) {
    const HeadTable& table = answer.table;
    Json json = Json::object();
    json["model"] = answer.model.name();
    json["precision"] = precisionName(answer.model.backend().precision());
    json["attention"] = std::string(attentionKindName(table.kind));
    json["n_layers"] = table.n_layers;
    json["n_heads"] = table.n_heads;
    json["query_tokens"] = queriesOf(answer).tokens;
    json["key_tokens"] = keysOf(answer).tokens;
    json["n_repeated"] = table.n_repeated;
    json["n_passed"] = answer.n_passed;
    Json heads = Json::array();
    for (const HeadAddress& head : answer.heads)
        heads.push_back(headJson(table, head));
    json["heads"] = std::move(heads);
    Json even = Json::array();
    for (std::size_t layer = 0; layer < table.n_layers; ++layer) {
        Json values = Json::object();
        for (const HeadMeasure measure : measuresOf(table.kind))
            if (measureInfo(measure).unit == MeasureUnit::Share)
                values[std::string(measureInfo(measure).key)] =
                    valueJson(table.evenValue({table.kind, LayerIndex(layer), HeadIndex(0)}, measure));
        even.push_back(std::move(values));
    }
    json["even_spread"] = std::move(even);
    json["measures"] = measuresJson(table.kind);
    return jsonLine(json);
}

std::string countedTokens(const TokenSequence& tokens) {
    return tokens.size() == 1 ? "1 token" : std::to_string(tokens.size()) + " tokens";
}

std::string answerText(const HeadsAnswer& answer) {
    const HeadTable& table = answer.table;
    std::vector<Table::Column> columns{{"layer", Table::Align::Right}, {"head", Table::Align::Right}, {"role"}};
    for (const HeadMeasure measure : measuresOf(table.kind))
        columns.push_back({std::string(measureInfo(measure).name), Table::Align::Right});
    Table text(std::move(columns));
    for (const HeadAddress& head : answer.heads) {
        const HeadRole role = table.role(head).value_or(HeadRole::None);
        std::vector<std::string> cells{std::to_string(head.layer.value), std::to_string(head.head.value),
                                       role == HeadRole::None ? "-" : std::string(roleInfo(role).name)};
        for (const HeadMeasure measure : measuresOf(table.kind)) {
            const auto value = table.value(head, measure);
            cells.push_back(value ? numberText(*value, 3) : "-");
        }
        text.row(cells);
    }
    std::string counted = std::to_string(answer.heads.size()) + " of " + std::to_string(table.size()) + " heads";
    if (answer.n_passed > answer.heads.size())
        counted += " (" + std::to_string(answer.n_passed) + " pass the filter)";
    std::string lines = text.text() + "\n" + counted + ", " + std::string(attentionKindName(table.kind)) + " attention of " +
                        printable(answer.model.name()) + ", " + countedTokens(queriesOf(answer)) + " look at " +
                        countedTokens(keysOf(answer)) + "; entropy in nats, distance in tokens, the others from 0 to 1\n";
    if (table.kind != AttentionKind::Cross && table.n_repeated < kLeastRepeats)
        lines += "Induction and duplicate roles need " + std::to_string(kLeastRepeats) + " tokens that were there before; this text has " +
                 std::to_string(table.n_repeated) + "\n";
    return lines;
}

} // namespace

CommandResult runHeadsCommand(CommandContext& context) {
    const Options& options = context.options;
    HEADLIGHT_ASSIGN(const std::shared_ptr<const Model> model, openModel(options.model, context.control));
    HEADLIGHT_ASSIGN(const AttentionKind kind, chooseAttention(*model, options.heads.attention));
    const std::optional<StackSpec>& stack = kind == AttentionKind::EncoderSelf ? model->spec().encoder : model->spec().decoder;
    HEADLIGHT_CHECK(selectLayers(options.dump.layers, stack->n_layers)); // said before anything is computed
    HEADLIGHT_ASSIGN(ModelInput input, prepareInput(*model, options.text, context.input));
    HEADLIGHT_ASSIGN(const Forward forward, runForward(*model, std::move(input), options.text.target_language, context.control));
    HEADLIGHT_ASSIGN(const HeadTable table,
                     measureHeads(*forward.run.trace, kind, measureInputOf(forward.run.input, kind), {}, context.control));
    HeadsAnswer answer{*model, forward, table, arrangeHeads(table, options.heads.order), 0};
    answer.n_passed = answer.heads.size();
    if (options.heads.n_top && *options.heads.n_top < answer.heads.size())
        answer.heads.resize(*options.heads.n_top);
    context.output.write(options.json ? answerJson(answer) + "\n" : answerText(answer));
    return kExitOk;
}

} // namespace headlight
