// The right end of the status line: where the run was computed, how long it took, and the memory the program uses.
#pragma once

#include <QLabel>
#include <QTimer>

namespace headlight::ui {

class Document;

class MachineLabel : public QLabel {
    Q_OBJECT
public:
    /// `document` outlives it.
    explicit MachineLabel(const Document* document, QWidget* parent = nullptr);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void refresh();

    const Document* document_;
    QTimer timer_; ///< memory changes without a run, too
};

} // namespace headlight::ui
