// Mutated session files: refused with words, or read, written and read again as the same.
#include "tests/support/fuzzing.h"
#include "tests/ui/session/session_samples.h"
#include "ui/session/session_format.h"

using namespace headlight;
using namespace headlight::session;
using namespace headlight::testing;

namespace {

const std::vector<std::string> kWords = {
    "\"format\"", "\"headlight-session\"", "\"version\"", "\"model\"", "\"texts\"", "\"selection\"", "\"parts\"", "\"run\"", "\"head\"",
    "\"companions\"", "\"kept_target\"", "\"weights\"", "\"predictions\"", "\"special\"", "\"queries\"", "\"keys\"", "\"attention\"", "\"cross\"",
    "\"decoder\"", "null", "true", "false", "{}", "[]", "[[[[[[[[", "]]]]]]]]", "\\ud83d", "\\u0000", "NaN", "-1", "1e308", "AAAA", "/////w==", "\"F16\"",
};

/// Smaller than the sample, so that mutations hit what matters.
std::string smallSession() {
    Session session = session::test::sampleSession();
    session.state.parts.clear();
    session.run->predictions.clear();
    return writeSession(session);
}

std::string check(const std::string& input, bool& accepted) {
    const auto session = readSession(input, "fuzz");
    accepted = session.ok();
    if (!session.ok())
        return session.error().message().empty() || session.error().file != "fuzz" ? "a refusal without words" : "";
    const auto again = readSession(writeSession(*session), "again");
    if (!again.ok())
        return "what was written is refused: " + again.error().message();
    return *again == *session ? "" : "what was written is another session";
}

} // namespace

int main(int argc, char** argv) {
    return fuzzMain(argc, argv, {{writeSession(session::test::sampleSession()), smallSession(), writeSession({})}, kWords, check, true});
}
