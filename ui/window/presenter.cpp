#include "ui/window/presenter.h"

#include <QAbstractSpinBox>
#include <QApplication>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QTextEdit>
#include <QWidget>

namespace headlight::ui {

namespace {

bool isWriting(const QWidget* widget) {
    const auto* line = qobject_cast<const QLineEdit*>(widget);
    return (line != nullptr && !line->isReadOnly()) || qobject_cast<const QPlainTextEdit*>(widget) != nullptr ||
           qobject_cast<const QTextEdit*>(widget) != nullptr || qobject_cast<const QAbstractSpinBox*>(widget) != nullptr;
}

} // namespace

Presenter::Presenter(QWidget* window, PresenterActions actions)
    : QObject(window)
    , window_(window)
    , actions_(std::move(actions)) {}

void Presenter::setPresenting(bool presenting) {
    presenting_ = presenting;
    if (!presenting)
        setBlank(false);
    listen();
}

void Presenter::setStepping(bool stepping) {
    stepping_ = stepping;
    listen();
}

void Presenter::listen() {
    const bool wanted = presenting_ || stepping_;
    if (wanted == listening_)
        return;
    listening_ = wanted;
    wanted ? qApp->installEventFilter(this) : qApp->removeEventFilter(this);
}

void Presenter::setBlank(bool blank) {
    if (blank == (blank_ != nullptr))
        return;
    if (!blank) {
        blank_->deleteLater();
        blank_->hide();
        blank_ = nullptr;
        return;
    }
    blank_ = new QWidget(window_);
    blank_->setObjectName(QStringLiteral("blankScreen"));
    blank_->setAccessibleName(tr("Blank screen: B, a full stop or Escape shows the window again"));
    blank_->setStyleSheet(QStringLiteral("background: black;"));
    blank_->setAttribute(Qt::WA_StyledBackground);
    blank_->setCursor(Qt::BlankCursor);
    blank_->setGeometry(window_->rect());
    blank_->show();
    blank_->raise();
}

bool Presenter::handles(int key) const {
    if (blank_ != nullptr)
        return true;
    if (key == Qt::Key_PageDown || key == Qt::Key_PageUp)
        return true;
    if (!presenting_)
        return false;
    if (key == Qt::Key_Escape)
        return true;
    const bool remote = key == Qt::Key_Left || key == Qt::Key_Right || key == Qt::Key_B || key == Qt::Key_Period;
    return remote && !isWriting(QApplication::focusWidget());
}

void Presenter::act(int key) {
    if (blank_ != nullptr) {
        setBlank(false); // whatever key: the class waits
        return;
    }
    if (key == Qt::Key_PageDown || key == Qt::Key_Right)
        actions_.next();
    else if (key == Qt::Key_PageUp || key == Qt::Key_Left)
        actions_.back();
    else if (key == Qt::Key_Escape)
        actions_.leave();
    else
        setBlank(true);
}

bool Presenter::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Resize && watched == window_ && blank_ != nullptr)
        blank_->setGeometry(window_->rect());
    if (event->type() == QEvent::MouseButtonPress && blank_ != nullptr && watched == blank_) {
        setBlank(false);
        return true;
    }
    if (event->type() != QEvent::KeyPress && event->type() != QEvent::ShortcutOverride)
        return false;
    const auto* key = static_cast<QKeyEvent*>(event);
    const auto* widget = qobject_cast<QWidget*>(watched);
    const Qt::KeyboardModifiers held = key->modifiers() & ~Qt::KeypadModifier;
    if (widget == nullptr || widget->window() != window_ || held != Qt::NoModifier || !handles(key->key()))
        return false;
    if (event->type() == QEvent::ShortcutOverride) {
        event->accept(); // it comes again as a key
        return true;
    }
    act(key->key());
    return true;
}

} // namespace headlight::ui
