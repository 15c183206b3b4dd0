// heads: the table of measures and roles, sorted and filtered.
#include "tests/app/program.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QSet>
#include <QtTest>

#include <cmath>

using namespace headlight::test;

namespace {

const QList<QByteArray> kTranslation{"heads", "--model", "en-fr", "--text", "The black cat sleeps under the table."};
const QList<QByteArray> kSmall{"heads", "--model", golden("gpt2-lm"), "--ids", "5,9,7,5,9,7,5,9"};

ProgramRun run(const QList<QByteArray>& base, const QList<QByteArray>& more = {}) { return runProgram(base + more); }

QList<double> values(const QJsonObject& answer, const char* measure) {
    QList<double> list;
    for (const QJsonValue head : answer["heads"].toArray())
        list << head["measures"][QLatin1String(measure)].toDouble();
    return list;
}

} // namespace

class TestHeads : public QObject {
    Q_OBJECT

private slots:
    void listsEveryHeadLayerByLayer() {
        const ProgramRun all = run(kTranslation, {"--json"});
        QVERIFY2(all.exit_code == 0 && all.error.isEmpty(), all.error);
        const QJsonObject answer = all.json().object();
        QCOMPARE(answer["attention"].toString(), QStringLiteral("cross")); // where there is one
        const QJsonArray heads = answer["heads"].toArray();
        QCOMPARE(heads.size(), qsizetype(answer["n_layers"].toInt() * answer["n_heads"].toInt()));
        for (qsizetype i = 0; i < heads.size(); ++i) {
            QCOMPARE(heads[i]["layer"].toInt(), int(i) / answer["n_heads"].toInt());
            QCOMPARE(heads[i]["head"].toInt(), int(i) % answer["n_heads"].toInt());
        }
        QCOMPARE(answer["key_tokens"].toArray().last().toString(), QStringLiteral("</s>"));
    }

    void explainsEveryMeasureItGives() {
        const QJsonObject answer = run(kSmall, {"--json"}).json().object();
        QSet<QString> explained;
        for (const QJsonValue measure : answer["measures"].toArray()) {
            explained.insert(measure["measure"].toString());
            for (const char* field : {"name", "unit", "range", "explanation", "source"})
                QVERIFY2(!measure[QLatin1String(field)].toString().isEmpty(), field);
        }
        const QStringList given = answer["heads"][0]["measures"].toObject().keys();
        QCOMPARE(QSet<QString>(given.begin(), given.end()), explained);
        QCOMPARE(answer["n_repeated"].toInt(), 5);
        QVERIFY(answer["even_spread"][0]["first_token"].toDouble() > 0.1);
    }

    void weightsFollowTheMap() {
        // The same head as numbers: the mean of the first column is what lies on the first token.
        QTemporaryDir folder;
        const QByteArray path = folder.filePath("head.csv").toUtf8();
        const QList<QByteArray> input{"--model", golden("gpt2-lm"), "--ids", "5,9,7,5,9,7,5,9"};
        QCOMPARE(runProgram(QList<QByteArray>{"export"} + input + QList<QByteArray>{"--layer", "1", "--head", "2", "--out", path}).exit_code, 0);
        QFile file(QString::fromUtf8(path));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QList<QByteArray> lines = file.readAll().trimmed().split('\n');
        double first = 0.0;
        for (qsizetype row = 1; row < lines.size(); ++row)
            first += lines[row].split(',')[1].toDouble() / double(lines.size() - 1);
        const QJsonObject answer = run(kSmall, {"--layers", "1", "--json"}).json().object();
        QVERIFY(std::abs(answer["heads"][2]["measures"]["first_token"].toDouble() - first) < 1e-6);
    }

    void sortsByAMeasure() {
        const QList<double> most = values(run(kTranslation, {"--sort", "entropy", "--json"}).json().object(), "entropy");
        QVERIFY(most.size() > 3 && std::is_sorted(most.rbegin(), most.rend()));
        const QList<double> least = values(run(kTranslation, {"--sort", "entropy", "--ascending", "--json"}).json().object(), "entropy");
        QVERIFY(std::is_sorted(least.begin(), least.end()));
        const QJsonObject top = run(kTranslation, {"--sort", "entropy", "--top", "2", "--json"}).json().object();
        QCOMPARE(values(top, "entropy"), most.first(2));
        QCOMPARE(top["n_passed"].toInt(), int(most.size()));
    }

