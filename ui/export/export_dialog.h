// The dialogue around figure_export.h: format, size, preview, where to; and copying a figure to the clipboard.
#pragma once

#include "ui/export/figure_export.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QTimer;

namespace headlight::ui {

class JobRunner;

/// Remembers format, size and folder in QSettings ("export/...").
class ExportDialog : public QDialog {
    Q_OBJECT
public:
    explicit ExportDialog(ExportRequest request, QWidget* parent = nullptr);

    /// What the dialogue's fields ask for now.
    [[nodiscard]] ExportRequest request() const;
    [[nodiscard]] FigureFormat format() const;
    [[nodiscard]] bool allHeads() const;

public slots:
    void setFormat(headlight::ui::FigureFormat format);
    /// Asks for a file name, writes, closes; an error is shown in the dialogue, which stays open.
    void save();
    /// Writes to `path` without asking, away from the GUI thread; saved() or failed() follows.
    void saveTo(const QString& path);
    void copy();

signals:
    void saved(const QString& path);
    void failed(const QString& message);

private:
    void build();
    void updatePreview();
    void updateFields();
    void unitChanged();
    void showMessage(const QString& text, bool error);
    void loadSettings();
    void storeSettings(const QString& folder) const;
    void setWriting(bool writing);

    ExportRequest request_;
    QComboBox* format_box_ = nullptr;
    QComboBox* unit_box_ = nullptr;
    QDoubleSpinBox* width_box_ = nullptr;
    QDoubleSpinBox* height_box_ = nullptr;
    QDoubleSpinBox* dpi_box_ = nullptr;
    QCheckBox* transparent_box_ = nullptr;
    QCheckBox* caption_box_ = nullptr;
    QCheckBox* all_heads_box_ = nullptr;
    QLabel* preview_ = nullptr;
    QLabel* message_ = nullptr;
    QPushButton* copy_button_ = nullptr;
    QPushButton* save_button_ = nullptr;
    QTimer* preview_timer_ = nullptr;
    JobRunner* preview_job_ = nullptr;   ///< drawing takes a while for long texts and for many heads
    JobRunner* write_job_ = nullptr;     ///< also copies
    int shown_unit_ = 0; ///< what the width and height fields are counted in
};

/// Puts the figure into the clipboard as an image. False when there is nothing to draw.
bool copyFigure(const ExportRequest& request);

} // namespace headlight::ui
