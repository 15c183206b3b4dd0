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

QString sharedKeyText(const HeadMap& map) {
    if (map.empty())
        return {};
    const std::size_t n_heads = map.trace->nHeads(map.head.kind);
    const std::size_t n_shared = map.trace->nKeyValueHeads(map.head.kind);
    if (n_shared == 0 || n_shared == n_heads)
        return {};
    const std::size_t group = n_heads / n_shared;
    const std::size_t shared = map.head.head.value / group;
    return QStringLiteral("key/value head %1, shared by heads %2–%3").arg(shared + 1).arg(shared * group + 1).arg((shared + 1) * group);
}

} // namespace headlight::ui
