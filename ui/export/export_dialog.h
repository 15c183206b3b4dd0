// The dialogue around figure subjects: what, format, look, preview, where to; and copying a figure to the
// clipboard.
#pragma once

#include "ui/export/figure_subject.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QPushButton;
class QTimer;

namespace headlight::ui {

class FigureFields;
class JobRunner;

/// Offers `subjects`, the first one chosen; there must be one. Remembers format, look and folder in QSettings
/// ("export/...").
class ExportDialog : public QDialog {
    Q_OBJECT
public:
    explicit ExportDialog(std::vector<FigureSubject> subjects, QWidget* parent = nullptr);

    [[nodiscard]] const FigureSubject& subject() const;
    [[nodiscard]] FigureLook look() const;
    [[nodiscard]] FigureFormat format() const;

public slots:
    void setFormat(headlight::ui::FigureFormat format);
    void setSubject(int index);
    /// Asks for a file name, writes, closes; an error is shown in the dialogue, which stays open.
    void save();
    /// Writes to `path` without asking, away from the GUI thread; saved() or failed() follows.
    void saveTo(const QString& path);
    void copy();
    /// Stops what is being written and stays; closes otherwise.
    void reject() override;

signals:
    void saved(const QString& path);
    void failed(const QString& message);

private:
    void build();
    [[nodiscard]] QWidget* buildRight();
    void updatePreview();
    void updateFields();
    void showMessage(const QString& text, bool error);
    void setWriting(bool writing);
    void finish(const QString& path, const Result<void>& done);

    std::vector<FigureSubject> subjects_;
    QComboBox* subject_box_ = nullptr;
    QComboBox* format_box_ = nullptr;
    FigureFields* fields_ = nullptr;
    QLabel* preview_ = nullptr;
    QLabel* message_ = nullptr;
    QPushButton* copy_button_ = nullptr;
    QPushButton* save_button_ = nullptr;
    QTimer* preview_timer_ = nullptr;
    JobRunner* preview_job_ = nullptr; ///< drawing takes a while for long texts and for many heads
    JobRunner* write_job_ = nullptr;   ///< also copies
};

} // namespace headlight::ui
