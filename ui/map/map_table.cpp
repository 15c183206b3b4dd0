#include "ui/map/map_table.h"

#include <QCoreApplication>

#include <algorithm>
#include <memory>

namespace headlight::ui {
namespace {

QString tr(const char* source) {
    return QCoreApplication::translate("Map", source);
}

struct Row {
    QString stack;
    QString layers;
    QString box;
    QString detail;
    QString tensors;
    qulonglong n_parameters = 0;
};

/// Whether every layer has such a part.
bool isOfLayers(const MapBlock& block) {
    if (!block.part)
        return false;
    switch (*block.part) {
    case ModelPart::SelfAttention:
    case ModelPart::SelfAttentionNorm:
    case ModelPart::CrossAttention:
    case ModelPart::CrossAttentionNorm:
    case ModelPart::FeedForward:
    case ModelPart::FeedForwardNorm:
        return true;
    default:
        return false;
    }
}

QString layersOf(const MapBlock& block, const ArchitectureMap& map) {
    if (block.layer)
        return QString::number(*block.layer + 1);
    const auto stack = std::find_if(map.frames.begin(), map.frames.end(), [&block](const MapFrame& frame) {
        return frame.is_stack && frame.stack == block.stack;
    });
    if (!isOfLayers(block) || stack == map.frames.end())
        return {};
    return stack->n_layers == 1 ? QStringLiteral("1") : tr("1 to %1").arg(stack->n_layers);
}

Row rowOf(const MapBlock& block, const ArchitectureMap& map) {
    Row row;
    if (block.kind == MapBlockKind::Head)
        row.stack = tr("output");
    else if (block.stack)
        row.stack = *block.stack == StackKind::Encoder ? tr("encoder") : tr("decoder");
    row.layers = layersOf(block, map);
    row.box = block.title;
    row.detail = block.detail;
    row.tensors = block.tensors.join(QStringLiteral(", "));
    row.n_parameters = block.n_parameters;
    return row;
}

} // namespace

ListTable mapTable(const ArchitectureMap& map) {
    const auto rows = std::make_shared<std::vector<Row>>();
    for (const MapBlock& block : map.blocks)
        if (block.kind != MapBlockKind::Add)
            rows->push_back(rowOf(block, map));
    ListTable table;
    table.n_rows = rows->size();
    using enum ListColumn::Kind;
    table.columns = {
        {tr("stack"), tr("Encoder, decoder, or what stands after them")},
        {tr("layer"), tr("Which layers have it, from 1")},
        {tr("box"), tr("What it is called on the map")},
        {tr("made of"), tr("Its sizes, as on the map")},
        {tr("parameters"), tr("Trained numbers, of all its layers; 0 where it shares another's"), Count},
        {tr("tensors"), tr("Names and shapes in the checkpoint; of one layer where one stands for all")}};
    table.value = [rows](std::size_t index, std::size_t column) -> QVariant {
        const Row& row = (*rows)[index];
        switch (column) {
        case 0:
            return row.stack;
        case 1:
            return row.layers;
        case 2:
            return row.box;
        case 3:
            return row.detail;
        case 4:
            return row.n_parameters;
        default:
            return row.tensors;
        }
    };
    return table;
}

} // namespace headlight::ui
