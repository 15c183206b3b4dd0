// Mutated tokenizer.json files: refused with words, or a tokenizer whose ids and offsets stay in range.
#include "core/tokenizer/tokenizer.h"
#include "tests/support/fuzzing.h"

#include <algorithm>

using namespace headlight;
using namespace headlight::testing;

namespace {

const std::vector<std::string> kSeeds = {
    // GPT-2's kind
    R"({"version":"1.0","truncation":null,"padding":null,"added_tokens":[{"id":9,"content":"<|end|>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],"normalizer":null,"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},"post_processor":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false},"decoder":{"type":"ByteLevel"},"model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":"","end_of_word_suffix":"","fuse_unk":false,"vocab":{"a":0,"b":1,"c":2,"t":3,"Ġ":4,"at":5,"cat":6,"Ġc":7,"Ġcat":8},"merges":["a t","c at","Ġ c","Ġ cat"]}})",
    // BERT's
    R"({"version":"1.0","added_tokens":[{"id":0,"content":"[UNK]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},{"id":1,"content":"[CLS]","special":true},{"id":2,"content":"[SEP]","special":true}],"normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},"pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],"special_tokens":{"[CLS]":{"id":"[CLS]","ids":[1],"tokens":["[CLS]"]},"[SEP]":{"id":"[SEP]","ids":[2],"tokens":["[SEP]"]}}},"decoder":{"type":"WordPiece","prefix":"##","cleanup":true},"model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"[UNK]":0,"[CLS]":1,"[SEP]":2,"the":3,"cat":4,"##s":5,"a":6}}})",
    // T5's and Marian's
    R"({"version":"1.0","added_tokens":[{"id":0,"content":"</s>","special":true}],"normalizer":{"type":"Sequence","normalizers":[{"type":"NFKC"},{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}]},"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Metaspace","replacement":"▁","add_prefix_space":true,"prepend_scheme":"always"}]},"post_processor":null,"decoder":{"type":"Metaspace","replacement":"▁","add_prefix_space":true},"model":{"type":"Unigram","unk_id":1,"vocab":[["</s>",0.0],["<unk>",-9.5],["▁",-2.0],["▁the",-3.5],["cat",-4.25],["c",-6.0],["a",-6.0],["t",-6.0]],"byte_fallback":false}})",
    // Llama's
    R"({"version":"1.0","added_tokens":[{"id":0,"content":"<unk>","special":true}],"normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]},"pre_tokenizer":{"type":"Split","pattern":{"Regex":"\\p{L}+|\\s+"},"behavior":"Isolated","invert":false},"post_processor":null,"decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]},"model":{"type":"BPE","unk_token":"<unk>","fuse_unk":true,"byte_fallback":true,"ignore_merges":true,"vocab":{"<unk>":0,"<0x41>":1,"▁":2,"c":3,"a":4,"t":5,"at":6},"merges":[["a","t"]]}})",
};
const std::vector<std::string> kWords = {"\"type\":",
                                         "\"BPE\"",
                                         "\"Unigram\"",
                                         "\"WordPiece\"",
                                         "\"Sequence\"",
                                         "\"vocab\":",
                                         "\"merges\":",
                                         "\"a t\"",
                                         "\"\"",
                                         "null",
                                         "true",
                                         "false",
                                         "{",
                                         "}",
                                         "[",
                                         "]",
                                         ",",
                                         "\"Regex\":",
                                         "(a+)+$",
                                         "\\\\p{",
                                         "(?<",
                                         "[^",
                                         "{0,99999}",
                                         "\"id\":",
                                         "\"unk_token\":",
                                         "\"<0xFF>\"",
                                         "\"<0x1G>\"",
                                         "\\u0000",
                                         "\\ud800",
                                         "▁",
                                         "Ġ",
                                         "\"NFC\"",
                                         "\"Strip\"",
                                         "\"Lowercase\"",
                                         "\"Precompiled\"",
                                         "\"Digits\"",
                                         "\"Punctuation\"",
                                         "\"RobertaProcessing\""};
const std::vector<std::string> kTexts = {
    "The cat sat.", "", " the  cats\tat a\n",
    "caf\xc3\xa9 \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7 \xe4\xb8\xad\xe6\x96\x87",
    "a<|end|>[CLS]</s>A" + std::string(300, 'a')};

std::string broken(const Tokenizer& tokenizer, const Encoding& encoding, const std::string& text) {
    const std::size_t n = encoding.size();
    if (encoding.tokens.size() != n || encoding.offsets.size() != n || encoding.type_ids.size() != n ||
        encoding.sequence.size() != n || encoding.special.size() != n)
        return "parallel vectors of different lengths";
    for (std::size_t i = 0; i < n; ++i) {
        if (encoding.ids[i] < 0)
            return "a negative id";
        if (encoding.offsets[i].begin > encoding.offsets[i].end || encoding.offsets[i].end > text.size())
            return "an offset outside the text";
        static_cast<void>(tokenizer.displayText(encoding.ids[i]));
    }
    static_cast<void>(tokenizer.decode(encoding.ids, n % 2 == 0));
    return "";
}

std::string useTokenizer(const Tokenizer& tokenizer) {
    for (const std::string& text : kTexts) {
        const auto encoding = tokenizer.encode(text, {});
        if (!encoding.ok() && encoding.error().message().empty())
            return "an encoding refused without words";
        if (encoding.ok())
            if (const std::string wrong = broken(tokenizer, *encoding, text); !wrong.empty())
                return wrong;
    }
    static_cast<void>(tokenizer.encodePair(kTexts[0], kTexts[2], {}));
    static_cast<void>(tokenizer.decode(std::vector<TokenId>{-1, 0, 1 << 30}, false));
    return tokenizer.encode("\xff", {}).ok() ? "text that is not UTF-8 was accepted" : "";
}

} // namespace

int main(int argc, char** argv) {
    FuzzTarget target{kSeeds, kWords, {}, true};
    target.run = [](const std::string& input, bool& accepted) -> std::string {
        const auto tokenizer = Tokenizer::fromJson(input, "fuzz");
        accepted = tokenizer.ok();
        if (tokenizer.ok())
            return useTokenizer(**tokenizer);
        return tokenizer.error().summary.empty() ? "a refusal without words" : "";
    };
    return fuzzMain(argc, argv, target);
}
