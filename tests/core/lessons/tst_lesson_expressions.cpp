// What expressions read from a run, against the trace itself.
#include "core/analysis/head_measures.h"
#include "core/analysis/measure_info.h"
#include "core/analysis/measure_input.h"
#include "core/analysis/provenance/provenance.h"
#include "core/generate/generate.h"
#include "core/generate/predictions.h"
#include "core/lessons/evaluate.h"

#include <QtTest>

#include <cmath>

using namespace headlight;

class TestLessonExpressions : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void cells();
    void rows();
    void contributionsAreTheProvenances();
    void predictions();
    void textAndTokens();
    void modelAndStream();
    void tokensAreFoundOrSaidToBeMissing();
    void hereIsTheSelection();
    void changesAreRun();
    void conditions();
    void rightAnswers();
    void whatIsMissingIsSaid_data();
    void whatIsMissingIsSaid();

private:
    [[nodiscard]] LessonValue value(const char* expression) const {
        const Result<Expression> parsed = parseExpression(expression);
        if (!parsed.ok())
            qFatal("%s", parsed.error().message().c_str());
        const Result<LessonValue> found = evaluate(*parsed, run_, places_);
        if (!found.ok())
            qFatal("%s", found.error().message().c_str());
        return *found;
    }
    [[nodiscard]] const Trace& trace() const { return *run_.run.trace; }

    LessonRun run_;
    LessonPlaces places_;
    const HeadAddress head_{AttentionKind::Cross, LayerIndex(1), HeadIndex(0)};
};

void TestLessonExpressions::initTestCase() {
    const BackendPtr backend = selectBackend({.choice = BackendChoice::Cpu}).value().backend;
    auto model = Model::load(HEADLIGHT_RESOURCES_DIR "/models/en-fr", backend);
    QVERIFY(model.ok());
    run_.model = *model;
    auto input = run_.model->prepare({.text = "The black cat sleeps under the table.", .text_pair = {}, .target = {}});
    QVERIFY(input.ok());
    auto generation = generate(*run_.model, *input, {});
    QVERIFY(generation.ok());
    run_.written = generation->text;
    run_.run = std::move(generation->run);
    LessonState state;
    state.head = head_;
    state.query = *parseTokenChoice("chat");
    state.key = *parseTokenChoice("cat");
    const auto place = placeOf(state, run_);
    QVERIFY(place.ok());
    places_.step = *place;
    QCOMPARE(places_.step, (LessonPlace{head_, 2, 2}));
}

void TestLessonExpressions::cells() {
    QCOMPARE(value("weight").number, double(trace().weights(head_).row(2)[2]));
    QCOMPARE(value("weight cross 2.1 noir -> black").number, double(trace().weights(head_).row(3)[1]));
    QCOMPARE(value("weight query -> #2").number, double(trace().weights(head_).row(2)[1]));
    const double score = value("score").number;
    QVERIFY(std::abs(value("product").number / std::sqrt(value("head-size decoder").number) - score) < 1e-4);
    QCOMPARE(valueText(value("weight")).size(), std::size_t(5)); // 0.986
}

void TestLessonExpressions::rows() {
    QCOMPARE(value("strongest-key").word, std::string("cat"));
    QCOMPARE(value("strongest-weight noir").number, value("weight noir -> black").number);
    double entropy = 0.0, sum = 0.0;
    const Tensor weights = trace().weights(head_, {2, 3}, {0, 9});
    for (const float w : weights.row(0)) {
        entropy -= w > 0.0f ? double(w) * std::log(double(w)) : 0.0;
        sum += double(w);
    }
    QVERIFY(std::abs(sum - 1.0) < 1e-5);
    QCOMPARE(value("entropy").number, entropy);
    QCOMPARE(value("visible-keys decoder 1.1 #3").number, 3.0); // itself and what came before
    QCOMPARE(value("visible-keys encoder 1.1 #3").number, 9.0);
    const auto measures = measureHead(trace(), head_, measureInputOf(run_.run.input, head_.kind));
    QCOMPARE(value("measure sharpness").number, *valueOf(*measures, HeadMeasure::Sharpness));
}

