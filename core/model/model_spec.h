// What a transformer is made of, as data. Family files translate a config.json into this and nothing else;
// one encoder stack and one decoder stack run any spec.
#pragma once

#include "core/compute/backend.h"
#include "core/model/position_spec.h"
#include "core/tokenizer/tokenizer.h"
#include "core/trace/trace.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace headlight {

enum class NormKind { LayerNorm, RmsNorm };
enum class NormPlacement {
    Pre,      ///< x + f(norm(x)), and a final norm after the last block
    Post,     ///< norm(x + f(x)), as in "Attention Is All You Need"
    Sandwich, ///< x + norm(f(norm(x))), Gemma 2
};

struct NormSpec {
    NormKind kind = NormKind::LayerNorm;
    NormPlacement placement = NormPlacement::Pre;
    float epsilon = 1e-5f;
    float gain_offset = 0.0f; ///< added to a stored gain (Gemma: 1)
    bool has_weights = true;  ///< gains, and the biases of layer norms (some OPT models have neither)
};

/// Which linear layers add a bias.
struct BiasSpec {
    bool query_key_value = true;
    bool attention_output = true;
    bool feed_forward = true;
};

/// One encoder or decoder.
struct StackSpec {
    std::size_t n_layers = 0;
    std::size_t d_model = 0;
    std::size_t d_embedding = 0;       ///< width of the token embedding where it is projected to d_model (ALBERT, ELECTRA); 0: d_model
    std::size_t n_heads = 0;
    std::size_t n_kv_heads = 0;
    std::size_t head_dim = 0;
    std::size_t d_feed_forward = 0;
    NormSpec norm;
    BiasSpec biases;
    PositionSpec positions;
    Activation activation = Activation::Relu;
    bool gated_feed_forward = false;
    bool causal = false;
    bool cross_attention = false;
    bool embedding_norm = false;       ///< a norm right after the embeddings (BERT, BART)
    bool positions_after_norm = false; ///< learned positions are added behind that norm (BlenderbotSmall's decoder)
    bool final_norm = false;           ///< a norm after the last block (pre-norm stacks)
    float embedding_scale = 1.0f;      ///< sqrt(d_model) in Marian
    std::size_t n_token_types = 0;     ///< segment embeddings; 0: none
    float attention_scale = 0.0f;      ///< factor on q.k; 0 means 1 / sqrt(head_dim)
    bool scale_by_layer = false;       ///< scores further divided by layer + 1 (GPT-2's scale_attn_by_inverse_layer_idx)
    float attention_softcap = 0.0f;    ///< scores = softcap * tanh(scores / softcap), Gemma 2; 0: none
    bool query_key_norm = false;       ///< query and key of each head normalised before positions (Qwen3)
    bool parallel_residual = false;    ///< attention and feed-forward read the same residual stream (GPT-NeoX, Falcon)
    bool shared_norm = false;          ///< and the same norm of it (Falcon 7B)
    std::size_t n_layer_groups = 0;    ///< layers of a group share their weights (ALBERT); 0: every layer has its own
    std::size_t layers_per_group = 1;  ///< different layers inside a group
    std::vector<std::size_t> sliding_windows; ///< a layer: keys it sees back to, 0 all (Mistral, Gemma 2); empty: all

    /// The factor on q.k in block `layer`, counted from 0.
    [[nodiscard]] float attentionScale(std::size_t layer) const;
    [[nodiscard]] std::size_t slidingWindow(std::size_t layer) const { return sliding_windows.empty() ? 0 : sliding_windows[layer]; }
    [[nodiscard]] std::size_t embeddingWidth() const { return d_embedding > 0 ? d_embedding : d_model; }
};

enum class ModelKind { EncoderOnly, DecoderOnly, EncoderDecoder };
enum class HeadKind {
    None,                   ///< hidden states only
    LanguageModel,          ///< next token
    MaskedLanguageModel,    ///< the token under the mask
    SequenceClassification, ///< classes of the whole text
    TokenClassification,    ///< classes of each token
};

/// Whose final hidden state a sequence classifier reads.
enum class ClassifierToken {
    First, ///< [CLS] or <s>
    Last,  ///< decoders: the last token, in BART and T5 the end of the sequence
};

/// What the decoder of an encoder-decoder reads where no target is given.
enum class DecoderPrompt {
    StartToken,        ///< decoder_start_token_id, and generation goes on from there
    ShiftedSource,     ///< classifiers: the start token, then the source without its last token (BART, T5)
    RotatedSource,     ///< classifiers: the source's last token, then the others (mBART)
};

/// How a classifier's logits become probabilities, as transformers' pipelines read them.
enum class ClassProbability {
    Softmax,    ///< one class of all
    Sigmoid,    ///< each class for itself: several may hold, or there is only one
    OverTokens, ///< each class picks a token: a softmax over the text (question answering's start and end)
    None,       ///< the logits are values, not classes (regression)
};

