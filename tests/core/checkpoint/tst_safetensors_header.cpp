// The text of a safetensors header: every rule about it, one rejection a slot or data row, and what is legal
// beside it. The rules about sizes and positions are in tst_safetensors_layout.cpp. Reference:
// https://github.com/huggingface/safetensors, README "Format".
#include "tests/core/checkpoint/safetensors_cases.h"

using namespace headlight;
using namespace headlight::testing;

class TestSafetensorsHeader : public QObject {
    Q_OBJECT
private slots:
    // What is legal

    void acceptsAnEmptyObject() { QVERIFY(openHeader("{}", 0).ok()); }

    void acceptsLeadingWhiteSpaceAndTrailingSpaces() {
        const auto file = openHeader(" \t\r\n{" + kGood + "}     ", 8);
        QVERIFY(file.ok());
        QCOMPARE((*file)->entries().size(), std::size_t{1});
    }

    void acceptsScalarsAndZeroDimensions() {
        const auto file = openHeader("{" + entry("none", "F32", "[3,0]", "[0,0]") + "," +
                                         entry("one", "F32", "[]", "[0,4]") + "," +
                                         entry("none_too", "I64", "[0]", "[4,4]") + "}",
                                     4);
        QVERIFY2(file.ok(), file.ok() ? "" : file.error().message().c_str());
        QCOMPARE((*file)->find("one")->size_bytes, std::uint64_t{4});
        QVERIFY((*file)->find("none")->shape == (std::vector<std::uint64_t>{3, 0}));
    }

    void acceptsEveryDType_data() {
        QTest::addColumn<QString>("dtype");
        QTest::addColumn<int>("bytes"); // of 8 elements: that many as an element has bits
        const std::pair<const char*, int> types[] = {
            {"BOOL", 8},        {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"U8", 8},
            {"I8", 8},          {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8},
            {"F8_E5M2FNUZ", 8}, {"I16", 16},    {"U16", 16},    {"F16", 16},    {"BF16", 16},
            {"I32", 32},        {"U32", 32},    {"F32", 32},    {"C64", 64},    {"F64", 64},
            {"I64", 64},        {"U64", 64}};
        for (const auto& [name, bits] : types)
            QTest::newRow(name) << QString(name) << bits;
    }
    void acceptsEveryDType() {
        QFETCH(QString, dtype);
        QFETCH(int, bytes);
        const auto file = openHeader(
            "{" + entry("a", dtype.toStdString(), "[8]", "[0," + std::to_string(bytes) + "]") + "}",
            static_cast<std::size_t>(bytes));
        QVERIFY2(file.ok(), file.ok() ? "" : file.error().message().c_str());
        QCOMPARE(QString::fromStdString(std::string(dtypeName((*file)->find("a")->dtype))), dtype);
    }

    void sortsByOffsetWhateverTheOrderInTheHeader() {
        const auto file = openHeader("{" + entry("second", "F32", "[1]", "[8,12]") + "," +
                                         entry("first", "F32", "[2]", "[0,8]") + "}",
                                     12);
        QVERIFY(file.ok());
        QCOMPARE((*file)->entries().front().name, std::string("first"));
        QCOMPARE((*file)->find("second")->offset, (*file)->dataBegin() + 8);
        QVERIFY(!(*file)->find("third"));
    }

    void keepsMetadataAndEscapedNames() {
        const auto file = openHeader(R"({"__metadata__":{"format":"pt","empty":""},)" +
                                         entry("a\\u00e9\\\"\\u0000", "U8", "[1]", "[0,1]") + "}",
                                     1);
        QVERIFY(file.ok());
        QCOMPARE((*file)->metadata().at("format"), std::string("pt"));
        QVERIFY((*file)->find(std::string_view("a\xc3\xa9\"\0", 5)));
    }

    void passesOverUnknownFieldsAsTheReferenceReaderDoes() {
        QVERIFY(
            openHeader(
                R"({"a":{"dtype":"U8","note":{"x":[1,{"y":null}]},"shape":[1],"n":1,"data_offsets":[0,1],"l":[[]]}})",
                1)
                .ok());
    }

