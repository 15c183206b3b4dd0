// One finished run, immutable and whole: what was asked, what it ran on, what came out, and the words for people.
#pragma once

#include "core/model/model.h"
#include "ui/document/generation_settings.h"
#include "ui/heatmap/head_map.h"

#include <QString>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace headlight::ui {

/// One generated word, and how it came about.
struct WrittenStep {
    GenerationStep step;
    bool by_user = false; ///< a person took it from the candidates
};

/// When a run that writes tells of its words: what is done before `first` shows itself whole.
struct DraftPace {
    std::chrono::milliseconds first{150};
    std::chrono::milliseconds next{40};
};

/// What a run is asked for; copied into the job.
struct RunRequest {
    std::shared_ptr<const Model> model;
    QString text;
    std::optional<QString> text_pair;  ///< encoders alone: the second sentence
    std::optional<QString> own_target; ///< encoder-decoders: the user's translation instead of a generated one
    /// Encoder-decoders: what the decoder has read up to a word the user chose, that word last; generating goes on from there.
    std::vector<TokenId> kept_target = {};
    /// Decoder-only: words behind the text, written before or chosen.
    std::vector<TokenId> continuation = {};
    /// How the words of kept_target (start token aside) or of continuation came about; empty where unknown.
    std::vector<WrittenStep> kept_steps = {};
    /// Nothing is written behind kept_target or continuation: they are taken as they are.
    bool keeps_all = false;
    std::size_t n_new = 0;             ///< decoder-only: words to write behind text and continuation
    GenerationSettings generation = {};
    std::stop_token enough = {};       ///< see GenerationWatch
    DraftPace draft_pace = {};
};

/// Words of a run that is still writing, those that stay from runs before included.
struct Draft {
    std::size_t n_given = 0;        ///< decoder tokens before them: the text's, or the start token
    std::vector<TokenId> ids;
    QStringList words;
    std::vector<WrittenStep> steps; ///< one a word; beam search has none of the new ones yet
};

struct RunSnapshot {
    RunRequest request;
    RunResult run;
    /// Decoder models: the token each decoder row writes, one a row as far as known. Encoder-decoders know all of them
    /// (generated or the user's own); a decoder-only model knows all but what follows the text's last token.
    std::vector<TokenId> written;
    QString target_text;               ///< generated or the user's own; empty for models without a decoder of their own
    bool reached_end = true;           ///< false: generation stopped at the length limit
    /// Decoder tokens that were given: a text's, or the start token of a translation the model wrote. What follows was generated.
    std::size_t n_given = 0;
    /// One a generated word; steps[i] is how the row n_given - 1 + i came to write what it writes.
    std::vector<WrittenStep> steps;
    DecodingChoice decoding;           ///< how the newest of them were chosen
    double beam_score = 0.0;           ///< beam search: sum of log-probabilities / length^penalty
    double milliseconds = 0.0;         ///< tokenizing, generating and the pass with its trace

    AxisTokens source_axis;            ///< tokens the encoder reads; empty without an encoder
    AxisTokens target_axis;            ///< tokens the decoder reads; empty without a decoder
    std::vector<bool> source_joined;   ///< joinedTokens of the encoder's input
    std::vector<bool> target_joined;   ///< and of the decoder's
    QStringList written_words;         ///< readable `written`
    /// What was asked, for captions: the text, and behind a slash the second sentence.
    [[nodiscard]] QString wholeText() const;

    [[nodiscard]] const Model& model() const { return *request.model; }
    [[nodiscard]] const Trace& trace() const { return *run.trace; }
    [[nodiscard]] std::size_t nTokens() const { return run.input.source.size() + run.input.target.size(); } ///< of both stacks
    [[nodiscard]] bool isTranslation() const { return model().spec().kind == ModelKind::EncoderDecoder; }
    /// How this decoder row came to write its word; null where the word was given.
    [[nodiscard]] const WrittenStep* stepOfRow(std::size_t row) const;
    /// Generated words of a text to continue, without the text's own.
    [[nodiscard]] std::vector<TokenId> continuation() const;
    [[nodiscard]] bool hasContinuation() const { return !isTranslation() && !steps.empty(); }
    [[nodiscard]] const AxisTokens& queries(AttentionKind kind) const;
    [[nodiscard]] const AxisTokens& keys(AttentionKind kind) const;
    [[nodiscard]] HeadMap headMap(const HeadAddress& head) const;
};
using SnapshotPtr = std::shared_ptr<const RunSnapshot>;

using TellDraft = std::function<void(Draft)>;

/// Tokenizes, generates where the model translates and no target is given or a text is to be continued, and runs; what `previous`,
/// a run of the same model, has of the text already is not computed again. `tell` hears of words as they are made, once writing has
/// taken a moment. For the worker thread.
[[nodiscard]] Result<SnapshotPtr> makeSnapshot(const RunRequest& request, const RunControl& control = {},
                                               const SnapshotPtr& previous = nullptr, const TellDraft& tell = {});

/// `before` with another run of its input: what was asked and which words were written stay, words along the sides are those that
/// `run` read.
[[nodiscard]] SnapshotPtr changedSnapshot(const SnapshotPtr& before, RunResult run, double milliseconds);

/// A token's display text as a chip or label shows it: no leading blank, and a sign where only blanks are ("␣", "↵").
[[nodiscard]] QString wordText(const std::string& display);
/// Adds to `axis`, whose tokens are those of `sequence`, which of them make up a word.
void giveWords(AxisTokens& axis, const TokenSequence& sequence);
/// Readable words for ids of this model's vocabulary.
[[nodiscard]] QStringList wordsOf(const Model& model, const std::vector<TokenId>& ids);

/// The language a translator's name or tokenizer says it reads ("en" for en-fr, "de" for opus-mt-de-en), "en" where neither does.
[[nodiscard]] QString sourceLanguage(const Model& model);
/// What stands before the two texts: {"English", "French"} for en-fr, {"Source", "Target"} or {"Text", ""} otherwise.
[[nodiscard]] std::pair<QString, QString> sideNames(const Model& model);

} // namespace headlight::ui
