#include "ui/heatmap/head_map.h"

namespace headlight::ui {

QString headTitle(const HeadAddress& head) {
    QString kind;
    switch (head.kind) {
    case AttentionKind::EncoderSelf: kind = QStringLiteral("Encoder attention"); break;
    case AttentionKind::DecoderSelf: kind = QStringLiteral("Decoder attention"); break;
    case AttentionKind::Cross: kind = QStringLiteral("Cross attention"); break;
    }
    return QStringLiteral("%1 · layer %2 · head %3").arg(kind).arg(head.layer.value + 1).arg(head.head.value + 1);
}

} // namespace headlight::ui
