// What the boxes of the map say.
#pragma once

#include "core/model/model_spec.h"
#include "core/model/parameter_list.h"

#include <QString>

namespace headlight::ui {

[[nodiscard]] QString attentionTitle(const StackSpec& spec, AttentionKind kind);
[[nodiscard]] QString attentionDetail(const StackSpec& spec);
[[nodiscard]] QString attentionTip(const StackSpec& spec, AttentionKind kind);
[[nodiscard]] QString feedForwardDetail(const StackSpec& spec);
[[nodiscard]] QString feedForwardTip(const StackSpec& spec);
[[nodiscard]] QString normTitle(const StackSpec& spec);
[[nodiscard]] QString normTip(const StackSpec& spec, const QString& where);
[[nodiscard]] QString positionsTitle(const StackSpec& spec);
[[nodiscard]] QString positionsTip(const StackSpec& spec);
/// Whether they are added to the embeddings (and not inside the attention).
[[nodiscard]] bool positionsAreAdded(const StackSpec& spec);
[[nodiscard]] QString headTitleText(const ModelSpec& spec);
[[nodiscard]] QString headTip(const ModelSpec& spec);
[[nodiscard]] QString layerNote(const StackSpec& spec);

/// "q_proj.weight [512, 512]".
[[nodiscard]] QString tensorText(const ParameterTensor& tensor);
/// One a line; names of one layer where there are several.
[[nodiscard]] QString tensorLines(const std::vector<const ParameterTensor*>& tensors);
/// "262 k parameters", or nothing.
[[nodiscard]] QString parameterText(std::size_t count);

} // namespace headlight::ui
