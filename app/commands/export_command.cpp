#include "app/commands/export_command.h"

#include "app/attention_choice.h"
#include "app/forward.h"
#include "core/analysis/interventions/change_text.h"
#include "ui/document/run_snapshot.h"
#include "ui/export/composed_figure.h"
#include "ui/export/figure_export.h"
#include "ui/theme/theme.h"

#include <QGuiApplication>
#include <QHashFunctions>

#include <algorithm>
#include <cmath>
#include <memory>

namespace headlight {

namespace {

bool isPicture(ExportFormat format) { 
    return format == ExportFormat::Png || format == ExportFormat::Svg || format == ExportFormat::Pdf;
}

/// The attention asked for, and whether layer and head are inside the model: known before anything is computed.
Result<HeadAddress> addressOf(const Model& model, const ExportArguments& picture) {
    const ModelSpec& spec = model.spec();
    HEADLIGHT_ASSIGN(const AttentionKind kind, chooseAttention(model, picture.attention));
    const std::optional<StackSpec>& stack = kind == AttentionKind::EncoderSelf ? spec.encoder : spec.decoder;
    const auto outside = [&](const char* what, std::size_t asked, std::size_t count) {
        return makeError(ErrorKind::Usage, model.name() + " has no " + what + " " + std::to_string(asked) + " in its " +
                                               std::string(attentionKindName(kind)) + " attention")
            .nextStep(std::string(what) + "s count from 0 to " + std::to_string(count - 1));
    };
    if (picture.layer.value_or(0) >= stack->n_layers)
        return outside("layer", *picture.layer, stack->n_layers);
    for (const std::size_t head : picture.heads)
        if (head >= stack->n_heads)
            return outside("head", head, stack->n_heads);
    return HeadAddress{kind, LayerIndex(picture.layer.value_or(0)), HeadIndex(picture.head.value_or(0))};
}

ui::AxisTokens axisOf(const Model& model, const TokenSequence& tokens, const QString& name) {
    ui::AxisTokens axis;
    axis.name = name;
    axis.words = ui::wordsOf(model, tokens.ids);
    axis.special = tokens.special;
    ui::giveWords(axis, tokens);
    return axis;
}

ui::HeadMap headMap(const Model& model, const Forward& forward, const HeadAddress& head) {
    const RunResult& run = forward.run;
    const ModelInput& input = run.input;
    const auto [source_name, target_name] = ui::sideNames(model);
    const QString& decoder_name = model.spec().hasEncoder() ? target_name : source_name;
    const bool encoder_queries = head.kind == AttentionKind::EncoderSelf;
    const bool encoder_keys = head.kind != AttentionKind::DecoderSelf;
    ui::HeadMap map;
    map.trace = run.trace;
    map.head = head;
    map.queries = encoder_queries ? axisOf(model, input.source, source_name) : axisOf(model, input.target, decoder_name);
    map.keys = encoder_keys ? axisOf(model, input.source, source_name) : axisOf(model, input.target, decoder_name);
    map.model_name = QString::fromStdString(model.name());
    map.model_hash = QString::fromStdString(model.identityHash());
    map.text = QString::fromStdString(model.spec().hasEncoder() ? input.source.text : input.target.text);
    if (!input.source.text_pair.empty())
        map.text += QStringLiteral(" / ") + QString::fromStdString(input.source.text_pair);
    for (const Change& change : forward.changes)
        map.changes << QString::fromStdString(changeText(change));
    return map;
}

/// The head through what was asked to be done to it.
Result<ui::HeadMap> alteredMap(const ui::HeadMap& head, const ExportArguments& picture, const RunControl& control) {
    if (picture.map.plain())
        return head;
    std::vector<HeadAddress> heads;
    for (const std::size_t index : picture.heads)
        heads.push_back({head.head.kind, head.head.layer, HeadIndex(index)});
    const MapTokens tokens{head.queries.word_tokens, head.keys.word_tokens, head.keys.special};
    HEADLIGHT_ASSIGN(MapSourcePtr source, makeMapSource(head.trace, heads, tokens, picture.map, control));
    ui::HeadMap map = ui::alteredMap(head, std::move(source));
    map.combined = heads;
    return map;
}

/// Pixels become millimetres where only one of the two is given or the format has no pixels.
ui::FigureSize figureSize(const ExportArguments& picture) {
    constexpr double mm_per_inch = 25.4;
    constexpr double css_pixels_per_inch = 96.0; // what an SVG viewer takes a pixel for
    const bool png = picture.format == ExportFormat::Png;
    ui::FigureSize size;
    size.dpi = picture.dpi.value_or(png ? size.dpi : css_pixels_per_inch);
    if (picture.width_mm)
        size.width_mm = *picture.width_mm;
    if (picture.height_mm)
        size.height_mm = *picture.height_mm;
    if (picture.width)
        size.width_mm = double(*picture.width) * mm_per_inch / size.dpi;
    if (picture.height)
        size.height_mm = double(*picture.height) * mm_per_inch / size.dpi;
    if (png && picture.width && picture.height)
        size.pixels = QSize(static_cast<int>(*picture.width), static_cast<int>(*picture.height));
    return size;
}

ui::HeatmapSettings heatmapSettings(const ExportArguments& picture, std::size_t n_keys) {
    ui::HeatmapSettings settings;
    for (const ui::ColourMapKind kind : ui::weightColourMaps())
        if (ui::colourMapName(kind).compare(QString::fromStdString(picture.colour_map), Qt::CaseInsensitive) == 0)
            settings.colour_map = kind;
    settings.pooling = picture.mean_pooling ? Pooling::Mean : Pooling::Maximum;
    settings.threshold = static_cast<float>(picture.threshold);
    settings.scale = picture.scale == "log"      ? ui::ScaleKind::Logarithmic
                     : picture.scale == "row"    ? ui::ScaleKind::RowRelative
                     : picture.scale == "linear" ? ui::ScaleKind::Linear
                                                 : ui::scaleForKeys(n_keys);
    return settings;
}

std::optional<ui::LinesFigure> linesFigure(const ExportArguments& picture, const HeadAddress& head) {
    if (picture.view != "lines")
        return std::nullopt;
    ui::LinesFigure lines;
    for (const std::size_t index : picture.heads)
        if (const HeadAddress other{head.kind, head.layer, HeadIndex(index)};
            other != head && std::ranges::find(lines.companions, other) == lines.companions.end())
            lines.companions.push_back(other);
    if (picture.lines_from)
        lines.rule = {.kind = ui::LineRule::Kind::Threshold, .threshold = static_cast<float>(*picture.lines_from)};
    else if (picture.lines_per_query)
        lines.rule.per_query = *picture.lines_per_query;
    return lines;
}

/// The same layer and head number in every attention the model has.
Result<ui::FigureSubject> sideBySide(const Model& model, const Forward& forward, const ui::ExportRequest& request) {
    ui::ComposedRequest composed;
    composed.settings = request.settings;
    for (const AttentionKind kind : forward.run.trace->kinds()) {
        const HeadAddress head{kind, request.map.head.layer, request.map.head.head};
        HEADLIGHT_CHECK(forward.run.trace->check(head));
        composed.maps.push_back(headMap(model, forward, head));
    }
    if (composed.maps.size() < 2)
        return makeError(ErrorKind::Usage, model.name() + " has one kind of attention only: there is nothing to set side by side")
            .nextStep("Drop --view side-by-side");
    return ui::composedSubject(composed, {}, {});
}

Result<ui::FigureSubject> subjectOf(const Model& model, const Forward& forward, const ui::ExportRequest& request,
                                    const ExportArguments& picture) {
    if (picture.view == "side-by-side")
        return sideBySide(model, forward, request);
    if (picture.each)
        return ui::eachHeadSubject(request);
    return picture.all ? ui::sheetSubject(request) : ui::headSubject(request);
}

/// Pictures need Qt's fonts and painter. The offscreen platform draws without a display and the same everywhere.
std::unique_ptr<QGuiApplication> pictureApplication() {
    static int argument_count = 1;
    static char program[] = "headlight";
    static char* arguments[] = {program, nullptr};
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QHashSeed::setDeterministicGlobalSeed(); // Qt writes a PDF's fonts in hash order: the same figure, the same bytes
    // What Qt has to say about a machine without a desktop is not about the picture; standard error is for our own line.
    qInstallMessageHandler([](QtMsgType, const QMessageLogContext&, const QString&) {});
    return std::make_unique<QGuiApplication>(argument_count, arguments);
}

/// Writes what was asked for of one run.
Result<void> exportRun(const Model& model, const Forward& forward, const HeadAddress& head, const CommandContext& context) {
    const Options& options = context.options;
    if (context.control.stopRequested())
        return cancelledError();
    ui::ExportRequest request;
    HEADLIGHT_ASSIGN(request.map, alteredMap(headMap(model, forward, head), options.picture, context.control));
    request.settings = heatmapSettings(options.picture, forward.run.trace->nKeys(head.kind));
    request.lines = linesFigure(options.picture, head);
    request.size = figureSize(options.picture);
    request.transparent = options.picture.transparent;
    request.caption = options.picture.caption;
    request.theme = options.picture.theme == "dark" ? &ui::Theme::darkTheme() : &ui::Theme::light();
    HEADLIGHT_ASSIGN(const ui::FigureSubject subject, subjectOf(model, forward, request, options.picture));
    return ui::exportSubject(subject, request, options.out, context.control);
}

} // namespace

CommandResult runExportCommand(CommandContext& context) {
    const Options& options = context.options;
    HEADLIGHT_ASSIGN(const std::shared_ptr<const Model> model, openModel(options.model, context.control));
    HEADLIGHT_ASSIGN(const HeadAddress head, addressOf(*model, options.picture));
    HEADLIGHT_ASSIGN(const ModelInput input, prepareInput(*model, options.text, context.input));
    const auto application = isPicture(options.picture.format) ? pictureApplication() : nullptr;
    HEADLIGHT_CHECK(runAndUse(*model, input, context, [&](const Model& usable, const Forward& forward) {
        return exportRun(usable, forward, head, context);
    }));
    return kExitOk;
}

} // namespace headlight
