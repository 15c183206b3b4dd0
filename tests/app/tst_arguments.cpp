// Parsing and checking of the command line, without running anything.
#include "app/argument_values.h"
#include "app/arguments.h"

#include <QtTest>

using namespace headlight;

namespace {

std::variant<Options, ParseEnd> parse(const std::vector<std::string>& words) {
    std::vector<const char*> pointers{"headlight"};
    for (const std::string& word : words)
        pointers.push_back(word.c_str());
    return parseArguments(static_cast<int>(pointers.size()), pointers.data());
}

/// The same from a data row.
std::variant<Options, ParseEnd> parseRow(const QStringList& row) {
    std::vector<std::string> words;
    for (const QString& word : row)
        words.push_back(word.toStdString());
    return parse(words);
}

} // namespace

class TestArguments : public QObject {
    Q_OBJECT

private slots:
    void readsWhatIsDoneToAMap() {
        const auto parsed = parse({"export", "--model", "m", "--text", "a", "--layer", "1", "--head", "2", "--head", "0", "--heads-combine", "max",
                                   "--merge-words", "--hide", "special", "--dim", "sinks", "--renormalise", "--threshold", "0.05",
                                   "--pooling", "mean", "--out", "f.svg"});
        QVERIFY(std::holds_alternative<Options>(parsed));
        const ExportArguments& picture = std::get<Options>(parsed).picture;
        QCOMPARE(picture.heads, (std::vector<std::size_t>{2, 0}));
        QCOMPARE(picture.head, std::optional<std::size_t>(2));
        QCOMPARE(picture.map.combine, std::optional(HeadCombination::Maximum));
        QVERIFY(picture.map.merge_words && picture.map.renormalise && picture.mean_pooling);
        QCOMPARE(picture.map.special, KeyTreatment::Hide);
        QCOMPARE(picture.map.sinks, KeyTreatment::Dim);
        QCOMPARE(picture.threshold, 0.05);
    }

    void readsEveryOptionOfGenerate() {
        const auto parsed = parse({"generate", "--model", "m", "--text", "a b", "--max-new-tokens", "7", "--temperature", "0.5",
                                   "--top-k", "3", "--top-p", "0.9", "--min-p", "0.05", "--repetition-penalty", "1.2", "--seed", "18446744073709551615", "--threads", "2",
                                   "--backend", "cpu", "--precision", "bf16", "--json"});
        QVERIFY(std::holds_alternative<Options>(parsed));
        const auto& options = std::get<Options>(parsed);
        QCOMPARE(options.command, Subcommand::Generate);
        QCOMPARE(options.model.name, std::string("m"));
        QCOMPARE(*options.text.text, std::string("a b"));
        QCOMPARE(*options.generate.max_new_tokens, std::size_t{7});
        QCOMPARE(*options.generate.temperature, 0.5);
        QCOMPARE(*options.generate.top_k, std::size_t{3});
        QCOMPARE(*options.generate.top_p, 0.9);
        QCOMPARE(*options.generate.min_p, 0.05);
        QCOMPARE(*options.generate.repetition_penalty, 1.2);
        QCOMPARE(*options.generate.seed, std::numeric_limits<std::uint64_t>::max());
        QCOMPARE(options.model.backend.n_threads, std::size_t{2});
        QVERIFY(options.model.backend.choice == BackendChoice::Cpu);
        QVERIFY(options.model.backend.precision == ComputePrecision::BF16);
        QVERIFY(options.json);
        QVERIFY(options.generate.asksForSampling());
    }

    void opensTheWindowWithoutACommand() {
        const auto parsed = parse({"--model", "en-fr", "--text", "models", "--text-pair", "run"});
        QVERIFY(std::holds_alternative<Options>(parsed));
        QCOMPARE(std::get<Options>(parsed).command, Subcommand::Window);
        QCOMPARE(*std::get<Options>(parsed).text.text, std::string("models"));
        QCOMPARE(*std::get<Options>(parsed).text.text_pair, std::string("run"));
    }

