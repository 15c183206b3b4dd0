// The pictures of a softmax: bars before and after, its shape, what temperature and sqrt(d_k) do, and draws.
// Computed in a worker.
#pragma once

#include "core/base/run_control.h"
#include "ui/document/run_snapshot.h"
#include "ui/plots/panel.h"
#include "ui/selection/selection.h"
#include "ui/softmax/softmax_settings.h"

#include <memory>
#include <optional>
#include <vector>

namespace headlight::ui {

/// One row of scores and what settings make of it; every list is as long as `scores`.
struct ScoreRow {
    std::vector<float> scores;         ///< as the model has them: attention scores or logits
    std::vector<float> ruled;          ///< after the checkpoint's rules (the same without any)
    std::vector<float> warped;         ///< after temperature and cuts
    std::vector<double> probabilities; ///< softmax of `scores`
    std::vector<double> changed;       ///< softmax of `warped`
    std::vector<float> divided;        ///< attention: q.k / sqrt(d_k); else empty
    std::vector<float> undivided;      ///< attention: q.k
    double root = 1.0;                 ///< attention: sqrt(d_k)
    bool model_divides = true;
    std::vector<std::uint32_t> counts; ///< of draws; empty: none
    std::optional<std::size_t> drawn;  ///< the one draw
    std::size_t position = 0;          ///< of the drawn token
    QString subject;                   ///< "“cat” looks at the text", "the word behind “The”"
    std::optional<std::size_t> strong; ///< the token that was written, the key selected
    bool is_attention = false;
    /// Words by index: keys of the attention, or the vocabulary.
    std::function<QString(std::size_t)> word;
};

/// The vocabulary as people read it, for searching; made once a model.
using Vocabulary = std::shared_ptr<const QStringList>;
[[nodiscard]] Vocabulary vocabularyOf(const Model& model);

struct SoftmaxSource {
    SnapshotPtr snapshot;
    HeadAddress head;
    TokenPair pair;
};

/// The row of the output stack the selection stands for; nothing without a vocabulary's head.
[[nodiscard]] std::optional<std::size_t> outputRow(const SoftmaxSource& source);

/// Errors: headless model, no row selected, options out of range, cancelled.
[[nodiscard]] Result<ScoreRow> scoreRow(const SoftmaxSettings& settings, const SoftmaxSource& source,
                                        const RunControl& control);

/// At most this many words are listed.
inline constexpr std::size_t kListedWords = 50;
/// Which indices the list shows: for attention in the order of the text while there are few; else the most
/// probable. `found` first.
[[nodiscard]] std::vector<std::size_t> listedWords(const ScoreRow& row,
                                                   const std::vector<std::size_t>& found);
/// Indices of words that contain `search`, the most probable first, at most 20.
[[nodiscard]] std::vector<std::size_t> foundWords(const ScoreRow& row, const QString& search,
                                                  const QStringList& words);

[[nodiscard]] std::vector<PlotPanel> softmaxPanels(const SoftmaxSettings& settings, const ScoreRow& row,
                                                   const std::vector<std::size_t>& found);

} // namespace headlight::ui
