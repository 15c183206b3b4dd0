// Lesson files: what a good one gives, and each rejection with its line.
#include "core/lessons/lesson_files.h"
#include "core/lessons/lesson_reader.h"
#include "tests/support/files.h"

#include <QtTest>

using namespace headlight;

namespace {

const std::string kFront = "# A title\nabout: What one learns.\nmodel: en-fr\ntext: The cat sleeps.\n\n";
const std::string kStep = "## look: One thing\npage: heatmap\nhead: cross 2.1\nquery: chat or #3\n\nSome text.\n\n";
const std::string kQuestion = "question: Which one?\n- [ ] this\n- [x] that\nexplain: That one.\n";

/// What the reader says of a text that it must refuse.
QString refusal(const std::string& text) {
    const Result<Lesson> lesson = readLesson(text, "mine.md");
    return lesson.ok() ? QStringLiteral("accepted") : QString::fromStdString(lesson.error().message());
}

} // namespace

class TestLessonReader : public QObject {
    Q_OBJECT
private slots:
    void readsEverything();
    void stepsInherit();
    void continuedLines();
    void windowsLineEndsAndByteOrderMark();
    void rejects_data();
    void rejects();
    void rejectsStepDirectives_data();
    void rejectsStepDirectives();
    void rejectsQuestions_data();
    void rejectsQuestions();
    void refusesWhatIsNoText();
    void filesAreListedWithTheirProblems();
};

void TestLessonReader::readsEverything() {
    const std::string text = kFront + "## predict: Guess\npage: softmax\nhead: cross 2.1\nquery: chat or #3\nkey: last\nset: softmax temperature = 0.5\n"
                                      "set: softmax source = attention\nstep: softmax\npoint: heads\n\nIt is {weight} and {{braces}.\n\nMore.\n\n"
                                      "question: How much?\nanswer: weight cross 2.1 chat -> cat\ntolerance: 0.05\nexplain: {weight}.\n";
    const Result<Lesson> read = readLesson(text, "folder/my lesson.md");
    QVERIFY2(read.ok(), read.ok() ? "" : read.error().message().c_str());
    QCOMPARE(read->id, std::string("my lesson"));
    QCOMPARE(read->title, std::string("A title"));
    QCOMPARE(read->minutes, std::size_t(5));
    const LessonStep& step = read->steps.front();
    QCOMPARE(step.kind, LessonStepKind::Predict);
    QCOMPARE(step.line, std::size_t(6));
    QCOMPARE(step.state.page, std::optional<std::string>("softmax"));
    QCOMPARE(step.state.head, (HeadAddress{AttentionKind::Cross, LayerIndex(1), HeadIndex(0)}));
    QCOMPARE(step.state.query.size(), std::size_t(2));
    QCOMPARE(step.state.query[1].number, std::size_t(2));
    QCOMPARE(step.state.key.front().kind, TokenName::Kind::Last);
    QCOMPARE(std::get<double>(step.state.settings.front().value), 0.5);
    QCOMPARE(std::get<std::string>(step.state.settings.back().value), std::string("attention"));
    QCOMPARE(step.text.parts.size(), std::size_t(3));
    QCOMPARE(std::get<std::string>(step.text.parts[2]), std::string(" and {braces}.\n\nMore."));
    QCOMPARE(std::get<Expression>(step.text.parts[1]).line, std::size_t(16));
    QCOMPARE(step.question->tolerance, 0.05);
    QCOMPARE(step.question->answer->quantity, LessonQuantity::Weight);
}

void TestLessonReader::stepsInherit() {
    const Result<Lesson> read = readLesson(kFront + kStep + "## try: Another\n\nText.\n\n" + kQuestion + "\n## look: Other model\nmodel: books-gpt\ntext: To be\n\nText.\n", "mine.md");
    QVERIFY2(read.ok(), read.ok() ? "" : read.error().message().c_str());
    QCOMPARE(stateOfStep(*read, 1).page, std::optional<std::string>("heatmap"));
    QCOMPARE(stateOfStep(*read, 1).text, std::optional<std::string>("The cat sleeps."));
    QVERIFY(stateOfStep(*read, 1).head.has_value());
    QCOMPARE(stateOfStep(*read, 2).model, std::optional<std::string>("books-gpt"));
    QVERIFY(!stateOfStep(*read, 2).head.has_value()); // it was another model's
}

