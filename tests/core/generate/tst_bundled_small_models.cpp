// What the cards of the bundled books-gpt and mini-bert promise: an induction head, heads that look next door, easy gaps.
#include "core/compute/backend.h"
#include "core/generate/generate.h"

#include <QtTest>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <random>

using namespace headlight;

namespace {

std::filesystem::path modelsFolder() { return std::filesystem::path(HEADLIGHT_RESOURCES_DIR) / "models"; }

std::shared_ptr<const Model> load(const char* name) {
    auto loaded = Model::load(modelsFolder() / name, selectBackend({.choice = BackendChoice::Cpu}).value().backend);
    if (!loaded.ok())
        qWarning("%s", loaded.error().message().c_str());
    return loaded.ok() ? loaded.value() : nullptr;
}

/// The key a row is expected to look at; nothing for rows that do not count.
using WantedKey = std::function<std::optional<std::size_t>(const TokenSequence&, std::size_t row)>;

/// Sums weights on wanted keys over several runs, per head.
class LookMeter {
public:
    LookMeter(AttentionKind kind, WantedKey wanted) : kind_(kind), wanted_(std::move(wanted)) {}

    void add(const Trace& trace, const TokenSequence& tokens) {
        const std::size_t n_heads = trace.nHeads(kind_);
        sums_.resize(trace.nLayers(kind_) * n_heads);
        for (std::size_t at = 0; at < sums_.size(); ++at) {
            const Tensor weights = trace.weights({kind_, LayerIndex{at / n_heads}, HeadIndex{at % n_heads}});
            for (std::size_t row = 0; row < tokens.size(); ++row) {
                if (const auto key = wanted_(tokens, row))
                    sums_[at] += weights.row(row)[*key];
            }
        }
        for (std::size_t row = 0; row < tokens.size(); ++row)
            count_ += wanted_(tokens, row).has_value() ? 1 : 0;
    }
    /// The mean weight of the head that looks there most.
    [[nodiscard]] double best() const { return *std::max_element(sums_.begin(), sums_.end()) / static_cast<double>(count_); }

private:
    AttentionKind kind_;
    WantedKey wanted_;
    std::vector<double> sums_;
    std::size_t count_ = 0;
};

} // namespace

class TestBundledSmallModels : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void inductionHeadFindsWhatCameNext();
    void repeatedTokensAreCopied();
    void booksGptContinuesAText();
    void headsLookNextDoor();
    void easyGapsAreFilled_data();
    void easyGapsAreFilled();
    void allBundledModelsStaySmall();

private:
    static constexpr std::size_t kPeriod = 64;
    static constexpr int kSequences = 6;
    [[nodiscard]] ModelInput repeatedTwice(std::uint32_t seed) const;
    std::shared_ptr<const Model> books_;
    std::shared_ptr<const Model> bert_;
};

void TestBundledSmallModels::initTestCase() {
    books_ = load("books-gpt");
    bert_ = load("mini-bert");
    QVERIFY(books_ && books_->tokenizer());
    QVERIFY(bert_ && bert_->tokenizer());
}

/// Random ordinary ids (0 is the end of a text), said twice.
ModelInput TestBundledSmallModels::repeatedTwice(std::uint32_t seed) const {
    std::mt19937 random(seed);
    const auto vocabulary = static_cast<std::uint32_t>(books_->tokenizer()->vocabularySize());
    std::vector<TokenId> ids(2 * kPeriod);
    for (std::size_t i = 0; i < kPeriod; ++i)
        ids[i] = ids[i + kPeriod] = static_cast<TokenId>(1 + random() % (vocabulary - 1));
    return books_->prepareIds(std::move(ids)).value();
}

void TestBundledSmallModels::inductionHeadFindsWhatCameNext() {
    LookMeter after_previous(AttentionKind::DecoderSelf, [](const TokenSequence&, std::size_t row) {
        return row < kPeriod ? std::nullopt : std::optional<std::size_t>(row - kPeriod + 1);
    });
    for (int i = 0; i < kSequences; ++i) {
        const auto run = books_->run(repeatedTwice(100 + i));
        QVERIFY(run.ok());
        after_previous.add(*run.value().trace, run.value().input.target);
    }
    QVERIFY2(after_previous.best() > 0.4, qPrintable(QString::number(after_previous.best())));
}

