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

QString sidesText(const HeadMap& map) {
    const QString& query = map.queries.name;
    const QString& key = map.keys.name;
    if (query.isEmpty() || key.isEmpty())
        return query;
    return query == key ? QStringLiteral("%1: each row looks at the columns").arg(query)
                        : QStringLiteral("%1 (rows) looks at %2 (columns)").arg(query, key);
}

} // namespace headlight::ui
