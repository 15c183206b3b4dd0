#define PCRE2_CODE_UNIT_WIDTH 8
#include "core/tokenizer/regex.h"

#include "core/tokenizer/oniguruma_syntax.h"
#include "core/tokenizer/unicode.h"

#include <pcre2.h>

#include <array>
#include <functional>
#include <optional>

namespace headlight {
namespace {

// Oniguruma gives up after ten million backtracks as well.
constexpr std::uint32_t match_limit = 10'000'000;
constexpr std::uint32_t heap_limit_kib = 64 * 1024;
constexpr std::size_t max_pattern_bytes = 16 * 1024; // the longest in use have about one
constexpr std::size_t jit_stack_start = 32 * 1024;
constexpr std::size_t jit_stack_most = 16 * 1024 * 1024;

struct Free {
    void operator()(pcre2_code* p) const { pcre2_code_free(p); }
    void operator()(pcre2_match_data* p) const { pcre2_match_data_free(p); }
    void operator()(pcre2_match_context* p) const { pcre2_match_context_free(p); }
    void operator()(pcre2_compile_context* p) const { pcre2_compile_context_free(p); }
    void operator()(pcre2_jit_stack* p) const { pcre2_jit_stack_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

/// What one thread needs to match; only the whole match is asked for, so one pair of offsets is enough.
struct MatchScratch {
    Owned<pcre2_match_data> data{pcre2_match_data_create(1, nullptr)};
    Owned<pcre2_match_context> context{pcre2_match_context_create(nullptr)};
    Owned<pcre2_jit_stack> stack{pcre2_jit_stack_create(jit_stack_start, jit_stack_most, nullptr)};
    MatchScratch() {
        pcre2_set_match_limit(context.get(), match_limit);
        pcre2_set_heap_limit(context.get(), heap_limit_kib);
        pcre2_jit_stack_assign(context.get(), nullptr, stack.get());
    }
};
MatchScratch& scratch() {
    thread_local MatchScratch value;
    return value;
}

std::string messageOf(int code) {
    std::array<PCRE2_UCHAR, 256> buffer{};
    pcre2_get_error_message(code, buffer.data(), buffer.size());
    return reinterpret_cast<const char*>(buffer.data());
}

} // namespace

struct Regex::Compiled {
    Owned<pcre2_code> code;
    bool jit = false;
    std::optional<std::string> literal;
    std::string pattern, file, item;

    [[nodiscard]] Error error(int code_number) const {
        const bool limit = code_number == PCRE2_ERROR_MATCHLIMIT || code_number == PCRE2_ERROR_DEPTHLIMIT ||
                           code_number == PCRE2_ERROR_HEAPLIMIT || code_number == PCRE2_ERROR_JIT_STACKLIMIT;
        return makeError(ErrorKind::Tokenizer, limit ? "a regular expression of the tokenizer takes too long on this text"
                                                     : "a regular expression of the tokenizer failed")
            .inFile(file)
            .atItem(item)
            .butFound("a match within " + std::to_string(match_limit) + " steps", messageOf(code_number) + " in " + pattern)
            .because(limit ? "the pattern backtracks catastrophically" : "the pattern cannot be run on this text")
            .nextStep("Use another text or correct the pattern in the tokenizer's file.");
    }

    int match(std::string_view text, std::size_t from, ByteRange& found) const {
        MatchScratch& s = scratch();
        const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
        int count = jit ? pcre2_jit_match(code.get(), subject, text.size(), from, 0, s.data.get(), s.context.get())
                        : pcre2_match(code.get(), subject, text.size(), from, PCRE2_NO_UTF_CHECK, s.data.get(), s.context.get());
        if (jit && count == PCRE2_ERROR_JIT_STACKLIMIT) // the interpreter keeps its state on the heap
            count = pcre2_match(code.get(), subject, text.size(), from, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, s.data.get(), s.context.get());
        if (count >= 0) {
            const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(s.data.get());
            found = {offsets[0], offsets[1]};
        }
        return count;
    }
};

Regex::Regex() = default;
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

Regex Regex::literal(std::string_view text) {
    auto compiled = std::make_shared<Compiled>();
    compiled->literal = std::string(text);
    Regex regex;
    regex.compiled_ = std::move(compiled);
    return regex;
}

Result<Regex> Regex::compile(std::string_view pattern, const std::string& file, const std::string& item) {
    auto compiled = std::make_shared<Compiled>();
    compiled->pattern = std::string(pattern);
    compiled->file = file;
    compiled->item = item;
    if (pattern.size() > max_pattern_bytes)
        return makeError(ErrorKind::Tokenizer, "a regular expression of the tokenizer is too long")
            .inFile(file)
            .atItem(item)
            .butFound("at most " + std::to_string(max_pattern_bytes) + " bytes", std::to_string(pattern.size()))
            .because("The file is damaged")
            .nextStep("Get the tokenizer's file again.");
    const std::string translated = pcre2FromOniguruma(pattern);
    Owned<pcre2_compile_context> context(pcre2_compile_context_create(nullptr));
    pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
    const std::uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C;
    int code_number = 0;
    PCRE2_SIZE at = 0;
    compiled->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(), options, &code_number, &at, context.get()));
    if (!compiled->code)
        return makeError(ErrorKind::Tokenizer, "a regular expression of the tokenizer is invalid")
            .inFile(file)
            .atItem(item)
            .butFound("an Oniguruma pattern", "\"" + std::string(pattern) + "\" (" + messageOf(code_number) + ")")
            .because("The file is damaged or uses a construct this program does not know")
            .nextStep("Check the pattern in the tokenizer's file.");
    compiled->jit = pcre2_jit_compile(compiled->code.get(), PCRE2_JIT_COMPLETE) == 0;
    Regex regex;
    regex.compiled_ = std::move(compiled);
    return regex;
}

Result<void> Regex::findAll(std::string_view text, std::vector<ByteRange>& matches) const {
    matches.clear();
    if (text.empty())
        return {};
    if (compiled_->literal && !compiled_->literal->empty()) {
        const std::string& wanted = *compiled_->literal;
        for (std::size_t at = text.find(wanted); at != std::string_view::npos; at = text.find(wanted, at + wanted.size()))
            matches.push_back({at, at + wanted.size()});
        return {};
    }
    std::size_t from = 0;
    std::optional<std::size_t> last_end;
    while (from <= text.size()) {
        ByteRange found;
        if (compiled_->literal) {
            found = {from, from}; // the empty literal matches everywhere
        } else {
            const int count = compiled_->match(text, from, found);
            if (count == PCRE2_ERROR_NOMATCH)
                break;
            if (count < 0)
                return compiled_->error(count);
            if (found.begin > found.end) // \K in a lookahead
                found.begin = found.end;
        }
        if (found.begin == found.end && last_end == found.end) {
            from += from < text.size() ? utf8Length(static_cast<unsigned char>(text[from])) : 1;
            continue;
        }
        from = found.end;
        last_end = found.end;
        matches.push_back(found);
    }
    return {};
}

} // namespace headlight
