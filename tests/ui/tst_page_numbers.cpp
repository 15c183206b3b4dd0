// The numbers of the window's pages as files: the same as the picture shows.
#include "core/checkpoint/safetensors.h"
#include "tests/support/files.h"
#include "tests/ui/support/open_window.h"
#include "tests/ui/support/window_test_main.h"
#include "ui/predictions/outcome_model.h"
#include "ui/steps/step_canvas.h"
#include "ui/steps/step_strip.h"
#include "ui/theme/figures.h"
#include "ui/timeline/timeline_view.h"
#include "ui/window/predictions_pane.h"
#include "ui/window/steps_pane.h"
#include "ui/window/timeline_pane.h"

#include <algorithm>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;
using headlight::testing::contents;

namespace {

Tensor tensorIn(const QString& path, const std::string& name) {
    const auto file = SafetensorsFile::open(path.toStdString());
    bool finite = true;
    for (const SafetensorsEntry& entry : (*file)->entries())
        if (entry.name == name)
            return (*file)->read(entry, finite).value();
    return {};
}

} // namespace

class TestPageNumbers : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        window_ = std::make_unique<OpenWindow>();
        QVERIFY(window_->run(bundled("en-fr"), QStringLiteral("The black cat sleeps under the table.")));
    }
    void cleanupTestCase() { window_.reset(); }
    void stepNumbersHoldEveryMatrix();
    void timelineNumbersReadBack();
    void predictionsAreAFigureAndNumbers();

private:
    void show(auto* pane) { QVERIFY(window_->showWithTables(pane)); }
    [[nodiscard]] QString file(const char* name) const { return folder_.filePath(QString::fromLatin1(name)); }

    std::unique_ptr<OpenWindow> window_;
    QTemporaryDir folder_;
};

void TestPageNumbers::stepNumbersHoldEveryMatrix() {
    StepsPane* const pane = (*window_)->stepsPane();
    show(pane);
    pane->showFirstOf({StepKind::Product});
    const Step step = pane->view()->picture().step();
    const FigureSubject subject = pane->figures().front();
    QVERIFY(exportSubject(subject, {}, file("step.safetensors").toStdString()).ok());
    for (std::size_t i = 0; i < step.operands.size(); ++i) {
        const Tensor back = tensorIn(file("step.safetensors"), "operand." + std::to_string(i));
        QCOMPARE(back.shape(), step.operands[i].values->shape());
        QVERIFY(std::ranges::equal(back.span(), step.operands[i].values->span()));
    }
    QVERIFY(std::ranges::equal(tensorIn(file("step.safetensors"), "result.0").span(),
                               step.results[0].values->span()));
    QVERIFY(exportSubject(subject, {}, file("step.csv").toStdString()).ok());
    const QList<QByteArray> lines = contents(file("step.csv")).trimmed().split('\n');
    std::size_t n_cells = step.results[0].values->size();
    for (const StepMatrix& operand : step.operands)
        n_cells += operand.values->size();
    QCOMPARE(static_cast<std::size_t>(lines.size()), n_cells + 1);
    QCOMPARE(lines.last().trimmed().split(',').last().toFloat(), step.results[0].values->span().back());
    QVERIFY(exportSubject(subject, {}, file("step.npy").toStdString()).ok());
    QVERIFY(
        contents(file("step.npy"))
            .endsWith(QByteArray(reinterpret_cast<const char*>(&step.results[0].values->span().back()), 4)));
    const FigureSubject all = pane->figures()[1];
    QVERIFY(exportSubject(all, {}, file("all.safetensors").toStdString()).ok());
    for (int i = 0; i < pane->strip()->count(); ++i)
        QVERIFY(QFile::exists(
            folder_.filePath(QStringLiteral("all-step%1.safetensors").arg(i + 1, 2, 10, QLatin1Char('0')))));
    // Query, key and value are one array only where they have one shape.
    pane->showFirstOf({StepKind::Project});
    const auto projected = exportSubject(pane->figures().front(), {}, file("project.npy").toStdString());
    const Step project = pane->view()->picture().step();
    const bool alike = std::ranges::all_of(project.results, [&](const StepMatrix& one) {
        return one.values->shape() == project.results[0].values->shape();
    });
    QCOMPARE(projected.ok(), alike);
    if (!alike)
        QVERIFY(QString::fromStdString(projected.error().message()).contains(QStringLiteral("safetensors")));
}

void TestPageNumbers::timelineNumbersReadBack() {
    TimelinePane* const pane = (*window_)->timelinePane();
    show(pane);
    const Timeline timeline = pane->view()->timeline();
    const FigureSubject subject = pane->figures().front();
    for (const char* name : {"timeline.csv", "timeline.npy", "timeline.safetensors"})
        QVERIFY(exportSubject(subject, {}, file(name).toStdString()).ok());
    const Tensor probability = tensorIn(file("timeline.safetensors"), "probability");
    QCOMPARE(probability.dimension(0), timeline.steps.size());
    const Tensor entropy = tensorIn(file("timeline.safetensors"), "entropy");
    for (std::size_t i = 0; i < timeline.steps.size(); ++i) {
        for (std::size_t option = 0; option < timeline.steps[i].options.size(); ++option)
            QCOMPARE(probability.row(i)[option],
                     static_cast<float>(timeline.steps[i].options[option].probability));
        if (timeline.steps[i].entropy)
            QCOMPARE(entropy.span()[i], static_cast<float>(*timeline.steps[i].entropy));
    }
    QVERIFY(contents(file("timeline.csv")).startsWith("position,step,reads,candidate"));
}

void TestPageNumbers::predictionsAreAFigureAndNumbers() {
    PredictionsPane* const pane = (*window_)->predictionsPane();
    show(pane);
    const RankedOutcomesPtr outcomes = pane->outcomeModel()->outcomes();
    const std::vector<FigureSubject> figures = pane->figures();
    QCOMPARE(figures.size(), std::size_t{1});
    const auto figure = figures.front().figure({});
    QVERIFY(figure.ok());
    const auto svg = figureToSvg(*figure, {}), again = figureToSvg(*figure, {});
    QVERIFY(svg.ok() && *svg == *again);
    QVERIFY(QString::fromUtf8(*svg).contains(outcomes->word(0)));
    QVERIFY(QString::fromUtf8(*svg).contains(weightText(outcomes->probabilities[0], 5)));
    for (const char* name : {"words.csv", "words.npy", "words.safetensors"})
        QVERIFY(exportSubject(figures.front(), {}, file(name).toStdString()).ok());
    QCOMPARE(static_cast<std::size_t>(contents(file("words.csv")).count("\r\n")), outcomes->size() + 1);
    const Tensor ids = tensorIn(file("words.safetensors"), "id");
    const Tensor probability = tensorIn(file("words.safetensors"), "probability");
    for (std::size_t rank = 0; rank < outcomes->size(); ++rank) {
        QCOMPARE(ids.span()[rank], static_cast<float>(outcomes->order[rank]));
        QCOMPARE(probability.span()[rank], static_cast<float>(outcomes->probabilities[rank]));
    }
}

HEADLIGHT_WINDOW_TEST_MAIN(TestPageNumbers)
#include "tst_page_numbers.moc"