void TestLessonExpressions::contributionsAreTheProvenances() {
    const auto provenance = Provenance::create(run_.model, run_.run.trace, head_).value();
    const auto share = provenance->node({Quantity::ContributionShare, HeadSide::Value, 2, 2}).value();
    QCOMPARE(value("share").number, share.number->exact);
    QCOMPARE(value("contribution").number, share.operands.front().number.exact);
    double sum = 0.0;
    for (int key = 1; key <= 9; ++key)
        sum += value(qPrintable(QStringLiteral("share query -> #%1").arg(key))).number;
    QVERIFY(std::abs(sum - 1.0) < 1e-9);
    QVERIFY(value("strongest-contribution").is_word);
}

void TestLessonExpressions::predictions() {
    const Tensor logits = run_.model->logits(trace(), {1, 2}).value();
    const auto top = topCandidates(logits.row(0), 1);
    QCOMPARE(value("top-word Le").word, std::string("chat"));
    QCOMPARE(value("top-probability Le").number, double(top.front().probability));
    QVERIFY(std::abs(value("probability Le chat").number - double(top.front().probability)) < 1e-6);
    QVERIFY(value("probability Le \"chien\"").number < 0.1);
}

void TestLessonExpressions::textAndTokens() {
    QCOMPARE(value("tokens encoder").number, 9.0);
    QCOMPARE(value("tokens decoder").number, 9.0);
    QCOMPARE(value("pieces encoder").number, 0.0);
    QCOMPARE(value("token encoder #3").word, std::string("cat"));
    QCOMPARE(value("token encoder last").word, std::string("</s>"));
    QCOMPARE(value("id encoder cat").number, double(run_.run.input.source.ids[2]));
    QCOMPARE(value("written").word, std::string("Le chat noir dort sous la table."));
    QCOMPARE(value("query").word, std::string("chat"));
    QCOMPARE(value("key").word, std::string("cat"));
}

void TestLessonExpressions::modelAndStream() {
    const StackSpec& encoder = *run_.model->spec().encoder;
    QCOMPARE(value("layers encoder").number, double(encoder.n_layers));
    QCOMPARE(value("heads encoder").number, double(encoder.n_heads));
    QCOMPARE(value("head-size encoder").number * value("heads encoder").number, value("stream-size encoder").number);
    QCOMPARE(value("inner-size encoder").number, double(encoder.d_feed_forward));
    QCOMPARE(value("vocabulary").number, double(run_.model->spec().vocabulary_size));
    QCOMPARE(value("parameters").number, double(run_.model->parameterCount()));
    double length = 0.0;
    const Tensor hidden = trace().hidden(StackKind::Encoder, LayerIndex(0));
    for (const float x : hidden.row(2))
        length += double(x) * double(x);
    QCOMPARE(value("length encoder 1 cat").number, std::sqrt(length));
    QVERIFY(value("length encoder 0 cat").number > 0.0);
    const double likeness = value("likeness encoder 1 cat").number;
    QVERIFY(likeness > -1.0 && likeness < 1.0);
}

void TestLessonExpressions::tokensAreFoundOrSaidToBeMissing() {
    const TokenSequence& source = run_.run.input.source;
    QCOMPARE(findToken(*parseTokenChoice("the"), source).value(), std::size_t(5));
    QCOMPARE(findToken(*parseTokenChoice("The"), source).value(), std::size_t(0));
    QCOMPARE(findToken(*parseTokenChoice("TABLE"), source).value(), std::size_t(6));
    QCOMPARE(findToken(*parseTokenChoice("dog or #2"), source).value(), std::size_t(1));
    QCOMPARE(findToken(*parseTokenChoice("last"), source).value(), std::size_t(8));
    QVERIFY(findToken(*parseTokenChoice("dog"), source).error().message().find("“dog”") != std::string::npos);
    QVERIFY(!findToken(*parseTokenChoice("#10"), source).ok());
    QVERIFY(!findToken(*parseTokenChoice("cat#2"), source).ok());
}

