// Conversions between F32, F16 and BF16, against hand-computed bit patterns and exhaustively for every half.
#include "core/tensor/dtype.h"

#include <QTest>

#include <bit>
#include <cmath>

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
