#include "core/base/result.h"

namespace headlight {

std::string Error::message() const {
    std::string text = summary;
    const auto mentions = [&](const std::string& part) { return text.find(part) != std::string::npos; };
    if (!item.empty() && !mentions(item))
        text += ": " + item;
    if (!file.empty() && !mentions(file))
        text += " in " + file;
    if (!expected.empty() || !found.empty()) {
        text += " (";
        if (!expected.empty())
            text += "expected " + expected;
        if (!expected.empty() && !found.empty())
            text += ", ";
        if (!found.empty())
            text += "found " + found;
        text += ")";
    }
    if (!cause.empty())
        text += ". " + cause;
    if (!next_step.empty())
        text += ". " + next_step;
    for (char& character : text) // one line whatever a stranger's file put into a name
        if (static_cast<unsigned char>(character) < 0x20 || character == 0x7f)
            character = ' ';
    return text;
}

} // namespace headlight