    void takesTextThatLooksLikeAnOption_data() {
        QTest::addColumn<QString>("text");
        for (const char* text : {"-", "--json", "-5 degrees", "[a,b]", "", "a=b", "run", "'", "\\n", "{}", "[]", "[[aa]]", "%%", "--", "--text", "-h", "0"})
            QTest::newRow(text) << QString::fromUtf8(text);
    }
    void takesTextThatLooksLikeAnOption() {
        QFETCH(QString, text);
        const auto parsed = parse({"tokenize", "--model", "m", "--text", text.toStdString()});
        QVERIFY(std::holds_alternative<Options>(parsed));
        QCOMPARE(*std::get<Options>(parsed).text.text, text.toStdString());
        const auto with_equals = parse({"tokenize", "--model", "m", "--text=" + text.toStdString(), "--json"});
        QVERIFY(std::holds_alternative<Options>(with_equals));
        QCOMPARE(*std::get<Options>(with_equals).text.text, text.toStdString());
        QVERIFY(std::get<Options>(with_equals).json);
    }

    void backendOptionsMayStandBeforeTheCommand() {
        const auto parsed = parse({"--threads", "3", "run", "--model", "m", "--text", "t"});
        QVERIFY(std::holds_alternative<Options>(parsed));
        QCOMPARE(std::get<Options>(parsed).model.backend.n_threads, std::size_t{3});
        QCOMPARE(std::get<Options>(parsed).command, Subcommand::Run);
    }

    void temperatureZeroIsGreedy() {
        const auto parsed = parse({"generate", "--model", "m", "--text", "t", "--temperature", "0", "--seed", "3"});
        QVERIFY(std::holds_alternative<Options>(parsed));
        QVERIFY(!std::get<Options>(parsed).generate.asksForSampling());
    }

    void helpAndVersionSucceed_data() {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<QString>("expected");
        QTest::newRow("version") << QStringList{"--version"} << "headlight 0.";
        QTest::newRow("help") << QStringList{"--help"} << "generate";
        for (const char* command : {"models", "tokenize", "run", "generate", "dump", "export"})
            QTest::newRow(command) << QStringList{command, "--help"} << QString("headlight %1 --").arg(command);
    }
    void helpAndVersionSucceed() {
        QFETCH(QStringList, words);
        QFETCH(QString, expected);
        const auto parsed = parseRow(words);
        QVERIFY(std::holds_alternative<ParseEnd>(parsed));
        const auto& end = std::get<ParseEnd>(parsed);
        QCOMPARE(end.exit_code, 0);
        QVERIFY2(QString::fromStdString(end.output).contains(expected), end.output.c_str());
        QVERIFY(end.error.empty());
    }

