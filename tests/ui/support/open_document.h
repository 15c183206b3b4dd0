// A document with a model that has run a text, for tests of panes.
#pragma once

#include "ui/document/document.h"

#include <QtTest/QtTest>

namespace headlight::ui::test {

inline constexpr int kPatience = 60000; // a machine that builds at the same time is slow

/// A bundled model's folder.
inline QString bundled(const char* name) {
    return QStringLiteral(HEADLIGHT_RESOURCES_DIR "/models/") + QString::fromLatin1(name);
}

/// Whether the model opened and ran the text.
inline bool openAndRun(Document& document, const QString& model, const QString& text) {
    document.setText(text);
    document.openModel(model);
    return QTest::qWaitFor(
        [&] {
            return document.snapshot() && document.snapshot()->request.text == text && document.settled();
        },
        kPatience);
}

} // namespace headlight::ui::test
