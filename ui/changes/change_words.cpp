#include "ui/changes/change_words.h"

#include "ui/inspector/card.h"
#include "ui/theme/figures.h"
#include "ui/theme/theme.h"

#include <QCoreApplication>

namespace headlight::ui {

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(headlight::ui::ChangeWords)
};

QString kindName(AttentionKind kind) {
    return kind == AttentionKind::EncoderSelf   ? Words::tr("Encoder")
           : kind == AttentionKind::DecoderSelf ? Words::tr("Decoder")
                                                : Words::tr("Cross");
}

QString headName(const HeadAddress& head) {
    return headsName(head.kind, head.layer, head.head);
}

QString figure(float value) {
    return numberText(static_cast<double>(value));
}

/// The two sides of a change; either may be empty.
struct Sides {
    QString query, key;
    QString between;
};

struct Teller {
    const RunSnapshot* snapshot;
    Sides sides = {};

    [[nodiscard]] QString token(const AxisTokens& (RunSnapshot::*side)(AttentionKind) const,
                                AttentionKind kind, std::size_t index) const {
        return snapshot != nullptr ? tokenName((snapshot->*side)(kind), index) : tokenName({}, index);
    }
    [[nodiscard]] QString tokenOf(StackKind stack, std::size_t index) const {
        return token(&RunSnapshot::queries,
                     stack == StackKind::Encoder ? AttentionKind::EncoderSelf : AttentionKind::DecoderSelf,
                     index);
    }
    [[nodiscard]] QString stackName(StackKind stack) const {
        const QString name = snapshot == nullptr           ? QString()
                             : stack == StackKind::Encoder ? snapshot->source_axis.name
                                                           : snapshot->target_axis.name;
        if (!name.isEmpty())
            return name;
        return stack == StackKind::Encoder ? Words::tr("encoder") : Words::tr("decoder");
    }
    QString cell(const MapCellAddress& cell) {
        sides = {token(&RunSnapshot::queries, cell.head.kind, cell.query_token),
                 token(&RunSnapshot::keys, cell.head.kind, cell.key_token), QStringLiteral(" → ")};
        return sides.query + sides.between + sides.key;
    }

    ChangeWords operator()(const SetScore& c) {
        return {Words::tr("score"), cell(c.cell), headName(c.cell.head),
                QStringLiteral("= ") + figure(c.value)};
    }
    ChangeWords operator()(const SetMask& c) {
        return {Words::tr("mask"), cell(c.cell), headName(c.cell.head),
                c.hidden ? Words::tr("hidden") : Words::tr("visible")};
    }
    ChangeWords operator()(const SetWeight& c) {
        return {Words::tr("weight"), cell(c.cell), headName(c.cell.head),
                QStringLiteral("= ") + figure(c.value) +
                    (c.renormalise ? QString() : Words::tr(", the others of the row stay"))};
    }
    ChangeWords operator()(const SetScale& c) {
        return {Words::tr("scale"),
                {},
                headsName(c.kind, c.layer, c.head),
                QStringLiteral("= ") + figure(c.factor)};
    }
    ChangeWords operator()(const SetTemperature& c) {
        return {Words::tr("softmax temperature"),
                {},
                headsName(c.kind, c.layer, c.head),
                QStringLiteral("= ") + figure(c.temperature)};
    }
    ChangeWords operator()(const SetHeadOutput& c) {
        return {Words::tr("head output"),
                {},
                headName(c.head),
                c.factor == 0.0f ? Words::tr("off") : QStringLiteral("× ") + figure(c.factor)};
    }
    ChangeWords operator()(const SetPosition& c) {
        return {Words::tr("position of"), tokenOf(c.stack, c.token), stackName(c.stack),
                Words::tr("place %1 → %2").arg(c.token + 1).arg(c.position + 1)};
    }
    ChangeWords operator()(const SwapTokens& c) {
        return {Words::tr("swapped"),
                Words::tr("%1 and %2").arg(tokenOf(c.stack, c.first), tokenOf(c.stack, c.second)),
                stackName(c.stack),
                {}};
    }
    ChangeWords operator()(const SwitchOffPositions&) {
        return {Words::tr("positions"), {}, {}, Words::tr("off")};
    }
};

