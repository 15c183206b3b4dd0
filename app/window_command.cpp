#include "app/window_command.h"

#include "app/argument_values.h"
#include "app/input.h"
#include "app/output.h"
#include "app/window_main.h"
#include "ui/session/session_format.h"

#include <QHashFunctions>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

namespace headlight {

namespace {

bool isSet(const char* variable) {
    const char* value = std::getenv(variable);
    return value && *value;
}

/// Qt ends the process with a core dump where there is no display; this is known before.
bool hasDisplay() { return isSet("DISPLAY") || isSet("WAYLAND_DISPLAY") || isSet("QT_QPA_PLATFORM"); }

int usage(const std::string& message) {
    reportError(message);
    return kExitUsage;
}

int failed(const std::string& message) {
    reportError(message);
    return kExitFailed;
}

std::string notACommand(const std::string& word) {
    const std::string nearest = nearestName(word, {"models", "tokenize", "run", "generate", "dump", "export"});
    return "'" + word + "' is neither a command nor a model folder nor a session" +
           (nearest.empty() ? std::string() : ", did you mean " + nearest + "?") + (nearest.empty() ? ". " : " ") + "See headlight --help";
}

} // namespace

int runWindowCommand(int argc, char** argv, const Options& options) {
    WindowOptions window;
    window.model = options.model.name;
    window.backend = options.model.backend;
    if (!options.files.empty()) {
        const std::filesystem::path file = options.files.front();
        std::error_code ignored;
        const bool is_session = file.extension() == session::kFileExtension && !std::filesystem::is_directory(file, ignored);
        const bool is_lesson = file.extension() == ".md";
        (is_session ? window.session : is_lesson ? window.lesson : window.file) = options.files.front();
        if (is_session && !std::filesystem::exists(file, ignored))
            return failed("cannot open " + file.string() + ": there is no such session file. Check its name and folder");
        if (!std::filesystem::exists(file, ignored))
            return usage(notACommand(options.files.front()));
        if (!is_session && !is_lesson && !window.model.empty())
            return usage("give a model folder or --model, not both");
    }
    if (options.text.text == "-") {
        auto text = StandardInput(std::stop_token()).all();
        if (!text.ok())
            return failed(text.error().message());
        window.text = std::move(text).value();
    } else {
        window.text = options.text.text.value_or("");
    }
    window.text_pair = options.text.text_pair.value_or("");
    for (const auto& [option, text] : {std::pair("--text", &window.text), std::pair("--text-pair", &window.text_pair)})
        if (!isValidUtf8(*text))
            return failed(std::string(option) + " is not valid UTF-8. Convert it to UTF-8 first, with iconv for example");
    if (!hasDisplay())
        return failed("there is no display for the window. The commands need none: headlight export --model en-fr "
                      "--text 'The cat sleeps.' --layer 0 --head 0 --out head.png; see headlight --help");
    QHashSeed::setDeterministicGlobalSeed(); // Qt writes a PDF's fonts in hash order: the same figure, the same bytes
    return runWindow(argc, argv, window);
}

} // namespace headlight
