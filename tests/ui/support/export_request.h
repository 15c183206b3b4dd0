// A made-up head to be written into a file, and what came of it.
#pragma once

#include "tests/ui/support/made_up_trace.h"
#include "ui/export/figure_export.h"

#include <QTemporaryDir>

#include <filesystem>

namespace headlight::ui::test {

inline std::filesystem::path pathIn(const QTemporaryDir& folder, const QString& name) {
    return folder.filePath(name).toStdString();
}

inline ExportRequest requestFor(const MadeUp& made_up, const HeadAddress& head = {}) {
    ExportRequest request;
    request.map = makeMap(made_up, head);
    return request;
}

/// The error's message; empty: there is none.
inline QString errorOf(const Result<void>& result) {
    return result ? QString() : QString::fromStdString(result.error().message());
}

} // namespace headlight::ui::test