void TestLessonExpressions::hereIsTheSelection() {
    places_.here = {HeadAddress{AttentionKind::EncoderSelf, LayerIndex(0), HeadIndex(3)}, 1, 4};
    QCOMPARE(value("weight here").number, double(trace().weights(*places_.here.head).row(1)[4]));
    QCOMPARE(value("weight").number, double(trace().weights(head_).row(2)[2]));
}

void TestLessonExpressions::changesAreRun() {
    LessonState state;
    state.changes = {SetScale{AttentionKind::Cross, LayerIndex(1), {}, 1.0f}};
    LessonRun changed = run_;
    QVERIFY(applyChanges(state, changed).ok());
    const auto of = [&](const char* text) { return evaluate(parseExpression(text).value(), changed, places_).value().number; };
    const RunResult expected = runChanged(*run_.model, run_.run.input, state.changes).value();
    QCOMPARE(of("changed weight"), double(expected.trace->weights(head_).row(2)[2]));
    QVERIFY(of("changed weight") > of("weight"));
    QVERIFY(applyChanges({}, changed).ok());
    QVERIFY(!evaluate(parseExpression("changed weight").value(), changed, places_).ok());
    state.changes = {SetScale{AttentionKind::Cross, LayerIndex(9), {}, 1.0f}};
    QVERIFY(!applyChanges(state, changed).ok());
}

void TestLessonExpressions::conditions() {
    const auto holding = [&](const char* text) { return holds(parseCondition(text).value(), run_, places_).value(); };
    QVERIFY(holding("weight > 0.9"));
    QVERIFY(!holding("weight <= 0.9"));
    QVERIFY(holding("strongest-key = cat"));
    QVERIFY(holding("strongest-key != black"));
    QVERIFY(holding("weight chat -> cat > weight chat -> black"));
    QVERIFY(holding("tokens encoder = 9"));
    QVERIFY(holding("tokens encoder >= 9"));
    QVERIFY(!holding("tokens encoder < 9"));
}

void TestLessonExpressions::rightAnswers() {
    LessonQuestion question;
    LessonValue weight;
    weight.number = 0.98617;
    weight.decimals = 3;
    QVERIFY(isRight(question, weight, "0.986"));
    QVERIFY(isRight(question, weight, " 0,986 ")); // as half of the world writes it
    QVERIFY(!isRight(question, weight, "0.98"));
    question.tolerance = 0.05;
    QVERIFY(isRight(question, weight, "0.95"));
    QVERIFY(!isRight(question, weight, "0.9"));
    QVERIFY(!isRight(question, weight, "much"));
    LessonValue word;
    word.is_word = true;
    word.word = "Chat";
    QVERIFY(isRight(question, word, " chat "));
    QVERIFY(!isRight(question, word, "cha"));
}

void TestLessonExpressions::whatIsMissingIsSaid_data() {
    QTest::addColumn<QString>("expression");
    QTest::addColumn<QString>("reason");
    const auto row = [](const char* expression, const char* reason) { QTest::newRow(expression) << QString::fromUtf8(expression) << QString::fromUtf8(reason); };
    row("weight cross 9.1", "the model has no head cross 9.1");
    row("weight cross 2.1 chien -> cat", "the text has no token “chien”");
    row("score decoder 1.1 #2 -> #3", "the mask hides");
    row("probability Le \"qqqq\"", "“qqqq” is no token");
    row("length encoder 9 cat", "no layer 9");
    row("likeness encoder 0 cat", "no layer 0");
    row("changed weight", "nothing is changed");
}

void TestLessonExpressions::whatIsMissingIsSaid() {
    QFETCH(QString, expression);
    QFETCH(QString, reason);
    const Result<LessonValue> found = evaluate(parseExpression(expression.toStdString()).value(), run_, places_);
    QVERIFY(!found.ok());
    const QString said = QString::fromStdString(found.error().message());
    QVERIFY2(said.contains(reason), qPrintable(said));
}

QTEST_GUILESS_MAIN(TestLessonExpressions)
#include "tst_lesson_expressions.moc"
