// Step by step of a run with changes: every number against the changed run, against double precision from
// query, key and value, and every change said where it acts.
#include "tests/support/step_runs.h"

#include <QtTest>

#include <cmath>

using namespace headlight;
using namespace headlight::test;

namespace {

/// Row 3 of the last layer's last head, key 1, and row 2, key 3 (in a decoder: masked).
struct Places {
    HeadAddress head;
    MapCellAddress cell, other;
};

Places placesIn(const Trace& trace, AttentionKind kind) {
    const HeadAddress head{kind, LayerIndex(trace.nLayers(kind) - 1), HeadIndex(trace.nHeads(kind) - 1)};
    return {head, {head, 3, 1}, {head, 2, 3}};
}

struct NamedChange {
    const char* name;
    StepKind kind; ///< the step that says it
    std::vector<Change> changes;
};

/// Those inside one head's attention.
std::vector<NamedChange> headChangesOf(const Places& p) {
    const auto kind = p.head.kind;
    const auto layer = p.head.layer;
    return {{"score", StepKind::SetScores, {SetScore{p.cell, 5.0f}}},
            {"masked score", StepKind::SetScores, {SetScore{p.other, 1.5f}}},
            {"hidden", StepKind::Mask, {SetMask{p.cell, true}}},
            {"uncovered", StepKind::Mask, {SetMask{p.other, false}}},
            {"weight", StepKind::SetWeights, {SetWeight{p.cell, 0.7f, true}}},
            {"weight alone", StepKind::SetWeights, {SetWeight{p.cell, 0.25f, false}}},
            {"scale", StepKind::Scale, {SetScale{kind, layer, p.head.head, 1.0f}}},
            {"no scale at all", StepKind::Scale, {SetScale{kind, layer, {}, 0.0f}}},
            {"temperature", StepKind::Temperature, {SetTemperature{kind, layer, p.head.head, 0.5f}}},
            {"layer's temperature", StepKind::Temperature, {SetTemperature{kind, layer, {}, 3.0f}}},
            {"head off", StepKind::ScaleHead, {SetHeadOutput{p.head, 0.0f}}},
            {"head counts more", StepKind::ScaleHead, {SetHeadOutput{p.head, 2.5f}}},
            {"all of them",
             StepKind::SetScores,
             {SetMask{p.other, false}, SetScore{p.cell, -2.0f}, SetScale{kind, layer, p.head.head, 0.4f},
              SetTemperature{kind, layer, p.head.head, 0.8f}, SetWeight{{p.head, 1, 0}, 0.3f, true},
              SetWeight{{p.head, 1, 1}, 0.4f, true}, SetHeadOutput{p.head, -0.5f}}}};
}

struct ChangedSteps {
    RunResult run;
    std::vector<Step> steps;
};

ChangedSteps changedSteps(const Model& model, const HeadAddress& head, const std::vector<Change>& changes) {
    auto run = runChanged(model, someInput(model), changes);
    if (!run)
        qFatal("%s", run.error().message().c_str());
    const auto recorded =
        recordChangedLayer(model, someInput(model), changes, queryStack(head.kind), head.layer);
    if (!recorded)
        qFatal("%s", recorded.error().message().c_str());
    std::vector<Step> steps = stepsOf(model, *run->trace, *recorded, head, changes);
    return {std::move(run).value(), std::move(steps)};
}

const Step* stepOf(const std::vector<Step>& steps, StepKind kind) {
    const auto found = std::ranges::find(steps, kind, &Step::kind);
    return found == steps.end() ? nullptr : &*found;
}

bool equal(const Tensor& a, const Tensor& b) {
    return a.shape() == b.shape() && std::ranges::equal(a.span(), b.span());
}

/// Where a change acts in these steps: the step's kind, or nothing. Fails where it is said twice.
std::optional<StepKind> sayingHere(const std::vector<Step>& steps, std::size_t change) {
    std::optional<StepKind> kind;
    for (const Step& step : steps)
        for (const StepNote& note : step.notes)
            if (note.here && note.change.index() == change) {
                if (kind && *kind != step.kind)
                    QTest::qFail("said twice", __FILE__, __LINE__);
                kind = step.kind;
            }
    return kind;
}

/// One head in double precision from query, key and value alone.
struct DoubleHead {
    std::vector<std::vector<double>> weights; ///< [n_query][n_key]
    std::vector<std::vector<double>> outputs; ///< [n_query][head_dim]
};

DoubleHead inDouble(const Trace& trace, const HeadAddress& head, const std::vector<Change>& changes) {
    const Tensor query = trace.query(head.kind, head.layer); // [n_heads, n_query, head_dim]
    const Tensor key = trace.key(head.kind, head.layer);     // [n_kv_heads, n_key, head_dim]
    const Tensor value = trace.value(head.kind, head.layer);
    const std::size_t n_queries = query.dimension(1), n_keys = key.dimension(1), d = query.dimension(2);
    const std::size_t shared = head.head.value / (query.dimension(0) / key.dimension(0));
    const auto of = [d](const Tensor& all, std::size_t slab, std::size_t row, std::size_t i) {
        return double(all.data()[(slab * all.dimension(1) + row) * d + i]);
    };
    double scale = 1.0 / std::sqrt(double(d)), temperature = 1.0, factor = 1.0;
    const auto mine = [&head](const auto& c) {
        return c.kind == head.kind && c.layer == head.layer && (!c.head || *c.head == head.head);
    };
    for (const Change& change : changes) {
        if (const auto* s = std::get_if<SetScale>(&change); s && mine(*s))
            scale = double(s->factor);
        if (const auto* t = std::get_if<SetTemperature>(&change); t && mine(*t))
            temperature = double(t->temperature);
        if (const auto* h = std::get_if<SetHeadOutput>(&change); h && h->head == head)
            factor = double(h->factor);
    }
    DoubleHead out;
    for (std::size_t row = 0; row < n_queries; ++row) {
        std::vector<double> scores(n_keys), weights(n_keys);
        for (std::size_t k = 0; k < n_keys; ++k) {
            for (std::size_t i = 0; i < d; ++i)
                scores[k] += of(query, head.head.value, row, i) * of(key, shared, k, i);
            bool seen = trace.visible(head.kind, head.layer, TokenIndex(row), TokenIndex(k));
            scores[k] *= scale;
            for (const Change& change : changes)
                if (const auto* m = std::get_if<SetMask>(&change);
                    m && m->cell == MapCellAddress{head, row, k})
                    seen = !m->hidden;
            if (!seen)
                scores[k] = -std::numeric_limits<double>::infinity();
            for (const Change& change : changes)
                if (const auto* s = std::get_if<SetScore>(&change);
                    s && s->cell == MapCellAddress{head, row, k})
                    scores[k] = double(s->value);
            scores[k] /= temperature;
        }
        const double largest = *std::ranges::max_element(scores);
        double sum = 0.0;
        for (std::size_t k = 0; k < n_keys; ++k)
            sum += weights[k] = std::exp(scores[k] - largest);
        for (double& weight : weights)
            weight /= sum;
        for (const Change& change : changes)
            if (const auto* w = std::get_if<SetWeight>(&change);
                w && w->cell.head == head && w->cell.query_token == row) {
                const double rest = 1.0 - weights[w->cell.key_token];
                for (double& weight : weights)
                    weight *= w->renormalise ? (1.0 - double(w->value)) / rest : 1.0;
                weights[w->cell.key_token] = double(w->value);
            }
        std::vector<double> given(d);
        for (std::size_t k = 0; k < n_keys; ++k)
            for (std::size_t i = 0; i < d; ++i)
                given[i] += factor * weights[k] * of(value, shared, k, i);
        out.weights.push_back(std::move(weights));
        out.outputs.push_back(std::move(given));
    }
    return out;
}

double furthest(const Tensor& a, const std::vector<std::vector<double>>& b) {
    double apart = 0.0;
    for (std::size_t row = 0; row < b.size(); ++row)
        for (std::size_t i = 0; i < b[row].size(); ++i)
            apart = std::max(apart, std::abs(double(a.row(row)[i]) - b[row][i]));
    return apart;
}

} // namespace

