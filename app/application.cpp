#include "app/application.h"

#include "app/arguments.h"
#include "app/commands/dump_command.h"
#include "app/commands/export_command.h"
#include "app/commands/generate_command.h"
#include "app/commands/heads_command.h"
#include "app/commands/lessons_command.h"
#include "app/commands/models_command.h"
#include "app/commands/run_command.h"
#include "app/commands/tokenize_command.h"
#include "app/interrupt.h"
#include "app/lesson_pdf_command.h"
#include "app/progress.h"
#include "app/window_command.h"

#include <csignal>
#include <exception>
#include <new>

namespace headlight {

namespace {

CommandResult runCommand(CommandContext& context) {
    switch (context.options.command) {
    case Subcommand::Models: return runModelsCommand(context);
    case Subcommand::Lessons:
        return context.options.lesson_pdf.empty() ? runLessonsCommand(context) : runLessonPdfCommand(context);
    case Subcommand::Tokenize: return runTokenizeCommand(context);
    case Subcommand::Run: return runRunCommand(context);
    case Subcommand::Generate: return runGenerateCommand(context);
    case Subcommand::Heads: return runHeadsCommand(context);
    case Subcommand::Dump: return runDumpCommand(context);
    case Subcommand::Export: return runExportCommand(context);
    case Subcommand::Window: break;
    }
    return makeError(ErrorKind::Usage, "this command does not run without a window");
}

int runWithoutWindow(const Options& options) {
    std::signal(SIGPIPE, SIG_DFL); // a reader that has seen enough ends us quietly, like any other filter
    const Interrupt interrupt;
    Output output;
    StandardInput input(interrupt.token());
    CommandContext context{options, output, input, {interrupt.token(), terminalProgress()}};
    CommandResult result = runCommand(context);
    clearProgress();
    if (result.ok())
        if (auto flushed = output.flush(); !flushed.ok())
            result = std::move(flushed).error();
    if (result.ok())
        return *result;
    if (result.error().cancelled() && interrupt.exitCode() != 0)
        return interrupt.exitCode();
    reportError(result.error().message());
    return kExitFailed;
}

int finish(const ParseEnd& end) {
    Output output;
    output.write(end.output);
    const auto flushed = output.flush();
    if (!flushed.ok() || !end.error.empty())
        reportError(flushed.ok() ? end.error : flushed.error().message());
    return flushed.ok() ? end.exit_code : kExitFailed;
}

} // namespace

int runApplication(int argc, char** argv) {
    try {
        const auto parsed = parseArguments(argc, argv);
        if (const auto* end = std::get_if<ParseEnd>(&parsed))
            return finish(*end);
        const Options& options = std::get<Options>(parsed);
        return options.command == Subcommand::Window ? runWindowCommand(argc, argv, options) : runWithoutWindow(options);
    } catch (const std::bad_alloc&) {
        reportError("there is not enough memory for this. Try a shorter text or a smaller model");
    } catch (const std::exception& exception) {
        reportError(std::string("unexpected failure: ") + exception.what());
    }
    return kExitFailed;
}

} // namespace headlight
