// A run that takes over an earlier one's rows gives every number of a full run, bit for bit, and computes
// only the rest.
#include "core/generate/generate.h"
#include "core/model/model.h"
#include "tests/support/model_folder.h"

#include <QtTest>

#include <cstring>

using namespace headlight;
using namespace headlight::test;

namespace {

constexpr std::size_t kLongest =
    70; // several blocks of rows and panels of keys, beyond every golden model's window

/// What a person does to a text: `before` tokens of which the first `common` stay, then `after` in all.
struct Edit {
    const char* name;
    std::size_t before;
    std::size_t common;
    std::size_t after;
};

/// Ids in the vocabulary that look random and differ from seed to seed.
std::vector<TokenId> someIds(std::size_t n, std::size_t vocabulary_size, std::uint64_t seed) {
    std::vector<TokenId> ids;
    std::uint64_t state = seed * 2654435761u + 12345;
    for (std::size_t i = 0; i < n; ++i) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        ids.push_back(static_cast<TokenId>((state >> 33) % vocabulary_size));
    }
    return ids;
}

std::size_t longestText(const StackSpec& stack) {
    const std::size_t limit = stack.positions.max_positions;
    return limit == 0 ? kLongest : std::min(limit, kLongest);
}

std::vector<Edit> editsOf(std::size_t longest) {
    return {{"one token more", longest - 1, longest - 1, longest},
            {"half as much again", longest / 2, longest / 2, longest},
            {"one less at the end", longest, longest - 1, longest - 1},
            {"changed in the middle", longest, longest / 2, longest},
            {"cut in the middle", longest, longest / 3, longest - longest / 4},
            {"another first token", longest, 0, longest}};
}

/// `after`'s ids share exactly `common` ids with `before`'s.
std::pair<std::vector<TokenId>, std::vector<TokenId>> idsOfEdit(const Edit& edit,
                                                                std::size_t vocabulary_size) {
    std::vector<TokenId> before = someIds(edit.before, vocabulary_size, 1);
    std::vector<TokenId> after = someIds(edit.after, vocabulary_size, 2);
    std::copy_n(before.begin(), edit.common, after.begin());
    if (edit.common < std::min(edit.before, edit.after) && after[edit.common] == before[edit.common])
        after[edit.common] =
            static_cast<TokenId>((before[edit.common] + 1) % static_cast<TokenId>(vocabulary_size));
    return {before, after};
}

ModelInput inputOf(const Model& model, const std::vector<TokenId>& source, std::vector<TokenId> target) {
    const bool translates = model.spec().kind == ModelKind::EncoderDecoder;
    if (translates &&
        model.spec().head ==
            HeadKind::SequenceClassification) { // takes no target: its decoder reads the text again
        auto input = model.prepareIds(source);
        input.value().target = model.describe(std::move(target));
        return std::move(input).value();
    }
    auto input =
        translates ? model.prepareIds(source, std::move(target)) : model.prepareIds(std::move(target));
    if (!input)
        qFatal("%s", input.error().message().c_str());
    return std::move(input).value();
}

RunResult mustRun(const Model& model, const ModelInput& input, const RunResult* earlier = nullptr) {
    auto run = model.run(input, {}, earlier);
    if (!run)
        qFatal("%s", run.error().message().c_str());
    return std::move(run).value();
}

bool sameBits(const Tensor& a, const Tensor& b) {
    return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

/// The first thing two traces differ in; empty when every bit is the same.
std::string difference(const Trace& a, const Trace& b) {
    for (const StackKind stack : {StackKind::Encoder, StackKind::Decoder}) {
        if (a.has(stack) != b.has(stack))
            return "a stack is missing";
        if (!a.has(stack))
            continue;
        if (!sameBits(a.embedding(stack), b.embedding(stack)))
            return "embedding";
        for (std::size_t layer = 0; layer < a.stack(stack).hidden.size(); ++layer)
            if (!sameBits(a.hidden(stack, LayerIndex(layer)), b.hidden(stack, LayerIndex(layer))))
                return "hidden states of layer " + std::to_string(layer);
        if (!sameBits(a.finalHidden(stack), b.finalHidden(stack)))
            return "final hidden states";
    }
    if (a.kinds() != b.kinds())
        return "kinds of attention";
    for (const AttentionKind kind : a.kinds())
        for (std::size_t layer = 0; layer < a.nLayers(kind); ++layer) {
            const LayerIndex at(layer);
            const std::string where =
                " of " + std::string(attentionKindName(kind)) + " layer " + std::to_string(layer);
            if (!sameBits(a.query(kind, at), b.query(kind, at)) ||
                !sameBits(a.key(kind, at), b.key(kind, at)) ||
                !sameBits(a.value(kind, at), b.value(kind, at)))
                return "query, key or value" + where;
            for (std::size_t head = 0; head < a.nHeads(kind); ++head) {
                const HeadAddress address{kind, at, HeadIndex(head)};
                const TokenRange rows{0, a.nQueries(kind)}, columns{0, a.nKeys(kind)};
                if (!sameBits(a.weights(address), b.weights(address)) ||
                    !sameBits(a.scores(address, rows, columns), b.scores(address, rows, columns)))
                    return "attention" + where;
            }
        }
    return {};
}

} // namespace

