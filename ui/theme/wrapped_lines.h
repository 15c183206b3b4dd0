// Text broken into lines for painters that place every line themselves.
#pragma once

#include <QFont>
#include <QStringList>

namespace headlight::ui {

/// `text` in lines of at most `width` pixels of `font`, broken between words, inside one only where it is
/// longer than a line (or the script has no spaces). Where there are more than `most` lines the last one is
/// elided.
[[nodiscard]] QStringList wrappedLines(const QString& text, const QFont& font, double width, int most = 1000);

} // namespace headlight::ui
