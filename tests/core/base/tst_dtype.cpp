// Conversions between F32, F16 and BF16, against hand-computed bit patterns and exhaustively for every half.
#include "core/tensor/dtype.h"

#include <QTest>

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

using namespace headlight;

class TestDType : public QObject {
    Q_OBJECT
private slots:
    void everyHalfSurvivesTheRoundTrip() {
        for (std::uint32_t bits = 0; bits <= 0xffffu; ++bits) {
            const auto half = static_cast<std::uint16_t>(bits);
            const float value = f16ToF32(half);
            if (std::isnan(value))
                QVERIFY(std::isnan(f16ToF32(f32ToF16(value))));
            else
                QCOMPARE(f32ToF16(value), half);
        }
    }
    void roundsHalvesToNearestEven() {
        QCOMPARE(f32ToF16(1.0f + 0x1p-11f), std::uint16_t(0x3c00)); // a tie goes to the even neighbour
        QCOMPARE(f32ToF16(1.0f + 3 * 0x1p-11f), std::uint16_t(0x3c02));
        QCOMPARE(f32ToF16(65504.0f), std::uint16_t(0x7bff));
        QCOMPARE(f32ToF16(65520.0f), std::uint16_t(0x7c00)); // rounds to infinity
        QCOMPARE(f32ToF16(0x1p-25f), std::uint16_t(0x0000)); // half of the smallest subnormal, to even
        QCOMPARE(f32ToF16(-0x1p-24f), std::uint16_t(0x8001));
    }
    void everyBf16SurvivesTheRoundTrip() {
        for (std::uint32_t bits = 0; bits <= 0xffffu; ++bits) {
            const auto source = static_cast<std::uint16_t>(bits);
            const float value = bf16ToF32(source);
            if (!std::isnan(value))
                QCOMPARE(f32ToBf16(value), source);
        }
        QVERIFY(std::isnan(bf16ToF32(f32ToBf16(std::bit_cast<float>(0x7f800001u)))));
    }
    void convertsAnyLengthAndAlignmentLikeOneByOne_data() {
        QTest::addColumn<int>("count"); // around the widths of vector registers
        for (const int count : {0, 1, 3, 7, 8, 15, 16, 17, 31, 33, 65536})
            QTest::addRow("%d elements", count) << count;
    }
    void convertsAnyLengthAndAlignmentLikeOneByOne() {
        QFETCH(int, count);
        const auto n = static_cast<std::size_t>(count);
        std::vector<std::byte> bytes(2 * n + 1);
        for (std::size_t i = 0; i < n; ++i) { // every bit pattern in the longest row
            const auto pattern = static_cast<std::uint16_t>(i * 40503u);
            std::memcpy(bytes.data() + 1 + 2 * i, &pattern, 2);
        }
        const auto odd = std::span(bytes).subspan(1); // an odd address
        std::vector<float> halves(n), brains(n);
        QVERIFY(convertToF32(DType::F16, odd, halves));
        QVERIFY(convertToF32(DType::BF16, odd, brains));
        for (std::size_t i = 0; i < n; ++i) {
            const auto pattern = static_cast<std::uint16_t>(i * 40503u);
            QCOMPARE(std::bit_cast<std::uint32_t>(halves[i]), std::bit_cast<std::uint32_t>(f16ToF32(pattern)));
            QCOMPARE(std::bit_cast<std::uint32_t>(brains[i]), std::bit_cast<std::uint32_t>(bf16ToF32(pattern)));
        }
    }
    void knowsTheValuesOfSpecialHalves() {
        QCOMPARE(f16ToF32(0x0001), 0x1p-24f); // the smallest subnormal
        QCOMPARE(f16ToF32(0x03ff), 0x1p-14f - 0x1p-24f);
        QCOMPARE(f16ToF32(0x0400), 0x1p-14f);
        QCOMPARE(f16ToF32(0x7bff), 65504.0f);
        QCOMPARE(f16ToF32(0xfc00), -std::numeric_limits<float>::infinity());
        QVERIFY(std::signbit(f16ToF32(0x8000)) && f16ToF32(0x8000) == 0.0f);
        QVERIFY(std::isnan(f16ToF32(0x7c01)));
    }
    void refusesTypesThatAreNoFloats() {
        const std::array<std::byte, 4> bytes{};
        std::array<float, 1> out{};
        QVERIFY(!convertToF32(DType::I32, bytes, out));
        QVERIFY(convertToF32(DType::F32, bytes, out));
    }
    void findsTheOneValueThatIsNotFinite() {
        for (const float value : {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(), std::nanf("")}) {
            for (std::size_t place = 0; place < 37; ++place) {
                std::vector<float> values(37, -std::numeric_limits<float>::max());
                QVERIFY(allFinite(values));
                values[place] = value;
                QVERIFY(!allFinite(values));
            }
        }
        QVERIFY(allFinite({}));
    }
    void namesAndBitsOfEveryTypeAgree() {
        for (int i = 0; i <= static_cast<int>(DType::U64); ++i) {
            const auto dtype = static_cast<DType>(i);
            QVERIFY(dtypeFromName(dtypeName(dtype)) == dtype);
            QVERIFY(dtypeBits(dtype) >= 4 && dtypeBits(dtype) <= 64);
        }
        QVERIFY(!dtypeFromName("f32"));
    }
};

QTEST_APPLESS_MAIN(TestDType)
#include "tst_dtype.moc"
