// The window: what `headlight` without a command opens.
#pragma once

#include "core/compute/backend.h"

#include <string>

namespace headlight {

struct WindowOptions {
    std::string model;        ///< a bundled name, a folder or a hub id; empty: the bundled en-fr
    std::string text;         ///< empty: an example sentence
    std::string text_pair;    ///< the second sentence of models that read two; empty: none
    std::string file;         ///< a model folder or a file inside one, as a file manager hands it over; empty: none
    std::string session;      ///< a session file; model, text and second sentence given besides win over its own; empty: none
    std::string lesson;       ///< a lesson file, begun once the window is there; empty: none
    BackendOptions backend;
};

/// Opens the window and runs until it is closed. Returns the exit code.
int runWindow(int argc, char** argv, const WindowOptions& options);

} // namespace headlight