class TestChangedSteps : public QObject {
    Q_OBJECT
private slots:
    void everyNumberIsTheChangedRuns_data();
    void everyNumberIsTheChangedRuns();
    void doublePrecisionAgrees_data();
    void doublePrecisionAgrees();
    void tokensAndPositionsActToo_data();
    void tokensAndPositionsActToo();
    void whatWasIsTheOperands();
    void changesElsewhereAreSaidWhereTheyComeIn();
    void withoutChangesNothingIsSeenOfThem();
};

void TestChangedSteps::everyNumberIsTheChangedRuns_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"gpt2-lm", "bert-mlm", "marian-swish", "t5-gated", "llama-lm", "gemma2-lm",
                             "gpt-neox-lm", "bloom-lm", "falcon-7b", "qwen3-lm", "opt-lm", "mpnet-mlm"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

void TestChangedSteps::everyNumberIsTheChangedRuns() {
    QFETCH(const QString, name);
    const auto model = loadGolden(name.toStdString());
    const RunResult usual = model->run(someInput(*model)).value();
    for (const AttentionKind kind : usual.trace->kinds()) {
        const Places places = placesIn(*usual.trace, kind);
        for (const NamedChange& made : headChangesOf(places)) {
            const auto [run, steps] = changedSteps(*model, places.head, made.changes);
            const auto where = [&](const char* what) {
                return QStringLiteral("%1, attention %2: %3")
                    .arg(made.name)
                    .arg(int(kind))
                    .arg(what)
                    .toLatin1();
            };
            QVERIFY2(checkCells(steps) > 100, where("cells"));
            const Step* const softmax = stepOf(steps, StepKind::Softmax);
            QVERIFY2(equal(*softmax->operands[0].values,
                           run.trace->scores(places.head, {0, run.trace->nQueries(kind)},
                                             {0, run.trace->nKeys(kind)})),
                     where("scores"));
            const Step* const sum = stepOf(steps, StepKind::WeightedSum);
            QVERIFY2(equal(*sum->operands[0].values, run.trace->weights(places.head)), where("weights"));
            if (const Step* temperature = stepOf(steps, StepKind::Temperature))
                QVERIFY2(equal(*temperature->results[0].values, *softmax->operands[0].values),
                         where("temperature"));
            else if (const Step* set = stepOf(steps, StepKind::SetScores))
                QVERIFY2(equal(*set->results[0].values, *softmax->operands[0].values), where("set scores"));
            if (kind == AttentionKind::Cross || model->spec().kind != ModelKind::EncoderDecoder ||
                kind == AttentionKind::EncoderSelf)
                QVERIFY2(equal(*steps.back().results[0].values,
                               run.trace->hidden(queryStack(kind), places.head.layer)),
                         where("the block's output"));
            QVERIFY2(sayingHere(steps, made.changes[made.changes.size() > 1 ? 1 : 0].index()) == made.kind,
                     where("said"));
            for (const Change& change : made.changes)
                QVERIFY2(sayingHere(steps, change.index()).has_value(), where("each is said"));
        }
    }
}