    void rejectsBadUsage_data() {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<QString>("expected"); // a part of the message
        const QStringList text{"--model", "m", "--text", "t"};
        QTest::newRow("unknown option") << (QStringList{"run"} + text + QStringList{"--jsom"}) << "did you mean --json";
        QTest::newRow("unknown option with a value") << (QStringList{"run"} + text + QStringList{"--tpo=3"}) << "--top";
        QTest::newRow("no model") << QStringList{"run", "--text", "t"} << "--model";
        QTest::newRow("no text") << QStringList{"run", "--model", "m"} << "--text";
        QTest::newRow("text and ids") << (QStringList{"run"} + text + QStringList{"--ids", "1"}) << "--ids";
        QTest::newRow("ids not a number") << QStringList{"run", "--model", "m", "--ids", "1,x"} << "'x'";
        QTest::newRow("ids negative") << QStringList{"run", "--model", "m", "--ids", "-1"} << "'-1'";
        QTest::newRow("ids too large") << QStringList{"run", "--model", "m", "--ids", "2147483648"} << "2147483648";
        QTest::newRow("ids empty") << QStringList{"run", "--model", "m", "--ids", ""} << "--ids";
        QTest::newRow("type ids alone") << (QStringList{"run"} + text + QStringList{"--type-ids", "0"}) << "--type-ids";
        QTest::newRow("type ids of another length") << QStringList{"run", "--model", "m", "--ids", "1,2", "--type-ids", "0"} << "--type-ids";
        QTest::newRow("target twice") << (QStringList{"run"} + text + QStringList{"--target", "a", "--target-ids", "1"}) << "--target";
        QTest::newRow("threads negative") << (QStringList{"run"} + text + QStringList{"--threads", "-1"}) << "--threads";
        QTest::newRow("threads a word") << (QStringList{"run"} + text + QStringList{"--threads", "two"}) << "--threads";
        QTest::newRow("backend unknown") << (QStringList{"run"} + text + QStringList{"--backend", "gpu"}) << "--backend";
        QTest::newRow("top zero") << (QStringList{"run"} + text + QStringList{"--top", "0"}) << "--top";
        QTest::newRow("value missing") << QStringList{"run", "--model"} << "--model";
        QTest::newRow("given twice") << (QStringList{"run"} + text + QStringList{"--text", "u"}) << "--text";
        QTest::newRow("stray word") << (QStringList{"run"} + text + QStringList{"more"}) << "'more'";
        QTest::newRow("beams zero") << (QStringList{"generate"} + text + QStringList{"--beams", "0"}) << "--beams";
        QTest::newRow("temperature negative") << (QStringList{"generate"} + text + QStringList{"--temperature", "-1"}) << "--temperature";
        QTest::newRow("temperature nan") << (QStringList{"generate"} + text + QStringList{"--temperature", "nan"}) << "--temperature";
        QTest::newRow("temperature that F32 cannot hold") << (QStringList{"generate"} + text + QStringList{"--temperature", "1e-60"}) << "--temperature";
        QTest::newRow("seed negative") << (QStringList{"generate"} + text + QStringList{"--seed", "-1"}) << "--seed";
        QTest::newRow("seed too large") << (QStringList{"generate"} + text + QStringList{"--seed", "18446744073709551616"}) << "--seed";
        QTest::newRow("max-new-tokens fractional") << (QStringList{"generate"} + text + QStringList{"--max-new-tokens", "1.5"}) << "--max-new-tokens";
        QTest::newRow("top-p above one") << (QStringList{"generate"} + text + QStringList{"--top-p", "1.5"}) << "--top-p";
        QTest::newRow("min-p above one") << (QStringList{"generate"} + text + QStringList{"--min-p", "1.01"}) << "--min-p must be from 0 to 1";
        QTest::newRow("min-p negative") << (QStringList{"generate"} + text + QStringList{"--min-p", "-0.1"}) << "--min-p must be from 0 to 1";
        QTest::newRow("min-p nan") << (QStringList{"generate"} + text + QStringList{"--min-p", "nan"}) << "--min-p must be from 0 to 1";
        QTest::newRow("beams and min-p") << (QStringList{"generate"} + text + QStringList{"--beams", "2", "--min-p", "0.1"}) << "--beams";
        QTest::newRow("repetition penalty zero") << (QStringList{"generate"} + text + QStringList{"--repetition-penalty", "0"}) << "--repetition-penalty must be above 0";
        QTest::newRow("repetition penalty infinite") << (QStringList{"generate"} + text + QStringList{"--repetition-penalty", "inf"}) << "--repetition-penalty must be above 0";
        QTest::newRow("beams and sampling") << (QStringList{"generate"} + text + QStringList{"--beams", "2", "--seed", "1"}) << "--beams";
        QTest::newRow("lines without stdin") << (QStringList{"generate"} + text + QStringList{"--lines"}) << "--text -";
        QTest::newRow("lines with ids") << QStringList{"generate", "--model", "m", "--lines", "--ids", "1"} << "--lines";
        QTest::newRow("dump without out") << (QStringList{"dump"} + text) << "--out";
        QTest::newRow("dump of nothing known") << (QStringList{"dump"} + text + QStringList{"--out", "f", "--what", "wieghts"}) << "wieghts";
        QTest::newRow("layers backwards") << (QStringList{"dump"} + text + QStringList{"--out", "f", "--layers", "3-1"}) << "backwards";
        QTest::newRow("layers a word") << (QStringList{"dump"} + text + QStringList{"--out", "f", "--layers", "all"}) << "'all'";
        QTest::newRow("layers empty part") << (QStringList{"dump"} + text + QStringList{"--out", "f", "--layers", "0,,1"}) << "--layers";
        const QStringList head{"--layer", "0", "--head", "0"};
        QTest::newRow("export without head") << (QStringList{"export"} + text + QStringList{"--out", "f.png"}) << "--all";
        QTest::newRow("export all and one") << (QStringList{"export"} + text + head + QStringList{"--all", "--out", "f.png"}) << "--all";
        QTest::newRow("export unknown format") << (QStringList{"export"} + text + head + QStringList{"--out", "f.gif"}) << ".gif";
        QTest::newRow("export no extension") << (QStringList{"export"} + text + head + QStringList{"--out", "f"}) << "extension";
        QTest::newRow("export head negative") << (QStringList{"export"} + text + QStringList{"--layer", "0", "--head", "-1", "--out", "f.png"}) << "--head";
        QTest::newRow("export attention unknown") << (QStringList{"export"} + text + head + QStringList{"--attention", "self", "--out", "f.png"}) << "--attention";
        QTest::newRow("export two sizes") << (QStringList{"export"} + text + head + QStringList{"--width", "9", "--width-mm", "9", "--out", "f.png"}) << "--width-mm";
        const QStringList out{"--out", "f.png"};
        QTest::newRow("two heads, not combined") << (QStringList{"export"} + text + head + QStringList{"--head", "1"} + out) << "--heads-combine mean or max";
        QTest::newRow("one head combined") << (QStringList{"export"} + text + head + QStringList{"--heads-combine", "mean"} + out) << "Repeat --head";
        QTest::newRow("combined unknown") << (QStringList{"export"} + text + head + QStringList{"--heads-combine", "median"} + out) << "--heads-combine";
        QTest::newRow("hide unknown") << (QStringList{"export"} + text + head + QStringList{"--hide", "special,commas"} + out) << "'commas'";
        QTest::newRow("hide and dim the same") << (QStringList{"export"} + text + head + QStringList{"--hide", "sinks", "--dim", "special,sinks"} + out) << "both name sinks";
        QTest::newRow("renormalise nothing") << (QStringList{"export"} + text + head + QStringList{"--renormalise"} + out) << "--hide or --dim";
        QTest::newRow("threshold above one") << (QStringList{"export"} + text + head + QStringList{"--threshold", "1.5"} + out) << "--threshold";
        QTest::newRow("threshold of numbers") << (QStringList{"export"} + text + head + QStringList{"--threshold", "0.1", "--out", "f.csv"}) << "about pictures";
        QTest::newRow("pooling of numbers") << (QStringList{"export"} + text + head + QStringList{"--pooling", "mean", "--out", "f.npy"}) << "about pictures";
        QTest::newRow("words on a sheet") << (QStringList{"export"} + text + QStringList{"--all", "--merge-words"} + out) << "belong to one heatmap";
        QTest::newRow("words as lines") << (QStringList{"export"} + text + head + QStringList{"--view", "lines", "--merge-words"} + out) << "belong to one heatmap";
        QTest::newRow("colour map unknown") << (QStringList{"export"} + text + head + QStringList{"--colour-map", "jet", "--out", "f.png"}) << "--colour-map";
    }
    void rejectsBadUsage() {
        QFETCH(QStringList, words);
        QFETCH(QString, expected);
        const auto parsed = parseRow(words);
        QVERIFY(std::holds_alternative<ParseEnd>(parsed));
        const auto& end = std::get<ParseEnd>(parsed);
        QCOMPARE(end.exit_code, 2);
        QVERIFY(end.output.empty());
        const QString error = QString::fromStdString(end.error);
        QVERIFY2(error.contains(expected), end.error.c_str());
        QVERIFY2(error.contains("--help"), end.error.c_str());
        QVERIFY2(!error.contains('\n'), end.error.c_str());
    }

