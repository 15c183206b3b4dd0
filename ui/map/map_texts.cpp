#include "ui/map/map_texts.h"

#include "core/compute/activation_name.h"
#include "ui/theme/figures.h"

#include <QCoreApplication>
#include <QStringList>

namespace headlight::ui {
namespace {

QString tr(const char* source) {
    return QCoreApplication::translate("Map", source);
}

QString activationText(Activation activation) {
    return QString::fromUtf8(activationName(activation).data());
}

constexpr std::size_t kMostTensors = 12;

} // namespace

QString attentionTitle(const StackSpec& spec, AttentionKind kind) {
    if (kind == AttentionKind::Cross)
        return tr("cross-attention");
    return spec.causal ? tr("masked self-attention") : tr("self-attention");
}

QString attentionDetail(const StackSpec& spec) {
    const QString heads = tr("%1 heads × %2").arg(spec.n_heads).arg(spec.head_dim);
    return spec.n_kv_heads != spec.n_heads ? tr("%1, %2 for keys").arg(heads).arg(spec.n_kv_heads) : heads;
}

QString attentionTip(const StackSpec& spec, AttentionKind kind) {
    QString text =
        kind == AttentionKind::Cross
            ? tr("Each token of the decoder looks at all tokens the encoder has read: queries come from the "
                 "decoder, keys and values from the encoder.")
        : spec.causal ? tr("Each token looks at itself and those before it, and takes over a weighted mean "
                           "of their values.")
                      : tr("Each token looks at all others, and takes over a weighted mean of their values.");
    if (kind != AttentionKind::Cross && !positionsAreAdded(spec) && spec.positions.kind != PositionKind::None)
        text += QLatin1Char(' ') + positionsTip(spec);
    if (spec.query_key_norm)
        text += QLatin1Char(' ') + tr("Queries and keys are normalised first.");
    if (spec.attention_softcap > 0.0f)
        text += QLatin1Char(' ') + tr("Scores stay within ±%1.").arg(double(spec.attention_softcap));
    return text + QLatin1Char(' ') + tr("Click: its heatmap.");
}

QString feedForwardDetail(const StackSpec& spec) {
    return QStringLiteral("%1 → %2 → %1 · %3")
        .arg(spec.d_model)
        .arg(spec.d_feed_forward)
        .arg(activationText(spec.activation));
}

QString feedForwardTip(const StackSpec& spec) {
    return spec.gated_feed_forward ? tr("Each token by itself: widened twice, one half opens or closes the "
                                        "other (a gate), then narrowed again.")
                                   : tr("Each token by itself: widened, bent by %1, narrowed again; here "
                                        "most of the parameters are.")
                                         .arg(activationText(spec.activation));
}

QString normTitle(const StackSpec& spec) {
    return spec.norm.kind == NormKind::RmsNorm ? tr("RMS norm") : tr("layer norm");
}

QString normTip(const StackSpec& spec, const QString& where) {
    const QString what =
        spec.norm.kind == NormKind::RmsNorm
            ? tr("Divides each token's vector by its root mean square, so that sizes stay alike.")
            : tr("Shifts and scales each token's vector to mean 0 and variance 1, then by learned gains.");
    return what + QLatin1Char(' ') + where;
}

bool positionsAreAdded(const StackSpec& spec) {
    return spec.positions.kind == PositionKind::Learned || spec.positions.kind == PositionKind::Sinusoidal;
}

QString positionsTitle(const StackSpec& spec) {
    switch (spec.positions.kind) {
    case PositionKind::Sinusoidal:
        return tr("sinusoidal positions");
    case PositionKind::Learned:
        return tr("learned positions");
    case PositionKind::RelativeBias:
        return tr("relative bias");
    case PositionKind::Rotary:
        return tr("rotary positions");
    case PositionKind::Alibi:
        return tr("ALiBi");
    case PositionKind::None:
        return tr("no positions");
    }
    return {};
}

QString positionsTip(const StackSpec& spec) {
    switch (spec.positions.kind) {
    case PositionKind::Sinusoidal:
        return tr("Waves of the position are added to each embedding.");
    case PositionKind::Learned:
        return tr("A learned vector for each position is added to each embedding.");
    case PositionKind::RelativeBias:
        return tr("A learned number a head and distance is added to the scores of every layer.");
    case PositionKind::Rotary:
        return tr("Queries and keys are turned by angles that grow with the position.");
    case PositionKind::Alibi:
        return tr("Scores fall with distance, by a slope of each head's own.");
    case PositionKind::None:
        return tr("This stack is told nothing about order.");
    }
    return {};
}

QString headTitleText(const ModelSpec& spec) {
    switch (spec.head) {
    case HeadKind::LanguageModel:
        return tr("next word");
    case HeadKind::MaskedLanguageModel:
        return tr("word under the mask");
    case HeadKind::SequenceClassification:
        return tr("classes of the text");
    case HeadKind::TokenClassification:
        return tr("classes of each token");
    case HeadKind::None:
        return tr("hidden states");
    }
    return {};
}

QString headTip(const ModelSpec& spec) {
    switch (spec.head) {
    case HeadKind::LanguageModel:
    case HeadKind::MaskedLanguageModel:
        return tr("Each token's vector is compared with every word of the vocabulary: one logit a word, and "
                  "softmax makes probabilities of them. Click: the softmax.");
    case HeadKind::None:
        return tr("This checkpoint has no head: its output is a vector for each token.");
    default:
        return tr("A linear layer gives one logit a class.");
    }
}

QString layerNote(const StackSpec& spec) {
    QStringList notes;
    if (spec.n_layer_groups > 0)
        notes << tr("%1 layers share the weights of %2")
                     .arg(spec.n_layers)
                     .arg(spec.n_layer_groups * spec.layers_per_group);
    if (!spec.sliding_windows.empty())
        notes << tr("some layers see only a window of tokens back");
    if (spec.parallel_residual)
        notes << tr("attention and feed-forward read the same stream");
    switch (spec.norm.placement) {
    case NormPlacement::Pre:
        notes << tr("norms stand before each part (pre-norm)");
        break;
    case NormPlacement::Post:
        notes << tr("norms stand after each sum (post-norm)");
        break;
    case NormPlacement::Sandwich:
        notes << tr("norms stand before and after each part");
        break;
    }
    const QString text = notes.join(QStringLiteral("; "));
    return text.left(1).toUpper() + text.mid(1) + QLatin1Char('.');
}

QString tensorText(const ParameterTensor& tensor) {
    return QStringLiteral("%1 %2").arg(QString::fromStdString(tensor.name), QString::fromStdString(shapeText(tensor.shape)));
}

QString tensorLines(const std::vector<const ParameterTensor*>& tensors) {
    QStringList lines;
    for (std::size_t i = 0; i < tensors.size() && i < kMostTensors; ++i)
        lines << tensorText(*tensors[i]);
    if (tensors.size() > kMostTensors)
        lines << tr("… and %1 more").arg(tensors.size() - kMostTensors);
    return lines.join(QLatin1Char('\n'));
}

QString parameterText(std::size_t count) {
    return count > 0 ? tr("%1").arg(countText(double(count))) : QString();
}

} // namespace headlight::ui
