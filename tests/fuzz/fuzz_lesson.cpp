// Mutated lesson files: refused with file, line and words, or read as a lesson that can be shown.
#include "core/lessons/lesson_reader.h"
#include "tests/support/fuzzing.h"

using namespace headlight;
using namespace headlight::testing;

namespace {

const char* const kLesson = R"(# A title
about: What one learns.
minutes: 5
model: en-fr
text: The cat sleeps.

## look: One thing
page: heatmap
head: cross 2.1
query: chat or #3
key: the#2
set: softmax temperature = 0.5
set: heatmap numbers = yes
step: softmax
point: heads

Some {weight cross 2.1 chat -> cat} text {{ with {strongest-key} values.

question: Which one?
- [ ] this {tokens encoder}
- [x] that
explain: That {share}.

## predict: Another

Text.

question: How much?
answer: probability Le "chat"
tolerance: 0.1

## try: Do

Text.

task: Find it.
done: weight here > 0.5
)";

const std::vector<std::string> kWords = {"# ", "## ", "look:", "predict:", "try:", "reveal:", "question:", "task:", "answer:", "tolerance:", "done:", "explain:",
                                         "- [ ] ", "- [x] ", "- [weight > 0.5] ", "{", "}", "{{", "\"", "“", "”", "->", "or", "#3", "#", "here", "changed",
                                         "measure distance", "length encoder 1 cat", "set: ", "page: ", "head: encoder 1.1\n", "\n\n", "\n  ", ":", "= ", "first", "last"};

std::string check(const std::string& input, bool& accepted) {
    const Result<Lesson> lesson = readLesson(input, "fuzz.md");
    accepted = lesson.ok();
    if (!lesson.ok()) {
        const Error& error = lesson.error();
        return error.summary.empty() || error.file != "fuzz.md" || !error.item.starts_with("line ") ? "a refusal without words or place" : "";
    }
    for (std::size_t i = 0; i < lesson->steps.size(); ++i) {
        const LessonStep& step = lesson->steps[i];
        const LessonState state = stateOfStep(*lesson, i);
        if (!state.model || !state.text || step.text.empty() || step.title.empty())
            return "a step without what it needs";
        if (step.question && step.question->choices.empty() && !step.question->answer && !step.question->done)
            return "a question that cannot be answered";
    }
    return lesson->title.empty() || lesson->steps.empty() ? "an empty lesson" : "";
}

} // namespace

int main(int argc, char** argv) {
    return fuzzMain(argc, argv, {{kLesson}, kWords, check});
}
