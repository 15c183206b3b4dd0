// Result<T> and Error: how every function of the core that can fail says so.
#pragma once

#include <cassert>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace headlight {

/// What sort of thing went wrong. `Cancelled` is a state of its own, not a failure: nobody shows it as an error.
enum class ErrorKind {
    Cancelled,      ///< the caller asked to stop
    File,           ///< missing, unreadable, not a regular file, could not be written
    Format,         ///< the bytes are not what the file claims to be
    Config,         ///< config.json asks for something impossible or unknown
    Weights,        ///< a tensor is missing, has another shape or a type that cannot be computed with
    Tokenizer,      ///< tokenizer files are inconsistent or ask for an unknown component
    Text,           ///< the text or the ids cannot be fed to this model
    TextTooLong,    ///< more tokens than the model has positions; Model::beginningThatFits gives what it can read
    Unsupported,    ///< well-formed, but this program cannot do it
    Memory,         ///< not enough of it, on the host or on a device
    Backend,        ///< a compute backend failed or is not available
    Usage,          ///< the caller asked for something that does not exist (layer 99, head -1, ...)
};

/// One failure, told so that a person can act on it: which file, which item, expected against found,
/// the likely cause and the next step. Fields that do not apply stay empty.
struct Error {
    ErrorKind kind = ErrorKind::Usage;
    std::string summary;    ///< one plain sentence without a final stop; enough on its own
    std::string file;       ///< path as the user knows it
    std::string item;       ///< tensor name, JSON key, token, option
    std::string expected;
    std::string found;
    std::string cause;      ///< likely cause, a sentence
    std::string next_step;  ///< what to do now, a sentence

    /// Everything above in one line, for the command line and for logs.
    [[nodiscard]] std::string message() const;
    [[nodiscard]] bool cancelled() const { return kind == ErrorKind::Cancelled; }

    // Fluent setters, so that a rejection reads as one expression.
    Error&& inFile(std::string v) && { file = std::move(v); return std::move(*this); }
    Error&& atItem(std::string v) && { item = std::move(v); return std::move(*this); }
    Error&& butFound(std::string want, std::string got) && { expected = std::move(want); found = std::move(got); return std::move(*this); }
    Error&& because(std::string v) && { cause = std::move(v); return std::move(*this); }
    Error&& nextStep(std::string v) && { next_step = std::move(v); return std::move(*this); }
};

[[nodiscard]] inline Error makeError(ErrorKind kind, std::string summary) {
    Error error;
    error.kind = kind;
    error.summary = std::move(summary);
    return error;
}
[[nodiscard]] inline Error cancelledError() { return makeError(ErrorKind::Cancelled, "cancelled"); }

/// A value or an Error. Cannot be ignored.
template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }
    [[nodiscard]] T& value() & { assert(ok()); return *std::get_if<0>(&state_); }
    [[nodiscard]] const T& value() const& { assert(ok()); return *std::get_if<0>(&state_); }
    [[nodiscard]] T&& value() && { assert(ok()); return std::move(*std::get_if<0>(&state_)); }
    [[nodiscard]] Error& error() & { assert(!ok()); return *std::get_if<1>(&state_); }
    [[nodiscard]] const Error& error() const& { assert(!ok()); return *std::get_if<1>(&state_); }
    [[nodiscard]] Error&& error() && { assert(!ok()); return std::move(*std::get_if<1>(&state_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

private:
    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : error_(std::move(error)), ok_(false) {}
    [[nodiscard]] bool ok() const { return ok_; }
    explicit operator bool() const { return ok_; }
    [[nodiscard]] const Error& error() const& { assert(!ok_); return error_; }
    [[nodiscard]] Error&& error() && { assert(!ok_); return std::move(error_); }

private:
    Error error_;
    bool ok_ = true;
};

} // namespace headlight

#define HEADLIGHT_CONCAT_INNER(a, b) a##b
#define HEADLIGHT_CONCAT(a, b) HEADLIGHT_CONCAT_INNER(a, b)

/// `HEADLIGHT_ASSIGN(auto x, f());` gives x the value of f(), or returns its Error from the enclosing function.
#define HEADLIGHT_ASSIGN(declaration, expression) \
    HEADLIGHT_ASSIGN_INNER(HEADLIGHT_CONCAT(headlight_result_, __LINE__), declaration, expression)
#define HEADLIGHT_ASSIGN_INNER(result, declaration, expression) \
    auto result = (expression);                                 \
    if (!result.ok())                                           \
        return std::move(result).error();                       \
    declaration = std::move(result).value()

/// `HEADLIGHT_CHECK(f());` returns the Error of a Result<void> (or any Result) from the enclosing function.
#define HEADLIGHT_CHECK(expression)                              \
    do {                                                         \
        auto headlight_check_result = (expression);              \
        if (!headlight_check_result.ok())                        \
            return std::move(headlight_check_result).error();    \
    } while (false)
