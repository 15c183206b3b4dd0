#include "ui/heatmap/token_label.h"

#include <algorithm>

namespace headlight::ui {
namespace {

bool changesDirection(char16_t c) {
    return (c >= 0x200e && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x061c;
}

bool needsCare(QChar c) {
    const char16_t u = c.unicode();
    return u < 0x20 || (u >= 0x7f && u <= 0xa0) || u == 0x2028 || u == 0x2029 || u == 0xfeff || changesDirection(u);
}

QString pictureOf(char16_t c) {
    switch (c) {
    case '\n':
    case 0x2028:
    case 0x2029: return QStringLiteral("⏎");
    case '\t': return QStringLiteral("⇥");
    case 0xa0: return QStringLiteral("·");
    default: break;
    }
    if (c < 0x20)
        return QString(QChar(static_cast<char16_t>(0x2400 + c))); // Unicode's control pictures
    return QStringLiteral("‹U+%1›").arg(static_cast<uint>(c), 4, 16, QLatin1Char('0')).toUpper();
}

} // namespace

QString visibleWord(const QString& word) {
    if (word.isEmpty())
        return QStringLiteral("∅");
    const bool only_spaces = std::ranges::all_of(word, [](QChar c) { return c == QLatin1Char(' '); });
    if (only_spaces)
        return QString(word.size(), QChar(0xb7));
    if (std::ranges::none_of(word, needsCare))
        return word;
    QString visible;
    for (const QChar c : word)
        visible += needsCare(c) ? pictureOf(c.unicode()) : QString(c);
    return visible;
}

} // namespace headlight::ui