void TestChangedSteps::doublePrecisionAgrees_data() {
    QTest::addColumn<QString>("name"); // no bias, no cap: softmax(q·k / √d) alone
    for (const char* name : {"gpt2-lm", "bert-mlm", "marian-swish", "llama-lm", "gpt-neox-lm"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

void TestChangedSteps::doublePrecisionAgrees() {
    QFETCH(const QString, name);
    const auto model = loadGolden(name.toStdString());
    const RunResult usual = model->run(someInput(*model)).value();
    for (const AttentionKind kind : usual.trace->kinds()) {
        const Places places = placesIn(*usual.trace, kind);
        const DoubleHead before = inDouble(*usual.trace, places.head, {});
        for (const NamedChange& made : headChangesOf(places)) {
            const auto [run, steps] = changedSteps(*model, places.head, made.changes);
            const DoubleHead expected = inDouble(*run.trace, places.head, made.changes);
            const Tensor& weights = *stepOf(steps, StepKind::WeightedSum)->operands[0].values;
            const Step* const scaled = stepOf(steps, StepKind::ScaleHead);
            const Tensor& output =
                *(scaled ? scaled : stepOf(steps, StepKind::WeightedSum))->results[0].values;
            QVERIFY2(furthest(weights, expected.weights) < 1e-5, made.name); // scores of F32
            QVERIFY2(furthest(output, expected.outputs) < 1e-5, made.name);
            const auto* const mask = std::get_if<SetMask>(&made.changes.front());
            const bool sets_nothing =
                made.changes.size() == 1 && mask && !mask->hidden &&
                usual.trace->visible(kind, places.head.layer, TokenIndex(2), TokenIndex(3));
            QVERIFY2(sets_nothing || furthest(output, before.outputs) > 1e-5, made.name); // it is seen
        }
    }
}

void TestChangedSteps::tokensAndPositionsActToo_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("what");
    QTest::addColumn<int>("step");
    QTest::newRow("swap, gpt2") << "gpt2-lm"
                                << "swap" << int(StepKind::Embed);
    QTest::newRow("swap, bert") << "bert-mlm"
                                << "swap" << int(StepKind::Embed);
    QTest::newRow("swap, marian") << "marian-swish"
                                  << "swap" << int(StepKind::Embed);
    QTest::newRow("position, gpt2") << "gpt2-lm"
                                    << "position" << int(StepKind::AddPosition);
    QTest::newRow("position, marian") << "marian-swish"
                                      << "position" << int(StepKind::AddPosition);
    QTest::newRow("position, llama") << "llama-lm"
                                     << "position" << int(StepKind::Place);
    QTest::newRow("off, gpt2") << "gpt2-lm"
                               << "off" << int(StepKind::Embed);
    QTest::newRow("off, bert") << "bert-mlm"
                               << "off" << int(StepKind::NormEmbedding);
    QTest::newRow("off, llama") << "llama-lm"
                                << "off" << int(StepKind::Project);
    QTest::newRow("off, qwen3") << "qwen3-lm"
                                << "off" << int(StepKind::Place);
    QTest::newRow("off, t5") << "t5-gated"
                             << "off" << int(StepKind::Product);
    QTest::newRow("off, bloom") << "bloom-lm"
                                << "off" << int(StepKind::Scale);
}

void TestChangedSteps::tokensAndPositionsActToo() {
    QFETCH(const QString, name);
    QFETCH(const QString, what);
    QFETCH(const int, step);
    const auto model = loadGolden(name.toStdString());
    const RunResult usual = model->run(someInput(*model)).value();
    const AttentionKind kind = usual.trace->kinds().front();
    const StackKind stack = queryStack(kind);
    const Change change = what == QStringLiteral("swap")       ? Change(SwapTokens{stack, 1, 4})
                          : what == QStringLiteral("position") ? Change(SetPosition{stack, 2, 7})
                                                               : Change(SwitchOffPositions{});
    const HeadAddress head{kind, LayerIndex(0), HeadIndex(0)};
    const auto [run, steps] = changedSteps(*model, head, {change});
    QVERIFY(checkCells(steps) > 100);
    const auto said = sayingHere(steps, change.index());
    QVERIFY(said.has_value());
    QCOMPARE(int(*said), step);
    QVERIFY(equal(*stepOf(steps, StepKind::WeightedSum)->operands[0].values, run.trace->weights(head)));
    QVERIFY(equal(*steps.back().results[0].values, run.trace->hidden(stack, head.layer)));
    QVERIFY(!equal(run.trace->hidden(stack, head.layer), usual.trace->hidden(stack, head.layer)));
    if (what == QStringLiteral("swap")) { // the rows of the embedding stand swapped
        const auto plain = recordLayer(*model, usual.input, stack, head.layer);
        QVERIFY(plain.ok());
        const Tensor& before = *plain->at.at(PassPoint::TokenEmbedding);
        const Tensor& after = *stepOf(steps, StepKind::Embed)->results[0].values;
        QVERIFY(std::ranges::equal(after.row(1), before.row(4)));
    }
    if (what == QStringLiteral("position") && contains(steps, StepKind::AddPosition)) {
        const Step& added = *stepOf(steps, StepKind::AddPosition);
        if (added.operands.size() == 2) { // token 2 stands where token 7 does
            const Tensor& positions = *added.operands[1].values;
            for (std::size_t i = 0; i < positions.dimension(1); ++i)
                QVERIFY(std::abs(positions.row(2)[i] - positions.row(7)[i]) < 1e-5f);
        }
    }
    if (what == QStringLiteral("off"))
        QVERIFY(!contains(steps, StepKind::AddPosition) && !contains(steps, StepKind::Bias));
    // The next layer reads what came of it, and says so first.
    const auto [later_run, later] = changedSteps(*model, {kind, LayerIndex(1), HeadIndex(0)}, {change});
    QVERIFY(equal(*later.front().results[0].values, run.trace->hidden(stack, LayerIndex(0))));
    std::size_t n_notes = 0;
    for (const Step& one : later)
        n_notes += one.notes.size();
    QCOMPARE(n_notes, std::size_t{1});
}

void TestChangedSteps::whatWasIsTheOperands() {
    const auto model = loadGolden("gpt2-lm");
    const RunResult usual = model->run(someInput(*model)).value();
    const Places p = placesIn(*usual.trace, AttentionKind::DecoderSelf);
    const auto was = [&](const Change& change) {
        const auto [run, steps] = changedSteps(*model, p.head, {change});
        for (const Step& step : steps)
            for (const StepNote& note : step.notes)
                return note.was;
        return std::optional<double>{};
    };
    QCOMPARE(was(SetScore{p.cell, 5.0f}).value(),
             double(usual.trace->scores(p.head, {3, 4}, {1, 2}).span()[0]));
    // The changed row's softmax is made in double precision: the usual run's weight but for its last digit.
    QVERIFY(std::abs(was(SetWeight{p.cell, 0.5f}).value() -
                     double(usual.trace->weights(p.head, {3, 4}, {1, 2}).span()[0])) < 1e-7);
    QVERIFY(std::abs(was(SetScale{p.head.kind, p.head.layer, {}, 1.0f}).value() -
                     1.0 / std::sqrt(double(usual.trace->headDim(p.head.kind)))) < 1e-7);
    QCOMPARE(was(SetHeadOutput{p.head, 0.0f}).value(), 1.0);
    QVERIFY(!was(SetScore{p.other, 5.0f}).has_value()); // it was masked
    QVERIFY(!was(SetMask{p.cell, true}).has_value());
}

void TestChangedSteps::changesElsewhereAreSaidWhereTheyComeIn() {
    const auto model = loadGolden("marian-swish");
    const HeadAddress encoder{AttentionKind::EncoderSelf, LayerIndex(0), HeadIndex(0)};
    const HeadAddress cross{AttentionKind::Cross, LayerIndex(0), HeadIndex(1)};
    const auto says = [&](const Change& change, const HeadAddress& head) -> const Step* {
        static std::vector<Step> steps;
        steps = changedSteps(*model, head, {change}).steps;
        for (const Step& step : steps)
            if (!step.notes.empty())
                return &step;
        return nullptr;
    };
    const SetScore in_encoder{{encoder, 2, 3}, 4.0f};
    const Step* step = says(in_encoder, cross); // keys come from the encoder
    QVERIFY(step && step->kind == StepKind::Project && !step->changedHere());
    step = says(in_encoder, {AttentionKind::EncoderSelf, LayerIndex(1), HeadIndex(0)});
    QVERIFY(step && step->kind == StepKind::ReadStream && !step->changedHere());
    step = says(in_encoder, {AttentionKind::EncoderSelf, LayerIndex(0), HeadIndex(1)}); // beside it
    QVERIFY(step && step->kind == StepKind::Concatenate && step->changedHere());
    QVERIFY(!says(in_encoder, {AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)}));
    QVERIFY(says(in_encoder, {AttentionKind::DecoderSelf, LayerIndex(1), HeadIndex(0)}));
    const SetHeadOutput off{cross, 0.0f};
    QVERIFY(!says(off, encoder) && !says(off, {AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)}));
    step = says(off, {AttentionKind::DecoderSelf, LayerIndex(1), HeadIndex(0)});
    QVERIFY(step && !step->changedHere());
    step = says(SwapTokens{StackKind::Encoder, 0, 1}, cross);
    QVERIFY(step && step->kind == StepKind::Project && !step->changedHere());
}

void TestChangedSteps::withoutChangesNothingIsSeenOfThem() {
    const auto model = loadGolden("gpt2-lm");
    const RunResult usual = model->run(someInput(*model)).value();
    const Places p = placesIn(*usual.trace, AttentionKind::DecoderSelf);
    const auto recorded = recordLayer(*model, usual.input, StackKind::Decoder, p.head.layer);
    QVERIFY(recorded.ok() && recorded->given.empty());
    const std::vector<Step> steps = stepsOf(*model, *usual.trace, *recorded, p.head);
    for (const StepKind kind :
         {StepKind::SetScores, StepKind::Temperature, StepKind::SetWeights, StepKind::ScaleHead})
        QVERIFY(!contains(steps, kind));
    for (const Step& step : steps)
        QVERIFY(step.notes.empty() && !step.factor);
    // A change that does not fit is an error, not a pass without it.
    const auto refused = recordChangedLayer(
        *model, usual.input, {SetHeadOutput{{AttentionKind::Cross, LayerIndex(0), HeadIndex(0)}, 0.0f}},
        StackKind::Decoder, p.head.layer);
    QVERIFY(!refused.ok());
}

QTEST_APPLESS_MAIN(TestChangedSteps)
#include "tst_changed_steps.moc"
