#include "app/commands/lessons_command.h"

#include "app/describe.h"
#include "app/forward.h"
#include "app/json.h"
#include "app/table.h"
#include "core/lessons/lesson_check.h"
#include "core/lessons/lesson_files.h"
#include "core/lessons/lesson_reader.h"

#include <map>
#include <string>

namespace headlight {

namespace {

/// Runs texts as the commands do; models stay open, since lessons share them.
class Runner {
public:
    explicit Runner(CommandContext& context)
        : context_(context) {}

    Result<LessonRun> operator()(const std::string& name, const std::string& text) {
        std::shared_ptr<const Model>& model = models_[name];
        if (!model) {
            ModelArguments arguments = context_.options.model;
            arguments.name = name;
            HEADLIGHT_ASSIGN(model, openModel(arguments, context_.control));
        }
        TextArguments arguments;
        arguments.text = text;
        HEADLIGHT_ASSIGN(ModelInput input, prepareInput(*model, arguments, context_.input));
        HEADLIGHT_ASSIGN(Forward forward, runForward(*model, std::move(input), {}, context_.control));
        LessonRun run{model, std::move(forward.run), {}};
        run.written = run.run.input.target.text;
        return run;
    }

private:
    CommandContext& context_;
    std::map<std::string, std::shared_ptr<const Model>> models_;
};

std::string filled(const LessonText& text, const LessonRun& run, const LessonPlaces& places, const RunControl& control) {
    std::string out;
    for (const LessonText::Part& part : text.parts) {
        if (const auto* plain = std::get_if<std::string>(&part)) {
            out += *plain;
            continue;
        }
        const auto value = evaluate(std::get<Expression>(part), run, places, control);
        out += !value.ok() ? "(?)" : value->is_word ? "“" + valueText(*value) + "”" : valueText(*value);
    }
    return out;
}

/// A question with its right answers marked.
std::string questionText(const LessonQuestion& question, const LessonRun& run, const LessonPlaces& places, const RunControl& control) {
    const auto fill = [&](const LessonText& text) { return printable(filled(text, run, places, control)); };
    std::string out = (question.isTask() ? "   task: " : "   question: ") + fill(question.text) + "\n";
    for (const LessonChoice& choice : question.choices) {
        const auto right = choice.right_if ? holds(*choice.right_if, run, places, control) : Result<bool>(choice.right);
        out += std::string(right.ok() && *right ? "   [x] " : "   [ ] ") + fill(choice.text) + "\n";
    }
    if (question.answer)
        out += "   answer: " + fill({{*question.answer}}) + "\n";
    if (question.done)
        out += "   done: " + question.done->left.source + " is " + fill({{question.done->left}}) + " so far\n";
    if (!question.explanation.empty())
        out += "   explain: " + fill(question.explanation) + "\n";
    return out;
}

Result<std::string> lessonText(const Lesson& lesson, Runner& runner, const RunControl& control) {
    std::string out = printable(lesson.title) + "\n";
    for (std::size_t i = 0; i < lesson.steps.size(); ++i) {
        const LessonStep& step = lesson.steps[i];
        const LessonState state = stateOfStep(lesson, i);
        HEADLIGHT_ASSIGN(LessonRun run, runner(*state.model, *state.text));
        HEADLIGHT_CHECK(applyChanges(state, run, control));
        HEADLIGHT_ASSIGN(const LessonPlace place, placeOf(state, run));
        const LessonPlaces places{place, place};
        out += "\n" + std::to_string(i + 1) + ". " + std::string(lessonStepKindName(step.kind)) + ": " + printable(step.title) + "\n";
        std::string line;
        for (const char c : filled(step.text, run, places, control) + "\n") {
            if (c != '\n') {
                line += c;
                continue;
            }
            out += line.empty() ? "\n" : "   " + printable(line) + "\n";
            line.clear();
        }
        if (step.question)
            out += questionText(*step.question, run, places, control);
    }
    return out + "\n";
}

CommandResult checkFiles(CommandContext& context) {
    Runner runner(context);
    int exit_code = kExitOk;
    for (const std::string& name : context.options.files) {
        const Result<std::filesystem::path> file = findLesson(name);
        const Result<Lesson> lesson = file.ok() ? readLessonFile(*file) : Result<Lesson>(file.error());
        const Result<void> holding = lesson.ok() ? checkLesson(*lesson, [&](const std::string& model, const std::string& text) { return runner(model, text); }, context.control)
                                                 : Result<void>(lesson.error());
        if (!holding.ok()) {
            if (holding.error().cancelled())
                return holding.error();
            reportError(holding.error().message());
            exit_code = kExitFailed;
            continue;
        }
        if (context.options.show_lesson) {
            HEADLIGHT_ASSIGN(const std::string text, lessonText(*lesson, runner, context.control));
            context.output.write(text);
        } else {
            context.output.line(printable(file->string()) + ": " + std::to_string(lesson->steps.size()) + " steps, all well");
        }
    }
    return exit_code;
}

Json listingJson(const LessonListing& listing) {
    Json json = {{"file", listing.file.string()}, {"bundled", listing.bundled}, {"problem", listing.lesson.ok() ? "" : listing.lesson.error().message()}};
    if (listing.lesson.ok()) {
        const Lesson& lesson = *listing.lesson;
        json.update({{"title", lesson.title}, {"about", lesson.about}, {"minutes", lesson.minutes}, {"model", lesson.model}, {"steps", lesson.steps.size()}});
    }
    return json;
}

CommandResult listLessons(CommandContext& context) {
    const std::vector<LessonListing> lessons = allLessons();
    if (context.options.json) {
        Json list = Json::array();
        for (const LessonListing& listing : lessons)
            list.push_back(listingJson(listing));
        context.output.line(jsonLine(list));
        return kExitOk;
    }
    Table table({{"lesson"}, {"minutes", Table::Align::Right}, {"steps", Table::Align::Right}, {"model"}, {"file"}});
    for (const LessonListing& listing : lessons) {
        if (listing.lesson.ok())
            table.row({listing.lesson->title, std::to_string(listing.lesson->minutes), std::to_string(listing.lesson->steps.size()), listing.lesson->model, listing.file.string()});
        else
            table.row({"cannot be read: " + listing.lesson.error().message(), "", "", "", listing.file.string()});
    }
    context.output.write(table.text());
    context.output.write("\nYour own: .md files in " + printable(ownLessonsFolder().string()) + "\n");
    return kExitOk;
}

} // namespace

CommandResult runLessonsCommand(CommandContext& context) { return context.options.files.empty() ? listLessons(context) : checkFiles(context); }

} // namespace headlight
