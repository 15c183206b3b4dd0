// models, tokenize, run and generate on the bundled model and on seeded checkpoints.
#include "tests/app/program.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QSet>
#include <QtTest>

#include <csignal>

using namespace headlight::test;

namespace {

const QByteArray kSentence = "The black cat sleeps under the table.";

QJsonArray numbers(const QJsonArray& array, qsizetype from) {
    QJsonArray rest;
    for (qsizetype i = from; i < array.size(); ++i)
        rest.append(array[i]);
    return rest;
}

QByteArray joined(const QJsonArray& ids) {
    QByteArray text;
    for (const QJsonValue id : ids)
        text += (text.isEmpty() ? "" : ",") + QByteArray::number(id.toInt());
    return text;
}

QJsonObject goldenGeneration(const char* checkpoint) {
    QFile file(golden(checkpoint) + "/golden.json");
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object()["generate"].toObject() : QJsonObject();
}

} // namespace

class TestCommands : public QObject {
    Q_OBJECT

private slots:
    void takesAModelsNameWithASlash() {
        const ProgramRun bundled = runProgram({"tokenize", "--model", "en-fr/", "--text", "The cat."});
        QVERIFY2(bundled.exit_code == 0, bundled.error);
        const ProgramRun folder = runProgram({"run", "--model", golden("gpt2-lm") + "/", "--ids", "1,2", "--json"});
        QVERIFY2(folder.exit_code == 0, folder.error);
        QCOMPARE(folder.json().object()["model"].toString(), QStringLiteral("gpt2-lm"));
    }

    void saysThatFewerThreadsCompute() {
        const ProgramRun run = runProgram({"run", "--model", golden("gpt2-lm"), "--ids", "1,2", "--threads", "1024"});
        QVERIFY2(run.exit_code == 0, run.error);
        QVERIFY2(run.hasOneErrorLine() && run.error.contains("of the 1024 threads"), run.error);
        QVERIFY2(!run.output.contains("1024 threads"), run.output);
    }

    void versionAndHelpGoToStandardOutput() {
        const ProgramRun version = runProgram({"--version"});
        QCOMPARE(version.exit_code, 0);
        QVERIFY(version.output.startsWith("headlight "));
        const ProgramRun help = runProgram({"generate", "--help"});
        QCOMPARE(help.exit_code, 0);
        QVERIFY(help.output.contains("--beams") && help.output.contains("Examples:"));
        QVERIFY(help.error.isEmpty());
    }

