#include "app/command_options.h"

#include "core/lessons/expression.h"

#include <CLI/CLI.hpp>

#include <charconv>
#include <memory>
#include <string>
#include <vector>

namespace headlight {

namespace {

constexpr int kMostOfAnything = 1 << 30; ///< a bound for counts, so that a sign or a slip of the finger is noticed

/// CLI11's validators without their text in the help, which says the same in words.
template <class T>
CLI::Validator within(T least, T most) {
    CLI::Range range(least, most);
    return range.description("");
}
CLI::Validator oneOf(const std::vector<std::string>& names) {
    CLI::IsMember member(names);
    return member.description("");
}

/// CLI11 reads "-1" as 2^64 - 1 where an unsigned number is wanted.
std::string wholeNumber(std::string& value) {
    std::uint64_t number = 0;
    const char* const end = value.data() + value.size();
    const auto [stop, problem] = std::from_chars(value.data(), end, number);
    const bool whole = !value.empty() && problem == std::errc() && stop == end;
    return whole ? std::string() : "'" + value + "' is not a whole number from 0 to 2^64 - 1";
}

/// CLI11's own formatter breaks no lines; ours keeps room for long option names.
std::shared_ptr<CLI::Formatter> wideFormatter() {
    auto formatter = std::make_shared<CLI::Formatter>();
    formatter->column_width(34);
    return formatter;
}

/// A value that may be missing; `ParseInto` is how CLI11 reads it.
template <class T, class Optional>
CLI::Option* optionalValue(CLI::App& app, const std::string& name, Optional& target, const std::string& help) {
    return app.add_option_function<T>(name, [&target](const T& value) { target = value; }, help);
}

void addBackendOptions(CLI::App& app, Options& options, RawValues& raw) {
    app.add_option("--backend", raw.backend, "Where to compute: auto, cpu or cuda (auto)")
        ->type_name("NAME")->check(oneOf({"auto", "cpu", "cuda"}));
    app.add_option("--threads", options.model.backend.n_threads, "CPU threads, at most as many as there are processors; 0: that many (0)")
        ->type_name("N")->check(within(0, 1024));
    app.add_option("--precision", raw.precision, "Products in f32, bf16 (linear layers and attention) or on a GPU also tf32 and f16; all but f32 are less exact (f32)")
        ->type_name("NAME")->check(oneOf({"f32", "tf32", "f16", "bf16"}));
}

void addModelOption(CLI::App& app, Options& options) {
    app.add_option("--model", options.model.name, "Bundled name, folder in Hugging Face layout, or hub id in the cache")
        ->type_name("M");
}

void addTextOption(CLI::App& app, RawValues& raw) {
    optionalValue<std::size_t>(app, "--text", raw.text, "The text; - reads standard input")->type_name("T");
}

void addPairOption(CLI::App& app, RawValues& raw) {
    optionalValue<std::size_t>(app, "--text-pair", raw.text_pair, "Second text, for BERT-like models")->type_name("T");
}

void addInputOptions(CLI::App& app, Options& options, RawValues& raw) {
    addModelOption(app, options);
    addTextOption(app, raw);
    addPairOption(app, raw);
    optionalValue<std::string>(app, "--ids", raw.ids, "Token ids instead of --text: 5,17,2; needs no tokenizer")
        ->type_name("IDS");
    optionalValue<std::string>(app, "--type-ids", raw.type_ids, "Segments of --ids, for BERT-like models: 0,0,1")->type_name("IDS");
}

void addTargetOptions(CLI::App& app, Options& options, RawValues& raw) {
    optionalValue<std::size_t>(app, "--target", raw.target,
                               "What an encoder-decoder's decoder reads; without it the text it generates")->type_name("T");
    optionalValue<std::string>(app, "--target-ids", raw.target_ids,
                               "Decoder input ids instead of --target, start token included")->type_name("IDS");
    app.add_option("--source-language", options.text.source_language,
                   "Language of --text, as mBART, M2M100 and NLLB spell it: eng_Latn")->type_name("NAME");
    app.add_option("--target-language", options.text.target_language, "Language to write in, the same way")->type_name("NAME");
}

void addChangeOption(CLI::App& app, RawValues& raw) {
    app.add_option("--change", raw.changes,
                   "Change something inside the model, as the page Change does; may be repeated. One line: "
                   "\"score cross 2.1 [3,4] = 5\", \"head cross 2.1 off\", \"swap encoder 2 4\" ... "
                   "Layers, heads and tokens count from 1 here, as in the window")
        ->type_name("LINE")->allow_extra_args(false);
}

/// What a change may say, for the end of the help.
std::string changeHelp() {
    return "Changes (attention.layer.head, [query token, key token], counted from 1):\n"
           "  score cross 2.1 [3,4] = 5         the score before the softmax\n"
           "  mask decoder 1.2 [2,5] visible    or: hidden\n"
           "  weight cross 2.1 [3,4] = 0.5      the others of the row share the rest of 1; with \"alone\" they stay\n"
           "  scale encoder 1 = 1               instead of 1 / sqrt(d_k); of one head: encoder 1.2\n"
           "  temperature encoder 1.2 = 0.5     of the softmax\n"
           "  head cross 2.1 off                or: = 0.5\n"
           "  position encoder 3 -> 7           token 3 stands where token 7 stands\n"
           "  swap encoder 2 4                  two tokens change places\n"
           "  positions off\n";
}

void addTopOption(CLI::App& app, Options& options, const std::string& help) {
    app.add_option("--top", options.n_top, help)->type_name("N")->check(within(1, 10'000'000));
}

void addJsonOption(CLI::App& app, Options& options) { app.add_flag("--json", options.json, "Answer in JSON"); }

void addLinesOption(CLI::App& app, Options& options) {
    app.add_flag("--lines", options.lines,
                 "With --text -: one text a line in, one result a line out. A line that fails gives an empty line "
                 "(JSON: its \"error\") and a message, the rest goes on, the exit code is 1");
}

void defineModels(CLI::App& app, Options& options) {
    auto* command = app.add_subcommand("models", "List the models that --model can name");
    command->add_option("folders", options.files, "Folders to look for model folders in (.)")->type_name("FOLDER");
    addJsonOption(*command, options);
    command->footer("Example:\n  headlight models --json");
    command->final_callback([&options] { options.command = Subcommand::Models; });
}

std::string quantityList() {
    std::string list = "\nWhat a lesson can read from the run:\n";
    for (const QuantityInfo& info : lessonQuantities()) {
        std::string head = "  " + std::string(info.name) + " " + std::string(patternText(info.pattern));
        head.resize(std::max<std::size_t>(head.size() + 2, 42), ' ');
        list += head + std::string(info.about) + "\n";
    }
    return list;
}

void defineLessons(CLI::App& app, Options& options, RawValues& raw) {
    auto* command = app.add_subcommand("lessons", "List the lessons, check lesson files, or print a lesson");
    command->add_option("files", options.files, "Lessons by name (04-softmax) or file: what is wrong with one is said with its line")->type_name("LESSON");
    command->add_flag("--show", options.show_lesson, "Print the files' steps with all values of the run filled in");
    command->add_option("--pdf", options.lesson_pdf, "Write the lesson as a PDF with its figures, overwritten if it exists; needs no display")
        ->type_name("F");
    command->add_option("--model", options.model.name, "With --pdf: this model instead of the lesson's own")->type_name("M");
    optionalValue<std::size_t>(*command, "--text", raw.text, "With --pdf: your own sentence instead of the lesson's; - reads standard input")
        ->type_name("T");
    addJsonOption(*command, options);
    addBackendOptions(*command, options, raw);
    command->footer("Without files all lessons are listed. How one is written: README, \"Write your own lesson\".\n" + quantityList() +
                    "Examples:\n  headlight lessons\n  headlight lessons my-lesson.md\n  headlight lessons --show my-lesson.md\n"
                    "  headlight lessons 04-softmax --pdf softmax.pdf --text 'My own cat sleeps.'");
    command->final_callback([&options] { options.command = Subcommand::Lessons; });
}

void defineTokenize(CLI::App& app, Options& options, RawValues& raw) {
    auto* command = app.add_subcommand("tokenize", "Show the tokens of a text: ids, token strings, byte offsets");
    addModelOption(*command, options);
    addTextOption(*command, raw);
    addPairOption(*command, raw);
    addLinesOption(*command, options);
    addJsonOption(*command, options);
    addBackendOptions(*command, options, raw);
    command->footer("Needs only the tokenizer's files of a model folder.\nExamples:\n"
                    "  headlight tokenize --model en-fr --text 'The black cat sleeps.'\n"
                    "  headlight tokenize --model ./gpt2 --text - --lines --json < sentences.txt");
    command->final_callback([&options] { options.command = Subcommand::Tokenize; });
}

void defineRun(CLI::App& app, Options& options, RawValues& raw) {
    auto* command = app.add_subcommand("run", "Run a text through a model: tokens and top predictions");
    addInputOptions(*command, options, raw);
    addTargetOptions(*command, options, raw);
    addChangeOption(*command, raw);
    addTopOption(*command, options, "Predictions shown for a position (5); as many as the vocabulary has: all of it");
    optionalValue<std::size_t>(*command, "--position", options.position,
                               "Predictions at this token alone, from 0: what follows it, or with a masked model what stands there")->type_name("N");
    addJsonOption(*command, options);
    addBackendOptions(*command, options, raw);
    command->footer(changeHelp() +
                    "Examples:\n"
                    "  headlight run --model en-fr --text 'The black cat sleeps.'\n"
                    "  headlight run --model en-fr --text 'The cat sleeps.' --target 'Le chat dort.' --json\n"
                    "  headlight run --model ./bert --text 'The [MASK] sleeps.' --top 3\n"
                    "  headlight run --model books-gpt --text 'The old man went to' --position 2 --top 100000");
    command->final_callback([&options] { options.command = Subcommand::Run; });
}

void defineGenerate(CLI::App& app, Options& options, RawValues& raw) {
    auto* command = app.add_subcommand("generate", "Translate or continue a text");
    GenerateArguments& generate = options.generate;
    addInputOptions(*command, options, raw);
    addTargetOptions(*command, options, raw);
    addChangeOption(*command, raw);
    optionalValue<std::size_t>(*command, "--max-new-tokens", generate.max_new_tokens, "At most N new tokens")
        ->type_name("N")->check(within(1, kMostOfAnything));
    optionalValue<std::size_t>(*command, "--beams", generate.n_beams, "Beam search with B beams; 1: greedy (the model's setting)")
        ->type_name("B")->check(within(1, 256));
    optionalValue<double>(*command, "--temperature", generate.temperature, "Draw at random from logits / t; 0: greedy")->type_name("t");
    optionalValue<std::size_t>(*command, "--top-k", generate.top_k, "Draw among the k most probable tokens; 0: all")
        ->type_name("k")->check(within(0, kMostOfAnything));
    optionalValue<double>(*command, "--top-p", generate.top_p, "Draw among the most probable tokens that make up p")->type_name("p");
    optionalValue<double>(*command, "--min-p", generate.min_p, "Draw among tokens at least p times as probable as the most probable one")
        ->type_name("p");
    optionalValue<std::uint64_t>(*command, "--seed", generate.seed, "Draw at random from this seed (0); the same seed, the same text")
        ->type_name("s")->check(CLI::Validator(wholeNumber, "", "whole number"));
    optionalValue<double>(*command, "--repetition-penalty", generate.repetition_penalty,
                          "Above 1: tokens already there become less probable (the model's setting)")->type_name("r");
    addTopOption(*command, options, "Candidates kept for a step with --json (5)");
    addLinesOption(*command, options);
    addJsonOption(*command, options);
    addBackendOptions(*command, options, raw);
    command->footer(changeHelp() +
                    "Any of --temperature, --top-k, --top-p, --min-p and --seed turns sampling on. --target is a beginning to go on from.\n"
                    "Examples:\n"
                    "  headlight generate --model en-fr --text 'The black cat sleeps.'\n"
                    "  headlight generate --model ./gpt2 --text 'Once upon a time' --max-new-tokens 40 --temperature 0.8 --seed 7\n"
                    "  headlight generate --model en-fr --text - --lines < english.txt > french.txt");
    command->final_callback([&options] { options.command = Subcommand::Generate; });
}

std::vector<std::string> sortNames() {
    std::vector<std::string> names{"layer", "role"};
    for (const MeasureInfo& info : allMeasures())
        names.emplace_back(info.key);
    return names;
}

std::vector<std::string> roleNames() {
    std::vector<std::string> names;
    for (const RoleInfo& info : allRoles())
        names.emplace_back(info.key);
    return names;
}

/// "  key   explanation" of all measures and roles, for the end of the help.
std::string measureHelp() {
    std::string text = "Measures, means over the rows of a head:\n";
    const auto line = [&](std::string_view key, std::string_view explanation) {
        text += "  " + std::string(key) + std::string(20 - key.size(), ' ') + std::string(explanation) + "\n";
    };
    for (const MeasureInfo& info : allMeasures())
        line(info.key, info.explanation);
    text += "Roles; a share of the weight must also be more than twice what an even spread gives:\n";
    for (const RoleInfo& info : allRoles())
        line(info.key, info.explanation);
    return text;
}

void defineHeads(CLI::App& app, Options& options, RawValues& raw) {
    auto* command = app.add_subcommand("heads", "Measure every head: entropy, distance, induction and more, and its role");
    addInputOptions(*command, options, raw);
    addTargetOptions(*command, options, raw);
    optionalValue<std::string>(*command, "--attention", raw.attention, "encoder, decoder or cross (cross where there is one)")
        ->type_name("NAME")->check(oneOf({"encoder", "decoder", "cross"}));
    optionalValue<std::string>(*command, "--sort", raw.sort, "layer, role, or a measure, largest first (layer)")
        ->type_name("NAME")->check(oneOf(sortNames()));
    command->add_flag("--ascending", raw.ascending, "Smallest first");
    optionalValue<std::string>(*command, "--role", raw.role, "Only heads that have this role")->type_name("NAME")->check(oneOf(roleNames()));
    optionalValue<std::string>(*command, "--layers", raw.layers, "Only these layers, counted from 0: 0-3 (all)")->type_name("LIST");
    optionalValue<std::size_t>(*command, "--top", options.heads.n_top, "Only the first N heads (all)")
        ->type_name("N")->check(within(1, kMostOfAnything));
    addJsonOption(*command, options);
    addBackendOptions(*command, options, raw);
    command->footer(measureHelp() + "Examples:\n"
                    "  headlight heads --model en-fr --text 'The black cat sleeps.' --sort sharpness --top 5\n"
                    "  headlight heads --model books-gpt --text 'one two three one two' --role induction --json");
    command->final_callback([&options] { options.command = Subcommand::Heads; });
}

void defineDump(CLI::App& app, Options& options, RawValues& raw) {
    auto* command = app.add_subcommand("dump", "Write what a forward pass computed as F32 safetensors");
    addInputOptions(*command, options, raw);
    addTargetOptions(*command, options, raw);
    addChangeOption(*command, raw);
    command->add_option("--out", options.out, "The .safetensors file to write, overwritten if it exists")->type_name("F");
    optionalValue<std::string>(*command, "--what", raw.what,
                               "Out of weights,scores,raw_scores,query,key,value,hidden,logits (all but raw_scores)")->type_name("LIST");
    optionalValue<std::string>(*command, "--layers", raw.layers, "Layers, counted from 0: 0-3 or 0,2,5-6 (all)")->type_name("LIST");
    addBackendOptions(*command, options, raw);
    command->footer(changeHelp() +
                    "Example:\n"
                    "  headlight dump --model en-fr --text 'The cat sleeps.' --out cat.safetensors --what weights,logits --layers 0-1");
    command->final_callback([&options] { options.command = Subcommand::Dump; });
}

void addMapOptions(CLI::App& app, Options& options, RawValues& raw) {
    ExportArguments& picture = options.picture;
    optionalValue<std::string>(app, "--heads-combine", raw.heads_combine, "Several heads as one map: the mean or the max of them in every cell")
        ->type_name("NAME")->check(oneOf({"mean", "max"}));
    app.add_flag("--merge-words", picture.map.merge_words, "Words instead of sub-words: sum over keys, mean over queries");
    optionalValue<std::string>(app, "--hide", raw.hide, "Keys left out: special tokens, sinks (keys that get more than 0.3 on average), "
                                                        "or special,sinks")->type_name("LIST");
    optionalValue<std::string>(app, "--dim", raw.dim, "The same, but pale instead of left out")->type_name("LIST");
    app.add_flag("--renormalise,--renormalize", picture.map.renormalise, "Rows sum to 1 again without hidden and dimmed keys");
    app.add_option("--threshold", picture.threshold, "Pictures: leave smaller values blank (0)")->type_name("W")->check(within(0.0, 1.0));
    app.add_option_function<std::string>("--pooling", [&picture](const std::string& name) { picture.mean_pooling = name == "mean"; },
                                         "Pictures of more weights than pixels: the largest or the mean of a pixel's (largest)")
        ->type_name("NAME")->check(oneOf({"largest", "mean"}));
}

void addPictureOptions(CLI::App& app, Options& options, RawValues& raw) {
    ExportArguments& picture = options.picture;
    optionalValue<std::size_t>(app, "--width", picture.width, "Width of the picture in pixels")->type_name("PX")->check(within(1, 32768));
    optionalValue<std::size_t>(app, "--height", picture.height, "Height of the picture in pixels")->type_name("PX")->check(within(1, 32768));
    optionalValue<double>(app, "--width-mm", picture.width_mm, "Width on paper instead (170)")->type_name("MM")->check(within(1.0, 5000.0));
    optionalValue<double>(app, "--height-mm", picture.height_mm, "Height on paper instead (what the map needs)")
        ->type_name("MM")->check(within(1.0, 5000.0));
    optionalValue<double>(app, "--dpi", picture.dpi, "Pixels an inch (300; SVG and PDF: 96)")->type_name("N")->check(within(10.0, 2400.0));
    app.add_flag("--transparent", picture.transparent, "No background");
    app.add_flag("--no-caption", raw.no_caption, "No caption");
    app.add_option("--colour-map,--color-map", picture.colour_map, "viridis, magma, cividis or greys (viridis)")
        ->type_name("NAME")->check(oneOf({"viridis", "magma", "cividis", "greys"}));
    app.add_option("--scale", picture.scale, "linear or log weights, row: each row by its own maximum, auto: linear up to 64 keys, "
                                             "row beyond (auto)")
        ->type_name("NAME")->check(oneOf({"auto", "linear", "log", "row"}));
    app.add_option("--view", picture.view, "heatmap, lines between two columns of tokens, or side-by-side: encoder, decoder and "
                                          "cross on one page (heatmap)")
        ->type_name("NAME")->check(oneOf({"heatmap", "lines", "side-by-side"}));
    optionalValue<std::size_t>(app, "--lines-per-query", picture.lines_per_query, "Lines: the strongest K of each query (3)")
        ->type_name("K")->check(within(1, 1000));
    optionalValue<double>(app, "--lines-from", picture.lines_from, "Lines: instead, all weights from W up")
        ->type_name("W")->check(within(0.0, 1.0));
    app.add_option("--theme", picture.theme, "light or dark (light)")->type_name("NAME")->check(oneOf({"light", "dark"}));
}

void defineExport(CLI::App& app, Options& options, RawValues& raw) {
    auto* command = app.add_subcommand("export", "Write one head or all heads as a picture or as numbers");
    addInputOptions(*command, options, raw);
    addTargetOptions(*command, options, raw);
    addChangeOption(*command, raw);
    optionalValue<std::string>(*command, "--attention", raw.attention,
                               "encoder, decoder or cross (cross where there is one)")
        ->type_name("NAME")->check(oneOf({"encoder", "decoder", "cross"}));
    optionalValue<std::size_t>(*command, "--layer", options.picture.layer, "Layer, counted from 0")
        ->type_name("L")->check(within(0, kMostOfAnything));
    command->add_option("--head", raw.heads, "Head, counted from 0; several with --heads-combine or --view lines")
        ->type_name("H")->allow_extra_args(false)->check(within(0, kMostOfAnything));
    command->add_flag("--all", options.picture.all, "All heads of that attention: one sheet, one CSV, "
                                                    "or an array of shape [layers, heads, n_query, n_key]");
    command->add_flag("--each", options.picture.each, "Every head of that attention in a file of its own: F.png becomes "
                                                      "F-layer1-head1.png and so on, counted from 1");
    command->add_option("--out", options.out, "The file to write, overwritten if it exists: .png, .svg, .pdf, .csv, .npy or .safetensors")
        ->type_name("F");
    addMapOptions(*command, options, raw);
    addPictureOptions(*command, options, raw);
    addBackendOptions(*command, options, raw);
    command->footer(changeHelp() +
                    "Examples:\n"
                    "  headlight export --model en-fr --text 'The cat sleeps.' --layer 2 --head 3 --merge-words --hide special --renormalise --out words.svg\n"
                    "  headlight export --model en-fr --text 'The cat sleeps.' --layer 2 --head 3 --out head.svg\n"
                    "  headlight export --model en-fr --text 'The cat sleeps.' --attention encoder --all --out heads.png\n"
                    "  headlight export --model en-fr --text 'The cat sleeps.' --each --out heads.svg");
    command->final_callback([&options] { options.command = Subcommand::Export; });
}

} // namespace

void defineCommands(CLI::App& app, Options& options, RawValues& raw) {
    app.formatter(wideFormatter());
    app.set_version_flag("--version", std::string("headlight ") + HEADLIGHT_VERSION, "Show the version");
    app.require_subcommand(0, 1);
    addModelOption(app, options);
    addTextOption(app, raw);
    addPairOption(app, raw);
    addBackendOptions(app, options, raw);
    app.add_option("file", options.files, "A session (.headlight), a lesson (.md), a model's folder, or a file in it")->type_name("FILE")->expected(0, 1);
    app.footer("Without a command the window opens. headlight COMMAND --help tells more.\n"
               "Exit codes: 0 done, 2 bad usage, 1 anything else that failed, 130 interrupted.\n"
               "Examples:\n"
               "  headlight --model en-fr --text 'The black cat sleeps under the table.'\n"
               "  headlight generate --model en-fr --text 'The black cat sleeps under the table.'");
    defineModels(app, options);
    defineLessons(app, options, raw);
    defineTokenize(app, options, raw);
    defineRun(app, options, raw);
    defineGenerate(app, options, raw);
    defineHeads(app, options, raw);
    defineDump(app, options, raw);
    defineExport(app, options, raw);
}

} // namespace headlight