/// What lies between the final hidden states and the logits, beside the weights.
struct OutputSpec {
    Activation transform_activation = Activation::None; ///< of the layer before the output layer, where there is one
    float norm_epsilon = 1e-5f;                         ///< of the norm behind that layer
    float hidden_scale = 1.0f;                          ///< T5 with tied embeddings: d_model^-0.5
    float softcap = 0.0f;                               ///< logits = softcap * tanh(logits / softcap); 0: none
    ClassifierToken classifier_token = ClassifierToken::First;
    ClassProbability class_probability = ClassProbability::Softmax;
    bool single_logit = false;                          ///< one logit for two classes: of the second, where the first has 0 (ELECTRA)
};

/// When beam search stops once it holds n_beams finished hypotheses (Hugging Face's early_stopping).
enum class EarlyStopping {
    No,    ///< when no running beam is likely to beat them, judged at the present length
    Yes,   ///< at once
    Never, ///< only when no running beam can beat them at any length
};

/// How the checkpoint's authors mean it to generate (generation_config.json, or config.json in older checkpoints).
struct GenerationSpec {
    std::optional<TokenId> bos_token;
    std::vector<TokenId> eos_tokens;
    std::optional<TokenId> pad_token;
    std::optional<TokenId> decoder_start_token;
    std::optional<TokenId> forced_bos_token;        ///< the first generated token
    std::vector<TokenId> forced_eos_tokens;         ///< one of them ends a text that reaches the length limit
    std::vector<TokenId> suppressed_tokens;         ///< never generated (Marian's bad_words_ids: the pad token)
    std::vector<std::vector<TokenId>> banned_sequences; ///< bad_words_ids of several tokens: the last never follows the others
    std::vector<TokenId> begin_suppressed_tokens;   ///< never generated first
    std::optional<std::size_t> max_length;          ///< total decoder length, prompt included
    std::optional<std::size_t> max_new_tokens;      ///< overrules max_length
    std::size_t min_length = 0;                     ///< no end token before this total length
    std::optional<std::size_t> min_new_tokens;      ///< overrules min_length
    std::size_t no_repeat_ngram_size = 0;           ///< 0: n-grams may repeat
    float repetition_penalty = 1.0f;                ///< Keskar et al. 2019: logits of tokens already there are weakened
    std::size_t n_beams = 1;
    float length_penalty = 1.0f;
    EarlyStopping early_stopping = EarlyStopping::No;
    bool renormalize_logits = false;                ///< log-probabilities taken anew after suppressing tokens
    float encoder_repetition_penalty = 1.0f;        ///< above 1: tokens of the text that is read are favoured
    std::size_t encoder_no_repeat_ngram_size = 0;   ///< n-grams of the text that is read do not come again (Blenderbot)

    // For those who ask for sampling and say no more; never a reason to sample.
    bool sample = false;                            ///< its authors mean it to be sampled from ("do_sample")
    std::optional<float> temperature;
    std::optional<std::size_t> top_k;
    std::optional<float> top_p;
    std::optional<float> min_p;
};

struct ModelSpec {
    std::string family;         ///< config.json's model_type: "marian", "gpt2", "bert"
    std::string architecture;   ///< "MarianMTModel"
    ModelKind kind = ModelKind::DecoderOnly;
    std::size_t vocabulary_size = 0;        ///< of the stack that gives the output
    std::size_t source_vocabulary_size = 0; ///< of an encoder that has one of its own (Marian); 0: the same
    std::optional<StackSpec> encoder;
    std::optional<StackSpec> decoder;
    HeadKind head = HeadKind::None;
    OutputSpec output;
    bool tied_head = false;     ///< the head's weight is the token embedding
    std::size_t n_classes = 0;  ///< of a classifier
    std::vector<std::string> class_names;
    DecoderPrompt decoder_prompt = DecoderPrompt::StartToken;
    bool language_starts_target = false; ///< a target begins with its language's code where its tokenizer puts that last (mBART)
    GenerationSpec generation;
    std::vector<std::string> warnings; ///< what of the checkpoint is not computed, in sentences

    [[nodiscard]] bool hasEncoder() const { return encoder.has_value(); }
    [[nodiscard]] bool hasDecoder() const { return decoder.has_value(); }
    [[nodiscard]] bool classifies() const { return head == HeadKind::SequenceClassification || head == HeadKind::TokenClassification; }
    [[nodiscard]] std::size_t vocabularyOf(StackKind stack) const {
        return stack == StackKind::Encoder && source_vocabulary_size > 0 ? source_vocabulary_size : vocabulary_size;
    }
    /// The stack whose output the head reads.
    [[nodiscard]] StackKind outputStack() const { return hasDecoder() ? StackKind::Decoder : StackKind::Encoder; }
};

} // namespace headlight
