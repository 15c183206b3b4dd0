// Errors as a person reads them, and the macros that pass them on.
#include "core/base/checked.h"
#include "core/base/result.h"

#include <QTest>

#include <array>
#include <memory>

using namespace headlight;

namespace {

Result<int> half(int number) {
    if (number % 2)
        return makeError(ErrorKind::Usage, "odd number").atItem(std::to_string(number));
    return number / 2;
}

Result<int> quarter(int number) {
    HEADLIGHT_ASSIGN(const int once, half(number));
    HEADLIGHT_ASSIGN(const int twice, half(once));
    return twice;
}

Result<void> check(int number) {
    HEADLIGHT_CHECK(half(number));
    return {};
}

Result<std::unique_ptr<int>> owned() {
    return std::make_unique<int>(3);
}

} // namespace

class TestResult : public QObject {
    Q_OBJECT
private slots:
    void passesValuesAndErrorsOn() {
        QCOMPARE(*quarter(8), 2);
        QVERIFY(!quarter(6).ok());
        QCOMPARE(quarter(6).error().item, std::string("3"));
        QVERIFY(check(2).ok());
        QCOMPARE(check(3).error().summary, std::string("odd number"));
    }
    void movesValuesThatCannotBeCopied() {
        auto pointer = owned();
        const std::unique_ptr<int> taken = std::move(pointer).value();
        QCOMPARE(*taken, 3);
    }
    void tellsEverythingInOneSentence() {
        const Error error = makeError(ErrorKind::Weights, "size mismatch")
                                .inFile("model.safetensors")
                                .atItem("h.0.attn.c_attn.weight")
                                .butFound("[1024, 3072]", "[768, 2304]")
                                .because("config.json is another model's")
                                .nextStep("Take both from one place");
        QCOMPARE(
            error.message(),
            std::string("size mismatch: h.0.attn.c_attn.weight in model.safetensors (expected [1024, 3072], "
                        "found [768, 2304]). config.json is another model's. Take both from one place"));
    }
    void leavesOutWhatIsNotThere() {
        QCOMPARE(makeError(ErrorKind::Usage, "no such layer").message(), std::string("no such layer"));
        Error found = makeError(ErrorKind::File, "cannot read");
        found.found = "Input/output error";
        QCOMPARE(found.message(), std::string("cannot read (found Input/output error)"));
    }
    void doesNotRepeatWhatTheSummaryNames() {
        QCOMPARE(makeError(ErrorKind::Text, "--text is empty").atItem("--text").message(),
                 std::string("--text is empty"));
    }
    void staysOnOneLineWhateverANameHolds() {
        const std::string message =
            makeError(ErrorKind::Format, "duplicate name").atItem("a\nb\x1b[31m\x7f").message();
        QCOMPARE(message, std::string("duplicate name: a b [31m "));
    }
    void cancelledIsNoFailureToShow() {
        QVERIFY(cancelledError().cancelled());
        QVERIFY(!makeError(ErrorKind::Memory, "x").cancelled());
    }
    void sizeArithmeticSaysWhenItOverflows() {
        QVERIFY(checkedMultiply(1ull << 32, 1ull << 31) == (1ull << 63));
        QVERIFY(!checkedMultiply(1ull << 32, 1ull << 32));
        QVERIFY(!checkedAdd(~0ull, 1));
        QVERIFY(checkedElementCount({}) == 1u);
        QVERIFY(checkedElementCount(std::array<std::uint64_t, 3>{2, 0, 5}) == 0u);
        QVERIFY(!checkedElementCount(std::array<std::uint64_t, 3>{1ull << 40, 1ull << 40, 0}));
    }
};

QTEST_APPLESS_MAIN(TestResult)
#include "tst_result.moc"
