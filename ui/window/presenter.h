// In front of a class: the keys of a remote control, and a blank screen.
#pragma once

#include <QObject>

#include <functional>

class QWidget;

namespace headlight::ui {

/// What the keys do; empty ones do nothing.
struct PresenterActions {
    std::function<bool()> next; ///< Page Down; false: there was nothing to go on with
    std::function<bool()> back;
    std::function<void()> leave;
};

/// While presenting: Page Up, Page Down and the arrows step, B or . blanks the screen, Escape leaves. Where a text is written, letters
/// and arrows belong to it. Page Up and Page Down also step while `stepping` alone (a lesson at one's desk).
class Presenter : public QObject {
    Q_OBJECT
public:
    Presenter(QWidget* window, PresenterActions actions);

    void setPresenting(bool presenting);
    void setStepping(bool stepping);
    [[nodiscard]] bool presenting() const { return presenting_; }
    [[nodiscard]] bool blank() const { return blank_ != nullptr; }
    void setBlank(bool blank);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    [[nodiscard]] bool handles(int key) const;
    void act(int key);
    void listen();

    QWidget* window_;
    PresenterActions actions_;
    bool presenting_ = false;
    bool stepping_ = false;
    bool listening_ = false;
    QWidget* blank_ = nullptr;
};

} // namespace headlight::ui
