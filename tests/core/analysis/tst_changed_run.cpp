// What comes of changes: what moved, what is written, and how a map with uncovered cells is seen.
#include "core/analysis/interventions/change_place.h"
#include "core/analysis/interventions/change_text.h"
#include "core/analysis/interventions/changed_run.h"
#include "core/generate/generate.h"
#include "core/maps/head_source.h"

#include <QtTest>

#include <numeric>

using namespace headlight;

namespace {

std::shared_ptr<const Model> bundled(const char* name) {
    const BackendPtr backend = selectBackend({.choice = BackendChoice::Cpu}).value().backend;
    auto model = Model::load(std::string(HEADLIGHT_RESOURCES_DIR) + "/models/" + name, backend);
    if (!model)
        qFatal("%s", model.error().message().c_str());
    return *model;
}

ModelInput read(const Model& model, const char* text, std::optional<std::string> target = {}) {
    auto input = model.prepare({.text = text, .text_pair = {}, .target = std::move(target)});
    if (!input)
        qFatal("%s", input.error().message().c_str());
    return *input;
}

std::vector<Change> lines(const char* text) {
    auto changes = parseChanges(text);
    if (!changes)
        qFatal("%s", changes.error().message().c_str());
    return *changes;
}

} // namespace

class TestChangedRun : public QObject {
    Q_OBJECT
private slots:
    void nothingMovesBeforeTheChange();
    void nothingChangedMovesNothing();
    void writingWithoutChangesIsGreedyGenerating();
    void writingFollowsTheChanges();
    void onlyTranslatorsWriteAnew();
    void uncoveredCellsAreSeen();
    void changedRowsHaveTheirOwnMaxima();
    void samePlacesAreFound_data();
    void samePlacesAreFound();
};

void TestChangedRun::nothingMovesBeforeTheChange() {
    const auto model = bundled("books-gpt");
    const ModelInput input = read(*model, "The old man went down to the");
    const auto before = model->run(input).value();
    const auto after = runChanged(*model, input, lines("head decoder 2.1 off")).value();
    const Eigen::MatrixXd moved = residualMove(*before.trace, *after.trace, StackKind::Decoder);
    QCOMPARE(moved.rows(), static_cast<Eigen::Index>(model->spec().decoder->n_layers + 2));
    QCOMPARE(moved.cols(), static_cast<Eigen::Index>(input.target.size()));
    QCOMPARE(moved.row(0).maxCoeff(), 0.0); // what block 1 reads
    QCOMPARE(moved.row(1).maxCoeff(), 0.0); // its output: the change is in layer 2
    QVERIFY(moved.row(2).minCoeff() > 0.0);
    // By hand, for one token of one layer.
    const Tensor from = before.trace->hidden(StackKind::Decoder, LayerIndex(1));
    const Tensor to = after.trace->hidden(StackKind::Decoder, LayerIndex(1));
    double length = 0.0, distance = 0.0;
    for (std::size_t i = 0; i < from.row(3).size(); ++i) {
        length += double(from.row(3)[i]) * double(from.row(3)[i]);
        distance += std::pow(double(to.row(3)[i]) - double(from.row(3)[i]), 2);
    }
    QVERIFY(std::abs(moved(2, 3) - std::sqrt(distance) / std::sqrt(length)) < 1e-12);
}

void TestChangedRun::nothingChangedMovesNothing() {
    const auto model = bundled("en-fr");
    const ModelInput input = read(*model, "The black cat sleeps.", "Le chat noir dort.");
    const auto before = model->run(input).value();
    const auto after = runChanged(*model, input, {}).value();
    QCOMPARE(residualMove(*before.trace, *after.trace, StackKind::Encoder).maxCoeff(), 0.0);
    QCOMPARE(residualMove(*before.trace, *after.trace, StackKind::Decoder).maxCoeff(), 0.0);
}

void TestChangedRun::writingWithoutChangesIsGreedyGenerating() {
    const auto model = bundled("en-fr");
    for (const char* text : {"The black cat sleeps under the table.", "We have never seen her again.", "No."}) {
        const ModelInput input = read(*model, text);
        GenerateOptions options;
        options.n_beams = 1;
        const auto generated = generate(*model, input, options);
        const auto written = writeChanged(*model, input.source, {});
        QVERIFY(generated.ok() && written.ok());
        QCOMPARE(written->ids, generated->new_ids);
        QCOMPARE(written->text, generated->text);
        QCOMPARE(written->reached_end, generated->reached_end);
    }
}

