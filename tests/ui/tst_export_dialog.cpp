// The dialogue that exports: it writes what its fields say, shows what went wrong, and remembers.
#include "tests/support/files.h"
#include "tests/ui/support/export_request.h"
#include "tests/ui/support/own_settings.h"
#include "tests/ui/support/window_test_main.h"
#include "ui/export/composed_figure.h"
#include "ui/export/export_dialog.h"

#include <QClipboard>
#include <QFileInfo>
#include <QPushButton>
#include <QSignalSpy>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;
using headlight::testing::contents;

class TestExportDialog : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { useSettingsIn(settings_, QStringLiteral("HeadlightTest")); }
    void dialogueWritesWhatItsFieldsSay();
    void dialogueShowsTheErrorAndStays();
    void copyFillsTheClipboard();
    void aViewWithoutNumbersSaysSo();

private:
    QTemporaryDir settings_;
};

void TestExportDialog::dialogueWritesWhatItsFieldsSay() {
    const QTemporaryDir folder;
    ExportDialog dialog({headSubject(requestFor({.n_queries = 9, .n_keys = 9}))});
    dialog.setFormat(FigureFormat::Pdf);
    QCOMPARE(dialog.format(), FigureFormat::Pdf);
    QSignalSpy saved(&dialog, &ExportDialog::saved);
    dialog.saveTo(folder.filePath("f.pdf"));
    QTRY_COMPARE_WITH_TIMEOUT(saved.count(), 1, 20'000);
    QVERIFY(contents(pathIn(folder, "f.pdf")).startsWith("%PDF-"));
    QCOMPARE(QSettings().value(QStringLiteral("export/folder")).toString(),
             QFileInfo(folder.path()).absoluteFilePath());
    const ExportDialog again({headSubject(requestFor({}))});
    QCOMPARE(again.format(), FigureFormat::Pdf); // remembered
}

void TestExportDialog::dialogueShowsTheErrorAndStays() {
    ExportDialog dialog({headSubject(requestFor({}))});
    dialog.show();
    QSignalSpy failed(&dialog, &ExportDialog::failed);
    dialog.saveTo(QStringLiteral("/nonexistent-folder/f.png"));
    QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, 20'000);
    QVERIFY(failed[0][0].toString().contains(QStringLiteral("does not exist")));
    QVERIFY(dialog.isVisible());
}

void TestExportDialog::copyFillsTheClipboard() {
    QApplication::clipboard()->clear();
    ExportDialog dialog({headSubject(requestFor({.n_queries = 4, .n_keys = 4}))});
    dialog.setFormat(FigureFormat::Png);
    dialog.copy();
    QTRY_VERIFY_WITH_TIMEOUT(!QApplication::clipboard()->image().isNull(), 20'000);
}

void TestExportDialog::aViewWithoutNumbersSaysSo() {
    const QTemporaryDir folder;
    const FigureSubject subject = composedSubject({{requestFor({}).map}, {}}, "One", "one");
    QVERIFY(
        errorOf(exportSubject(subject, {}, pathIn(folder, "f.csv"))).contains(QStringLiteral("no numbers")));
    ExportDialog dialog({headSubject(requestFor({})), subject});
    dialog.setFormat(FigureFormat::Csv);
    const auto* save = dialog.findChildren<QPushButton*>().last();
    QVERIFY(save->isEnabled());
    dialog.setSubject(1);
    QVERIFY(!save->isEnabled());
}

HEADLIGHT_WINDOW_TEST_MAIN(TestExportDialog)
#include "tst_export_dialog.moc"