    // The length

    void rejectsFilesUnderEightBytes_data() {
        QTest::addColumn<int>("size");
        for (const int size : {0, 1, 7})
            QTest::addRow("%d bytes", size) << size;
    }
    void rejectsFilesUnderEightBytes() {
        QFETCH(int, size);
        refuses(openBytes(std::string(static_cast<std::size_t>(size), '\1')),
                "file is too small for safetensors", "header length");
    }

    void rejectsHeadersLongerThanTheFormatAllows_data() {
        QTest::addColumn<quint64>("length");
        QTest::newRow("one more") << quint64{kMaxSafetensorsHeader + 1};
        QTest::newRow("2^63") << (quint64{1} << 63);
        QTest::newRow("all ones") << ~quint64{0};
    }
    void rejectsHeadersLongerThanTheFormatAllows() {
        QFETCH(quint64, length);
        refuses(openBytes(lengthBytes(length) + "{}"), "safetensors header is too long", "header length");
    }

    void rejectsHeadersThatDoNotFitTheFile() {
        refuses(openBytes(lengthBytes(3) + "{}"), "safetensors header does not fit the file",
                "header length");
        refuses(openBytes(lengthBytes(kMaxSafetensorsHeader) + "{}"),
                "safetensors header does not fit the file", "header length");
    }

    // The text

    void rejectsHeadersThatDoNotStartWithAnObject_data() {
        QTest::addColumn<QByteArray>("header");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("spaces") << QByteArray("    ");
        QTest::newRow("list") << QByteArray("[]");
        QTest::newRow("text") << QByteArray("\"a\"");
        QTest::newRow("byte order mark") << QByteArray("\xef\xbb\xbf{}");
        QTest::newRow("NUL") << QByteArray("\0{}", 3);
        QTest::newRow("form feed") << QByteArray("\f{}");
    }
    void rejectsHeadersThatDoNotStartWithAnObject() {
        QFETCH(QByteArray, header);
        refuses(openHeader(header.toStdString(), 0), "safetensors header does not start with {", "header");
    }

    void rejectsAnythingButSpacesAfterTheObject_data() {
        QTest::addColumn<QByteArray>("tail");
        QTest::newRow("line break") << QByteArray("\n");
        QTest::newRow("tab") << QByteArray(" \t");
        QTest::newRow("NUL padding") << QByteArray("\0\0", 2);
        QTest::newRow("letter") << QByteArray("  x");
    }
    void rejectsAnythingButSpacesAfterTheObject() {
        QFETCH(QByteArray, tail);
        refuses(openHeader("{" + kGood + "}" + tail.toStdString(), 8),
                "something follows the safetensors header's object", "header");
    }

    void rejectsASecondObjectHiddenBehindNul() {
        using namespace std::string_literals;
        refuses(openHeader("{}\0{}"s, 0), "NUL byte in the safetensors header", "header byte 2");
    }

    void rejectsBrokenJson_data() {
        QTest::addColumn<QByteArray>("header");
        QTest::newRow("two objects") << QByteArray("{}{}");
        QTest::newRow("unclosed") << QByteArray("{\"__metadata__\":{}");
        QTest::newRow("trailing comma") << QByteArray("{\"__metadata__\":{},}");
        QTest::newRow("comment") << QByteArray("{/* */}");
        QTest::newRow("single quotes") << QByteArray("{'a':{}}");
        QTest::newRow("lone surrogate") << QByteArray(R"({"\ud800":{}})");
        QTest::newRow("raw line break in a name") << QByteArray("{\"a\nb\":{}}");
        QTest::newRow("NaN") << QByteArray("{\"a\":NaN}");
        QTest::newRow("leading zero")
            << QByteArray(R"({"a":{"dtype":"U8","shape":[01],"data_offsets":[0,1]}})");
        QTest::newRow("plus sign") << QByteArray(R"({"a":{"dtype":"U8","shape":[+1],"data_offsets":[0,1]}})");
    }
    void rejectsBrokenJson() {
        QFETCH(QByteArray, header);
        const auto result = openHeader(header.toStdString(), 0);
        QVERIFY(!result.ok());
        QCOMPARE(result.error().summary.c_str(), "safetensors header is not valid JSON");
        QVERIFY(result.error().item.starts_with("header byte "));
    }