void TestChangedRun::writingFollowsTheChanges() {
    const auto model = bundled("en-fr");
    const ModelInput input = read(*model, "The black cat sleeps under the table.");
    const auto plain = writeChanged(*model, input.source, {});
    // Tokens of the source change places: the same as reading them in that order.
    const auto swapped = writeChanged(*model, input.source, lines("swap encoder 3 7"));
    QVERIFY(plain.ok() && swapped.ok());
    QVERIFY(swapped->ids != plain->ids);
    std::vector<TokenId> ids = input.source.ids;
    std::swap(ids[2], ids[6]);
    QCOMPARE(swapped->ids, writeChanged(*model, model->prepareIds(ids).value().source, {})->ids);
    // A change of a decoder token nobody has written yet is no error, and holds once it is there.
    const auto late = writeChanged(*model, input.source, lines("mask cross 1.1 [3,1] hidden; head cross 1.1 off"));
    QVERIFY2(late.ok(), late.ok() ? "" : late.error().message().c_str());
    std::stop_source stopped;
    stopped.request_stop();
    QVERIFY(writeChanged(*model, input.source, {}, {stopped.get_token(), {}}).error().cancelled());
}

void TestChangedRun::onlyTranslatorsWriteAnew() {
    const auto model = bundled("books-gpt");
    const auto written = writeChanged(*model, read(*model, "Once").target, {});
    QVERIFY(!written.ok());
    QCOMPARE(written.error().kind, ErrorKind::Unsupported);
}

void TestChangedRun::uncoveredCellsAreSeen() {
    const auto model = bundled("books-gpt");
    const ModelInput input = read(*model, "The old man went down to the");
    const auto run = runChanged(*model, input, lines("mask decoder 1.1 [2,5] visible")).value();
    const HeadAddress head{AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)};
    const HeadSource source(run.trace, head);
    QCOMPARE(source.visible(0), (TokenRange{0, 1}));
    QCOMPARE(source.visible(1), (TokenRange{0, 5}));
    for (std::size_t row = 1; row < source.nRows(); ++row)
        QVERIFY(source.visible(row).end >= source.visible(row - 1).end);
    QVERIFY(source.tile({1, 2}, {4, 5}).span()[0] > 0.0f);
    QCOMPARE(source.tile({2, 3}, {4, 5}).span()[0], 0.0f); // shown, and still weighs nothing
    const HeadSource other(run.trace, {AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(1)});
    QCOMPARE(other.visible(1), (TokenRange{0, 2}));
}

void TestChangedRun::changedRowsHaveTheirOwnMaxima() {
    const auto model = bundled("books-gpt");
    const ModelInput input = read(*model, "The old man went down to the");
    const auto run = runChanged(*model, input, lines("temperature decoder 1.1 = 5")).value();
    const HeadSource source(run.trace, {AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)});
    const std::vector<float> maxima = source.rowMaxima({1, 5});
    for (std::size_t row = 1; row < 5; ++row) {
        const Tensor weights = source.tile({row, row + 1}, {0, source.nColumns()});
        QCOMPARE(maxima[row - 1], *std::ranges::max_element(weights.span()));
        QVERIFY(std::abs(std::accumulate(weights.span().begin(), weights.span().end(), 0.0) - 1.0) < 1e-5);
    }
}

void TestChangedRun::samePlacesAreFound_data() {
    QTest::addColumn<QByteArray>("a");
    QTest::addColumn<QByteArray>("b");
    QTest::addColumn<bool>("same");
    const auto row = [](const char* a, const char* b, bool same) { QTest::addRow("%s / %s", a, b) << QByteArray(a) << QByteArray(b) << same; };
    row("score cross 2.1 [3,4] = 5", "score cross 2.1 [3,4] = 6", true);
    row("score cross 2.1 [3,4] = 5", "score cross 2.1 [4,3] = 5", false);
    row("score cross 2.1 [3,4] = 5", "weight cross 2.1 [3,4] = 0.5", false);
    row("mask cross 2.1 [3,4] hidden", "mask cross 2.1 [3,4] visible", true);
    row("weight cross 2.1 [3,4] = 0", "weight cross 2.1 [3,4] = 1 alone", true);
    row("scale encoder 1 = 1", "scale encoder 1 = 2", true);
    row("scale encoder 1 = 1", "scale encoder 1.1 = 1", false);
    row("temperature encoder 1.2 = 1", "temperature encoder 1.2 = 2", true);
    row("temperature encoder 1.2 = 1", "temperature decoder 1.2 = 1", false);
    row("head cross 2.1 off", "head cross 2.1 = 3", true);
    row("position encoder 3 -> 7", "position encoder 3 -> 1", true);
    row("position encoder 3 -> 7", "position encoder 4 -> 7", false);
    row("swap encoder 2 4", "swap encoder 4 2", true);
    row("swap encoder 2 4", "swap decoder 2 4", false);
    row("positions off", "positions off", true);
}

void TestChangedRun::samePlacesAreFound() {
    QFETCH(QByteArray, a);
    QFETCH(QByteArray, b);
    QFETCH(bool, same);
    const Change first = parseChange(a.toStdString()).value(), second = parseChange(b.toStdString()).value();
    QCOMPARE(samePlace(first, second), same);
    QCOMPARE(samePlace(second, first), same);
    QVERIFY(cellOf(first).has_value() == (a.contains('[')));
}

QTEST_APPLESS_MAIN(TestChangedRun)
#include "tst_changed_run.moc"
