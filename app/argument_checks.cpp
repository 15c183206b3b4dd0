#include "app/argument_checks.h"

#include "app/describe.h"
#include "core/analysis/interventions/change_text.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>

namespace headlight {

namespace {

Error usageError(std::string summary) { return makeError(ErrorKind::Usage, std::move(summary)); }

bool needsModel(Subcommand command) {
    return command != Subcommand::Window && command != Subcommand::Models && command != Subcommand::Lessons;
}

ComputePrecision precisionOf(const std::string& name) {
    for (const ComputePrecision precision : {ComputePrecision::TF32, ComputePrecision::F16, ComputePrecision::BF16})
        if (name == precisionText(precision))
            return precision;
    return ComputePrecision::F32;
}

BackendChoice backendChoice(const std::string& name) {
    return name == "cpu" ? BackendChoice::Cpu : name == "cuda" ? BackendChoice::Cuda : BackendChoice::Auto;
}

Result<void> checkText(const Options& options) {
    const TextArguments& text = options.text;
    if (options.lines) {
        if (text.ids || text.type_ids || text.target_ids || text.target || text.text_pair)
            return usageError("--lines reads one text a line and goes with --text - alone");
        if (text.text != "-")
            return usageError("--lines reads standard input").nextStep("Add --text -");
        return {};
    }
    if (!text.text && !text.ids)
        return usageError("there is nothing to read").nextStep(options.command == Subcommand::Tokenize
                          ? "Add --text 'some text', or --text - for standard input"
                          : "Add --text 'some text', --text - for standard input, or --ids 1,2,3");
    if (text.type_ids && (!text.ids || text.type_ids->size() != text.ids->size()))
        return usageError("--type-ids goes with --ids and gives one segment a token");
    if (text.text && text.ids)
        return usageError("--text and --ids exclude each other");
    if (text.target && text.target_ids)
        return usageError("--target and --target-ids exclude each other");
    if (text.ids && (text.target || text.text_pair))
        return usageError("--ids goes with --target-ids, not with --target or --text-pair");
    return {};
}

/// Whether F32, which the engine computes with, can hold it: not rounded to 0, not infinite.
bool fitsF32(double value) {
    const float rounded = static_cast<float>(value);
    return std::isfinite(rounded) && (rounded != 0.0f || value == 0.0);
}

Result<void> checkGenerate(const GenerateArguments& generate) {
    if (generate.temperature && (!std::isfinite(*generate.temperature) || *generate.temperature < 0.0))
        return usageError("--temperature must be 0 or more");
    if (generate.top_p && !(*generate.top_p > 0.0 && *generate.top_p <= 1.0))
        return usageError("--top-p must be above 0 and at most 1");
    if (generate.min_p && !(*generate.min_p >= 0.0 && *generate.min_p <= 1.0))
        return usageError("--min-p must be from 0 to 1");
    if (generate.repetition_penalty && !(*generate.repetition_penalty > 0.0 && std::isfinite(*generate.repetition_penalty)))
        return usageError("--repetition-penalty must be above 0; 1 means none");
    for (const auto& [name, value] : {std::pair{"--temperature", generate.temperature}, std::pair{"--top-p", generate.top_p},
                                      std::pair{"--min-p", generate.min_p},
                                      std::pair{"--repetition-penalty", generate.repetition_penalty}})
        if (value && !fitsF32(*value))
            return usageError(std::string(name) + " is too large or too close to 0");
    if (generate.asksForSampling() && generate.n_beams.value_or(1) > 1)
        return usageError("--beams searches, --temperature, --top-k, --top-p, --min-p and --seed draw at random: they exclude each other");
    return {};
}

/// The order `--sort`, `--ascending`, `--role` and `--layers` ask for. Measures and roles sort with the most first.
Result<HeadOrder> headOrder(const RawValues& raw, const std::vector<LayerRange>& layers) {
    HeadOrder order;
    if (raw.sort == "role") {
        order.sort = HeadSort::Role;
    } else if (raw.sort && raw.sort != "layer") {
        order.sort = HeadSort::Measure;
        order.measure = measureOfKey(*raw.sort).value_or(HeadMeasure::Entropy); // CLI11 has checked the name
        order.descending = !raw.ascending;
    }
    if (raw.ascending && order.sort != HeadSort::Measure)
        return usageError("--ascending turns the order of a measure round").nextStep("Add --sort and a measure");
    for (const RoleInfo& info : allRoles())
        if (raw.role == info.key)
            order.roles = {info.role};
    if (layers.size() > 1)
        return usageError("--layers takes one range here").nextStep("Write it as --layers 0-3");
    if (!layers.empty())
        order.layers = LayerSpan{layers.front().first, layers.front().last};
    return order;
}

Result<void> checkSize(const ExportArguments& picture) {
    if ((picture.width || picture.height) && (picture.width_mm || picture.height_mm))
        return usageError("--width and --height are pixels, --width-mm and --height-mm millimetres: use one of them");
    return {};
}

/// "special", "sinks" or both, separated by a comma.
Result<void> readKeys(const char* option, const std::string& list, KeyTreatment treatment, MapRecipe& map) {
    std::size_t begin = 0;
    while (begin <= list.size()) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        const std::string name = list.substr(begin, end - begin);
        KeyTreatment* const which = name == "special" ? &map.special : name == "sinks" ? &map.sinks : nullptr;
        if (which == nullptr)
            return usageError(std::string(option) + " does not know '" + name + "'").nextStep("Choose special, sinks or special,sinks");
        if (*which != KeyTreatment::Show && *which != treatment)
            return usageError("--hide and --dim both name " + name).nextStep("Keep one of them");
        *which = treatment;
        begin = end + 1;
    }
    return {};
}

Result<void> readMap(const RawValues& raw, ExportArguments& picture) {
    picture.heads = raw.heads;
    if (!raw.heads.empty())
        picture.head = raw.heads.front();
    if (raw.heads_combine)
        picture.map.combine = *raw.heads_combine == "mean" ? HeadCombination::Mean : HeadCombination::Maximum;
    if (raw.hide)
        HEADLIGHT_CHECK(readKeys("--hide", *raw.hide, KeyTreatment::Hide, picture.map));
    if (raw.dim)
        HEADLIGHT_CHECK(readKeys("--dim", *raw.dim, KeyTreatment::Dim, picture.map));
    return {};
}

Result<void> checkMap(const ExportArguments& picture) {
    const MapRecipe& map = picture.map;
    const bool numbers = picture.format == ExportFormat::Csv || picture.format == ExportFormat::Npy || picture.format == ExportFormat::Safetensors;
    const bool coloured = picture.view == "lines" && !numbers; // each head in a colour of its own
    if (picture.heads.size() > 1 && !map.combine && !coloured)
        return usageError("several heads, one map")
            .nextStep("Add --heads-combine mean or max, or name one --head; pictures with --view lines take several");
    if (map.combine && picture.heads.size() < 2)
        return usageError("--heads-combine takes several heads").nextStep("Repeat --head: --head 1 --head 4");
    if (map.renormalise && !map.treatsKeys())
        return usageError("--renormalise is about rows some keys are missing from").nextStep("Add --hide or --dim with special or sinks");
    if ((!map.plain() || picture.threshold > 0.0) && (picture.all || picture.each || picture.view != "heatmap"))
        return usageError("--heads-combine, --merge-words, --hide, --dim, --renormalise and --threshold belong to one heatmap")
            .nextStep("Name --layer and --head and drop --all, --each and --view");
    if (numbers && (picture.threshold > 0.0 || picture.mean_pooling))
        return usageError("--threshold and --pooling are about pictures; numbers come exact and whole").nextStep("Drop them, or write a picture");
    return {};
}

Result<void> checkExport(ExportArguments& picture, const std::string& out) {
    if (picture.all && picture.each)
        return usageError("--all writes one file and --each one a head: they exclude each other");
    if (picture.view == "side-by-side" && (picture.all || picture.each || picture.attention))
        return usageError("--view side-by-side shows one layer and head number in all attentions")
            .nextStep("Name --layer and --head and drop --all, --each and --attention");
    if (picture.view == "lines" && picture.all)
        return usageError("--view lines draws one head").nextStep("Drop --all and name --layer and --head");
    if (picture.view != "lines" && (picture.lines_per_query || picture.lines_from))
        return usageError("--lines-per-query and --lines-from belong to lines").nextStep("Add --view lines");
    if (picture.lines_per_query && picture.lines_from)
        return usageError("--lines-per-query and --lines-from exclude each other").nextStep("Keep one of them");
    const bool every = picture.all || picture.each;
    if (every && (picture.layer || picture.head))
        return usageError(std::string(picture.all ? "--all" : "--each") + " exports every head and excludes --layer and --head");
    if (!every && !(picture.layer && picture.head))
        return usageError("which head?").nextStep("Add --layer L --head H, counted from 0, or --all or --each");
    HEADLIGHT_ASSIGN(picture.format, exportFormatOf(out));
    HEADLIGHT_CHECK(checkMap(picture));
    return checkSize(picture);
}

Result<void> readChanges(const RawValues& raw, Options& options) {
    for (const std::size_t index : raw.changes) {
        auto change = parseChange(raw.texts.at(index));
        if (!change.ok())
            return usageError("--change: " + change.error().message());
        options.changes.push_back(std::move(change).value());
    }
    if (options.changes.empty() || options.command != Subcommand::Generate)
        return {};
    if (options.generate.asksForSampling() || options.generate.n_beams.value_or(1) > 1 || options.generate.repetition_penalty)
        return usageError("--change takes the most probable token at each step: it excludes --beams, --repetition-penalty and sampling");
    return {};
}

Result<void> checkLessons(const Options& options) {
    if (options.lesson_pdf.empty()) {
        if (!options.model.name.empty() || options.text.text)
            return usageError("--model and --text are what a PDF's numbers are of").nextStep("Add --pdf F.pdf");
        return {};
    }
    if (options.files.size() != 1)
        return usageError("--pdf writes one lesson").nextStep("Name it: headlight lessons 04-softmax --pdf softmax.pdf");
    if (options.show_lesson || options.json)
        return usageError("--pdf writes a file: it excludes --show and --json");
    std::string extension = std::filesystem::path(options.lesson_pdf).extension().string();
    std::ranges::transform(extension, extension.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (extension != ".pdf")
        return usageError("--pdf: '" + options.lesson_pdf + "' does not end in .pdf").nextStep("Name it F.pdf");
    return {};
}

} // namespace

Result<void> finishOptions(const RawValues& raw, Options& options) {
    options.model.backend.choice = backendChoice(raw.backend);
    options.model.backend.precision = precisionOf(raw.precision);
    options.picture.caption = !raw.no_caption;
    HEADLIGHT_CHECK(readMap(raw, options.picture));
    if (raw.attention)
        options.picture.attention = *raw.attention == "encoder"   ? AttentionKind::EncoderSelf
                                    : *raw.attention == "decoder" ? AttentionKind::DecoderSelf
                                                                  : AttentionKind::Cross;
    options.heads.attention = options.picture.attention;
    if (raw.text)
        options.text.text = raw.texts.at(*raw.text);
    if (raw.text_pair)
        options.text.text_pair = raw.texts.at(*raw.text_pair);
    if (raw.target)
        options.text.target = raw.texts.at(*raw.target);
    HEADLIGHT_CHECK(readChanges(raw, options));
    if (raw.ids) {
        HEADLIGHT_ASSIGN(options.text.ids, parseIds("--ids", *raw.ids));
    }
    if (raw.type_ids) {
        HEADLIGHT_ASSIGN(options.text.type_ids, parseIds("--type-ids", *raw.type_ids));
    }
    if (raw.target_ids) {
        HEADLIGHT_ASSIGN(options.text.target_ids, parseIds("--target-ids", *raw.target_ids));
    }
    if (raw.what) {
        HEADLIGHT_ASSIGN(options.dump.parts, parseDumpParts(*raw.what));
    }
    if (raw.layers) {
        HEADLIGHT_ASSIGN(options.dump.layers, parseLayerRanges(*raw.layers));
    }
    if (options.command == Subcommand::Heads) {
        HEADLIGHT_ASSIGN(options.heads.order, headOrder(raw, options.dump.layers));
    }
    if (needsModel(options.command)) {
        if (options.model.name.empty())
            return usageError("--model is missing").nextStep("--model en-fr is bundled; headlight models lists the others");
        HEADLIGHT_CHECK(checkText(options));
    }
    if ((options.command == Subcommand::Dump || options.command == Subcommand::Export) && options.out.empty())
        return usageError("--out is missing").nextStep("Name the file to write");
    if (options.command == Subcommand::Lessons)
        return checkLessons(options);
    if (options.command == Subcommand::Generate)
        return checkGenerate(options.generate);
    if (options.command == Subcommand::Export)
        return checkExport(options.picture, options.out);
    return {};
}

} // namespace headlight
