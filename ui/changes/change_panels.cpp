#include "ui/changes/change_panels.h"

#include "core/generate/predictions.h"
#include "ui/changes/change_words.h"
#include "ui/document/predictions.h"
#include "ui/theme/figures.h"

#include <QCoreApplication>

#include <algorithm>

namespace headlight::ui {

namespace {

struct Panels {
    Q_DECLARE_TR_FUNCTIONS(headlight::ui::ChangePanels)
};

constexpr std::size_t kTop = 6;              // of before and of after
constexpr std::size_t kPositionsAround = 16; // before and behind the selected row
constexpr std::size_t kRowsAtOnce = 8;

const AxisTokens& outputAxis(const RunSnapshot& snapshot) {
    return snapshot.model().spec().outputStack() == StackKind::Encoder ? snapshot.source_axis
                                                                       : snapshot.target_axis;
}

double valueOf(const RankedOutcomes& outcomes, std::size_t rank) {
    return outcomes.probabilities.empty()
               ? static_cast<double>(outcomes.logits[static_cast<std::size_t>(outcomes.order[rank])])
               : outcomes.probabilities[rank];
}

std::size_t rankOf(const RankedOutcomes& outcomes, TokenId id) {
    return static_cast<std::size_t>(std::ranges::find(outcomes.order, id) - outcomes.order.begin());
}

std::vector<OutcomeShift> shiftsOf(const RankedOutcomes& before, const RankedOutcomes& after) {
    std::vector<TokenId> ids;
    for (const RankedOutcomes* outcomes : {&before, &after})
        for (std::size_t rank = 0; rank < std::min(kTop, outcomes->size()); ++rank)
            if (std::ranges::find(ids, outcomes->order[rank]) == ids.end())
                ids.push_back(outcomes->order[rank]);
    std::vector<OutcomeShift> shifts;
    for (const TokenId id : ids) {
        OutcomeShift shift;
        shift.id = id;
        shift.rank_before = rankOf(before, id);
        shift.rank_after = rankOf(after, id);
        shift.word = after.word(shift.rank_after);
        shift.before = valueOf(before, shift.rank_before);
        shift.after = valueOf(after, shift.rank_after);
        shifts.push_back(std::move(shift));
    }
    std::ranges::sort(shifts, {}, &OutcomeShift::rank_after);
    return shifts;
}

/// The most probable token of each row and its probability.
Result<std::vector<Candidate>> bestOf(const RunSnapshot& snapshot, TokenRange rows,
                                      const RunControl& control) {
    std::vector<Candidate> best;
    for (std::size_t first = rows.begin; first < rows.end; first += kRowsAtOnce) {
        if (control.stopRequested())
            return cancelledError();
        const TokenRange some{first, std::min(first + kRowsAtOnce, rows.end)};
        HEADLIGHT_ASSIGN(const Tensor logits,
                         snapshot.model().logits(snapshot.trace(), some)); // [some, vocabulary]
        for (std::size_t i = 0; i < some.size(); ++i)
            best.push_back(topCandidates(logits.row(i), 1).front());
    }
    return best;
}

Result<void> findPositions(ChangeReport& report, const RunControl& control) {
    const RunSnapshot& before = *report.run->before;
    const HeadKind head = before.model().spec().head;
    if (head != HeadKind::LanguageModel && head != HeadKind::MaskedLanguageModel)
        return {};
    const std::size_t n = PredictionSource::rowCount(before);
    report.first_row = report.row > kPositionsAround ? report.row - kPositionsAround : 0;
    const TokenRange rows{report.first_row, std::min(n, report.row + kPositionsAround + 1)};
    HEADLIGHT_ASSIGN(const std::vector<Candidate> was, bestOf(before, rows, control));
    HEADLIGHT_ASSIGN(const std::vector<Candidate> is, bestOf(*report.run->after, rows, control));
    const auto words = [&report](const std::vector<Candidate>& candidates) {
        std::vector<TokenId> ids;
        for (const Candidate& candidate : candidates)
            ids.push_back(candidate.id);
        return wordsOf(report.run->before->model(), ids);
    };
    const QStringList words_before = words(was), words_after = words(is);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto at = static_cast<qsizetype>(i);
        report.positions.push_back({rows.begin + i, words_before[at], words_after[at],
                                    static_cast<double>(was[i].probability),
                                    static_cast<double>(is[i].probability)});
    }
    return {};
}

QString outcomeTitle(const ChangeReport& report) {
    const RunSnapshot& snapshot = *report.run->after;
    const QString word = tokenName(outputAxis(snapshot), report.row);
    switch (snapshot.model().spec().head) {
    case HeadKind::LanguageModel:
        return Panels::tr("Next word after %1").arg(word);
    case HeadKind::MaskedLanguageModel:
        return Panels::tr("Word at %1, place %2").arg(word).arg(report.row + 1);
    case HeadKind::TokenClassification:
        return Panels::tr("Class of %1").arg(word);
    default:
        return Panels::tr("Classes of this text");
    }
}

PlotPanel outcomePanel(const ChangeReport& report) {
    BarPlot bars;
    bars.columns = {
        {Panels::tr("before"), Panels::tr("Probability in the run as it is"), true},
        {Panels::tr("after"), Panels::tr("Probability with the changes"), true},
        {Panels::tr("rank"), Panels::tr("Place among all outcomes, the most probable first"), false}};
    double largest = 0.0;
    for (const OutcomeShift& shift : report.outcomes)
        largest = std::max({largest, std::abs(shift.before), std::abs(shift.after)});
    for (const OutcomeShift& shift : report.outcomes) {
        BarPlot::Row row;
        row.word = shift.word;
        row.numbers = {weightText(shift.before), weightText(shift.after),
                       rankText(shift.rank_before, shift.rank_after)};
        const double full = std::max(1.0, largest);
        row.fractions = {std::abs(shift.before) / full, std::abs(shift.after) / full, 0.0};
        row.values = {shift.before, shift.after, static_cast<double>(shift.rank_after + 1)};
        row.strong = shift.rank_after == 0;
        row.note = Panels::tr("“%1”: %2 before, %3 after · rank %4 before, %5 after")
                       .arg(shift.word, weightText(shift.before, 6), weightText(shift.after, 6))
                       .arg(shift.rank_before + 1)
                       .arg(shift.rank_after + 1);
        bars.rows.push_back(std::move(row));
    }
    const auto first = std::ranges::find(report.outcomes, std::size_t{0}, &OutcomeShift::rank_before);
    QString note;
    if (!report.outcomes.empty() && first != report.outcomes.end())
        note = first->rank_after == 0
                   ? Panels::tr("“%1” stays the most probable: %2 → %3.")
                         .arg(first->word, weightText(first->before), weightText(first->after))
                   : Panels::tr("“%1” instead of “%2”.").arg(report.outcomes.front().word, first->word);
    return {outcomeTitle(report), note, Panels::tr("The most probable outcomes of either run, side by side"),
            bars};
}

PlotPanel positionPanel(const ChangeReport& report) {
    const RunSnapshot& after = *report.run->after;
    BarPlot bars;
    bars.columns = {{Panels::tr("before"), Panels::tr("The most probable word as it is"), false},
                    {Panels::tr("p"), Panels::tr("Its probability"), false},
                    {Panels::tr("after"), Panels::tr("The most probable word with the changes"), false},
                    {Panels::tr("p"), Panels::tr("Its probability"), false}};
    std::size_t n_other = 0;
    for (const PositionShift& shift : report.positions) {
        const bool other = shift.word_before != shift.word_after;
        n_other += other ? 1 : 0;
        BarPlot::Row row;
        row.word = outputAxis(after).words.value(static_cast<qsizetype>(shift.row));
        row.numbers = {shift.word_before, weightText(shift.before), shift.word_after,
                       weightText(shift.after)};
        row.fractions = {0.0, 0.0, 0.0, 0.0};
        row.strong = other;
        row.muted = !other;
        row.note = Panels::tr("place %1: “%2” %3 before, “%4” %5 after")
                       .arg(shift.row + 1)
                       .arg(shift.word_before, weightText(shift.before, 6), shift.word_after,
                            weightText(shift.after, 6));
        bars.rows.push_back(std::move(row));
    }
    const std::size_t n = PredictionSource::rowCount(after);
    QString note =
        n_other == 0
            ? Panels::tr("The most probable word stays the same everywhere here.")
            : Panels::tr("Another word at %1 of %2 places.").arg(n_other).arg(report.positions.size());
    if (report.positions.size() < n)
        note += Panels::tr(" Places %1–%2 of %3 are shown, around the selected one.")
                    .arg(report.first_row + 1)
                    .arg(report.first_row + report.positions.size())
                    .arg(n);
    if (after.isTranslation())
        note +=
            Panels::tr(" The words on the left are those written above, read once more with the changes.");
    return {after.model().spec().hasDecoder() ? Panels::tr("The next word at every place")
                                              : Panels::tr("The word at every place"),
            note, Panels::tr("The most probable word at each row, without and with the changes"), bars};
}

PlotPanel movePanel(const Eigen::MatrixXd& moved, const AxisTokens& axis, const QString& title) {
    MatrixPlot matrix;
    matrix.n_rows = static_cast<std::size_t>(moved.rows());
    matrix.n_columns = static_cast<std::size_t>(moved.cols());
    for (Eigen::Index row = 0; row < moved.rows(); ++row)
        for (Eigen::Index column = 0; column < moved.cols(); ++column)
            matrix.values.push_back(static_cast<float>(moved(row, column)));
    matrix.column_words = axis.words;
    matrix.row_words << Panels::tr("embedding");
    for (Eigen::Index layer = 1; layer + 1 < moved.rows(); ++layer)
        matrix.row_words << Panels::tr("layer %1").arg(layer);
    matrix.row_words << Panels::tr("final");
    matrix.row_name = Panels::tr("layer");
    matrix.column_name = Panels::tr("token");
    matrix.looks = false;
    matrix.value_name = Panels::tr("moved by, of its length");
    Eigen::Index first = 0;
    while (first < moved.rows() && moved.row(first).maxCoeff() == 0.0)
        ++first;
    const QString note = first == moved.rows()
                             ? Panels::tr("Nothing moved.")
                             : Panels::tr("Unchanged up to %1; at the end %2 % on average.")
                                   .arg(first == 0 ? Panels::tr("nothing")
                                                   : matrix.row_words[static_cast<qsizetype>(first - 1)])
                                   .arg(numberText(100.0 * moved.row(moved.rows() - 1).mean()));
    return {title,
            note,
            Panels::tr("How far each token's vector moved, after each layer: |after − before| / |before|"),
            matrix,
            false,
            160.0};
}

} // namespace