void TestLessonReader::continuedLines() {
    const Result<Lesson> read = readLesson(kFront + "## look: A\n\nText.\n\nquestion: Which\n  of these?\n- [x] a long\n  answer\n- [ ] b\nexplain: Because\n  of that.\n", "mine.md");
    QVERIFY2(read.ok(), read.ok() ? "" : read.error().message().c_str());
    QCOMPARE(std::get<std::string>(read->steps[0].question->text.parts[0]), std::string("Which of these?"));
    QCOMPARE(std::get<std::string>(read->steps[0].question->choices[0].text.parts[0]), std::string("a long answer"));
    QCOMPARE(std::get<std::string>(read->steps[0].question->explanation.parts[0]), std::string("Because of that."));
}

void TestLessonReader::windowsLineEndsAndByteOrderMark() {
    std::string text = "\xef\xbb\xbf" + kFront + kStep + kQuestion;
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2)
        text.replace(at, 1, "\r\n");
    QVERIFY(readLesson(text, "mine.md").ok());
}

void TestLessonReader::rejects_data() {
    QTest::addColumn<std::string>("text");
    QTest::addColumn<QString>("reason");
    const auto row = [](const char* name, const std::string& text, const char* reason) { QTest::newRow(name) << text << QString::fromUtf8(reason); };
    row("empty", "", "the file is empty: line 1 in mine.md");
    row("no title", "about: x\n", "the lesson has no title: line 1");
    row("empty title", "#  \n", "the title is empty: line 1");
    row("text before steps", "# T\nHello there.\n", "text stands before the first step: line 2");
    row("unknown front directive", "# T\nabuot: x\n", "there is no directive “abuot” of a lesson, did you mean “about”?: line 2");
    row("front twice", "# T\nmodel: a\nmodel: b\n", "“model” is there twice: line 3");
    row("front says nothing", "# T\nmodel:\n", "“model:” says nothing: line 2");
    row("minutes no number", "# T\nminutes: five\n", "“five” is no number of minutes");
    row("no about", "# T\nmodel: a\ntext: b\n\n" + kStep + kQuestion, "does not say its “about”");
    row("no model", "# T\nabout: a\ntext: b\n\n" + kStep + kQuestion, "does not say its “model”");
    row("no text", "# T\nabout: a\nmodel: b\n\n" + kStep + kQuestion, "does not say its “text”");
    row("no steps", kFront, "the lesson has no steps");
    row("asks nothing", kFront + kStep, "the lesson asks nothing");
    row("unknown kind", kFront + "## lok: A\n\nText.\n", "a step cannot be “lok”, did you mean “look”?: line 6");
    row("no kind", kFront + "## Something\n\nText.\n", "a step cannot be “Something”");
    row("step without title", kFront + "## look:\n\nText.\n", "the step has no title: line 6");
    row("heading of one mark", kFront + "# look: A\n\nText.\n", "a step's heading begins with ##: line 6");
    row("step without text", kFront + "## look: A\npage: heatmap\n\n" + kQuestion, "the step has no text: line 6");
    row("directive behind text", kFront + "## look: A\n\nText.\nhead: cross 1.1\n", "“head:” stands after the text: line 9");
    row("nothing to predict", kFront + "## predict: A\n\nText.\n", "there is nothing to predict: line 6");
    row("task to predict", kFront + "## predict: A\n\nText.\n\ntask: Do.\ndone: tokens encoder > 9\n", "a task is nothing to predict: line 6");
    row("brace not closed", kFront + "## look: A\n\nText {weight.\n", "a brace is not closed: line 8");
    row("unknown value", kFront + "## look: A\n\nText {wieght}.\n", "there is nothing called “wieght”, did you mean “weight”?: line 8");
    row("bad value's argument", kFront + "## look: A\n\nText {weight cross 2,1 a -> b}.\n", "“2,1” is no layer and head after “cross”: line 8");
}