class TestReuse : public QObject {
    Q_OBJECT
private slots:
    void decoderRowsAreThoseOfAFullRun_data();
    void decoderRowsAreThoseOfAFullRun();
    void longSlidingWindowsReuseToo();
    void bf16RowsAreThoseOfAFullRun();
    void manyKeystrokesDoNotPileUp();
    void encoderIsKeptForAnotherTarget();
    void anotherSourceRecomputesEverything();
    void encodersReuseOnlyTheSameInput();
    void segmentsCount();
    void refusesAnglesThatDependOnTheLength_data();
    void refusesAnglesThatDependOnTheLength();
    void anotherModelsRunIsIgnored();
    void generationTakesOverItsPrompt_data();
    void generationTakesOverItsPrompt();
};

void TestReuse::decoderRowsAreThoseOfAFullRun_data() {
    QTest::addColumn<QString>("name");
    for (const std::string& name : goldenNames())
        if (loadGolden(name)->spec().hasDecoder())
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

void TestReuse::decoderRowsAreThoseOfAFullRun() {
    QFETCH(const QString, name);
    const auto model = loadGolden(name.toStdString());
    const ModelSpec& spec = model->spec();
    const std::vector<TokenId> source = idsOf(goldenJson(name.toStdString()), "ids");
    std::size_t longest = longestText(*spec.decoder);
    if (spec.decoder->positions.rotary.scaling == RotaryScaling::Dynamic ||
        spec.decoder->positions.rotary.scaling == RotaryScaling::LongRope)
        longest = std::min(longest, spec.decoder->positions.rotary.original_positions);
    for (const Edit& edit : editsOf(longest)) {
        const auto [before, after] = idsOfEdit(edit, spec.vocabulary_size);
        const RunResult earlier = mustRun(*model, inputOf(*model, source, before));
        const ModelInput input = inputOf(*model, source, after);
        const RunResult full = mustRun(*model, input);
        const RunResult reused = mustRun(*model, input, &earlier);
        QCOMPARE(full.n_computed, input.source.size() + input.target.size());
        const auto skipped = spec.decoder->positions.skipped_token;
        const auto kept_end =
            after.begin() + static_cast<std::ptrdiff_t>(edit.common); // the encoder, too, is taken over
        const auto n_kept = skipped ? std::find(after.begin(), kept_end, *skipped) - after.begin()
                                    : std::ptrdiff_t(edit.common);
        QCOMPARE(reused.n_computed, edit.after - std::size_t(n_kept));
        const std::string differs = difference(*full.trace, *reused.trace);
        QVERIFY2(differs.empty(), (std::string(edit.name) + ": " + differs).c_str());
        if (spec.head != HeadKind::None) {
            const TokenRange rows{0, full.trace->stack(spec.outputStack()).nTokens()};
            QVERIFY(sameBits(model->logits(*full.trace, rows).value(),
                             model->logits(*reused.trace, rows).value()));
        }
    }
}

/// Rows far behind the window's begin: which keys a block of rows looks at depends on the block.
void TestReuse::longSlidingWindowsReuseToo() {
    ModelFolder folder("mistral-lm");
    folder.editConfig([](nlohmann::json& config) {
        config["max_position_embeddings"] = 2048;
        config["sliding_window"] = 37;
    });
    const auto model = folder.load();
    QVERIFY2(model.ok(), model.ok() ? "" : model.error().message().c_str());
    const std::vector<TokenId> ids = someIds(700, model.value()->spec().vocabulary_size, 3);
    const RunResult full = mustRun(*model.value(), inputOf(*model.value(), {}, ids));
    for (const std::size_t n_before : {1u, 63u, 64u, 65u, 200u, 511u, 699u}) {
        const RunResult earlier =
            mustRun(*model.value(), inputOf(*model.value(), {}, {ids.begin(), ids.begin() + n_before}));
        const RunResult reused = mustRun(*model.value(), full.input, &earlier);
        QCOMPARE(reused.n_computed, ids.size() - n_before);
        QCOMPARE(difference(*full.trace, *reused.trace), std::string());
    }
}

void TestReuse::bf16RowsAreThoseOfAFullRun() {
    const auto backend = selectBackend({.choice = BackendChoice::Cpu, .precision = ComputePrecision::BF16});
    QVERIFY(backend.ok());
    for (const char* name : {"gpt2-lm", "llama-lm", "marian-swish"}) {
        const auto model = Model::load(goldenRoot() / name, backend.value().backend);
        QVERIFY(model.ok());
        const std::vector<TokenId> source = idsOf(goldenJson(name), "ids");
        for (const Edit& edit : editsOf(longestText(*model.value()->spec().decoder))) {
            const auto [before, after] = idsOfEdit(edit, model.value()->spec().vocabulary_size);
            const RunResult earlier = mustRun(*model.value(), inputOf(*model.value(), source, before));
            const ModelInput input = inputOf(*model.value(), source, after);
            QCOMPARE(difference(*mustRun(*model.value(), input).trace,
                                *mustRun(*model.value(), input, &earlier).trace),
                     std::string());
        }
    }
}

void TestReuse::manyKeystrokesDoNotPileUp() {
    const auto model = loadGolden("llama-lm");
    const std::vector<TokenId> ids = someIds(40, model->spec().vocabulary_size, 4);
    RunResult newest = mustRun(*model, inputOf(*model, {}, {ids.begin(), ids.begin() + 1}));
    for (std::size_t n = 2; n <= ids.size(); ++n) {
        const std::weak_ptr<const Trace> old = newest.trace;
        const std::weak_ptr<const Buffer> old_buffer =
            newest.trace->stack(StackKind::Decoder).embedding.buffer;
        newest =
            mustRun(*model, inputOf(*model, {}, {ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(n)}),
                    &newest);
        QCOMPARE(newest.n_computed, std::size_t(1));
        QVERIFY(old.expired() && old_buffer.expired());
    }
    const RunResult full = mustRun(*model, newest.input);
    QCOMPARE(difference(*full.trace, *newest.trace), std::string());
    QCOMPARE(newest.trace->sizeBytes(), full.trace->sizeBytes());
}

void TestReuse::encoderIsKeptForAnotherTarget() {
    const auto model = loadGolden("marian-swish");
    const std::vector<TokenId> source = idsOf(goldenJson("marian-swish"), "ids");
    const RunResult earlier = mustRun(*model, inputOf(*model, source, {5, 6, 7}));
    const RunResult reused = mustRun(*model, inputOf(*model, source, {9, 6, 7, 8}), &earlier);
    QCOMPARE(reused.n_computed, std::size_t(4)); // no row of the encoder
    QVERIFY(reused.trace->stack(StackKind::Encoder).embedding.buffer ==
            earlier.trace->stack(StackKind::Encoder).embedding.buffer);
    QCOMPARE(difference(*mustRun(*model, reused.input).trace, *reused.trace), std::string());
}

void TestReuse::anotherSourceRecomputesEverything() {
    const auto model = loadGolden("marian-swish");
    const RunResult earlier = mustRun(*model, inputOf(*model, {5, 6, 7}, {5, 6, 7}));
    const RunResult changed =
        mustRun(*model, inputOf(*model, {5, 6, 8}, {5, 6, 7}), &earlier); // cross attention reads the source
    QCOMPARE(changed.n_computed, std::size_t(6));
    QCOMPARE(difference(*mustRun(*model, changed.input).trace, *changed.trace), std::string());
}

void TestReuse::encodersReuseOnlyTheSameInput() {
    const auto model = loadGolden("bert-mlm");
    const auto input = [&](std::vector<TokenId> ids) { return model->prepareIds(std::move(ids)).value(); };
    const RunResult earlier = mustRun(*model, input({4, 5, 6}));
    const RunResult longer = mustRun(*model, input({4, 5, 6, 7}), &earlier); // every row reads the new token
    QCOMPARE(longer.n_computed, std::size_t(4));
    QCOMPARE(difference(*mustRun(*model, longer.input).trace, *longer.trace), std::string());
    const RunResult same = mustRun(*model, input({4, 5, 6}), &earlier);
    QCOMPARE(same.n_computed, std::size_t(0));
    QVERIFY(same.trace == earlier.trace);
}

void TestReuse::segmentsCount() {
    const auto model = loadGolden("bert-mlm");
    ModelInput input = model->prepareIds({4, 5, 6}).value();
    const RunResult earlier = mustRun(*model, input);
    input.source.type_ids = {0, 0, 1};
    QCOMPARE(mustRun(*model, input, &earlier).n_computed, std::size_t(3));
}

void TestReuse::refusesAnglesThatDependOnTheLength_data() {
    QTest::addColumn<QString>("name");
    QTest::newRow("dynamic") << QStringLiteral("llama-dynamic");
    QTest::newRow("LongRope") << QStringLiteral("phi3-longrope");
}

void TestReuse::refusesAnglesThatDependOnTheLength() {
    QFETCH(const QString, name);
    const auto model = loadGolden(name.toStdString());
    const std::size_t original = model->spec().decoder->positions.rotary.original_positions;
    const auto ids = [&](std::size_t n) {
        return inputOf(*model, {}, someIds(n, model->spec().vocabulary_size, 5));
    };
    std::size_t n_longer = original + 1;
    if (const std::size_t limit = model->spec().decoder->positions.max_positions;
        limit > 0 && limit < n_longer)
        QSKIP("this model ends where its angles begin to depend on the length");
    const RunResult within = mustRun(*model, ids(original));
    const RunResult beyond = mustRun(*model, ids(n_longer), &within);
    QCOMPARE(beyond.n_computed, n_longer); // all angles are others
    QCOMPARE(difference(*mustRun(*model, beyond.input).trace, *beyond.trace), std::string());
    const RunResult back = mustRun(*model, ids(original), &beyond);
    QCOMPARE(back.n_computed, original);
    QCOMPARE(difference(*within.trace, *back.trace), std::string());
}

void TestReuse::anotherModelsRunIsIgnored() {
    const auto model = loadGolden("gpt2-lm");
    const auto twin = loadGolden("gpt2-lm");
    const RunResult earlier = mustRun(*twin, inputOf(*twin, {}, {1, 2, 3}));
    const RunResult run = mustRun(*model, inputOf(*model, {}, {1, 2, 3}), &earlier);
    QCOMPARE(run.n_computed, std::size_t(3));
    QVERIFY(run.trace != earlier.trace);
}

void TestReuse::generationTakesOverItsPrompt_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("n_beams");
    for (const char* name : {"gpt2-lm", "gemma2-lm", "marian-swish"})
        for (const int n_beams : {1, 3})
            QTest::addRow("%s, %d", name, n_beams) << QString::fromLatin1(name) << n_beams;
}