void TestBundledSmallModels::repeatedTokensAreCopied() {
    std::size_t right = 0;
    for (int i = 0; i < kSequences; ++i) {
        const auto run = books_->run(repeatedTwice(200 + i));
        QVERIFY(run.ok());
        const std::vector<TokenId>& ids = run.value().input.target.ids;
        const auto logits = books_->logits(*run.value().trace, {kPeriod, 2 * kPeriod - 1});
        QVERIFY(logits.ok());
        for (std::size_t row = 0; row + 1 < kPeriod; ++row)
            right += topCandidates(logits.value().row(row), 1)[0].id == ids[row + 1] ? 1 : 0;
    }
    QVERIFY2(right > kSequences * (kPeriod - 1) * 6 / 10, qPrintable(QString::number(right)));
}

void TestBundledSmallModels::booksGptContinuesAText() {
    GenerateOptions options;
    options.max_new_tokens = 12;
    const auto generation = generate(*books_, books_->prepare({.text = "The old man", .text_pair = {}, .target = {}}).value(), options);
    QVERIFY2(generation.ok(), generation.ok() ? "" : generation.error().message().c_str());
    QVERIFY(std::count(generation.value().text.begin(), generation.value().text.end(), ' ') >= 4);
}

void TestBundledSmallModels::headsLookNextDoor() {
    const auto ordinary = [](const TokenSequence& tokens, std::size_t row) { return !tokens.special[row]; };
    LookMeter previous(AttentionKind::EncoderSelf, [&](const TokenSequence& tokens, std::size_t row) {
        return ordinary(tokens, row) ? std::optional(row - 1) : std::nullopt;
    });
    LookMeter next(AttentionKind::EncoderSelf, [&](const TokenSequence& tokens, std::size_t row) {
        return ordinary(tokens, row) ? std::optional(row + 1) : std::nullopt;
    });
    for (const char* text : {"The cat is sleeping on the sofa.", "I don't know what you want me to say about it.",
                             "It was the first time that he had seen the sea, and he stood there for a long while."}) {
        const auto run = bert_->run(bert_->prepare({.text = text, .text_pair = {}, .target = {}}).value());
        QVERIFY(run.ok());
        previous.add(*run.value().trace, run.value().input.source);
        next.add(*run.value().trace, run.value().input.source);
    }
    QVERIFY2(previous.best() > 0.5, qPrintable(QString::number(previous.best())));
    QVERIFY2(next.best() > 0.5, qPrintable(QString::number(next.best())));
}

void TestBundledSmallModels::easyGapsAreFilled_data() {
    QTest::addColumn<QString>("sentence");
    QTest::addColumn<QStringList>("accepted");
    QTest::newRow("want") << "I [MASK] to go home." << QStringList{"want", "need", "have", "wanted", "had", "like"};
    QTest::newRow("much") << "Thank you [MASK] much." << QStringList{"very", "so"};
    QTest::newRow("old") << "How old [MASK] you?" << QStringList{"are", "were"};
    QTest::newRow("what") << "I don't know [MASK] to do." << QStringList{"what", "how", "where"};
    QTest::newRow("door") << "Please open the [MASK]." << QStringList{"door", "window", "box", "book"};
    QTest::newRow("language") << "Can you speak [MASK]?" << QStringList{"french", "english", "german", "spanish", "japanese"};
}

void TestBundledSmallModels::easyGapsAreFilled() {
    QFETCH(QString, sentence);
    QFETCH(QStringList, accepted);
    const auto run = bert_->run(bert_->prepare({.text = sentence.toStdString(), .text_pair = {}, .target = {}}).value());
    QVERIFY(run.ok());
    const TokenSequence& tokens = run.value().input.source;
    const auto mask = std::find(tokens.tokens.begin(), tokens.tokens.end(), "[MASK]");
    QVERIFY(mask != tokens.tokens.end());
    const auto at = static_cast<std::size_t>(mask - tokens.tokens.begin());
    const auto logits = bert_->logits(*run.value().trace, {at, at + 1});
    QVERIFY(logits.ok());
    const TokenId guess = topCandidates(logits.value().row(0), 1)[0].id;
    const QString word = QString::fromStdString(bert_->describe({guess}).tokens[0]);
    QVERIFY2(accepted.contains(word), qPrintable(word));
}

void TestBundledSmallModels::allBundledModelsStaySmall() {
    std::uintmax_t bytes = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(modelsFolder()))
        bytes += entry.is_regular_file() ? entry.file_size() : 0;
    QVERIFY2(bytes < 60'000'000, qPrintable(QString::number(bytes)));
}

QTEST_APPLESS_MAIN(TestBundledSmallModels)
#include "tst_bundled_small_models.moc"