    void filtersByRoleAndLayer() {
        const QJsonArray aligned = run(kTranslation, {"--role", "alignment", "--json"}).json().object()["heads"].toArray();
        QVERIFY(!aligned.isEmpty()); // what the bundled model is there to show
        for (const QJsonValue head : aligned)
            QCOMPARE(head["role"].toString(), QStringLiteral("alignment"));
        const QJsonArray layer = run(kSmall, {"--layers", "1-2", "--json"}).json().object()["heads"].toArray();
        QCOMPARE(layer.size(), 8);
        QCOMPARE(layer[0]["layer"].toInt(), 1);
        const ProgramRun outside = run(kSmall, {"--layers", "9"});
        QVERIFY(outside.exit_code == 1 && outside.hasOneErrorLine() && outside.error.contains("layer"));
    }

    void findsTheInductionHeadOfBooksGpt() {
        const ProgramRun found = runProgram({"heads", "--model", "books-gpt", "--sort", "induction", "--top", "1", "--json", "--text",
                                             "The grey owl saw the red fox. The grey owl saw the red fox. The grey owl saw the"});
        QVERIFY2(found.exit_code == 0, found.error);
        const QJsonValue head = found.json().object()["heads"][0];
        QVERIFY(head["measures"]["induction"].toDouble() > 0.4);
    }

    void writesATableForPeople() {
        const ProgramRun table = run(kSmall, {"--sort", "distance", "--top", "3"});
        QVERIFY2(table.exit_code == 0, table.error);
        const QList<QByteArray> lines = table.output.split('\n');
        QVERIFY(lines[0].contains("layer") && lines[0].contains("role") && lines[0].contains("on previous"));
        QVERIFY2(table.output.contains("3 of 12 heads"), table.output);
        const ProgramRun once = runProgram({"heads", "--model", golden("gpt2-lm"), "--ids", "5,9,7"});
        QVERIFY2(once.output.contains("need 3 tokens that were there before; this text has 0"), once.output);
    }

    void badUsageIsSaid_data() {
        QTest::addColumn<QList<QByteArray>>("more");
        QTest::addColumn<QByteArray>("says");
        QTest::newRow("unknown measure") << QList<QByteArray>{"--sort", "beauty"} << QByteArray("--sort");
        QTest::newRow("unknown role") << QList<QByteArray>{"--role", "beauty"} << QByteArray("--role");
        QTest::newRow("ascending alone") << QList<QByteArray>{"--ascending"} << QByteArray("--sort");
        QTest::newRow("several ranges") << QList<QByteArray>{"--layers", "0,2"} << QByteArray("one range");
        QTest::newRow("no heads") << QList<QByteArray>{"--top", "0"} << QByteArray("--top");
    }
    void badUsageIsSaid() {
        QFETCH(QList<QByteArray>, more);
        QFETCH(QByteArray, says);
        const ProgramRun bad = run(kSmall, more);
        QCOMPARE(bad.exit_code, 2);
        QVERIFY2(bad.hasOneErrorLine() && bad.error.contains(says), bad.error);
    }

    void missingAttentionIsSaid() {
        const ProgramRun bad = run(kSmall, {"--attention", "cross"});
        QCOMPARE(bad.exit_code, 1);
        QVERIFY2(bad.hasOneErrorLine() && bad.error.contains("--attention decoder"), bad.error);
    }

    void helpListsMeasuresAndRoles() {
        const ProgramRun help = runProgram({"heads", "--help"});
        QCOMPARE(help.exit_code, 0);
        for (const char* word : {"normalised_entropy", "duplicate_token", "alignment", "wide", "--ascending"})
            QVERIFY2(help.output.contains(word), word);
    }
};

QTEST_GUILESS_MAIN(TestHeads)
#include "tst_heads.moc"
