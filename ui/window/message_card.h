// What a person is told and can dismiss: an error (what happened, expected, found, why, what to do) or a question that can wait.
#pragma once

#include "core/base/result.h"
#include "ui/session/notice.h"

#include <QFrame>

class QHBoxLayout;
class QLabel;
class QPushButton;

namespace headlight::ui {

class MessageCard : public QFrame {
    Q_OBJECT
public:
    explicit MessageCard(QWidget* parent = nullptr);

    /// `title` says what was tried: "Could not open /models/broken".
    void showError(const QString& title, const headlight::Error& error);
    /// Not an error; a button for each answer, which dismisses it too.
    void showNotice(const headlight::ui::Notice& notice);
    [[nodiscard]] QString plainText() const { return plain_text_; }

signals:
    void dismissed();

private:
    void dismiss();
    void setRole(const char* card, const char* summary);
    void setAnswers(const Notice& notice);

    QLabel* summary_ = nullptr;
    QLabel* details_ = nullptr;
    QHBoxLayout* answers_ = nullptr;
    QPushButton* copy_ = nullptr;
    QString plain_text_;
};

} // namespace headlight::ui
