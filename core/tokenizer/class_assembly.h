// A tokenizer class's parts, its special tokens and its vocabulary put together.
#pragma once

#include "core/tokenizer/tokenizer_class.h"

#include <string>
#include <vector>

namespace headlight {

/// All tokens added on top of a vocabulary, in the order in which transformers adds them. `known` are there
/// already.
[[nodiscard]] std::vector<AddedToken> tokensToAdd(const PretrainedConfig& config, const ClassParts& parts,
                                                  const std::vector<AddedToken>& known);

/// What the vocabulary came from.
struct ClassSource {
    std::string file;                          ///< for messages
    PostProcessorPtr post_processor = nullptr; ///< tokenizer.json's, or null
    bool has_tokenizer_json = false;           ///< which goes before add_bos_token and add_eos_token
    bool tokens_must_exist = false; ///< the template's special tokens have to be in the vocabulary's file
};

/// Adds tokens, what stands around a text, and languages.
Result<TokenizerParts> assembleClass(const PretrainedConfig& config, ClassParts parts, ClassSource source);

} // namespace headlight
