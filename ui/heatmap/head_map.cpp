#include "ui/heatmap/head_map.h"

#include "core/maps/head_source.h"

#include <algorithm>

namespace headlight::ui {
namespace {

constexpr std::size_t kNamedHeads = 6; // of several; more are counted

QString kindTitle(AttentionKind kind) {
    switch (kind) {
    case AttentionKind::EncoderSelf: return QStringLiteral("Encoder attention");
    case AttentionKind::DecoderSelf: return QStringLiteral("Decoder attention");
    case AttentionKind::Cross: return QStringLiteral("Cross attention");
    }
    return {};
}

/// The words along one side of an altered map.
AxisTokens alteredAxis(const AxisTokens& tokens, const MapAxis& axis) {
    AxisTokens altered;
    altered.name = tokens.name;
    for (std::size_t i = 0; i < axis.size(); ++i) {
        const TokenRange range = axis.tokens(i);
        const auto first = static_cast<qsizetype>(range.begin);
        const auto word = std::ranges::lower_bound(tokens.word_tokens, range.begin, {}, &TokenRange::begin);
        const auto n_word = static_cast<qsizetype>(word - tokens.word_tokens.begin());
        if (range.size() > 1 && word != tokens.word_tokens.end() && *word == range && n_word < tokens.whole_words.size())
            altered.words << tokens.whole_words[n_word];
        else
            altered.words << tokens.words.mid(first, static_cast<qsizetype>(range.size())).join(QString());
        altered.special.push_back(range.begin < tokens.special.size() && tokens.special[range.begin]);
        if (!tokens.notes.isEmpty())
            altered.notes << (range.size() == 1 ? tokens.notes.value(first) : QString());
        altered.numbers.push_back(range.begin + 1);
        if (!axis.allShown())
            altered.pale.push_back(axis.mark(i) != AxisMark::Shown);
    }
    return altered;
}

} // namespace

QString headTitle(const HeadAddress& head) {
    return QStringLiteral("%1 · layer %2 · head %3").arg(kindTitle(head.kind)).arg(head.layer.value + 1).arg(head.head.value + 1);
}

QString mapTitle(const HeadMap& map) {
    if (map.isSigned())
        return QStringLiteral("%1 · %2").arg(map.role.isEmpty() ? QStringLiteral("A − B") : map.role, headTitle(map.head));
    if (!map.source || map.combined.size() < 2)
        return map.role.isEmpty() ? headTitle(map.head) : QStringLiteral("%1 · %2").arg(map.role, headTitle(map.head));
    QString title = QStringLiteral("%1 · %2").arg(kindTitle(map.head.kind),
                                                  QString::fromStdString(map.source->alterations().front().text));
    return title + QStringLiteral(" · ") + headNumbers(map.combined);
}

QString headNumbers(const std::vector<HeadAddress>& heads) {
    QStringList names;
    for (std::size_t i = 0; i < std::min(heads.size(), kNamedHeads); ++i)
        names << QStringLiteral("%1.%2").arg(heads[i].layer.value + 1).arg(heads[i].head.value + 1);
    if (heads.size() > kNamedHeads)
        names << QStringLiteral("…");
    return names.join(QStringLiteral(", "));
}

MapSourcePtr HeadMap::shown() const {
    return source ? source : std::make_shared<const HeadSource>(trace, head);
}

QString HeadMap::alterationText() const {
    const QString done = source ? QString::fromStdString(source->alterationText()) : QString();
    return done.isEmpty() || isSigned() ? done : QStringLiteral("altered: %1").arg(done);
}

HeadMap alteredMap(const HeadMap& head, MapSourcePtr source) {
    HeadMap map = head;
    if (!source->rows().isPlain())
        map.queries = alteredAxis(head.queries, source->rows());
    if (!source->columns().isPlain())
        map.keys = alteredAxis(head.keys, source->columns());
    map.source = std::move(source);
    return map;
}

QString sidesText(const HeadMap& map) {
    const QString& query = map.queries.name;
    const QString& key = map.keys.name;
    if (query.isEmpty() || key.isEmpty())
        return query;
    return query == key ? QStringLiteral("%1: each row looks at the columns").arg(query)
                        : QStringLiteral("%1 rows look at %2 columns").arg(query, key);
}

QString sharedKeyText(const HeadMap& map) {
    if (map.empty() || map.combined.size() > 1)
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
