// Sentences worth a look, each with what to look for.
#pragma once

#include "core/model/model.h"

#include <QString>

#include <vector>

namespace headlight::ui {

struct Example {
    QString title; ///< "Agreement"
    QString text;
    QString text_pair; ///< a second sentence, for models that read two
    QString note;      ///< what to look for, one line
};

/// Those in the `examples.json` beside the model, as the bundled models bring them; for other models those of
/// their kind, in the language the model's name says it reads. A file that cannot be read gives none:
/// examples are no reason for an error.
[[nodiscard]] std::vector<Example> examplesFor(const Model& model);

/// The examples of a JSON file: {"examples": [{"title", "text", "text_pair", "note", "language"}]}. "{mask}"
/// in a text stands for `mask`; a text that has it is left out where `mask` is empty, and one of another
/// language than `language` (unless either is empty), and what is longer than a sentence or two.
[[nodiscard]] std::vector<Example> readExamples(const QByteArray& json, const QString& mask,
                                                const QString& language);

} // namespace headlight::ui
