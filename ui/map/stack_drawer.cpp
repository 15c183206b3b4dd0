#include "ui/map/stack_drawer.h"

#include "ui/map/map_texts.h"
#include "ui/theme/figures.h"

#include <QCoreApplication>

#include <algorithm>

namespace headlight::ui {
namespace {

QString tr(const char* source) {
    return QCoreApplication::translate("Map", source);
}

QString toSteps() {
    return QLatin1Char(' ') + tr("Click: step by step.");
}

} // namespace

StackDrawer::StackDrawer(ArchitectureMap& map, const MapRequest& request, const MapMeasures& measures, StackKind stack,
                         double centre)
    : map_(map)
    , request_(request)
    , measures_(measures)
    , stack_(stack)
    , spec_(stack == StackKind::Encoder ? *request.spec->encoder : *request.spec->decoder)
    , centre_(centre) {}

QPointF StackDrawer::draw() {
    const double bottom = y_;
    drawEmbeddings();
    const std::size_t n_drawn =
        request_.each_layer ? spec_.n_layers : std::min<std::size_t>(1, spec_.n_layers);
    for (std::size_t layer = 0; layer < n_drawn; ++layer)
        drawLayer(layer);
    if (spec_.final_norm)
        add(norm(tr("Behind the last layer."), ModelPart::FinalNorm, {}));
    MapFrame frame;
    frame.is_stack = true;
    frame.stack = stack_;
    frame.title = stack_ == StackKind::Encoder ? tr("Encoder") : tr("Decoder");
    frame.tool_tip = stack_ == StackKind::Encoder
                         ? tr("Reads the whole text at once.")
                         : tr("Writes from left to right: each token sees only those before it.");
    frame.n_layers = spec_.n_layers;
    frame.rect = QRectF(centre_ - measures_.block_width / 2 - measures_.frame_side - 8, y_ - measures_.title - 6,
                        measures_.block_width + 2 * measures_.frame_side + 16 + MapMeasures::kSizes, bottom - y_ + measures_.title + 12);
    map_.frames.push_back(frame);
    return {centre_, y_};
}

void StackDrawer::drawHead() {
    const ModelSpec& spec = *request_.spec;
    y_ -= measures_.title + 8;
    const std::size_t n_out = spec.classifies() ? spec.n_classes : spec.vocabulary_size;
    MapBlock head =
        block(MapBlockKind::Head, headTitleText(spec),
              spec.head == HeadKind::None ? QStringLiteral("[n, %1]").arg(spec_.d_model)
                                          : QStringLiteral("%1 → %L2").arg(spec_.d_model).arg(n_out),
              headTip(spec));
    give(head, ModelPart::Head, {});
    if (spec.tied_head)
        head.tool_tip += QLatin1Char('\n') + tr("Its weights are the token embedding's, counted there.");
    head.layer.reset();
    add(std::move(head));
}

MapBlock StackDrawer::block(MapBlockKind kind, const QString& title, const QString& detail, const QString& tip) {
    MapBlock result;
    result.kind = kind;
    result.stack = stack_;
    result.title = title;
    result.detail = detail;
    result.tool_tip = tip;
    result.rect = QRectF(centre_ - measures_.block_width / 2, 0, measures_.block_width,
                         kind == MapBlockKind::Norm ? measures_.norm_height : measures_.block_height);
    return result;
}

void StackDrawer::give(MapBlock& to, ModelPart part, std::optional<std::size_t> layer) {
    std::vector<const ParameterTensor*> shown;
    for (const ParameterTensor& tensor : *request_.parameters) {
        if (tensor.part != part || (part != ModelPart::Head && tensor.stack != stack_))
            continue;
        if (layer && tensor.layer != *layer && request_.each_layer)
            continue;
        to.n_parameters += tensor.count();
        if (!layer || tensor.layer == *layer)
            shown.push_back(&tensor);
    }
    for (const ParameterTensor* const tensor : shown)
        to.tensors << tensorText(*tensor);
    to.part = part;
    if (layer && request_.each_layer)
        to.layer = layer;
    const QString count = parameterText(to.n_parameters);
    if (!count.isEmpty()) {
        const bool all = layer && !request_.each_layer && spec_.n_layers > 1;
        const bool alike = to.n_parameters % spec_.n_layers == 0;
        const QString text = !all    ? count
                             : alike ? QStringLiteral("%1 × %2").arg(spec_.n_layers).arg(parameterText(to.n_parameters / spec_.n_layers))
                                     : tr("%1 in %2 layers").arg(count).arg(spec_.n_layers);
        to.detail += (to.detail.isEmpty() ? QString() : QStringLiteral(" · ")) + text;
        to.tool_tip += QLatin1Char('\n') + tensorLines(shown);
    } else if (layer && spec_.n_layer_groups > 0) {
        to.tool_tip += QLatin1Char('\n') + tr("Shares the weights of an earlier layer.");
    }
}

MapBlock StackDrawer::norm(const QString& where, ModelPart part, std::optional<std::size_t> layer) {
    MapBlock result =
        block(MapBlockKind::Norm, normTitle(spec_), {}, normTip(spec_, where) + (layer ? toSteps() : QString()));
    give(result, part, layer);
    return result;
}

QRectF StackDrawer::add(MapBlock next, bool arrow) {
    const double height = next.rect.height();
    const double below = y_;
    y_ -= measures_.gap + height;
    next.rect.moveTop(y_);
    if (arrow && started_)
        map_.arrows.push_back({MapArrow::Kind::Flow, {{centre_, below}, {centre_, y_ + height}}});
    started_ = true;
    map_.n_parameters += next.n_parameters;
    map_.blocks.push_back(std::move(next));
    return map_.blocks.back().rect;
}

void StackDrawer::addSum(const QPointF& from, ModelPart part, std::size_t layer) {
    MapBlock sum = block(MapBlockKind::Add, QStringLiteral("+"), {},
                         tr("What the part found is added to the residual stream, which carries every "
                            "token's vector from layer to layer.") + toSteps());
    sum.part = part;
    if (request_.each_layer)
        sum.layer = layer;
    sum.rect = QRectF(centre_ - measures_.add / 2, 0, measures_.add, measures_.add);
    const QRectF at = add(std::move(sum));
    const double x = centre_ - measures_.block_width / 2 - measures_.stream;
    map_.arrows.push_back({MapArrow::Kind::Residual,
                           {from, {x, from.y()}, {x, at.center().y()}, {at.left(), at.center().y()}}});
}

void StackDrawer::drawEmbeddings() {
    const std::size_t n_words = request_.spec->vocabularyOf(stack_);
    const bool reads = stack_ == StackKind::Encoder || request_.spec->kind == ModelKind::DecoderOnly;
    add(block(MapBlockKind::Tokens, reads ? tr("tokens of the text") : tr("tokens written so far"),
              tr("one of %L1 each").arg(n_words),
              tr("The text cut into tokens: numbers of the vocabulary. Click: write a text.")));
    MapBlock embedding =
        block(MapBlockKind::Embedding, tr("token embedding"),
              QStringLiteral("%L1 × %2").arg(n_words).arg(spec_.embeddingWidth()),
              tr("Each token becomes a learned vector%1.")
                  .arg(spec_.embedding_scale != 1.0f
                           ? tr(", times %1").arg(numberText(double(spec_.embedding_scale)))
                           : QString()));
    give(embedding, ModelPart::TokenEmbedding, {});
    if (embedding.n_parameters == 0)
        embedding.tool_tip += QLatin1Char('\n') + tr("The same table as the encoder's, counted there.");
    add(std::move(embedding));
    if (spec_.n_token_types > 0) {
        MapBlock types =
            block(MapBlockKind::Embedding, tr("segment embedding"),
                  QStringLiteral("%1 × %2").arg(spec_.n_token_types).arg(spec_.embeddingWidth()),
                  tr("A learned vector says which sentence of a pair a token belongs to; it is added."));
        give(types, ModelPart::TypeEmbedding, {});
        add(std::move(types));
    }
    // Positions as wide as the layers are added behind the projection (OPT), others before it (ALBERT).
    const bool late = positionWidth() == spec_.d_model && spec_.embeddingWidth() != spec_.d_model;
    if (!late)
        drawPositions();
    drawProjection();
    if (late)
        drawPositions();
    if (spec_.embedding_norm) {
        add(norm(tr("Behind the embeddings."), ModelPart::EmbeddingNorm, {}));
    }
}

std::size_t StackDrawer::positionWidth() const {
    for (const ParameterTensor& tensor : *request_.parameters)
        if (tensor.part == ModelPart::PositionEmbedding && tensor.stack == stack_)
            return tensor.shape.back();
    return 0;
}

void StackDrawer::drawProjection() {
    MapBlock projection = block(MapBlockKind::Embedding, tr("projection"),
                                QStringLiteral("%1 → %2").arg(spec_.embeddingWidth()).arg(spec_.d_model),
                                tr("Brings the embedding to the width of the layers."));
    give(projection, ModelPart::EmbeddingProjection, {});
    if (projection.n_parameters > 0)
        add(std::move(projection));
}

void StackDrawer::drawPositions() {
    const bool added = positionsAreAdded(spec_);
    const bool biased = spec_.positions.relative.n_buckets > 0;
    if (spec_.positions.kind == PositionKind::None && !biased)
        return;
    MapBlock positions = block(MapBlockKind::Positions, positionsTitle(spec_), {},
                               positionsTip(spec_) + QLatin1Char(' ') + tr("Click: Positions."));
    if (added)
        positions.detail =
            spec_.positions.max_positions > 0
                ? QStringLiteral("%L1 × %2").arg(spec_.positions.max_positions).arg(spec_.d_model)
                : tr("computed");
    else
        positions.detail = tr("inside every self-attention");
    give(positions, ModelPart::PositionEmbedding, {});
    if (biased)
        give(positions, ModelPart::RelativeBias, {});
    add(std::move(positions));
}

void StackDrawer::drawLayer(std::size_t layer) {
    y_ -= measures_.below_layer;
    const double bottom = y_;
    if (spec_.parallel_residual) {
        drawParallel(layer);
    } else {
        drawPart(layer,
                 stack_ == StackKind::Encoder ? AttentionKind::EncoderSelf : AttentionKind::DecoderSelf);
        if (spec_.cross_attention)
            drawPart(layer, AttentionKind::Cross);
        drawPart(layer, std::nullopt);
    }
    MapFrame frame;
    frame.stack = stack_;
    frame.first_layer = layer;
    frame.n_layers = request_.each_layer ? 1 : spec_.n_layers;
    frame.title = request_.each_layer ? tr("layer %1").arg(layer + 1) : tr("× %1").arg(spec_.n_layers);
    frame.tool_tip = (request_.each_layer
                          ? tr("Layer %1 of %2.").arg(layer + 1).arg(spec_.n_layers)
                          : tr("%1 layers built alike, each with its own weights. Click: draw every one.")
                                .arg(spec_.n_layers)) +
                     QLatin1Char(' ') + layerNote(spec_);
    if (const auto sizes = request_.sizes.find(stack_); sizes != request_.sizes.end())
        for (std::size_t i = layer;
             i < layer + frame.n_layers && static_cast<Eigen::Index>(i) + 1 < sizes->second.rows(); ++i)
            frame.sizes.push_back(sizes->second.row(static_cast<Eigen::Index>(i) + 1).mean());
    for (const double size : frame.sizes)
        map_.largest_size = std::max(map_.largest_size, size);
    y_ -= measures_.title;
    frame.rect =
        QRectF(centre_ - measures_.block_width / 2 - measures_.frame_side, y_, measures_.block_width + 2 * measures_.frame_side, bottom - y_ - 2);
    map_.frames.push_back(frame);
    map_.arrows.push_back({MapArrow::Kind::Flow, {{centre_, y_ + measures_.title}, {centre_, y_}}});
}

MapBlock StackDrawer::attentionBlock(std::size_t layer, AttentionKind kind) {
    MapBlock result = block(MapBlockKind::Attention, attentionTitle(spec_, kind), attentionDetail(spec_),
                            attentionTip(spec_, kind));
    result.attention = kind;
    give(result, kind == AttentionKind::Cross ? ModelPart::CrossAttention : ModelPart::SelfAttention,
         layer);
    return result;
}

MapBlock StackDrawer::feedForwardBlock(std::size_t layer) {
    MapBlock result = block(MapBlockKind::FeedForward,
                            spec_.gated_feed_forward ? tr("gated feed-forward") : tr("feed-forward"),
                            feedForwardDetail(spec_), feedForwardTip(spec_) + toSteps());
    give(result, ModelPart::FeedForward, layer);
    return result;
}

void StackDrawer::drawPart(std::size_t layer, std::optional<AttentionKind> kind) {
    const ModelPart norm_part = !kind                           ? ModelPart::FeedForwardNorm
                                : *kind == AttentionKind::Cross ? ModelPart::CrossAttentionNorm
                                                                : ModelPart::SelfAttentionNorm;
    const QPointF from(centre_, y_ - measures_.gap * 0.4);
    const NormPlacement place = spec_.norm.placement;
    if (place != NormPlacement::Post)
        add(norm(tr("Before this part reads the stream."), norm_part, layer));
    const QRectF rect = add(kind ? attentionBlock(layer, *kind) : feedForwardBlock(layer));
    if (kind == AttentionKind::Cross)
        cross_inputs.emplace_back(rect.left(), rect.center().y());
    if (place == NormPlacement::Sandwich) { // its tensors are counted at the norm below
        MapBlock behind = block(MapBlockKind::Norm, normTitle(spec_), {}, normTip(spec_, tr("On what is added.")));
        behind.part = norm_part;
        if (request_.each_layer)
            behind.layer = layer;
        add(std::move(behind));
    }
    addSum(from, norm_part, layer);
    if (place == NormPlacement::Post)
        add(norm(tr("Behind the sum: what the next part reads."), norm_part, layer));
}

void StackDrawer::drawParallel(std::size_t layer) {
    const QPointF from(centre_, y_ - measures_.gap * 0.4);
    MapBlock first =
        norm(tr("Before the attention reads the stream."), ModelPart::SelfAttentionNorm, layer);
    MapBlock second =
        norm(tr("Before the feed-forward layer reads the stream."), ModelPart::FeedForwardNorm, layer);
    const bool shared = second.n_parameters == 0 && spec_.norm.has_weights;
    if (shared)
        first.tool_tip = normTip(spec_, tr("Both parts read it."));
    const double half = (measures_.block_width - 8) / 2;
    const auto narrow = [&](MapBlock& one, int side) {
        one.rect.setWidth(half);
        one.rect.moveLeft(centre_ - measures_.block_width / 2 + side * (half + 8));
    };
    if (!shared) {
        narrow(first, 0);
        narrow(second, 1);
    }
    const double below = y_;
    y_ -= measures_.gap + measures_.norm_height;
    place(first);
    if (!shared)
        place(second);
    MapBlock attention = attentionBlock(layer, stack_ == StackKind::Encoder ? AttentionKind::EncoderSelf
                                                                            : AttentionKind::DecoderSelf);
    MapBlock feed_forward = feedForwardBlock(layer);
    attention.title = tr("attention");
    for (MapBlock* const one : {&attention, &feed_forward}) // their words are cut short
        one->tool_tip.prepend(QStringLiteral("%1 · %2\n").arg(one->title, one->detail));
    narrow(attention, 0);
    narrow(feed_forward, 1);
    for (MapBlock* const one : {&attention, &feed_forward})
        one->rect.setHeight(MapMeasures::kTwoLines); // half as wide: title and detail stand below each other always
    const double norms = y_;
    y_ -= measures_.gap + MapMeasures::kTwoLines;
    place(attention);
    place(feed_forward);
    const double lefts[] = {centre_ - measures_.block_width / 2 + half / 2, centre_ + 4 + half / 2};
    for (const double x : lefts) {
        map_.arrows.push_back({MapArrow::Kind::Flow,
                               {{shared ? x : centre_, below},
                                {x, below - (shared ? 0 : measures_.gap * 0.5)},
                                {x, norms + measures_.norm_height}}});
        map_.arrows.push_back({MapArrow::Kind::Flow, {{x, norms}, {x, norms - measures_.gap}}});
        map_.arrows.push_back(
            {MapArrow::Kind::Flow,
             {{x, y_}, {x, y_ - measures_.gap * 0.5}, {centre_, y_ - measures_.gap * 0.5}, {centre_, y_ - measures_.gap}}});
    }
    addSum(from, ModelPart::FeedForwardNorm, layer);
}

void StackDrawer::place(MapBlock& one) {
    one.rect.moveTop(y_);
    map_.n_parameters += one.n_parameters;
    map_.blocks.push_back(one);
}

} // namespace headlight::ui