void TestLessonReader::rejects() {
    QFETCH(std::string, text);
    QFETCH(QString, reason);
    const QString said = refusal(text);
    QVERIFY2(said.contains(reason), qPrintable(said));
    QVERIFY(said.contains(QStringLiteral("mine.md")) && said.contains(QStringLiteral("line ")));
}

void TestLessonReader::rejectsStepDirectives_data() {
    QTest::addColumn<std::string>("directive");
    QTest::addColumn<QString>("reason");
    const auto row = [](const char* directive, const char* reason) { QTest::newRow(directive) << std::string(directive) << QString::fromUtf8(reason); };
    row("pgae: heatmap", "there is no directive “pgae” of a step, did you mean “page”?");
    row("page: heetmap", "there is no page “heetmap”, did you mean “heatmap”?");
    row("page:", "“page:” says nothing");
    row("page: heatmap\npage: lines", "“page” is there twice");
    row("head: cros 2.1", "“cros” is no attention");
    row("head: cross 2", "“2” is no layer and head");
    row("head: cross 0.1", "“0.1” is no layer and head");
    row("head: cross 2.1 now", "“now” is one word too many");
    row("query: #0", "“#0” is no token");
    row("query: key", "“key” says which token by itself");
    row("query: \"chat", "a quotation mark is not closed");
    row("query: chat or", "a token is missing");
    row("change: hed cross 2.1 off", "hed");
    row("step: sofmax", "there is no step “sofmax”, did you mean “softmax”?");
    row("point: everything", "there is no part “everything”");
    row("set: softmax temperature", "a setting is written as PAGE SETTING = VALUE");
    row("set: sofmax temperature = 1", "there is no page “sofmax” with settings, did you mean “softmax”?");
    row("set: softmax temprature = 1", "“softmax” has no setting “temprature”, did you mean “temperature”?");
    row("set: softmax temperature = hot", "“temperature” is a number, not “hot”");
    row("set: heatmap numbers = maybe", "“numbers” is yes or no, not “maybe”");
    row("set: positions page = rotry", "“page” cannot be “rotry”, did you mean “rotary”?");
}

void TestLessonReader::rejectsStepDirectives() {
    QFETCH(std::string, directive);
    QFETCH(QString, reason);
    const QString said = refusal(kFront + "## look: A\n" + directive + "\n\nText.\n\n" + kQuestion);
    QVERIFY2(said.contains(reason), qPrintable(said));
    QVERIFY2(said.contains(directive.find('\n') == std::string::npos ? QStringLiteral("line 7") : QStringLiteral("line 8")), qPrintable(said));
}

