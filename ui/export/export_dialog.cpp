#include "ui/export/export_dialog.h"

#include "ui/export/figure_caption.h"
#include "ui/export/figure.h"
#include "ui/export/figure_fields.h"
#include "ui/jobs/job_runner.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QStandardPaths>
#include <QTimer>

#include <algorithm>
#include <array>

namespace headlight::ui {
namespace {

constexpr int kPreviewSide = 360;
constexpr int kPreviewDelay = 60; // milliseconds after the last change: typing a number draws once

struct FormatEntry {
    FigureFormat format;
    const char* extension;
    const char* label;
};

constexpr std::array<FormatEntry, 6> kFormats = {{
    {FigureFormat::Png, "png", QT_TRANSLATE_NOOP("ExportDialog", "PNG image")},
    {FigureFormat::Svg, "svg", QT_TRANSLATE_NOOP("ExportDialog", "SVG drawing (text and vectors)")},
    {FigureFormat::Pdf, "pdf", QT_TRANSLATE_NOOP("ExportDialog", "PDF page (text and vectors)")},
    {FigureFormat::Csv, "csv", QT_TRANSLATE_NOOP("ExportDialog", "CSV table of the numbers")},
    {FigureFormat::Npy, "npy", QT_TRANSLATE_NOOP("ExportDialog", "NPY array of the numbers")},
    {FigureFormat::Safetensors, "safetensors",
     QT_TRANSLATE_NOOP("ExportDialog", "safetensors file of the numbers")},
}};

} // namespace

ExportDialog::ExportDialog(std::vector<FigureSubject> subjects, QWidget* parent)
    : QDialog(parent)
    , subjects_(std::move(subjects)) {
    setWindowTitle(tr("Export"));
    preview_timer_ = new QTimer(this);
    preview_timer_->setSingleShot(true);
    preview_timer_->setInterval(kPreviewDelay);
    connect(preview_timer_, &QTimer::timeout, this, &ExportDialog::updatePreview);
    preview_job_ = new JobRunner(this);
    write_job_ = new JobRunner(this);
    connect(write_job_, &JobRunner::progressed, this, [this](double fraction, const QString& what) {
        showMessage(tr("Writing: %1, %2 %").arg(what).arg(static_cast<int>(fraction * 100)), false);
    });
    build();
    setFormat(static_cast<FigureFormat>(QSettings().value(QStringLiteral("export/format"), 0).toInt()));
    updateFields();
    updatePreview();
}

void ExportDialog::build() {
    preview_ = new QLabel(this);
    preview_->setFixedSize(kPreviewSide + 2, kPreviewSide + 2);
    preview_->setAlignment(Qt::AlignCenter);
    preview_->setWordWrap(true);
    preview_->setProperty("role", "preview"); // a white figure on a white dialog needs an edge
    preview_->setAccessibleName(tr("Preview"));
    auto* columns = new QHBoxLayout(this);
    columns->setContentsMargins(24, 24, 24, 24);
    columns->setSpacing(24);
    columns->addWidget(preview_);
    columns->addWidget(buildRight(), 1);
}

QWidget* ExportDialog::buildRight() {
    subject_box_ = new QComboBox(this);
    for (const FigureSubject& subject : subjects_)
        subject_box_->addItem(subject.isSeries() ? tr("%1 (%2 files)").arg(subject.name).arg(subject.n_parts)
                                                 : subject.name);
    subject_box_->setAccessibleName(tr("What to export"));
    format_box_ = new QComboBox(this);
    for (const FormatEntry& entry : kFormats)
        format_box_->addItem(tr(entry.label), static_cast<int>(entry.format));
    fields_ = new FigureFields(this);
    fields_->addLeadingRow(0, tr("Show"), subject_box_);
    fields_->addLeadingRow(1, tr("Format"), format_box_);
    message_ = new QLabel(this);
    message_->setWordWrap(true);
    message_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    copy_button_ = new QPushButton(tr("Copy"), this);
    copy_button_->setToolTip(tr("Puts the picture into the clipboard"));
    auto* cancel_button = new QPushButton(tr("Cancel"), this);
    save_button_ = new QPushButton(tr("Save…"), this);
    save_button_->setDefault(true);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(copy_button_);
    buttons->addStretch();
    buttons->addWidget(cancel_button);
    buttons->addWidget(save_button_);
    auto* right = new QWidget(this);
    auto* layout = new QVBoxLayout(right);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(fields_);
    layout->addWidget(message_);
    layout->addStretch();
    layout->addLayout(buttons);
    connect(subject_box_, &QComboBox::currentIndexChanged, this, &ExportDialog::updateFields);
    connect(format_box_, &QComboBox::currentIndexChanged, this, &ExportDialog::updateFields);
    connect(fields_, &FigureFields::changed, this, [this] { preview_timer_->start(); });
    for (QPushButton* button : {copy_button_, cancel_button})
        button->setAutoDefault(false); // Return saves, wherever the focus is, and the button shows it
    connect(copy_button_, &QPushButton::clicked, this, &ExportDialog::copy);
    connect(cancel_button, &QPushButton::clicked, this, &QDialog::reject);
    connect(save_button_, &QPushButton::clicked, this, &ExportDialog::save);
    return right;
}

const FigureSubject& ExportDialog::subject() const {
    return subjects_[static_cast<std::size_t>(std::max(0, subject_box_->currentIndex()))];
}

FigureLook ExportDialog::look() const {
    return fields_->look();
}

FigureFormat ExportDialog::format() const {
    return static_cast<FigureFormat>(format_box_->currentData().toInt());
}

void ExportDialog::setFormat(FigureFormat format) {
    format_box_->setCurrentIndex(std::max(0, format_box_->findData(static_cast<int>(format))));
}

void ExportDialog::setSubject(int index) {
    subject_box_->setCurrentIndex(index);
}

void ExportDialog::updateFields() {
    fields_->setFormat(format());
    const bool possible = isPicture(format()) || subject().write_numbers;
    save_button_->setEnabled(possible && !write_job_->running());
    copy_button_->setEnabled(isPicture(format()) && !write_job_->running());
    showMessage(possible ? QString() : tr("This view has no numbers to write: choose PNG, SVG or PDF."),
                false);
    preview_timer_->start();
}

void ExportDialog::updatePreview() {
    if (!isPicture(format())) {
        preview_job_->cancel();
        preview_->setText(subject().numbers);
        return;
    }
    const double ratio = devicePixelRatioF();
    preview_job_->start<QImage>(
        [subject = subject(), look = look(), ratio](const RunControl& control) mutable -> Result<QImage> {
            HEADLIGHT_CHECK(checkLook(look));
            HEADLIGHT_ASSIGN(const Figure figure, captionedFigure(subject, look));
            look.size.pixels.reset();
            look.size.dpi = 96.0 * kPreviewSide * ratio / std::max(figure.size.width(), figure.size.height());
            return figureToImage(figure, look.size, control);
        },
        [this, ratio](const Result<QImage>& image) {
            preview_->clear();
            if (!image) {
                showMessage(QString::fromStdString(image.error().message()), true);
                return;
            }
            QPixmap pixmap = QPixmap::fromImage(*image);
            pixmap.setDevicePixelRatio(ratio);
            preview_->setPixmap(pixmap);
            if (!write_job_->running())
                showMessage(QString(), false);
        });
}

void ExportDialog::showMessage(const QString& text, bool error) {
    const Theme& theme = themeOf(palette()); // the window's; the figure's may be another
    QPalette colours = message_->palette();
    colours.setColor(QPalette::WindowText, error ? theme.error : theme.text_muted);
    message_->setPalette(colours);
    message_->setText(text);
}

void ExportDialog::save() {
    const auto& entry = kFormats[static_cast<std::size_t>(format_box_->currentIndex())];
    const QString extension = QString::fromLatin1(entry.extension);
    const QString pictures = QStandardPaths::writableLocation(QStandardPaths::PicturesLocation);
    const QString folder =
        QSettings()
            .value(QStringLiteral("export/folder"), pictures.isEmpty() ? QDir::homePath() : pictures)
            .toString();
    const QString title =
        subject().isSeries() ? tr("Export: each file's name begins with this one") : tr("Export");
    QString path = QFileDialog::getSaveFileName(
        this, title, QDir(folder).filePath(subject().stem + QLatin1Char('.') + extension),
        QStringLiteral("%1 (*.%2)").arg(tr(entry.label), extension));
    if (path.isEmpty())
        return;
    if (QFileInfo(path).suffix().isEmpty())
        path += QLatin1Char('.') + extension;
    connect(this, &ExportDialog::saved, this, &QDialog::accept, Qt::UniqueConnection);
    saveTo(path);
}

void ExportDialog::setWriting(bool writing) {
    for (QWidget* part : {static_cast<QWidget*>(save_button_), static_cast<QWidget*>(subject_box_),
                          static_cast<QWidget*>(format_box_)})
        part->setEnabled(!writing);
    copy_button_->setEnabled(!writing && isPicture(format()));
}

void ExportDialog::saveTo(const QString& path) {
    setWriting(true);
    showMessage(tr("Writing…"), false);
    write_job_->start<void>(
        [subject = subject(), look = look(), target = std::filesystem::path(path.toStdString())](
            const RunControl& control) { return exportSubject(subject, look, target, control); },
        [this, path](const Result<void>& done) { finish(path, done); });
}

void ExportDialog::finish(const QString& path, const Result<void>& done) {
    setWriting(false);
    if (!done) {
        const QString message = QString::fromStdString(done.error().message());
        showMessage(message, true);
        emit failed(message);
        return;
    }
    fields_->store();
    QSettings().setValue(QStringLiteral("export/folder"), QFileInfo(path).absolutePath());
    QSettings().setValue(QStringLiteral("export/format"), static_cast<int>(format()));
    showMessage(
        subject().isSeries()
            ? tr("Saved %1 files beside %2").arg(subject().n_parts).arg(QDir::toNativeSeparators(path))
            : tr("Saved %1").arg(QDir::toNativeSeparators(path)),
        false);
    emit saved(path);
}

void ExportDialog::copy() {
    setWriting(true);
    write_job_->start<QImage>([subject = subject(), look = look()](
                                  const RunControl& control) { return subjectImage(subject, look, control); },
                              [this](const Result<QImage>& image) {
                                  setWriting(false);
                                  if (!image) {
                                      showMessage(QString::fromStdString(image.error().message()), true);
                                      return;
                                  }
                                  QApplication::clipboard()->setImage(*image);
                                  showMessage(tr("Copied as an image"), false);
                              });
}

void ExportDialog::reject() {
    if (!write_job_->running()) {
        QDialog::reject();
        return;
    }
    write_job_->cancel();
    setWriting(false);
    updateFields();
    showMessage(tr("Stopped; files already finished stay."), false);
}

} // namespace headlight::ui
