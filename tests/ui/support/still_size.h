// A widget whose size is found step by step: a page that is shown, panels that fold to make room for it.
#pragma once

#include <QTest>
#include <QWidget>

namespace headlight::ui::test {

/// Whether the widget keeps its size and place over a few turns of the event loop. For QTRY_VERIFY.
inline bool isStill(const QWidget* widget) {
    const auto place = [widget] { return QRect(widget->mapTo(widget->window(), QPoint()), widget->size()); };
    const QRect before = place();
    for (int turn = 0; turn < 5; ++turn) {
        QTest::qWait(10);
        if (place() != before)
            return false;
    }
    return true;
}

} // namespace headlight::ui::test