    void rejectsInvalidUtf8_data() {
        QTest::addColumn<QByteArray>("name");
        QTest::newRow("stray continuation") << QByteArray("\x80");
        QTest::newRow("cut short") << QByteArray("\xe2\x82");
        QTest::newRow("overlong slash") << QByteArray("\xc0\xaf");
        QTest::newRow("surrogate") << QByteArray("\xed\xa0\x80");
        QTest::newRow("beyond U+10FFFF") << QByteArray("\xf4\x90\x80\x80");
        QTest::newRow("FF") << QByteArray("\xff");
    }
    void rejectsInvalidUtf8() {
        QFETCH(QByteArray, name);
        const auto result = openHeader("{" + entry(name.toStdString(), "U8", "[0]", "[0,0]") + "}", 0);
        QVERIFY(!result.ok());
        QCOMPARE(result.error().summary.c_str(), "safetensors header is not valid JSON");
        QVERIFY(result.error().found.find("UTF-8") != std::string::npos);
    }

    // __metadata__

    void rejectsMetadataThatIsNotTextToText_data() {
        QTest::addColumn<QByteArray>("metadata");
        QTest::addColumn<QByteArray>("summary");
        QTest::newRow("null") << QByteArray("null") << QByteArray("__metadata__ is not an object");
        QTest::newRow("text") << QByteArray("\"pt\"") << QByteArray("__metadata__ is not an object");
        QTest::newRow("list") << QByteArray("[]") << QByteArray("__metadata__ is not an object");
        QTest::newRow("number inside")
            << QByteArray("{\"step\":1}") << QByteArray("metadata value is not a text");
        QTest::newRow("null inside") << QByteArray("{\"step\":null}")
                                     << QByteArray("metadata value is not a text");
        QTest::newRow("object inside")
            << QByteArray("{\"step\":{}}") << QByteArray("metadata value is not a text");
        QTest::newRow("list inside") << QByteArray("{\"step\":[]}")
                                     << QByteArray("metadata value is not a text");
    }
    void rejectsMetadataThatIsNotTextToText() {
        QFETCH(QByteArray, metadata);
        QFETCH(QByteArray, summary);
        refuses(openHeader("{\"__metadata__\":" + metadata.toStdString() + "}", 0), summary.constData(),
                "__metadata__");
    }

    void rejectsDuplicateMetadata() {
        refuses(openHeader(R"({"__metadata__":{},"__metadata__":{}})", 0), "duplicate __metadata__",
                "__metadata__");
        refuses(openHeader(R"({"__metadata__":{"a":"1","a":"1"}})", 0), "duplicate key in __metadata__",
                "__metadata__");
    }

    // Entries

    void rejectsEntriesOfTheWrongKind_data() {
        QTest::addColumn<QByteArray>("value");
        for (const char* value : {"null", "1", "-1", "1.5", "true", "\"F32\"", "[]"})
            QTest::newRow(value) << QByteArray(value);
    }
    void rejectsEntriesOfTheWrongKind() {
        QFETCH(QByteArray, value);
        refuses(openHeader("{\"a\":" + value.toStdString() + "}", 0), "tensor is not described by an object",
                "a");
    }

    void rejectsMissingFields_data() {
        QTest::addColumn<QByteArray>("fields");
        QTest::newRow("all") << QByteArray("");
        QTest::newRow("dtype") << QByteArray(R"("shape":[1],"data_offsets":[0,4])");
        QTest::newRow("shape") << QByteArray(R"("dtype":"F32","data_offsets":[0,4])");
        QTest::newRow("data_offsets") << QByteArray(R"("dtype":"F32","shape":[1])");
    }
    void rejectsMissingFields() {
        QFETCH(QByteArray, fields);
        refuses(openHeader("{\"a\":{" + fields.toStdString() + "}}", 4), "tensor lacks a field", "a");
    }

