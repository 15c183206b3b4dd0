#include "ui/export/export_dialog.h"

#include "ui/export/figure.h"
#include "ui/jobs/job_runner.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QStandardPaths>
#include <QTimer>

#include <algorithm>
#include <array>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr int kPreviewSide = 360;
constexpr int kPreviewDelay = 60; // milliseconds after the last change: typing a number draws once
constexpr double kMmPerInch = 25.4;

struct FormatEntry {
    FigureFormat format;
    const char* extension;
    const char* label;
};

constexpr std::array<FormatEntry, 5> kFormats = {{
    {FigureFormat::Png, "png", QT_TRANSLATE_NOOP("ExportDialog", "PNG image")},
    {FigureFormat::Svg, "svg", QT_TRANSLATE_NOOP("ExportDialog", "SVG drawing (text and vectors)")},
    {FigureFormat::Pdf, "pdf", QT_TRANSLATE_NOOP("ExportDialog", "PDF page (text and vectors)")},
    {FigureFormat::Csv, "csv", QT_TRANSLATE_NOOP("ExportDialog", "CSV table of the weights")},
    {FigureFormat::Npy, "npy", QT_TRANSLATE_NOOP("ExportDialog", "NPY array of the weights")},
}};

/// Units of the width and height fields; the numbers are indices of the unit box.
enum Unit { Millimetres, Inches, Pixels };

bool isPictureFormat(FigureFormat format) {
    return format == FigureFormat::Png || format == FigureFormat::Svg || format == FigureFormat::Pdf;
}

QString suggestedName(const ExportRequest& request, bool all, const QString& extension) {
    const HeadAddress& head = request.map.head;
    const QString kind = QString::fromUtf8(attentionKindName(head.kind).data());
    const QString what = all ? QStringLiteral("all-heads")
                             : QStringLiteral("layer%1-head%2").arg(head.layer.value + 1).arg(head.head.value + 1);
    const QString model = request.map.model_name.section(QLatin1Char('/'), -1);
    return QStringLiteral("%1-%2-%3.%4").arg(model.isEmpty() ? QStringLiteral("headlight") : model, kind, what, extension);
}

} // namespace

ExportDialog::ExportDialog(ExportRequest request, QWidget* parent) : QDialog(parent), request_(std::move(request)) {
    setWindowTitle(tr("Export"));
    preview_timer_ = new QTimer(this);
    preview_timer_->setSingleShot(true);
    preview_timer_->setInterval(kPreviewDelay);
    connect(preview_timer_, &QTimer::timeout, this, &ExportDialog::updatePreview);
    preview_job_ = new JobRunner(this);
    write_job_ = new JobRunner(this);
    connect(write_job_, &JobRunner::progressed, this, [this](double fraction) {
        showMessage(tr("Drawing heads, %1 %").arg(static_cast<int>(fraction * 100)), false);
    });
    build();
    loadSettings();
    updateFields();
    updatePreview();
}

