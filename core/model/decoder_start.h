// With which tokens a decoder begins: its start token, the code of a language, or for classifiers the source
// once more.
#pragma once

#include "core/base/result.h"
#include "core/model/model.h"

#include <optional>
#include <string>

namespace headlight {

struct DecoderStart {
    TokenId token = 0;              ///< the decoder's first input
    std::optional<TokenId> written; ///< what it has to write first (Hugging Face's forced_bos_token_id)
};

/// How an encoder-decoder begins to write `language`, one of Tokenizer::languages(). Empty: as
/// generation_config.json says, else in the target language of tokenizer_config.json where that is not the
/// source's. Error: a language this model cannot be told.
[[nodiscard]] Result<DecoderStart> decoderStart(const Model& model, const std::string& language = {});

/// What the decoder reads where no target is given; see DecoderPrompt. A sequence classifier's stops where it
/// reads its class: behind the source's last end token. Error: a classifier's source without an end token.
[[nodiscard]] Result<TokenSequence> decoderPrompt(const Model& model, const TokenSequence& source);

} // namespace headlight