double first(const Tensor& tensor) {
    return static_cast<double>(tensor.span()[0]);
}

struct Looker {
    const Trace& trace;

    [[nodiscard]] bool there(const MapCellAddress& cell) const {
        return trace.check(cell.head).ok() && cell.query_token < trace.nQueries(cell.head.kind) &&
               cell.key_token < trace.nKeys(cell.head.kind);
    }
    [[nodiscard]] bool there(AttentionKind kind, LayerIndex layer) const {
        return trace.has(kind) && layer.value < trace.nLayers(kind);
    }
    static TokenRange only(std::size_t index) { return {index, index + 1}; }

    std::optional<double> operator()(const SetScore& c) const {
        if (!there(c.cell))
            return {};
        const double score =
            first(trace.scores(c.cell.head, only(c.cell.query_token), only(c.cell.key_token)));
        return score <= static_cast<double>(kMaskedScore) ? std::nullopt : std::optional(score);
    }
    std::optional<double> operator()(const SetWeight& c) const {
        if (!there(c.cell))
            return {};
        return first(trace.weights(c.cell.head, only(c.cell.query_token), only(c.cell.key_token)));
    }
    std::optional<double> operator()(const SetScale& c) const {
        if (!there(c.kind, c.layer))
            return {};
        return static_cast<double>(trace.attention(c.kind, c.layer).problem.scale);
    }
    std::optional<double> operator()(const SetTemperature&) const { return 1.0; }
    std::optional<double> operator()(const SetHeadOutput&) const { return 1.0; }
    std::optional<double> operator()(const SetPosition& c) const { return static_cast<double>(c.token + 1); }
    std::optional<double> operator()(const SetMask&) const { return {}; }
    std::optional<double> operator()(const SwapTokens&) const { return {}; }
    std::optional<double> operator()(const SwitchOffPositions&) const { return {}; }
};

} // namespace

QString ChangeWords::line() const {
    QStringList parts{what};
    if (!about.isEmpty())
        parts << about;
    if (!value.isEmpty())
        parts << value;
    if (!where.isEmpty())
        parts << QStringLiteral("(%1)").arg(where);
    return parts.join(QLatin1Char(' '));
}

ChangeWords changeWords(const Change& change, const RunSnapshot* snapshot) {
    Teller teller{snapshot};
    return std::visit(teller, change);
}

QString changeRichText(const Change& change, const RunSnapshot* snapshot, const Theme& theme) {
    Teller teller{snapshot};
    const ChangeWords words = std::visit(teller, change);
    QString about = words.about.toHtmlEscaped();
    if (!teller.sides.between.isEmpty())
        about = coloured(teller.sides.query, theme.query) + teller.sides.between +
                coloured(teller.sides.key, theme.key);
    QStringList parts{words.what.toHtmlEscaped()};
    for (const QString& part : {about, words.value.toHtmlEscaped()})
        if (!part.isEmpty())
            parts << part;
    QString text = parts.join(QLatin1Char(' '));
    if (!words.where.isEmpty())
        text += QStringLiteral("<br/><span style=\"color:%1\">%2</span>")
                    .arg(theme.text_muted.name(), words.where.toHtmlEscaped());
    return text;
}

std::optional<double> valueBefore(const Change& change, const RunSnapshot& snapshot) {
    return std::visit(Looker{snapshot.trace()}, change);
}

QString headsName(AttentionKind kind, LayerIndex layer, const std::optional<HeadIndex>& head) {
    const QString of_layer = Words::tr("%1 · layer %2").arg(kindName(kind)).arg(layer.value + 1);
    return head ? Words::tr("%1 · head %2").arg(of_layer).arg(head->value + 1)
                : Words::tr("%1 · all heads").arg(of_layer);
}

QString tokenName(const AxisTokens& axis, std::size_t index) {
    const auto at = static_cast<qsizetype>(index);
    if (at >= axis.words.size())
        return Words::tr("token %1").arg(index + 1);
    const QString& word = axis.words[at];
    const QString quoted = QStringLiteral("“%1”").arg(shortWord(word));
    return axis.words.count(word) > 1 ? Words::tr("%1 (token %2)").arg(quoted).arg(index + 1) : quoted;
}

} // namespace headlight::ui
