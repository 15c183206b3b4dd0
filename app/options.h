// What the command line said, as data. Parsing fills it (arguments.h), commands read it.
#pragma once

#include "core/analysis/head_order.h"
#include "core/analysis/interventions/change.h"
#include "core/compute/backend.h"
#include "core/maps/map_recipe.h"
#include "core/tokenizer/tokenizer.h"
#include "core/trace/dump.h"
#include "core/trace/trace.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace headlight {

enum class Subcommand { Window, Models, Lessons, Tokenize, Run, Generate, Heads, Dump, Export };

/// Which model, and on what it computes.
struct ModelArguments {
    std::string name; ///< bundled name, folder or hub id; empty: not given
    BackendOptions backend;
};

/// What the model reads: text or exact ids.
struct TextArguments {
    std::optional<std::string> text; ///< "-": standard input
    std::optional<std::string> text_pair;
    std::optional<std::string> target;
    std::optional<std::vector<TokenId>> ids;
    std::optional<std::vector<TokenId>> type_ids;   ///< segments of `ids`
    std::optional<std::vector<TokenId>> target_ids; ///< decoder input ids, start token included
    std::string source_language = {};               ///< of models that can be told (mBART, M2M100, NLLB); empty: the tokenizer's own
    std::string target_language = {};
};

/// Layers `first` to `last`, both included, counted from 0.
struct LayerRange {
    std::size_t first = 0;
    std::size_t last = 0;
    bool operator==(const LayerRange&) const = default;
};

struct GenerateArguments {
    std::optional<std::size_t> max_new_tokens;
    std::optional<std::size_t> n_beams;
    std::optional<double> repetition_penalty;
    std::optional<double> temperature; ///< this, top_k, top_p, min_p or seed asks for sampling; 0 means greedy
    std::optional<std::size_t> top_k;
    std::optional<double> top_p;
    std::optional<double> min_p;
    std::optional<std::uint64_t> seed;
    [[nodiscard]] bool asksForSampling() const {
        return (temperature || top_k || top_p || min_p || seed) && temperature.value_or(1.0) > 0.0;
    }
};

struct HeadsArguments {
    std::optional<AttentionKind> attention;
    HeadOrder order;
    std::optional<std::size_t> n_top; ///< heads shown; all when not given
};

struct DumpArguments {
    std::vector<DumpPart> parts;      ///< empty: all
    std::vector<LayerRange> layers;   ///< empty: all
};

enum class ExportFormat { Png, Svg, Pdf, Csv, Npy, Safetensors };

struct ExportArguments {
    ExportFormat format = ExportFormat::Png; ///< from the extension of `out`
    std::optional<AttentionKind> attention;
    std::optional<std::size_t> layer;
    std::optional<std::size_t> head;
    std::vector<std::size_t> heads;    ///< all that were named, `head` the first of them
    MapRecipe map;                     ///< what is done to the weights
    bool mean_pooling = false;         ///< where several weights fall on a pixel; else their largest
    double threshold = 0.0;            ///< pictures: smaller values are blank
    bool all = false;                  ///< every head of the attention in one file
    bool each = false;                 ///< every head in a file of its own
    std::optional<std::size_t> width;  ///< pixels
    std::optional<std::size_t> height; ///< pixels
    std::optional<double> width_mm;    ///< instead of pixels
    std::optional<double> height_mm;
    std::optional<double> dpi;
    bool transparent = false;
    bool caption = true;
    std::string colour_map;            ///< empty: the default one
    std::string scale = "auto";        ///< "auto", "linear", "log", "row"
    std::string theme = "light";       ///< "light", "dark"
    std::string view = "heatmap";      ///< "heatmap", "lines", "side-by-side"
    std::optional<std::size_t> lines_per_query; ///< lines: the strongest of each query
    std::optional<double> lines_from;  ///< lines: instead, all weights from this one up
};

struct Options {
    Subcommand command = Subcommand::Window;
    ModelArguments model;
    TextArguments text;
    std::vector<Change> changes;     ///< made inside the model while it runs
    GenerateArguments generate;
    HeadsArguments heads;
    DumpArguments dump;
    ExportArguments picture;
    bool json = false;
    bool lines = false;              ///< standard input, one text a line
    std::size_t n_top = 5;           ///< predictions shown for a position
    std::optional<std::size_t> position; ///< of the output stack, from 0: predictions there alone
    std::string out;                 ///< file to write
    std::vector<std::string> files;  ///< the window's session file, the folders `models` searches, or the lessons `lessons` checks, by name or file
    bool show_lesson = false;        ///< `lessons`: with all values filled in
    std::string lesson_pdf;          ///< `lessons`: the PDF to write of the one lesson that is named; empty: none
};

} // namespace headlight