    void readsLayerLists() {
        QVERIFY(*parseLayerRanges("0-3") == (std::vector<LayerRange>{{0, 3}}));
        QVERIFY(*parseLayerRanges("0,2, 5-6") == (std::vector<LayerRange>{{0, 0}, {2, 2}, {5, 6}}));
        QVERIFY(!parseLayerRanges("1-").ok());
        QVERIFY(!parseLayerRanges("-1").ok());
        QVERIFY(!parseLayerRanges("99999999999999999999").ok());
    }

    void selectsEachLayerOnceInOrder() {
        QVERIFY(*selectLayers({{2, 3}, {0, 2}}, 4) == (std::vector<std::size_t>{0, 1, 2, 3}));
        QVERIFY(selectLayers({}, 4)->empty());
        QVERIFY(!selectLayers({{0, 4}}, 4).ok());
        QVERIFY(!selectLayers({{0, std::numeric_limits<std::size_t>::max()}}, 4).ok());
    }

    void takesTheFormatFromTheExtension() {
        QVERIFY(*exportFormatOf("a/b.PNG") == ExportFormat::Png);
        QVERIFY(*exportFormatOf("b.x.npy") == ExportFormat::Npy);
        QVERIFY(!exportFormatOf("png").ok());
        QVERIFY(!exportFormatOf(".png").ok());
    }
};

QTEST_APPLESS_MAIN(TestArguments)
#include "tst_arguments.moc"
