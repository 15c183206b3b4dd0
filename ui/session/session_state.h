// What a session file holds, as plain values: what a person chose, and what was kept of the run for opening without the model.
#pragma once

#include "core/trace/trace.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace headlight::session {

using Json = nlohmann::json;

/// Which model, and enough about it to say what is missing when it is gone. Texts are UTF-8 throughout.
struct ModelReference {
    std::string name;      ///< what Document::openModel takes: a bundled name, a hub id, an absolute folder
    std::string label;     ///< as people call it
    std::string folder;    ///< where it was; only for messages and as a second place to look
    std::string hash;      ///< Model::identityHash; empty: any will do
    std::string family;    ///< "marian"
    std::string kind;      ///< "encoder", "decoder" or "encoder-decoder"
    std::size_t n_encoder_layers = 0;
    std::size_t n_decoder_layers = 0;
    std::size_t n_heads = 0;
    std::size_t n_parameters = 0;
    bool operator==(const ModelReference&) const = default;
};

/// What a person wrote and chose for the model to read; see ui::TextState.
struct Texts {
    std::string text;
    bool is_example = true;
    std::string text_pair;
    std::optional<std::string> own_target;
    std::vector<std::int32_t> kept_target;
    bool keeps_all = false;
    std::vector<std::int32_t> continuation;
    std::vector<std::size_t> chosen_words;
    bool operator==(const Texts&) const = default;
};

/// See ui::SelectionState.
struct SelectedHeads {
    HeadAddress head;
    std::vector<HeadAddress> companions;
    std::optional<std::size_t> query;
    std::optional<std::size_t> key;
    bool operator==(const SelectedHeads&) const = default;
};

/// Everything undo brings back.
struct WorkbenchState {
    std::optional<ModelReference> model;
    Texts texts;
    SelectedHeads selection;
    std::map<std::string, Json> parts; ///< each part's settings, an object, under its Stateful::stateName
    bool operator==(const WorkbenchState&) const = default;
};

/// Roughly what a state takes in memory; for bounding how many are kept.
[[nodiscard]] std::size_t approximateBytes(const WorkbenchState& state);

/// The tokens along one side of a run.
struct KeptTokens {
    std::string name;                 ///< "English"
    std::vector<std::string> words;
    std::vector<bool> special;        ///< one a word
    bool operator==(const KeptTokens&) const = default;
};

struct KeptPrediction {
    std::string word;
    double probability = 0.0;         ///< 0 to 1
    std::optional<double> value;      ///< instead of it: what a regression gives
    bool written = false;
    bool operator==(const KeptPrediction&) const = default;
};

struct KeptRow {
    std::size_t row = 0;              ///< of the output stack
    std::vector<KeptPrediction> top;  ///< most probable first
    bool operator==(const KeptRow&) const = default;
};

/// A copy of one head's weights, small enough for a file people mail around.
struct KeptHead {
    static constexpr std::size_t kMostTokens = 256; ///< a side
    static constexpr std::size_t kMostHeads = 4096;  ///< of a layer
    HeadAddress head;
    std::size_t n_queries = 0;
    std::size_t n_keys = 0;
    std::vector<std::uint16_t> weights; ///< [n_queries, n_keys] F16 bits, 0 to 1; kMasked: the query may not see the key
    static constexpr std::uint16_t kMasked = 0xbc00; ///< -1 in F16
    bool operator==(const KeptHead&) const = default;
};

/// What stands in the window of a session whose model is gone.
struct KeptRun {
    std::string text;                 ///< what it ran on
    std::string text_pair;
    std::string target_text;          ///< generated or the user's own
    KeptTokens source;                ///< empty without an encoder
    KeptTokens target;                ///< empty without a decoder
    std::vector<std::string> written; ///< the word each decoder row wrote
    std::vector<KeptRow> predictions;
    std::optional<KeptHead> head;
    bool operator==(const KeptRun&) const = default;

    [[nodiscard]] const KeptTokens& queries(AttentionKind kind) const { return kind == AttentionKind::EncoderSelf ? source : target; }
    [[nodiscard]] const KeptTokens& keys(AttentionKind kind) const { return kind == AttentionKind::DecoderSelf ? target : source; }
};

struct Session {
    WorkbenchState state;
    std::optional<KeptRun> run;       ///< nothing had run
    std::string file;                 ///< in files of automatic saving: the file a person saved it to; else empty
    bool operator==(const Session&) const = default;
};

} // namespace headlight::session
