#include "core/tokenizer/tokenizer_class.h"

#include <algorithm>
#include <array>
#include <utility>

namespace headlight {
namespace {

using Kind = ClassVocabulary::Kind;

constexpr std::array<TokenizerClass, 19> classes{{
    {"LlamaTokenizer", Kind::Bpe, "tokenizer.model", buildLlama},
    {"GemmaTokenizer", Kind::Bpe, "tokenizer.model", buildGemma},
    {"T5Tokenizer", Kind::Unigram, "spiece.model", buildT5},
    {"XLMRobertaTokenizer", Kind::Unigram, "sentencepiece.bpe.model", buildXlmRoberta},
    {"CamembertTokenizer", Kind::Unigram, "sentencepiece.bpe.model", buildCamembert},
    {"MBartTokenizer", Kind::Unigram, "sentencepiece.bpe.model", buildMBart},
    {"MBart50Tokenizer", Kind::Unigram, "sentencepiece.bpe.model", buildMBart50},
    {"NllbTokenizer", Kind::Bpe, "sentencepiece.bpe.model", buildNllb},
    {"PegasusTokenizer", Kind::Unigram, "spiece.model", buildPegasus},
    {"AlbertTokenizer", Kind::Unigram, "spiece.model", buildAlbert},
    {"DebertaV2Tokenizer", Kind::Unigram, "spm.model", buildDebertaV2},
    {"GPT2Tokenizer", Kind::Bpe, "", buildGpt2},
    {"RobertaTokenizer", Kind::Bpe, "", buildRoberta},
    {"GPTNeoXTokenizer", Kind::Bpe, "", buildGptNeoX},
    {"Qwen2Tokenizer", Kind::Bpe, "", buildQwen2},
    {"BlenderbotTokenizer", Kind::Bpe, "", buildBlenderbot},
    {"DebertaTokenizer", Kind::Bpe, "", buildDeberta},
    {"BertTokenizer", Kind::WordPiece, "", buildBert},
    {"MPNetTokenizer", Kind::WordPiece, "", buildMpnet},
}};

using Names = std::pair<std::string_view, std::string_view>;

/// Other names of the classes above.
constexpr std::array<Names, 9> aliases{{
    {"BartTokenizer", "RobertaTokenizer"},
    {"LEDTokenizer", "RobertaTokenizer"},
    {"LongformerTokenizer", "RobertaTokenizer"},
    {"DistilBertTokenizer", "BertTokenizer"},
    {"ElectraTokenizer", "BertTokenizer"},
    {"MobileBertTokenizer", "BertTokenizer"},
    {"Phi3Tokenizer", "LlamaTokenizer"},
    {"MBartTokenizerFast", "MBartTokenizer"},
    {"DPRReaderTokenizer", "BertTokenizer"},
}};

/// The class transformers registers for a model_type; types it lacks have the generic class.
constexpr std::array<Names, 52> class_of_model{{
    {"albert", "AlbertTokenizer"},
    {"bart", "RobertaTokenizer"},
    {"bert", "BertTokenizer"},
    {"bigbird_pegasus", "TokenizersBackend"},
    {"big_bird", "BigBirdTokenizer"},
    {"blenderbot", "BlenderbotTokenizer"},
    {"blenderbot-small", "BlenderbotSmallTokenizer"},
    {"camembert", "CamembertTokenizer"},
    {"code_llama", "CodeLlamaTokenizer"},
    {"codegen", "GPT2Tokenizer"},
    {"cohere", "CohereTokenizer"},
    {"cohere2", "CohereTokenizer"},
    {"convbert", "BertTokenizer"},
    {"deberta", "DebertaTokenizer"},
    {"deberta-v2", "DebertaV2Tokenizer"},
    {"distilbert", "BertTokenizer"},
    {"electra", "BertTokenizer"},
    {"ernie", "BertTokenizer"},
    {"falcon_mamba", "GPTNeoXTokenizer"},
    {"gemma", "GemmaTokenizer"},
    {"gemma2", "GemmaTokenizer"},
    {"gemma3", "GemmaTokenizer"},
    {"gemma3_text", "GemmaTokenizer"},
    {"gpt2", "GPT2Tokenizer"},
    {"gpt_bigcode", "TokenizersBackend"},
    {"gpt_neo", "GPT2Tokenizer"},
    {"gpt_neox", "GPTNeoXTokenizer"},
    {"gptj", "GPT2Tokenizer"},
    {"led", "RobertaTokenizer"},
    {"longformer", "RobertaTokenizer"},
    {"m2m_100", "M2M100Tokenizer"},
    {"marian", "MarianTokenizer"},
    {"mbart", "MBartTokenizer"},
    {"mistral", "MistralCommonBackend"},
    {"mixtral", "MistralCommonBackend"},
    {"mobilebert", "MobileBertTokenizer"},
    {"mpnet", "MPNetTokenizer"},
    {"mt5", "T5Tokenizer"},
    {"nllb-moe", "NllbTokenizer"},
    {"olmo", "GPTNeoXTokenizer"},
    {"opt", "GPT2Tokenizer"},
    {"pegasus", "PegasusTokenizer"},
    {"phi", "GPT2Tokenizer"},
    {"phi3", "TokenizersBackend"},
    {"qwen2", "Qwen2Tokenizer"},
    {"qwen2_moe", "Qwen2Tokenizer"},
    {"qwen3", "Qwen2Tokenizer"},
    {"qwen3_moe", "Qwen2Tokenizer"},
    {"roberta", "RobertaTokenizer"},
    {"t5", "T5Tokenizer"},
    {"xlm-roberta", "XLMRobertaTokenizer"},
    {"umt5", "TokenizersBackend"},
}};

/// Models whose folders often name a wrong class: the registered one counts.
/// (MODELS_WITH_INCORRECT_HUB_TOKENIZER_CLASS)
constexpr std::array<std::string_view, 10> misnamed{"internlm2", "jamba",   "minicpm3", "modernbert",
                                                    "nemotron",  "phi3",    "phimoe",   "qwen2",
                                                    "arctic",    "ernie4_5"};

template <class List>
std::string_view lookUp(const List& list, std::string_view name) {
    const auto found =
        std::find_if(list.begin(), list.end(), [&](const Names& names) { return names.first == name; });
    return found == list.end() ? std::string_view() : found->second;
}

bool isGeneric(std::string_view name) {
    return name.empty() || name == "TokenizersBackend" || name == "PreTrainedTokenizerFast" ||
           name == "PreTrainedTokenizer" || name == "PythonBackend" || name == "MistralCommonBackend" ||
           name == "BloomTokenizer";
}

std::string real(std::string_view name) {
    if (isGeneric(name))
        return {};
    const std::string_view other = lookUp(aliases, name);
    return std::string(other.empty() ? name : other);
}

} // namespace

std::string resolveTokenizerClass(const PretrainedConfig& config, bool byte_level) {
    const std::string_view named = config.namedClass();
    const std::string_view registered = lookUp(class_of_model, config.modelType());
    const bool is_misnamed =
        std::find(misnamed.begin(), misnamed.end(), config.modelType()) != misnamed.end();
    if (named == "LlamaTokenizer" && byte_level && registered != "MistralCommonBackend" && !is_misnamed)
        return {}; // Llama 3's files say so, though theirs is no SentencePiece vocabulary
    const bool known_model = !registered.empty() || is_misnamed;
    if (named.empty())
        return real(registered);
    if (!known_model || registered == named)
        return real(named);
    if (isGeneric(registered))
        return {};
    return real(is_misnamed ? registered : named);
}

const TokenizerClass* findTokenizerClass(std::string_view name) {
    const auto found = std::find_if(classes.begin(), classes.end(),
                                    [&](const TokenizerClass& one) { return one.name == name; });
    return found == classes.end() ? nullptr : &*found;
}

} // namespace headlight
