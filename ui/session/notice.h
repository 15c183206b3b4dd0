// Something a person is told and may answer or let be: "Recover what was open".
#pragma once

#include <QString>

#include <functional>
#include <utility>
#include <vector>

namespace headlight::ui {

struct Notice {
    QString title; ///< a sentence
    QString text;  ///< more about it; may be empty
    std::vector<std::pair<QString, std::function<void()>>> answers; ///< buttons, the likely one first
};

} // namespace headlight::ui