Result<ChangeReport> makeReport(const ChangedRunPtr& run, std::size_t row,
                                std::shared_ptr<const OutcomeWords> words, const RunControl& control) {
    ChangeReport report;
    report.run = run;
    report.words = std::move(words);
    const Trace& trace = run->before->trace();
    if (const std::size_t n_rows = PredictionSource::rowCount(*run->before); n_rows > 0) {
        report.row = std::min(row, n_rows - 1);
        HEADLIGHT_ASSIGN(const RankedOutcomesPtr before,
                         rankOutcomes(run->before, report.row, report.words, control));
        HEADLIGHT_ASSIGN(const RankedOutcomesPtr after,
                         rankOutcomes(run->after, report.row, before->words, control));
        report.words = before->words;
        report.outcomes = shiftsOf(*before, *after);
        HEADLIGHT_CHECK(findPositions(report, control));
    }
    if (trace.has(StackKind::Encoder))
        report.encoder_move = residualMove(trace, run->after->trace(), StackKind::Encoder);
    if (trace.has(StackKind::Decoder))
        report.decoder_move = residualMove(trace, run->after->trace(), StackKind::Decoder);
    return report;
}

std::vector<PlotPanel> changePanels(const ChangeReport& report) {
    const RunSnapshot& after = *report.run->after;
    const bool two = report.encoder_move.size() > 0 && report.decoder_move.size() > 0;
    std::vector<PlotPanel> panels;
    if (!report.outcomes.empty())
        panels.push_back(outcomePanel(report));
    if (!report.positions.empty())
        panels.push_back(positionPanel(report));
    if (report.encoder_move.size() > 0)
        panels.push_back(movePanel(report.encoder_move, after.source_axis,
                                   two ? Panels::tr("How far the encoder's stream moved")
                                       : Panels::tr("How far the residual stream moved")));
    if (report.decoder_move.size() > 0)
        panels.push_back(movePanel(report.decoder_move, after.target_axis,
                                   two ? Panels::tr("How far the decoder's stream moved")
                                       : Panels::tr("How far the residual stream moved")));
    return panels;
}

PlotPanel writingPanel(const QString& before, const QString& after) {
    FactPlot facts;
    facts.facts = {
        {Panels::tr("before"), before, Panels::tr("The most probable word at every step, nothing changed")},
        {Panels::tr("after"), after,
         Panels::tr("The same with the changes: every word follows from the ones before")}};
    return {
        Panels::tr("Translated anew"),
        before == after
            ? Panels::tr("The translation stays the same.")
            : Panels::tr("Written once more from the first word on, the most probable word at each step."),
        Panels::tr(
            "The changes hold at every step; those of a decoder token from where that token is written"),
        facts, true};
}

QString rankText(std::size_t before, std::size_t after) {
    if (before == after)
        return QString::number(after + 1);
    return QStringLiteral("%1 → %2 %3")
        .arg(before + 1)
        .arg(after + 1)
        .arg(after < before ? QStringLiteral("↑") : QStringLiteral("↓"));
}

} // namespace headlight::ui
