#include "core/compute/backend.h"

#include "core/base/memory.h"

namespace headlight {

std::string_view precisionName(ComputePrecision precision) {
    switch (precision) {
    case ComputePrecision::F32:
        return "F32";
    case ComputePrecision::TF32:
        return "TF32";
    case ComputePrecision::F16:
        return "F16";
    case ComputePrecision::BF16:
        return "BF16";
    }
    return "unknown";
}

Result<void> ComputeBackend::checkRoom(double bytes, std::string_view what, std::string next_step) const {
    return checkMemory(bytes, what, std::move(next_step));
}

std::optional<std::uint64_t> ComputeBackend::freeMemory() const {
    return availableMemory();
}

void PieceOfWork::abandon() noexcept {
    try {
        backend_->endPiece();
    } catch (...) { // what went wrong before is what will be told
    }
}

void ComputeBackend::capLogits(const MatrixView& logits, float scale, float softcap) const {
    std::vector<float> values(logits.rows * logits.columns);
    download(logits, values);
    headlight::capLogits(values, scale, softcap);
    upload(values, logits);
}

std::vector<TokenChoice> ComputeBackend::chooseTokens(const MatrixView& logits, std::span<const TokenQuery> queries) const {
    std::vector<TokenChoice> choices;
    std::vector<float> row(logits.columns);
    for (const TokenQuery& query : queries) {
        download(logits.rowsFrom(query.row, 1), row);
        choices.push_back(chooseToken(row, query));
    }
    return choices;
}

namespace {

Error cannotRead() {
    return makeError(ErrorKind::Unsupported, "this backend cannot read its weights back")
        .nextStep("Use --backend cpu to look at weights");
}

} // namespace

Result<void> LinearWeights::read(const WeightBlock&, std::span<float>) const {
    return cannotRead();
}
Result<void> LinearWeights::readBiases(std::size_t, std::span<float>) const {
    return cannotRead();
}

} // namespace headlight
