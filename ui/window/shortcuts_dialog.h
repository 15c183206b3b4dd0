// Every key in one place (F1).
#pragma once

#include <QDialog>

namespace headlight::ui {

class ShortcutsDialog : public QDialog {
    Q_OBJECT
public:
    explicit ShortcutsDialog(QWidget* parent = nullptr);
};

} // namespace headlight::ui
