#include "app/input.h"

#include <cerrno>
#include <cstring>
#include <poll.h>
#include <unistd.h>

namespace headlight {

namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 16;
constexpr std::size_t kMaxTextBytes = std::size_t{64} << 20;
constexpr int kStopCheckMilliseconds = 50; ///< data wakes `poll` at once; this only bounds how late Ctrl-C is seen

Error readError(int problem) {
    return makeError(ErrorKind::File, std::string("cannot read standard input: ") + std::strerror(problem));
}

void dropLineBreak(std::string& text) {
    if (!text.ends_with('\n'))
        return;
    text.pop_back();
    if (text.ends_with('\r'))
        text.pop_back();
}

} // namespace

Result<bool> StandardInput::readMore() {
    if (ended_)
        return false;
    if (buffer_.size() > kMaxTextBytes)
        return makeError(ErrorKind::Text, "the text on standard input is longer than 64 MiB")
            .nextStep("Give a shorter text, or one text a line with --lines");
    for (;;) {
        if (stop_.stop_requested())
            return cancelledError();
        pollfd descriptor{STDIN_FILENO, POLLIN, 0};
        const int ready = ::poll(&descriptor, 1, kStopCheckMilliseconds);
        if (ready < 0 && errno != EINTR)
            return readError(errno);
        if (ready <= 0)
            continue;
        const std::size_t old_size = buffer_.size();
        buffer_.resize(old_size + kPieceBytes);
        const ssize_t count = ::read(STDIN_FILENO, buffer_.data() + old_size, kPieceBytes);
        const int problem = errno;
        buffer_.resize(old_size + static_cast<std::size_t>(count > 0 ? count : 0));
        if (count < 0 && problem != EINTR && problem != EAGAIN)
            return readError(problem);
        if (count < 0)
            continue;
        ended_ = count == 0;
        return !ended_;
    }
}

Result<std::string> StandardInput::all() {
    for (bool more = true; more;) {
        HEADLIGHT_ASSIGN(more, readMore());
    }
    std::string text = std::move(buffer_);
    buffer_.clear();
    dropLineBreak(text);
    return text;
}

Result<std::optional<std::string>> StandardInput::line() {
    for (;;) {
        const std::size_t end = buffer_.find('\n', searched_);
        if (end != std::string::npos) {
            std::string line = buffer_.substr(0, end + 1);
            buffer_.erase(0, end + 1);
            searched_ = 0;
            dropLineBreak(line);
            return std::optional(std::move(line));
        }
        searched_ = buffer_.size();
        HEADLIGHT_ASSIGN(const bool more, readMore());
        if (more)
            continue;
        if (buffer_.empty())
            return std::optional<std::string>();
        searched_ = 0;
        std::string line = std::move(buffer_);
        buffer_.clear();
        dropLineBreak(line);
        return std::optional(std::move(line));
    }
}

} // namespace headlight
