#include "app/commands/line_answers.h"

#include "app/json.h"

namespace headlight {

CommandResult answerLines(CommandContext& context, const LineAnswer& answer) {
    int exit_code = kExitOk;
    for (std::size_t number = 1;; ++number) {
        HEADLIGHT_ASSIGN(const std::optional<std::string> line, context.input.line());
        if (!line)
            return exit_code;
        auto result = answer(*line);
        if (!result.ok() && result.error().cancelled())
            return std::move(result).error();
        std::string text = result.ok() ? std::move(result).value() : std::string();
        if (!result.ok()) {
            const std::string message = result.error().message();
            reportError("line " + std::to_string(number) + ": " + message);
            exit_code = kExitFailed;
            if (context.options.json)
                text = jsonLine(Json{{"error", printable(message)}});
        }
        // An object's own text goes on after the number, so that a long answer is not parsed again to add it.
        if (context.options.json)
            text = "{\"line\":" + std::to_string(number) + (text == "{}" ? "" : ",") + text.substr(1);
        context.output.line(text);
        HEADLIGHT_CHECK(context.output.flush());
    }
}

} // namespace headlight