void TestReuse::generationTakesOverItsPrompt() {
    QFETCH(const QString, name);
    QFETCH(const int, n_beams);
    const auto model = loadGolden(name.toStdString());
    const std::vector<TokenId> source = idsOf(goldenJson(name.toStdString()), "ids");
    GenerateOptions options;
    options.max_new_tokens = 4;
    options.n_beams = std::size_t(n_beams);
    const std::vector<TokenId> prompt = someIds(4, model->spec().vocabulary_size, 6);
    const auto first = generate(*model, inputOf(*model, source, prompt), options);
    QVERIFY2(first.ok(), first.ok() ? "" : first.error().message().c_str());
    std::vector<TokenId> kept =
        first.value().run.input.target.ids; // the person goes on from the third word with one of her own
    kept.resize(prompt.size() + 1);
    kept.back() = (kept.back() + 1) % TokenId(model->spec().vocabulary_size);
    const auto full = generate(*model, inputOf(*model, source, kept), options);
    const auto reused = generate(*model, inputOf(*model, source, kept), options, {}, &first.value().run);
    QVERIFY(full.ok() && reused.ok());
    QCOMPARE(reused.value().new_ids, full.value().new_ids);
    QCOMPARE(difference(*full.value().run.trace, *reused.value().run.trace), std::string());
    const RunResult& run = reused.value().run;
    QCOMPARE(run.n_computed, run.input.target.size() - prompt.size());
    // What was generated is as good to go on from as what was run.
    const RunResult again = mustRun(*model, run.input, &first.value().run);
    QCOMPARE(difference(*mustRun(*model, run.input).trace, *again.trace), std::string());
}

QTEST_APPLESS_MAIN(TestReuse)
#include "tst_reuse.moc"
