#include "ui/inspector/card.h"

#include <QFrame>
#include <QLabel>
#include <QVBoxLayout>

namespace headlight::ui {

QFrame* makeCard() {
    auto* card = new QFrame;
    layOutCard(card);
    return card;
}

void layOutCard(QFrame* card) {
    card->setProperty("role", "card");
    auto* inner = new QVBoxLayout(card);
    inner->setContentsMargins(12, 10, 12, 10);
    inner->setSpacing(6);
}

QLabel* makeSectionLabel(const QString& tool_tip) {
    auto* label = new QLabel;
    label->setProperty("role", "section");
    label->setTextFormat(Qt::RichText);
    label->setWordWrap(true);
    label->setToolTip(tool_tip);
    return label;
}

void layOutPart(QWidget* part) {
    auto* layout = new QVBoxLayout(part);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
}

QString shortWord(const QString& word) {
    return word.size() <= 20 ? word : word.left(10) + QChar(0x2026) + word.right(8);
}

QString wordAt(const AxisTokens& axis, std::size_t index) {
    return static_cast<qsizetype>(index) < axis.words.size() ? axis.words[static_cast<qsizetype>(index)]
                                                             : QString();
}

QString coloured(const QString& word, const QColor& colour) {
    return QStringLiteral("<span style=\"color:%1\">\u2068%2\u2069</span>")
        .arg(colour.name(), word.toHtmlEscaped());
}

} // namespace headlight::ui
