#include "ui/export/figure_fields.h"

#include "ui/theme/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QSettings>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr double kMmPerInch = 25.4;

/// Units of the width and height fields; the numbers are indices of the unit box.
enum Unit { Millimetres, Inches, Pixels };

/// Indices of the background box.
enum Background { White, Transparent, Dark };

double unitsPerMm(int unit, double dpi) {
    return unit == Pixels ? dpi / kMmPerInch : unit == Inches ? 1.0 / kMmPerInch : 1.0;
}

int remembered(const QString& key, int usual, int most) {
    return std::clamp(QSettings().value(key, usual).toInt(), 0, most);
}

} // namespace

FigureFields::FigureFields(QWidget* parent)
    : QWidget(parent) {
    build();
    load();
}

QDoubleSpinBox* FigureFields::spin(double least, double most, double value, int decimals) {
    auto* box = new QDoubleSpinBox(this);
    box->setRange(least, most);
    box->setDecimals(decimals);
    box->setValue(value);
    connect(box, &QDoubleSpinBox::valueChanged, this, &FigureFields::changed);
    return box;
}

void FigureFields::build() {
    unit_box_ = new QComboBox(this);
    unit_box_->addItems({tr("mm"), tr("inch"), tr("pixels")});
    unit_box_->setAccessibleName(tr("Unit of width and height"));
    width_box_ = spin(20.0, 32767.0, 170.0, 1);
    height_box_ = spin(0.0, 32767.0, 0.0, 1);
    height_box_->setSpecialValueText(tr("as tall as needed"));
    dpi_box_ = spin(36.0, 2400.0, 300.0, 0);
    dpi_box_->setToolTip(tr("Pixels an inch of a PNG; 300 is what papers ask for."));
    background_box_ = new QComboBox(this);
    background_box_->addItems({tr("White"), tr("Transparent"), tr("Dark")});
    caption_box_ = new QCheckBox(tr("Caption"), this);
    caption_box_->setChecked(true);
    caption_edit_ = new QLineEdit(this);
    caption_edit_->setPlaceholderText(tr("model, hash, text and settings"));
    caption_edit_->setToolTip(
        tr("Your own words instead of the model's name and hash, the text and the settings."));
    caption_edit_->setAccessibleName(tr("Caption in your own words"));
    auto* size_row = new QHBoxLayout;
    size_row->addWidget(width_box_, 1);
    size_row->addWidget(unit_box_);
    form_ = new QFormLayout(this);
    form_->setContentsMargins(0, 0, 0, 0);
    form_->addRow(tr("Width"), size_row);
    form_->addRow(tr("Height"), height_box_);
    form_->addRow(tr("Dots per inch"), dpi_box_);
    form_->addRow(tr("Background"), background_box_);
    form_->addRow(caption_box_, caption_edit_);
    connect(unit_box_, &QComboBox::currentIndexChanged, this, &FigureFields::unitChanged);
    connect(background_box_, &QComboBox::currentIndexChanged, this, &FigureFields::changed);
    connect(caption_box_, &QCheckBox::toggled, this, [this](bool on) {
        caption_edit_->setEnabled(on);
        emit changed();
    });
    connect(caption_edit_, &QLineEdit::textChanged, this, &FigureFields::changed);
}

FigureLook FigureFields::look() const {
    FigureLook look;
    look.transparent = background_box_->currentIndex() == Transparent;
    look.theme = background_box_->currentIndex() == Dark ? &Theme::darkTheme() : &Theme::light();
    look.caption = caption_box_->isChecked();
    look.caption_text = caption_edit_->text().trimmed();
    look.size.dpi = dpi_box_->value();
    const double width = width_box_->value();
    const double height = height_box_->value();
    const double mm = 1.0 / unitsPerMm(unit_box_->currentIndex(), look.size.dpi);
    look.size.width_mm = width * mm;
    look.size.height_mm = height * mm;
    // Without a height the picture is as tall as needed, at this many pixels across.
    if (unit_box_->currentIndex() == Pixels && height > 0.0)
        look.size.pixels = QSize(static_cast<int>(std::lround(width)), static_cast<int>(std::lround(height)));
    return look;
}

void FigureFields::unitChanged() {
    // The picture keeps its size when only the unit changes.
    const int unit = unit_box_->currentIndex();
    const double per_mm = unitsPerMm(unit, dpi_box_->value());
    const double factor = per_mm / unitsPerMm(shown_unit_, dpi_box_->value());
    const double width = width_box_->value() * factor;
    const double height = height_box_->value() * factor;
    shown_unit_ = unit;
    for (QDoubleSpinBox* box : {width_box_, height_box_})
        box->setDecimals(unit == Pixels ? 0 : unit == Inches ? 2 : 1);
    width_box_->setMinimum(20.0 * per_mm);
    width_box_->setValue(width);
    height_box_->setValue(height);
    emit changed();
}

void FigureFields::addLeadingRow(int at, const QString& label, QWidget* field) {
    form_->insertRow(at, label, field);
}

void FigureFields::setFormat(FigureFormat format) {
    const bool picture = isPicture(format);
    for (QWidget* field : std::initializer_list<QWidget*>{unit_box_, width_box_, height_box_, dpi_box_, background_box_, caption_box_})
        field->setEnabled(picture);
    caption_edit_->setEnabled(picture && caption_box_->isChecked());
}

void FigureFields::load() {
    const QSettings settings;
    dpi_box_->setValue(settings.value(QStringLiteral("export/dpi"), 300.0).toDouble());
    unit_box_->setCurrentIndex(remembered(QStringLiteral("export/unit"), Millimetres, Pixels));
    if (settings.contains(QStringLiteral("export/width"))) {
        width_box_->setValue(settings.value(QStringLiteral("export/width")).toDouble());
        height_box_->setValue(settings.value(QStringLiteral("export/height")).toDouble());
    }
    background_box_->setCurrentIndex(remembered(QStringLiteral("export/background"), White, Dark));
    caption_box_->setChecked(settings.value(QStringLiteral("export/caption"), true).toBool());
    caption_edit_->setEnabled(caption_box_->isChecked());
}

void FigureFields::store() const {
    QSettings settings;
    settings.setValue(QStringLiteral("export/unit"), unit_box_->currentIndex());
    settings.setValue(QStringLiteral("export/width"), width_box_->value());
    settings.setValue(QStringLiteral("export/height"), height_box_->value());
    settings.setValue(QStringLiteral("export/dpi"), dpi_box_->value());
    settings.setValue(QStringLiteral("export/background"), background_box_->currentIndex());
    settings.setValue(QStringLiteral("export/caption"), caption_box_->isChecked());
}

} // namespace headlight::ui
