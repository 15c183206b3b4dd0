// The components of tokenizer.json from their JSON objects. A "type" nobody knows is an Error that names it.
#pragma once

#include "core/tokenizer/decoders.h"
#include "core/tokenizer/json_fields.h"
#include "core/tokenizer/normalizers.h"
#include "core/tokenizer/post_processors.h"
#include "core/tokenizer/pre_tokenizers.h"
#include "core/tokenizer/token_model.h"

namespace headlight {

Result<NormalizerPtr> parseNormalizer(const JsonFields& fields);
Result<PreTokenizerPtr> parsePreTokenizer(const JsonFields& fields);
Result<TokenModelPtr> parseModel(const JsonFields& fields);
Result<PostProcessorPtr> parsePostProcessor(const JsonFields& fields);
Result<DecoderPtr> parseDecoder(const JsonFields& fields);
/// Shared by the Metaspace pre-tokenizer and decoder.
Result<MetaspaceOptions> parseMetaspace(const JsonFields& fields);
/// [["piece", score], ...] under "vocab" of a Unigram model.
Result<std::vector<std::pair<std::string, double>>> parsePieces(const JsonFields& fields);
/// {"token": id, ...} of a BPE, WordPiece or WordLevel model.
Result<Vocabulary> parseVocabulary(const nlohmann::json& object, const std::string& file, const std::string& item);

} // namespace headlight
