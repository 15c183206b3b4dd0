#include "core/analysis/head_measures.h"

#include "core/analysis/row_measurer.h"
#include "core/base/memory.h"

namespace headlight {

Result<HeadMeasures> measureHead(const Trace& trace, const HeadAddress& head, const MeasureInput& input,
                                 const RunControl& control) {
    return guardMemory([&] { return measureRows(trace, head, MeasuredTokens(input, trace.nKeys(head.kind)), control); });
}

} // namespace headlight
