#include "ui/steps/step_texts.h"

#include <QCoreApplication>

#include <algorithm>
#include <iterator>
#include <utility>

namespace headlight::ui {
namespace {

struct Texts {
    Q_DECLARE_TR_FUNCTIONS(headlight::ui::StepTexts)
};

QString projectText(AttentionKind kind) {
    return kind == AttentionKind::Cross ? Texts::tr("Three linear maps: the decoder's tokens become queries "
                                                    "(who looks), the encoder's output becomes keys (what is "
                                                    "looked at) and values (what is handed over).")
                                        : Texts::tr("Three linear maps turn each token into a query (who "
                                                    "looks), a key (what is looked at) and a value (what is "
                                                    "handed over). Shown are this head's columns.");
}

QString productText() {
    return Texts::tr("The dot product of each query with each key: large where the two point the same way. "
                     "One number for each pair of tokens: the run's scores with the scale taken out again.");
}

QString maskText(AttentionKind kind) {
    return kind == AttentionKind::DecoderSelf
               ? Texts::tr("A decoder may not look at what comes later: those scores are taken out (−∞), so "
                           "that the softmax gives them nothing.")
               : Texts::tr("Keys this token may not see are taken out (−∞), so that the softmax gives them "
                           "nothing.");
}

/// As lessons and sessions write them.
constexpr std::pair<const char*, StepKind> kNames[] = {
    {"embed", StepKind::Embed},
    {"position", StepKind::AddPosition},
    {"embedding-norm", StepKind::NormEmbedding},
    {"embedding-map", StepKind::MapEmbedding},
    {"stream", StepKind::ReadStream},
    {"norm-before", StepKind::AttentionNorm},
    {"project", StepKind::Project},
    {"place", StepKind::Place},
    {"product", StepKind::Product},
    {"scale", StepKind::Scale},
    {"cap", StepKind::SoftCap},
    {"bias", StepKind::Bias},
    {"mask", StepKind::Mask},
    {"set-score", StepKind::SetScores},
    {"temperature", StepKind::Temperature},
    {"softmax", StepKind::Softmax},
    {"set-weight", StepKind::SetWeights},
    {"weighted-sum", StepKind::WeightedSum},
    {"scale-head", StepKind::ScaleHead},
    {"concatenate", StepKind::Concatenate},
    {"output", StepKind::OutputMap},
    {"add", StepKind::AttentionAdd},
    {"norm", StepKind::AttentionPostNorm},
    {"inner", StepKind::FeedForwardInner},
    {"feed-forward", StepKind::FeedForwardOut},
    {"add-feed-forward", StepKind::FeedForwardAdd},
    {"norm-feed-forward", StepKind::FeedForwardPostNorm},
    {"norm-before-feed-forward", StepKind::FeedForwardNorm},
};

} // namespace

QString stepKindName(StepKind kind) {
    const auto found = std::ranges::find(kNames, kind, &std::pair<const char*, StepKind>::second);
    return found == std::end(kNames) ? QString() : QString::fromLatin1(found->first);
}

std::vector<StepKind> stepKindsNamed(const QString& name) {
    std::vector<StepKind> kinds;
    for (const auto& [known, kind] : kNames)
        if (name == QLatin1String(known))
            kinds.push_back(kind);
    if (name == QStringLiteral("norm")) // where norms stand before the layers they serve
        kinds.push_back(StepKind::FeedForwardNorm);
    if (name == QStringLiteral("norm-before"))
        kinds.push_back(StepKind::FeedForwardNorm);
    return kinds;
}

QString stepName(const Step& step) {
    switch (step.kind) {
    case StepKind::Embed:
        return Texts::tr("embed");
    case StepKind::AddPosition:
        return Texts::tr("+ position");
    case StepKind::ReadStream:
        return Texts::tr("stream");
    case StepKind::NormEmbedding:
    case StepKind::AttentionNorm:
    case StepKind::AttentionPostNorm:
    case StepKind::FeedForwardNorm:
    case StepKind::FeedForwardPostNorm:
        return Texts::tr("norm");
    case StepKind::MapEmbedding:
        return Texts::tr("map");
    case StepKind::Project:
        return Texts::tr("q, k, v");
    case StepKind::Place:
        return Texts::tr("rotate");
    case StepKind::Product:
        return QStringLiteral("q·k");
    case StepKind::Scale:
        return step.root_of > 0 ? QStringLiteral("÷ √dₖ") : Texts::tr("scale");
    case StepKind::SoftCap:
        return Texts::tr("cap");
    case StepKind::Bias:
        return Texts::tr("+ bias");
    case StepKind::Mask:
        return Texts::tr("mask");
    case StepKind::SetScores:
        return Texts::tr("set score");
    case StepKind::Temperature:
        return Texts::tr("÷ temperature");
    case StepKind::SetWeights:
        return Texts::tr("set weight");
    case StepKind::ScaleHead:
        return step.factor == 0.0 ? Texts::tr("head off") : Texts::tr("× factor");
    case StepKind::Softmax:
        return Texts::tr("softmax");
    case StepKind::WeightedSum:
        return QStringLiteral("Σ weight·v");
    case StepKind::Concatenate:
        return Texts::tr("concat");
    case StepKind::OutputMap:
        return Texts::tr("output map");
    case StepKind::AttentionAdd:
    case StepKind::FeedForwardAdd:
        return Texts::tr("+ residual");
    case StepKind::FeedForwardInner:
        return Texts::tr("widen");
    case StepKind::FeedForwardOut:
        return Texts::tr("narrow");
    }
    return {};
}

QString stepExplanation(const Step& step, AttentionKind kind) {
    switch (step.kind) {
    case StepKind::Embed:
        return Texts::tr("Each token is looked up in the embedding table: one row of numbers stands for it.");
    case StepKind::AddPosition:
        return Texts::tr("A row that stands for the place in the text is added: without it attention would not know "
                         "word order.");
    case StepKind::NormEmbedding:
        return step.operands.front().symbol == "E" && step.results.front().symbol == "X"
                   ? Texts::tr("Each token's row is brought to the same size. No position is added here.")
                   : Texts::tr("Each token's row is brought to the same size before the first layer reads it.");
    case StepKind::MapEmbedding:
        return Texts::tr("A linear map brings the embedding to the width of the layers.");
    case StepKind::ReadStream:
        return Texts::tr("The residual stream: what all steps before this one have left for each token.");
    case StepKind::AttentionNorm:
    case StepKind::FeedForwardNorm:
        return Texts::tr("Each row is brought to the same size before the next linear map reads it; the "
                         "stream itself stays as it is.");
    case StepKind::AttentionPostNorm:
    case StepKind::FeedForwardPostNorm:
        return Texts::tr(
            "Each row of the sum is brought to the same size: mean 0, variance 1, then gain and bias.");
    case StepKind::Project:
        return projectText(kind);
    case StepKind::Place:
        return Texts::tr("Query and key are turned, pair of dimensions by pair, by an angle that grows with "
                         "the position, and where the model "
                         "does so normalised before: the product then knows how far apart two tokens are.");
    case StepKind::Product:
        return productText();
    case StepKind::Scale:
        if (step.factor)
            return Texts::tr("Multiplied by the factor you set, in place of the model's own.");
        return step.root_of > 0 ? Texts::tr("Divided by the square root of the head's dimensions: sums of many "
                                        "products are large, and the "
                                        "softmax of large numbers would be almost a switch.")
                            : Texts::tr("Multiplied by the factor this model uses before the softmax.");
    case StepKind::SoftCap:
        return Texts::tr("Scores are bent so that none is larger than the cap.");
    case StepKind::Bias:
        return Texts::tr("A number that depends on the distance of the two tokens alone is added: this "
                         "model's positions.");
    case StepKind::Mask:
        return maskText(kind);
    case StepKind::SetScores:
        return Texts::tr("Scores you set take the place of those that query and key gave; all others stay.");
    case StepKind::Temperature:
        return Texts::tr("Every score is divided by the temperature you set: below 1 the softmax becomes "
                         "sharper, above 1 flatter.");
    case StepKind::SetWeights:
        return Texts::tr("Weights you set take the place of the softmax's; where the row is to add up to 1, "
                         "the others of it share what is left.");
    case StepKind::ScaleHead:
        return step.factor == 0.0
                   ? Texts::tr("This head is switched off: what it found is multiplied by 0, and the layer "
                               "goes on without it.")
                   : Texts::tr("What this head found is multiplied by the factor you set.");
    case StepKind::Softmax:
        return Texts::tr("Each row of scores becomes weights: e to the power of the score, divided by the "
                         "row's sum. A row adds up to 1.");
    case StepKind::WeightedSum:
        return Texts::tr(
            "Each token takes the values of the tokens it looks at, as much of each as the weight says.");
    case StepKind::Concatenate:
        return Texts::tr("What the heads found is set side by side; this head's columns are one part of it.");
    case StepKind::OutputMap:
        return Texts::tr(
            "One linear map mixes what all heads found and brings it back to the width of the stream.");
    case StepKind::AttentionAdd:
        return Texts::tr("What attention found is added to the stream: nothing that was there is lost.");
    case StepKind::FeedForwardInner:
        return Texts::tr(
            "The feed-forward layer: every token for itself, a wide linear map and an activation.");
    case StepKind::FeedForwardOut:
        return Texts::tr("A second linear map brings the wide row back to the width of the stream.");
    case StepKind::FeedForwardAdd:
        return Texts::tr(
            "And that is added to the stream too: the block's output, which the next layer reads.");
    }
    return {};
}

QString matrixExplanation(const StepMatrix& matrix) {
    if (matrix.role == StepRole::Query)
        return Texts::tr("queries: one row a token that looks");
    if (matrix.role == StepRole::Key)
        return Texts::tr("keys: one for each token that is looked at");
    if (matrix.role == StepRole::Value)
        return Texts::tr("values: what each token hands over");
    if (matrix.values_are == StepValues::Weights)
        return Texts::tr("attention weights: how strongly each row looks at each column");
    if (matrix.columns == StepAxis::Keys)
        return Texts::tr("one number for each pair of query and key");
    if (matrix.columns == StepAxis::AllHeadDimensions)
        return Texts::tr("the outputs of all heads, head beside head");
    if (matrix.columns == StepAxis::InnerDimensions)
        return Texts::tr("the wide inside of the feed-forward layer");
    return Texts::tr("one row a token, as wide as the model");
}

} // namespace headlight::ui