    void modelsListsTheBundledModel() {
        const ProgramRun run = runProgram({"models", "--json"});
        QCOMPARE(run.exit_code, 0);
        const QJsonArray models = run.json().array();
        const auto bundled = std::find_if(models.begin(), models.end(), [](const QJsonValue& model) { return model["name"] == "en-fr"; });
        QVERIFY(bundled != models.end());
        const QJsonObject found = (*bundled).toObject();
        QCOMPARE(found["family"].toString(), QString("marian"));
        QCOMPARE(found["origin"].toString(), QString("bundled"));
        QVERIFY(found["size_bytes"].toInteger() > 100'000);
        QVERIFY(found["disk_bytes"].toInteger() > found["size_bytes"].toInteger());
        QCOMPARE(found["obstacle"].toString(), QString());
        QVERIFY(QDir(found["folder"].toString()).exists("config.json"));
        QVERIFY(runProgram({"models"}).output.contains("en-fr"));
    }

    void modelsInTheCacheAreListedAndOpenedById() {
        QTemporaryDir cache;
        qputenv("HF_HUB_CACHE", cache.path().toUtf8());
        const auto put = [&](const QString& id, const QString& file, const QByteArray& bytes) {
            const QString folder = cache.filePath("models--" + QString(id).replace("/", "--") + "/snapshots/c0ffee01");
            QVERIFY(QDir().mkpath(folder));
            QFile out(folder + "/" + file);
            QVERIFY(out.open(QIODevice::WriteOnly) && out.write(bytes) == bytes.size());
        };
        for (const char* file : {"config.json", "model.safetensors"}) {
            QFile in(golden("gpt2-lm") + "/" + file);
            QVERIFY(in.open(QIODevice::ReadOnly));
            put("someone/tiny-gpt2", file, in.readAll());
        }
        put("someone/mamba", "config.json", R"({"model_type":"mamba","architectures":["MambaForCausalLM"]})");
        put("someone/pickled", "config.json", R"({"model_type":"gpt2","architectures":["GPT2LMHeadModel"],"vocab_size":9,"n_positions":8})");
        put("someone/pickled", "pytorch_model.bin", "PK");

        const QJsonArray listed = runProgram({"models", "--json"}).json().array();
        QMap<QString, QJsonObject> models;
        for (const QJsonValue& model : listed)
            models[model["name"].toString()] = model.toObject();
        QCOMPARE(models["someone/tiny-gpt2"]["obstacle"].toString(), QString());
        QCOMPARE(models["someone/tiny-gpt2"]["origin"].toString(), QString("cache"));
        QVERIFY(models["someone/mamba"]["obstacle"].toString().contains("MambaForCausalLM"));
        QCOMPARE(models["someone/pickled"]["obstacle"].toString(), QString("PyTorch weights only"));
        QVERIFY(runProgram({"models"}).output.contains("no: PyTorch weights only"));

        for (const char* name : {"someone/tiny-gpt2", "tiny-gpt2", "tiny-gpt2@c0ffee01"}) {
            const ProgramRun run = runProgram({"generate", "--model", name, "--ids", "5", "--max-new-tokens", "2", "--json"});
            QVERIFY2(run.exit_code == 0, run.error);
            QCOMPARE(run.json()["model"].toString(), QString("someone/tiny-gpt2"));
        }
        const ProgramRun pickled = runProgram({"run", "--model", "pickled", "--ids", "5"});
        QVERIFY(pickled.exit_code == 1 && pickled.hasOneErrorLine());
        QVERIFY2(pickled.error.contains("save_pretrained"), pickled.error);
        qunsetenv("HF_HUB_CACHE");
    }

    void modelsFindsModelFoldersWhereItIsTold() {
        const ProgramRun run = runProgram({"models", HEADLIGHT_GOLDEN_DIR, "--json"});
        QCOMPARE(run.exit_code, 0);
        const QByteArray expected = "gpt2-lm";
        for (const QJsonValue model : run.json().array())
            if (model["folder"].toString().endsWith(expected)) {
                QCOMPARE(model["origin"].toString(), QString("folder"));
                QCOMPARE(model["family"].toString(), QString("gpt2"));
                return;
            }
        QFAIL(run.output);
    }

    void tokenizeOffsetsCoverTheText() {
        const ProgramRun run = runProgram({"tokenize", "--model", "en-fr", "--text", kSentence, "--json"});
        QCOMPARE(run.exit_code, 0);
        const QJsonObject answer = run.json().object();
        const QJsonArray ids = answer["ids"].toArray();
        const QJsonArray offsets = answer["offsets"].toArray();
        QVERIFY(ids.size() > 3);
        for (const char* key : {"tokens", "display", "offsets", "type_ids", "sequence", "special"})
            QCOMPARE(answer[key].toArray().size(), ids.size());
        QByteArray covered;
        for (const QJsonValue offset : offsets)
            covered += kSentence.mid(offset[0].toInt(), offset[1].toInt() - offset[0].toInt());
        QCOMPARE(covered.replace(" ", ""), QByteArray(kSentence).replace(" ", ""));
        QCOMPARE(answer["text"].toString().toUtf8(), kSentence);
    }

    void tokenizeReadsStandardInputWithoutItsLastLineBreak() {
        const ProgramRun argument = runProgram({"tokenize", "--model", "en-fr", "--text", kSentence, "--json"});
        const ProgramRun input = runProgram({"tokenize", "--model", "en-fr", "--text", "-", "--json"}, kSentence + "\n");
        QCOMPARE(input.output, argument.output);
    }

    void tokenizeNeedsOnlyTheTokenizer() {
        const QTemporaryDir folder;
        QVERIFY(QFile::copy(QString(HEADLIGHT_RESOURCES_DIR) + "/models/en-fr/tokenizer.json", folder.filePath("tokenizer.json")));
        const ProgramRun alone = runProgram({"tokenize", "--model", folder.path().toUtf8(), "--text", kSentence, "--json"});
        QVERIFY2(alone.exit_code == 0, alone.error);
        const ProgramRun whole = runProgram({"tokenize", "--model", "en-fr", "--text", kSentence, "--json"});
        QCOMPARE(alone.json()["ids"], whole.json()["ids"]);
    }

    void tokenizeTableShowsEveryToken() {
        const ProgramRun run = runProgram({"tokenize", "--model", "en-fr", "--text", kSentence});
        const ProgramRun json = runProgram({"tokenize", "--model", "en-fr", "--text", kSentence, "--json"});
        QCOMPARE(run.output.count('\n'), json.json()["ids"].toArray().size() + 1);
    }

    void runTranslatesWithoutATarget() {
        const ProgramRun run = runProgram({"run", "--model", "en-fr", "--text", kSentence, "--json", "--top", "3"});
        QVERIFY2(run.exit_code == 0, run.error);
        const QJsonObject answer = run.json().object();
        QCOMPARE(answer["target"]["source"].toString(), QString("generated"));
        const QJsonArray target_ids = answer["target"]["ids"].toArray();
        const QJsonArray predictions = answer["predictions"].toArray();
        QCOMPARE(predictions.size(), target_ids.size());
        for (qsizetype i = 0; i < predictions.size(); ++i) {
            const QJsonArray candidates = predictions[i]["candidates"].toArray();
            QCOMPARE(predictions[i]["position"].toInt(), static_cast<int>(i));
            QCOMPARE(candidates.size(), qsizetype{3});
            QVERIFY(candidates[0]["probability"].toDouble() >= candidates[1]["probability"].toDouble());
            QVERIFY(candidates[0]["logit"].toDouble() >= candidates[1]["logit"].toDouble());
            QCOMPARE(candidates[2]["rank"].toInt(), 3);
        }
    }

    void runTakesAGivenTarget() {
        const ProgramRun run = runProgram({"run", "--model", "en-fr", "--text", "The cat sleeps.", "--target", "Le chat dort.", "--json"});
        QVERIFY2(run.exit_code == 0, run.error);
        QCOMPARE(run.json()["target"]["source"].toString(), QString("given"));
        QCOMPARE(run.json()["target"]["text"].toString(), QString("Le chat dort."));
        const ProgramRun again = runProgram({"run", "--model", "en-fr", "--ids", joined(run.json()["ids"].toArray()),
                                             "--target-ids", joined(run.json()["target"]["ids"].toArray()), "--json"});
        QVERIFY2(again.exit_code == 0, again.error);
        QCOMPARE(again.json()["predictions"], run.json()["predictions"]);
    }

    void runPredictsTheNextTokenOfADecoder() {
        const ProgramRun run = runProgram({"run", "--model", golden("gpt2-lm"), "--ids", "5,7,9", "--json"});
        QVERIFY2(run.exit_code == 0, run.error);
        QCOMPARE(run.json()["predictions"].toArray().size(), qsizetype{1});
        QCOMPARE(run.json()["predictions"][0]["position"].toInt(), 2);
        QCOMPARE(run.json()["head"].toString(), QString("language_model"));
        QVERIFY(runProgram({"run", "--model", golden("gpt2-lm"), "--ids", "5,7,9"}).output.contains("Next token"));
    }

    void runPredictsAtOnePositionTheWholeVocabulary() {
        const ProgramRun run = runProgram({"run", "--model", golden("gpt2-lm"), "--ids", "5,7,9", "--json", "--position", "1", "--top", "100000"});
        QVERIFY2(run.exit_code == 0, run.error);
        const QJsonArray predictions = run.json()["predictions"].toArray();
        QCOMPARE(predictions.size(), qsizetype{1});
        QCOMPARE(predictions[0]["position"].toInt(), 1);
        double sum = 0.0;
        const QJsonArray candidates = predictions[0]["candidates"].toArray();
        for (const QJsonValue& candidate : candidates)
            sum += candidate["probability"].toDouble();
        QVERIFY(candidates.size() > 50);
        QVERIFY(std::abs(sum - 1.0) < 1e-5); // nothing is missing
        QVERIFY(runProgram({"run", "--model", golden("gpt2-lm"), "--ids", "5,7,9", "--position", "1"}).output.contains("At position 1"));
        const ProgramRun outside = runProgram({"run", "--model", golden("gpt2-lm"), "--ids", "5,7,9", "--position", "3"});
        QCOMPARE(outside.exit_code, 1);
        QVERIFY(outside.error.contains("0 to 2"));
    }

    void runPredictsEveryPositionOfAMaskedModelWithoutMask() {
        const ProgramRun run = runProgram({"run", "--model", golden("bert-mlm"), "--ids", "5,7,9", "--json"});
        QVERIFY2(run.exit_code == 0, run.error);
        QCOMPARE(run.json()["predictions"].toArray().size(), qsizetype{3});
        QCOMPARE(run.json()["predictions"][1]["candidates"].toArray().size(), qsizetype{1});
    }

    void runGivesAClassifiersClasses() {
        const ProgramRun run = runProgram({"run", "--model", golden("bert-classifier"), "--ids", "5,7,9", "--json"});
        QVERIFY2(run.exit_code == 0, run.error);
        double sum = 0;
        for (const QJsonValue one : run.json()["classes"].toArray())
            sum += one["probability"].toDouble();
        QVERIFY(run.json()["classes"].toArray().size() >= 2);
        QVERIFY(std::abs(sum - 1.0) < 1e-5);
    }

    void runGivesEveryTokensClasses() {
        const ProgramRun run = runProgram({"run", "--model", golden("electra-discriminator"), "--ids", "5,7,9", "--json"});
        QVERIFY2(run.exit_code == 0, run.error);
        QCOMPARE(run.json()["head"].toString(), "token_classification");
        QCOMPARE(run.json()["predictions"].toArray().size(), qsizetype{3});
        for (const QJsonValue token : run.json()["predictions"].toArray()) {
            const QJsonArray classes = token["classes"].toArray();
            QCOMPARE(classes.size(), qsizetype{2});
            const QSet<QString> names{classes[0]["name"].toString(), classes[1]["name"].toString()};
            QCOMPARE(names, (QSet<QString>{"original", "replaced"}));
            QVERIFY(std::abs(classes[0]["probability"].toDouble() + classes[1]["probability"].toDouble() - 1.0) < 1e-5);
        }
        QVERIFY(runProgram({"run", "--model", golden("electra-discriminator"), "--ids", "5,7,9"}).output.contains("replaced"));
    }

    void runSaysWhereAnAnswerStartsAndEnds() {
        const ProgramRun run = runProgram({"run", "--model", golden("bert-question"), "--ids", "5,7,9,11", "--json"});
        QVERIFY2(run.exit_code == 0, run.error);
        double start = 0;
        double end = 0;
        for (const QJsonValue token : run.json()["predictions"].toArray()) {
            QCOMPARE(token["classes"][0]["name"].toString(), "start");
            start += token["classes"][0]["probability"].toDouble();
            end += token["classes"][1]["probability"].toDouble();
        }
        QVERIFY(std::abs(start - 1.0) < 1e-5 && std::abs(end - 1.0) < 1e-5); // shares of the text, not of the two
    }

    void runSummarizesAHeadlessModel() {
        const ProgramRun run = runProgram({"run", "--model", golden("bert-headless"), "--ids", "5,7,9", "--json"});
        QVERIFY2(run.exit_code == 0, run.error);
        QCOMPARE(run.json()["hidden"]["shape"][0].toInt(), 3);
        QCOMPARE(run.json()["hidden"]["norms"].toArray().size(), qsizetype{3});
        QVERIFY(run.json()["predictions"].toArray().isEmpty());
        QVERIFY(runProgram({"run", "--model", golden("bert-headless"), "--ids", "5,7,9"}).output.contains("no output head"));
    }

    void segmentsChangeWhatBertSees() {
        const QByteArray model = golden("bert-headless");
        const ProgramRun one = runProgram({"run", "--model", model, "--ids", "5,7,9", "--type-ids", "0,0,0", "--json"});
        const ProgramRun plain = runProgram({"run", "--model", model, "--ids", "5,7,9", "--json"});
        const ProgramRun two = runProgram({"run", "--model", model, "--ids", "5,7,9", "--type-ids", "0,1,1", "--json"});
        QCOMPARE(one.output, plain.output);
        QVERIFY(two.exit_code == 0 && two.json()["hidden"] != one.json()["hidden"]);
    }

    void generateEqualsTheGoldenIds_data() {
        QTest::addColumn<QByteArray>("checkpoint");
        QTest::addColumn<QByteArray>("beams");
        for (const char* checkpoint : {"marian-f16", "gpt2-f16"})
            for (const char* beams : {"1", "4"})
                QTest::addRow("%s %s", checkpoint, beams) << QByteArray(checkpoint) << QByteArray(beams);
    }
    void generateEqualsTheGoldenIds() {
        QFETCH(QByteArray, checkpoint);
        QFETCH(QByteArray, beams);
        const QJsonObject expected = goldenGeneration(checkpoint);
        for (const QJsonValue one : expected["cases"].toArray()) {
            const QJsonArray ids = one["ids"].toArray();
            const QJsonArray golden_ids = one[beams == "1" ? "greedy" : "beam"]["ids"].toArray();
            const qsizetype prefix = checkpoint.startsWith("marian") ? 1 : ids.size(); // decoder start, or the prompt
            const ProgramRun run = runProgram({"generate", "--model", golden(checkpoint), "--ids", joined(ids), "--beams", beams,
                                               "--max-new-tokens", QByteArray::number(expected["max_length"].toInt() - prefix), "--json"});
            QVERIFY2(run.exit_code == 0, run.error);
            QCOMPARE(joined(run.json()["ids"].toArray()), joined(numbers(golden_ids, prefix)));
            QCOMPARE(run.json()["steps"].toArray().size(), run.json()["ids"].toArray().size());
        }
    }

    void generateTranslates() {
        const ProgramRun plain = runProgram({"generate", "--model", "en-fr", "--text", kSentence});
        QVERIFY2(plain.exit_code == 0, plain.error);
        QCOMPARE(plain.output.count('\n'), 1);
        QVERIFY2(plain.output.contains("chat"), plain.output);
        const ProgramRun json = runProgram({"generate", "--model", "en-fr", "--text", kSentence, "--json"});
        QCOMPARE(json.json()["text"].toString().toUtf8() + "\n", plain.output);
        QVERIFY(json.json()["reached_end"].toBool());
    }

    void samplingFollowsItsSeed() {
        const QList<QByteArray> words{"generate", "--model", golden("gpt2-lm"), "--ids", "5,7", "--max-new-tokens", "12", "--temperature", "2", "--json"};
        const ProgramRun first = runProgram(words + QList<QByteArray>{"--seed", "1"});
        QVERIFY2(first.exit_code == 0, first.error);
        QCOMPARE(runProgram(words + QList<QByteArray>{"--seed", "1"}).output, first.output);
        QVERIFY(runProgram(words + QList<QByteArray>{"--seed", "2"}).json()["ids"] != first.json()["ids"]);
    }

    void saysHowItChose() {
        const QList<QByteArray> words{"generate", "--model", golden("gpt2-lm"), "--ids", "5,7", "--max-new-tokens", "6", "--json"};
        const QJsonObject greedy = runProgram(words).json().object();
        QCOMPARE(greedy["decoding"].toObject()["strategy"].toString(), QString("greedy"));
        QVERIFY(!greedy["decoding"].toObject().contains("seed"));
        const QJsonObject step = greedy["steps"].toArray()[0].toObject();
        QCOMPARE(step["choices"], step["candidates"]);

        const ProgramRun drawn = runProgram(words + QList<QByteArray>{"--min-p", "0.2", "--seed", "4", "--repetition-penalty", "1.5"});
        QVERIFY2(drawn.exit_code == 0, drawn.error);
        const QJsonObject decoding = drawn.json()["decoding"].toObject();
        QCOMPARE(decoding["strategy"].toString(), QString("sample"));
        QCOMPARE(decoding["min_p"].toDouble(), 0.2);
        QCOMPARE(decoding["repetition_penalty"].toDouble(), 1.5);
        QCOMPARE(decoding["seed"].toInt(), 4);
        for (const QJsonValue& value : drawn.json()["steps"].toArray()) {
            const QJsonArray choices = value.toObject()["choices"].toArray();
            QVERIFY(!choices.isEmpty());
            const double best = choices.first().toObject()["probability"].toDouble();
            for (const QJsonValue& choice : choices)
                QVERIFY(choice.toObject()["probability"].toDouble() >= 0.1999 * best);
            QVERIFY(value.toObject()["choice_probability"].toDouble() >= 0.1999 * best);
        }
    }

    void stopsAtTheTokenLimit() {
        const ProgramRun run = runProgram({"generate", "--model", golden("gpt2-lm"), "--ids", "5", "--max-new-tokens", "3", "--json"});
        QVERIFY2(run.exit_code == 0, run.error);
        const QJsonArray ids = run.json()["ids"].toArray();
        QVERIFY(!ids.isEmpty() && ids.size() <= 3);
        const ProgramRun plain = runProgram({"generate", "--model", golden("gpt2-lm"), "--ids", "5", "--max-new-tokens", "3"});
        QCOMPARE(plain.output, joined(ids) + "\n"); // no tokenizer: the ids
    }

    void numbersAreIndependentOfTheNumberOfThreads() {
        const QList<QByteArray> words{"run", "--model", "en-fr", "--text", kSentence, "--json", "--backend", "cpu", "--threads"};
        QCOMPARE(runProgram(words + QList<QByteArray>{"1"}).output, runProgram(words + QList<QByteArray>{"2"}).output);
    }

    void aClosedPipeEndsItQuietly() {
        QProcess process;
        process.start("/bin/sh", {"-c", QString("\"%1\" --help | head -c 1").arg(HEADLIGHT_PROGRAM)});
        QVERIFY(process.waitForFinished());
        QVERIFY(process.readAllStandardError().isEmpty());
    }

    void controlCEndsItWithItsOwnExitCode() {
        QProcess process;
        process.start(HEADLIGHT_PROGRAM, {"generate", "--model", "en-fr", "--text", "-", "--lines"});
        QVERIFY(process.waitForStarted());
        process.write("The cat sleeps.\n");
        QVERIFY(process.waitForReadyRead(30'000)); // it answers while the pipe is open
        QCOMPARE(::kill(static_cast<pid_t>(process.processId()), SIGINT), 0);
        QVERIFY(process.waitForFinished(5'000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 130);
        QVERIFY(process.readAllStandardError().isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestCommands)
#include "tst_commands.moc"
