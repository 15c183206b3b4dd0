#include "core/lessons/lesson_vocabulary.h"

#include "core/base/nearest_name.h"

#include <array>

namespace headlight {

namespace {

constexpr std::array<std::string_view, 11> kPages{"heatmap",  "lines",       "side-by-side", "step-by-step",
                                                  "timeline", "predictions", "heads",        "positions",
                                                  "softmax",  "change",      "map"};

constexpr std::array<std::string_view, 26> kSteps{"embed",
                                                  "position",
                                                  "embedding-norm",
                                                  "stream",
                                                  "norm-before",
                                                  "project",
                                                  "place",
                                                  "product",
                                                  "scale",
                                                  "cap",
                                                  "bias",
                                                  "mask",
                                                  "set-score",
                                                  "temperature",
                                                  "softmax",
                                                  "set-weight",
                                                  "weighted-sum",
                                                  "scale-head",
                                                  "concatenate",
                                                  "output",
                                                  "add",
                                                  "norm",
                                                  "inner",
                                                  "feed-forward",
                                                  "add-feed-forward",
                                                  "norm-feed-forward"};

constexpr std::array<std::string_view, 6> kParts{"model", "text", "heads", "tabs", "view", "numbers"};

constexpr std::array kSettings{
    LessonSettingInfo{"heatmap", "scale", SettingKind::Name, "automatic linear logarithmic row-relative"},
    LessonSettingInfo{"heatmap", "numbers", SettingKind::YesNo, ""},
    LessonSettingInfo{"heatmap", "colours", SettingKind::Name, "viridis magma cividis greys"},
    LessonSettingInfo{"lines", "strongest_of_query", SettingKind::Number, ""},
    LessonSettingInfo{"lines", "threshold", SettingKind::Number, ""},
    LessonSettingInfo{"timeline", "candidates", SettingKind::Number, ""},
    LessonSettingInfo{"heads", "as_table", SettingKind::YesNo, ""},
    LessonSettingInfo{"positions", "page", SettingKind::Name,
                      "own off sinusoidal learned relative-bias rotary alibi compare"},
    LessonSettingInfo{"positions", "stack", SettingKind::Name, "encoder decoder"},
    LessonSettingInfo{"positions", "d_model", SettingKind::Number, ""},
    LessonSettingInfo{"positions", "n_positions", SettingKind::Number, ""},
    LessonSettingInfo{"positions", "position", SettingKind::Number, ""},
    LessonSettingInfo{"positions", "shift", SettingKind::Number, ""},
    LessonSettingInfo{"softmax", "source", SettingKind::Name, "output attention"},
    LessonSettingInfo{"softmax", "temperature", SettingKind::Number, ""},
    LessonSettingInfo{"softmax", "top_k", SettingKind::Number, ""},
    LessonSettingInfo{"softmax", "top_p", SettingKind::Number, ""},
    LessonSettingInfo{"softmax", "min_p", SettingKind::Number, ""},
    LessonSettingInfo{"softmax", "draws", SettingKind::Number, ""},
    LessonSettingInfo{"map", "each_layer", SettingKind::YesNo, ""},
    LessonSettingInfo{"map", "sizes", SettingKind::YesNo, ""},
};

} // namespace

std::span<const std::string_view> lessonPages() {
    return kPages;
}
std::span<const LessonSettingInfo> lessonSettings() {
    return kSettings;
}
std::span<const std::string_view> lessonArithmeticSteps() {
    return kSteps;
}
std::span<const std::string_view> lessonParts() {
    return kParts;
}

std::string listed(std::span<const std::string_view> names) {
    std::string text;
    for (const std::string_view name : names)
        text += (text.empty() ? "" : ", ") + std::string(name);
    return text;
}

std::string suggestion(std::string_view word, std::span<const std::string_view> names) {
    const std::string near = nearestName(word, {names.begin(), names.end()});
    return near.empty() ? std::string() : ", did you mean “" + near + "”?";
}

} // namespace headlight
