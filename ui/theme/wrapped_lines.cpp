#include "ui/theme/wrapped_lines.h"

#include <QFontMetricsF>
#include <QTextLayout>
#include <QTextOption>

#include <algorithm>

namespace headlight::ui {

QStringList wrappedLines(const QString& text, const QFont& font, double width, int most) {
    if (text.isEmpty())
        return {}; // a layout of nothing still has a line
    // A separating dot ends a line and does not begin one.
    const QString bound = QString(text).replace(QStringLiteral(" ·"), QStringLiteral("\u00a0·"));
    QTextLayout layout(bound, font);
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    layout.setTextOption(option);
    QStringList lines;
    layout.beginLayout();
    for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
        if (lines.size() + 1 >= most) {
            const QString rest = text.mid(line.textStart()).trimmed();
            lines << QFontMetricsF(font).elidedText(rest, Qt::ElideRight, width);
            break;
        }
        line.setLineWidth(std::max(1.0, width));
        lines << text.mid(line.textStart(), line.textLength()).trimmed();
    }
    layout.endLayout();
    return lines;
}

} // namespace headlight::ui