void TestLessonReader::rejectsQuestions_data() {
    QTest::addColumn<std::string>("question");
    QTest::addColumn<QString>("reason");
    const auto row = [](const char* name, const char* question, const char* reason) { QTest::newRow(name) << std::string(question) << QString::fromUtf8(reason); };
    row("empty", "question:\n", "“question:” says nothing: line 10");
    row("no answer", "question: Q\n", "the question has no answer: line 10");
    row("one choice", "question: Q\n- [x] a\n", "there is only one choice: line 10");
    row("none right", "question: Q\n- [ ] a\n- [ ] b\n", "none of the choices is the right one: line 10");
    row("two right", "question: Q\n- [x] a\n- [x] b\n", "several choices are marked as right: line 10");
    row("right and by condition", "question: Q\n- [x] a\n- [weight > 1] b\n", "one choice is always right, another by a condition");
    row("no box", "question: Q\n- a\n", "a choice begins with a box: line 11");
    row("empty choice", "question: Q\n- [x]\n", "a choice has no text: line 11");
    row("bad condition", "question: Q\n- [weight] a\n- [ ] b\n", "this is no condition: line 11");
    row("word against number", "question: Q\n- [strongest-key > weight] a\n- [ ] b\n", "a word is compared with a number: line 11");
    row("words by size", "question: Q\n- [strongest-key > cat] a\n- [ ] b\n", "words are compared with = or !=: line 11");
    row("choices and answer", "question: Q\n- [x] a\n- [ ] b\nanswer: 4\n", "both choices and an answer: line 10");
    row("answer twice", "question: Q\nanswer: 4\nanswer: 5\n", "“answer” is there twice: line 12");
    row("bare word as answer", "question: Q\nanswer: chat\n", "there is nothing called “chat”");
    row("tolerance of a word", "question: Q\nanswer: \"chat\"\ntolerance: 1\n", "only an answer that is a number has a tolerance: line 12");
    row("tolerance below 0", "question: Q\nanswer: 4\ntolerance: -1\n", "“-1” is no number above 0: line 12");
    row("done of a question", "question: Q\nanswer: 4\ndone: weight > 1\n", "“done” belongs to a task: line 10");
    row("task without end", "task: T\n", "the task never ends: line 10");
    row("task with answer", "task: T\ndone: tokens encoder > 5\nanswer: 4\n", "a task has no answer");
    row("two questions", "question: Q\nanswer: 4\nquestion: R\n", "a step has one question or task: line 12");
    row("text behind", "question: Q\nanswer: 4\n\nMore text.\n", "text stands after the question: line 13");
    row("unknown directive", "question: Q\nanswr: 4\n", "there is no directive “answr” of a question, did you mean “answer”?: line 11");
    row("changed contribution", "question: Q\nanswer: changed share\n", "“changed share” cannot be read: line 11");
    row("unknown measure", "question: Q\nanswer: measure encoder 1.1 distanc\n", "there is no measure “distanc”, did you mean “distance”?: line 11");
    row("no stack", "question: Q\nanswer: tokens source\n", "“source” is no stack: line 11");
    row("no arrow", "question: Q\nanswer: weight chat cat\n", "“->” is missing after the query: line 11");
}

void TestLessonReader::rejectsQuestions() {
    QFETCH(std::string, question);
    QFETCH(QString, reason);
    const QString said = refusal(kFront + "## look: A\nhead: cross 1.1\n\nText.\n" + question);
    QVERIFY2(said.contains(reason), qPrintable(said));
}

void TestLessonReader::refusesWhatIsNoText() {
    QVERIFY(refusal(kFront + "## look: A\n\n\xff\xfe\n").contains(QStringLiteral("not UTF-8: line 8")));
    QVERIFY(refusal(std::string(kLargestLesson + 1, 'x')).contains(QStringLiteral("too long")));
    std::string many = kFront;
    for (std::size_t i = 0; i <= kMostLessonSteps; ++i)
        many += kStep;
    QVERIFY(refusal(many).contains(QStringLiteral("at most 100 steps")));
    QCOMPARE(readLessonFile("/nowhere/mine.md").error().kind, ErrorKind::File);
    QVERIFY(!readLessonFile("/tmp").ok());
}

void TestLessonReader::filesAreListedWithTheirProblems() {
    const testing::TemporaryFolder folder;
    folder.write("b.md", kFront + kStep + kQuestion);
    folder.write("a.md", "nothing");
    folder.write("notes.txt", "nothing");
    const std::vector<LessonListing> lessons = lessonsIn(folder.path(), false);
    QCOMPARE(lessons.size(), std::size_t(2));
    QVERIFY(!lessons[0].lesson.ok() && lessons[1].lesson.ok());
    QVERIFY(!lessons[1].bundled);
    qputenv("XDG_DATA_HOME", QByteArray::fromStdString(folder.path().string()));
    QCOMPARE(ownLessonsFolder(), folder.path() / "headlight" / "lessons");
}

QTEST_GUILESS_MAIN(TestLessonReader)
#include "tst_lesson_reader.moc"
