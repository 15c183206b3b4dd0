#include "app/arguments.h"

#include "app/argument_checks.h"
#include "app/command_options.h"
#include "app/output.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <vector>

namespace headlight {

namespace {

/// The command that was chosen, or the program itself for the window.
const CLI::App& chosenCommand(const CLI::App& app) {
    const auto chosen = app.get_subcommands();
    return chosen.empty() ? app : *chosen.front();
}

std::string fullName(const CLI::App& app, const CLI::App& command) {
    return &app == &command ? "headlight" : "headlight " + command.get_name();
}

/// CLI11 reads meaning into some values: it takes the next argument for the value of `--text=`, and "{}" or "[[a]]" for
/// lists. A user's text must arrive as it is, so CLI11 sees its number in `texts` instead.
std::vector<std::string> withNumberedTexts(int argc, const char* const* argv, std::vector<std::string>& texts) {
    std::vector<std::string> arguments;
    const auto addText = [&](std::string text) {
        arguments.push_back(std::to_string(texts.size()));
        texts.push_back(std::move(text));
    };
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        const std::size_t equals = argument.find('=');
        const std::string name = argument.substr(0, equals);
        arguments.push_back(argument);
        if (name != "--text" && name != "--text-pair" && name != "--target" && name != "--change")
            continue;
        arguments.back() = name;
        if (equals != std::string::npos)
            addText(argument.substr(equals + 1));
        else if (i + 1 < argc)
            addText(argv[++i]);
    }
    std::reverse(arguments.begin(), arguments.end()); // the order CLI11 wants
    return arguments;
}

std::vector<std::string> optionNames(const CLI::App& command) {
    std::vector<std::string> names;
    for (const CLI::Option* option : command.get_options())
        for (const std::string& name : option->get_lnames())
            names.push_back("--" + name);
    return names;
}

/// "the following argument was not expected: --txt" with the option that was probably meant.
std::string unexpectedArgument(const CLI::App& app, const CLI::App& command) {
    const std::vector<std::string> remaining = command.remaining().empty() ? app.remaining(true) : command.remaining();
    if (remaining.empty())
        return "there are too many arguments";
    const std::string word = remaining.front().substr(0, remaining.front().find('='));
    std::string text = fullName(app, command) + " does not know " + (word.starts_with('-') ? "the option " : "what to do with ") +
                       "'" + word + "'";
    const std::string nearest = nearestName(word, optionNames(command));
    return nearest.empty() ? text : text + ", did you mean " + nearest + "?";
}

ParseEnd usageEnd(const CLI::App& app, const std::string& what) {
    const std::string stop = what.ends_with('?') || what.ends_with('.') ? " " : ". ";
    return {kExitUsage, {}, what + stop + "See " + fullName(app, chosenCommand(app)) + " --help"};
}

/// CLI11 writes the name of a command itself, behind what it is given.
std::string helpText(const CLI::App& app) {
    const CLI::App& command = chosenCommand(app);
    return &command == &app ? app.help() : command.help("headlight");
}

/// CLI11's sentences start with a capital letter; ours go on after "headlight: ".
std::string asClause(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    if (text.size() > 1 && std::isupper(static_cast<unsigned char>(text[0])) && std::islower(static_cast<unsigned char>(text[1])))
        text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    return text;
}

} // namespace

std::variant<Options, ParseEnd> parseArguments(int argc, const char* const* argv) {
    CLI::App app("Headlight runs text through real transformers and shows every attention head.", "headlight");
    Options options;
    RawValues raw;
    defineCommands(app, options, raw);
    try {
        std::vector<std::string> arguments = withNumberedTexts(argc, argv, raw.texts);
        app.parse(arguments);
    } catch (const CLI::CallForHelp&) {
        return ParseEnd{kExitOk, helpText(app), {}};
    } catch (const CLI::CallForVersion& version) {
        return ParseEnd{kExitOk, std::string(version.what()) + "\n", {}};
    } catch (const CLI::ExtrasError&) {
        return usageEnd(app, unexpectedArgument(app, chosenCommand(app)));
    } catch (const CLI::Error& error) {
        return usageEnd(app, asClause(error.what()));
    }
    if (const auto checked = finishOptions(raw, options); !checked.ok())
        return usageEnd(app, checked.error().message());
    return options;
}

} // namespace headlight