void ExportDialog::build() {
    const auto spin = [this](double least, double most, double value, int decimals) {
        auto* box = new QDoubleSpinBox(this);
        box->setRange(least, most);
        box->setDecimals(decimals);
        box->setValue(value);
        connect(box, &QDoubleSpinBox::valueChanged, this, [this] { preview_timer_->start(); });
        return box;
    };
    format_box_ = new QComboBox(this);
    for (const FormatEntry& entry : kFormats)
        format_box_->addItem(tr(entry.label), static_cast<int>(entry.format));
    unit_box_ = new QComboBox(this);
    unit_box_->addItems({tr("mm"), tr("inch"), tr("pixels")});
    width_box_ = spin(20.0, 32767.0, 170.0, 1);
    height_box_ = spin(0.0, 32767.0, 0.0, 1);
    height_box_->setSpecialValueText(tr("as tall as needed"));
    dpi_box_ = spin(36.0, 2400.0, 300.0, 0);
    transparent_box_ = new QCheckBox(tr("Transparent background"), this);
    caption_box_ = new QCheckBox(tr("Caption with model, text and settings"), this);
    caption_box_->setChecked(true);
    all_heads_box_ = new QCheckBox(tr("All heads of this attention"), this);

    auto* size_row = new QHBoxLayout;
    size_row->addWidget(width_box_);
    size_row->addWidget(unit_box_);
    auto* form = new QFormLayout;
    form->addRow(tr("Format"), format_box_);
    form->addRow(QString(), all_heads_box_);
    form->addRow(tr("Width"), size_row);
    form->addRow(tr("Height"), height_box_);
    form->addRow(tr("Dots per inch"), dpi_box_);
    form->addRow(QString(), transparent_box_);
    form->addRow(QString(), caption_box_);

    message_ = new QLabel(this);
    message_->setWordWrap(true);
    message_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    preview_ = new QLabel(this);
    preview_->setFixedSize(kPreviewSide + 2, kPreviewSide + 2);
    preview_->setAlignment(Qt::AlignCenter);
    preview_->setProperty("role", "preview"); // a white figure on a white dialog needs an edge
    preview_->setAccessibleName(tr("Preview"));

    copy_button_ = new QPushButton(tr("Copy"), this);
    auto* cancel_button = new QPushButton(tr("Cancel"), this);
    save_button_ = new QPushButton(tr("Save…"), this);
    save_button_->setDefault(true);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(copy_button_);
    buttons->addStretch();
    buttons->addWidget(cancel_button);
    buttons->addWidget(save_button_);

    auto* right = new QVBoxLayout;
    right->addLayout(form);
    right->addWidget(message_);
    right->addStretch();
    right->addLayout(buttons);
    auto* columns = new QHBoxLayout(this);
    columns->setContentsMargins(24, 24, 24, 24);
    columns->setSpacing(24);
    columns->addWidget(preview_);
    columns->addLayout(right, 1);

    connect(format_box_, &QComboBox::currentIndexChanged, this, &ExportDialog::updateFields);
    connect(unit_box_, &QComboBox::currentIndexChanged, this, &ExportDialog::unitChanged);
    for (QCheckBox* box : {transparent_box_, caption_box_, all_heads_box_})
        connect(box, &QCheckBox::toggled, this, [this] { preview_timer_->start(); });
    connect(copy_button_, &QPushButton::clicked, this, &ExportDialog::copy);
    connect(cancel_button, &QPushButton::clicked, this, &QDialog::reject);
    connect(save_button_, &QPushButton::clicked, this, &ExportDialog::save);
}

FigureFormat ExportDialog::format() const {
    return static_cast<FigureFormat>(format_box_->currentData().toInt());
}

bool ExportDialog::allHeads() const { return all_heads_box_->isChecked(); }

void ExportDialog::setFormat(FigureFormat format) {
    format_box_->setCurrentIndex(format_box_->findData(static_cast<int>(format)));
}

ExportRequest ExportDialog::request() const {
    ExportRequest request = request_;
    request.transparent = transparent_box_->isChecked();
    request.caption = caption_box_->isChecked();
    request.size.dpi = dpi_box_->value();
    request.size.pixels.reset();
    const double width = width_box_->value();
    const double height = height_box_->value();
    switch (unit_box_->currentIndex()) {
    case Pixels: // without a height the picture is as tall as the map needs, at this many pixels across
        request.size.width_mm = width / request.size.dpi * kMmPerInch;
        request.size.height_mm = height / request.size.dpi * kMmPerInch;
        if (height > 0.0)
            request.size.pixels = QSize(static_cast<int>(std::lround(width)), static_cast<int>(std::lround(height)));
        break;
    case Inches:
        request.size.width_mm = width * kMmPerInch;
        request.size.height_mm = height * kMmPerInch;
        break;
    default:
        request.size.width_mm = width;
        request.size.height_mm = height;
    }
    return request;
}

void ExportDialog::unitChanged() {
    // The picture keeps its size when only the unit changes.
    const auto perMm = [this](int unit) {
        return unit == Pixels ? dpi_box_->value() / kMmPerInch : unit == Inches ? 1.0 / kMmPerInch : 1.0;
    };
    const int unit = unit_box_->currentIndex();
    const double factor = perMm(unit) / perMm(shown_unit_);
    const double width = width_box_->value() * factor;
    const double height = height_box_->value() * factor;
    shown_unit_ = unit;
    for (QDoubleSpinBox* box : {width_box_, height_box_})
        box->setDecimals(unit == Pixels ? 0 : unit == Inches ? 2 : 1);
    width_box_->setMinimum(20.0 * perMm(unit));
    width_box_->setValue(width);
    height_box_->setValue(height);
    preview_timer_->start();
}

void ExportDialog::updateFields() {
    const bool picture = isPictureFormat(format());
    for (QWidget* field : {static_cast<QWidget*>(width_box_), static_cast<QWidget*>(height_box_), static_cast<QWidget*>(unit_box_),
                           static_cast<QWidget*>(transparent_box_), static_cast<QWidget*>(caption_box_)})
        field->setEnabled(picture);
    dpi_box_->setEnabled(picture);
    showMessage(QString(), false);
    preview_timer_->start();
}

