#include "ui/document/text_statistics.h"

#include <algorithm>
#include <cmath>

namespace headlight::ui {

namespace {

constexpr std::size_t kRowsAtOnce = 16;

/// Rows at the beginning in which both runs read the same and know the same next token.
std::size_t sharedRows(const RunSnapshot& now, const TextStatisticsPtr& before) {
    if (!before || before->snapshot->request.model != now.request.model || !now.model().spec().hasDecoder())
        return 0;
    const ModelInput& input = now.run.input;
    const ModelInput& old = before->snapshot->run.input;
    if (input.source.ids != old.source.ids)
        return 0;
    std::size_t row = 0;
    while (row < before->rows.size() && row < input.target.size() &&
           input.target.ids[row] == old.target.ids[row] && actualAt(now, row) == before->rows[row].actual)
        ++row;
    return row;
}

bool predictsTokens(const ModelSpec& spec) {
    return spec.head == HeadKind::LanguageModel || spec.head == HeadKind::MaskedLanguageModel;
}

void sumUp(TextStatistics& statistics) {
    double surprise = 0.0;
    for (const PositionStatistics& row : statistics.rows) {
        statistics.mean_entropy += row.entropy / static_cast<double>(statistics.rows.size());
        if (row.actual < 0)
            continue;
        surprise -= row.log_probability;
        ++statistics.n_counted;
    }
    if (statistics.n_counted > 0 && statistics.snapshot->model().spec().hasDecoder())
        statistics.perplexity = std::exp(surprise / static_cast<double>(statistics.n_counted));
}

} // namespace

TokenId actualAt(const RunSnapshot& snapshot, std::size_t row) {
    if (snapshot.model().spec().hasDecoder())
        return row < snapshot.written.size() ? snapshot.written[row] : -1;
    const TokenSequence& source = snapshot.run.input.source;
    const auto tokenizer = snapshot.model().tokenizer();
    const bool masked = tokenizer && tokenizer->maskToken() == source.ids[row];
    return masked || source.special[row] ? -1 : source.ids[row];
}

Result<TextStatisticsPtr> textStatistics(const SnapshotPtr& snapshot, const TextStatisticsPtr& before,
                                         const RunControl& control) {
    auto statistics = std::make_shared<TextStatistics>();
    statistics->snapshot = snapshot;
    const Model& model = snapshot->model();
    const std::size_t n_rows =
        predictsTokens(model.spec()) ? snapshot->trace().stack(model.spec().outputStack()).nTokens() : 0;
    const std::size_t n_shared = std::min(n_rows, sharedRows(*snapshot, before));
    if (n_shared > 0)
        statistics->rows.assign(before->rows.begin(),
                                before->rows.begin() + static_cast<std::ptrdiff_t>(n_shared));
    statistics->rows.resize(n_rows);
    for (std::size_t first = n_shared; first < n_rows; first += kRowsAtOnce) {
        if (control.stopRequested())
            return cancelledError();
        control.report(double(first) / double(n_rows), "ranking every word");
        const TokenRange range{first, std::min(n_rows, first + kRowsAtOnce)};
        HEADLIGHT_ASSIGN(const Tensor logits, model.logits(snapshot->trace(), range)); // [rows, vocabulary]
        for (std::size_t i = 0; i < range.size(); ++i) {
            PositionStatistics& row = statistics->rows[first + i];
            row.actual = actualAt(*snapshot, first + i);
            row.top = topCandidates(logits.row(i), TextStatistics::kTop);
            const RowStatistics numbers = rowStatistics(logits.row(i), std::max<TokenId>(0, row.actual));
            row.entropy = numbers.entropy;
            if (row.actual >= 0) {
                row.log_probability = numbers.log_probability;
                row.rank = numbers.rank;
            }
        }
    }
    sumUp(*statistics);
    return TextStatisticsPtr(std::move(statistics));
}

StatisticsSource::StatisticsSource(QObject* parent)
    : QObject(parent) {}

void StatisticsSource::request(const SnapshotPtr& snapshot) {
    if (snapshot == asked_)
        return;
    asked_ = snapshot;
    if (!snapshot) {
        runner_.cancel();
        statistics_ = nullptr;
        emit changed();
        return;
    }
    runner_.start<TextStatisticsPtr>(
        [snapshot, before = statistics_](const RunControl& control) {
            return textStatistics(snapshot, before, control);
        },
        [this](Result<TextStatisticsPtr> result) {
            statistics_ = result.ok() ? std::move(result).value() : nullptr;
            emit changed();
        });
}

void StatisticsSource::stop() {
    if (!runner_.running())
        return;
    runner_.cancel();
    asked_ = nullptr;
}

} // namespace headlight::ui
