// The fields of the export dialogue that say how a picture looks: size, resolution, background, caption.
#pragma once

#include "ui/export/figure_look.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLineEdit;

namespace headlight::ui {

/// Remembers what was chosen in QSettings ("export/...").
class FigureFields : public QWidget {
    Q_OBJECT
public:
    explicit FigureFields(QWidget* parent = nullptr);

    [[nodiscard]] FigureLook look() const;
    /// A row above the others, in line with them.
    void addLeadingRow(int at, const QString& label, QWidget* field);
    /// Numbers have no look: all fields are switched off.
    void setFormat(FigureFormat format);
    void store() const;

signals:
    void changed();

private:
    void build();
    void load();
    void unitChanged();
    QDoubleSpinBox* spin(double least, double most, double value, int decimals);

    QFormLayout* form_ = nullptr;
    QComboBox* unit_box_ = nullptr;
    QDoubleSpinBox* width_box_ = nullptr;
    QDoubleSpinBox* height_box_ = nullptr;
    QDoubleSpinBox* dpi_box_ = nullptr;
    QComboBox* background_box_ = nullptr;
    QCheckBox* caption_box_ = nullptr;
    QLineEdit* caption_edit_ = nullptr;
    int shown_unit_ = 0; ///< what the width and height fields are counted in
};

} // namespace headlight::ui