void ExportDialog::updatePreview() {
    ExportRequest small = request();
    if (!isPictureFormat(format())) {
        preview_job_->cancel();
        preview_->setText(tr("%1 × %2 weights").arg(request_.map.empty() ? 0 : request_.map.trace->nQueries(request_.map.head.kind))
                              .arg(request_.map.empty() ? 0 : request_.map.trace->nKeys(request_.map.head.kind)));
        return;
    }
    const double ratio = devicePixelRatioF();
    preview_job_->start<QImage>(
        [small, all = allHeads(), ratio](const RunControl& control) mutable -> Result<QImage> {
            HEADLIGHT_ASSIGN(const Figure figure, all ? sheetFigure(small) : figureOf(small));
            small.size.pixels.reset();
            small.size.dpi = 96.0 * kPreviewSide * ratio / std::max(figure.size.width(), figure.size.height());
            return figureToImage(figure, small.size, control);
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
    const QString folder = QSettings().value(QStringLiteral("export/folder"), pictures.isEmpty() ? QDir::homePath() : pictures).toString();
    QString path = QFileDialog::getSaveFileName(this, tr("Export"), QDir(folder).filePath(suggestedName(request_, allHeads(), extension)),
                                                QStringLiteral("%1 (*.%2)").arg(tr(entry.label), extension));
    if (path.isEmpty())
        return;
    if (QFileInfo(path).suffix().isEmpty())
        path += QLatin1Char('.') + extension;
    connect(this, &ExportDialog::saved, this, &QDialog::accept, Qt::UniqueConnection);
    saveTo(path);
}

void ExportDialog::setWriting(bool writing) {
    copy_button_->setEnabled(!writing);
    save_button_->setEnabled(!writing);
}

void ExportDialog::saveTo(const QString& path) {
    setWriting(true);
    showMessage(tr("Writing…"), false);
    write_job_->start<void>(
        [wanted = request(), all = allHeads(), target = std::filesystem::path(path.toStdString())](const RunControl& control) {
            return all ? exportAllHeads(wanted, target, control) : exportHead(wanted, target, control);
        },
        [this, path](const Result<void>& done) {
            setWriting(false);
            if (!done) {
                const QString message = QString::fromStdString(done.error().message());
                showMessage(message, true);
                emit failed(message);
                return;
            }
            storeSettings(QFileInfo(path).absolutePath());
            showMessage(tr("Saved %1").arg(QDir::toNativeSeparators(path)), false);
            emit saved(path);
        });
}

void ExportDialog::copy() {
    setWriting(true);
    write_job_->start<QImage>(
        [wanted = request(), all = allHeads()](const RunControl& control) -> Result<QImage> {
            HEADLIGHT_ASSIGN(const Figure figure, all ? sheetFigure(wanted) : figureOf(wanted));
            return figureToImage(figure, wanted.size, control);
        },
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

void ExportDialog::loadSettings() {
    const QSettings settings;
    setFormat(static_cast<FigureFormat>(settings.value(QStringLiteral("export/format"), 0).toInt()));
    if (format_box_->currentIndex() < 0)
        format_box_->setCurrentIndex(0);
    dpi_box_->setValue(settings.value(QStringLiteral("export/dpi"), 300.0).toDouble());
    unit_box_->setCurrentIndex(std::clamp(settings.value(QStringLiteral("export/unit"), 0).toInt(), 0, 2));
    if (settings.contains(QStringLiteral("export/width"))) {
        width_box_->setValue(settings.value(QStringLiteral("export/width")).toDouble());
        height_box_->setValue(settings.value(QStringLiteral("export/height")).toDouble());
    }
    transparent_box_->setChecked(settings.value(QStringLiteral("export/transparent"), false).toBool());
    caption_box_->setChecked(settings.value(QStringLiteral("export/caption"), true).toBool());
}

void ExportDialog::storeSettings(const QString& folder) const {
    QSettings settings;
    settings.setValue(QStringLiteral("export/folder"), folder);
    settings.setValue(QStringLiteral("export/format"), static_cast<int>(format()));
    settings.setValue(QStringLiteral("export/unit"), unit_box_->currentIndex());
    settings.setValue(QStringLiteral("export/width"), width_box_->value());
    settings.setValue(QStringLiteral("export/height"), height_box_->value());
    settings.setValue(QStringLiteral("export/dpi"), dpi_box_->value());
    settings.setValue(QStringLiteral("export/transparent"), transparent_box_->isChecked());
    settings.setValue(QStringLiteral("export/caption"), caption_box_->isChecked());
}

bool copyFigure(const ExportRequest& request) {
    const QImage image = figureImage(request);
    if (image.isNull())
        return false;
    QApplication::clipboard()->setImage(image);
    return true;
}

} // namespace headlight::ui
