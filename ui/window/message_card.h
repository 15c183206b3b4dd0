// An error a person can read, copy and dismiss: what happened, what was expected and found, why, what to do.
#pragma once

#include "core/base/result.h"

#include <QFrame>

class QLabel;

namespace headlight::ui {

class MessageCard : public QFrame {
    Q_OBJECT
public:
    explicit MessageCard(QWidget* parent = nullptr);

    /// `title` says what was tried: "Could not open /models/broken".
    void showError(const QString& title, const Error& error);
    [[nodiscard]] QString plainText() const { return plain_text_; }

signals:
    void dismissed();

private:
    void dismiss();

    QLabel* summary_ = nullptr;
    QLabel* details_ = nullptr;
    QString plain_text_;
};

} // namespace headlight::ui