    void rejectsDuplicateFields() {
        refuses(openHeader(R"({"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 4),
                "duplicate field of a tensor", "a");
        refuses(openHeader(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"shape":[1]}})", 4),
                "duplicate field of a tensor", "a");
    }

    void rejectsDuplicateNames() {
        refuses(openHeader("{" + kGood + "," + entry("a", "F32", "[2]", "[8,16]") + "}", 16),
                "duplicate tensor name", "a");
    }
    void rejectsDuplicateNamesUnderAnotherSpelling() {
        refuses(openHeader("{" + kGood + "," + entry("\\u0061", "F32", "[2]", "[8,16]") + "}", 16),
                "duplicate tensor name", "a");
    }

    void rejectsUnknownDTypes_data() {
        QTest::addColumn<QByteArray>("dtype");
        for (const char* dtype : {"", "f32", "F32 ", "F31", "FLOAT", "U4"})
            QTest::addRow("'%s'", dtype) << QByteArray(dtype);
    }
    void rejectsUnknownDTypes() {
        QFETCH(QByteArray, dtype);
        refuses(openHeader("{" + entry("a", dtype.toStdString(), "[2]", "[0,8]") + "}", 8),
                "tensor has an unknown dtype", "a");
    }
    void rejectsDTypesThatAreNoText() {
        for (const char* dtype : {"1", "null", "[]", "{}"})
            refuses(openHeader(std::string("{\"a\":{\"dtype\":") + dtype + "}}", 0), "dtype is not a text",
                    "a");
    }

    void rejectsShapesThatAreNoList() {
        for (const char* shape : {"1", "null", "\"[1]\"", "{}"})
            refuses(openHeader("{" + entry("a", "F32", shape, "[0,4]") + "}", 4), "shape is not a list", "a");
    }
    void rejectsDimensionsThatAreNoWholeNumbers_data() {
        QTest::addColumn<QByteArray>("dimension");
        for (const char* dimension :
             {"-1", "-0", "1.0", "1e0", "\"1\"", "null", "true", "[1]", "{}", "18446744073709551616"})
            QTest::newRow(dimension) << QByteArray(dimension);
    }
    void rejectsDimensionsThatAreNoWholeNumbers() {
        QFETCH(QByteArray, dimension);
        refuses(openHeader("{" + entry("a", "F32", "[" + dimension.toStdString() + "]", "[0,4]") + "}", 4),
                "dimension is not a whole number of 0 or more", "a");
    }

    void rejectsOffsetsThatAreNoWholeNumbers_data() { rejectsDimensionsThatAreNoWholeNumbers_data(); }
    void rejectsOffsetsThatAreNoWholeNumbers() {
        QFETCH(QByteArray, dimension);
        refuses(openHeader("{" + entry("a", "F32", "[1]", "[0," + dimension.toStdString() + "]") + "}", 4),
                "data offset is not a whole number of 0 or more", "a");
    }
    void rejectsOtherThanTwoOffsets() {
        refuses(openHeader("{" + entry("a", "F32", "[1]", "[]") + "}", 4), "tensor lacks a data offset", "a");
        refuses(openHeader("{" + entry("a", "F32", "[1]", "[0]") + "}", 4), "tensor lacks a data offset",
                "a");
        refuses(openHeader("{" + entry("a", "F32", "[1]", "[0,4,4]") + "}", 4),
                "tensor has more than two data offsets", "a");
        refuses(openHeader("{" + entry("a", "F32", "[1]", "4") + "}", 4), "data_offsets is not a list", "a");
    }
    void rejectsTensorsThatEndBeforeTheyBegin() {
        refuses(openHeader("{" + entry("a", "F32", "[1]", "[4,0]") + "}", 4), "tensor ends before it begins",
                "a");
    }
};

QTEST_APPLESS_MAIN(TestSafetensorsHeader)
#include "tst_safetensors_header.moc"
