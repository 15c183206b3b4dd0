#include "ui/theme/theme_controller.h"

#include <QApplication>
#include <QEvent>
#include <QSettings>
#include <QStyle>
#include <QStyleFactory>
#include <QWidget>

#include <algorithm>
#include <utility>

/// A static library's resources are only linked in when asked for, outside any namespace.
static void loadThemeResources() {
    Q_INIT_RESOURCE(theme);
}

namespace headlight::ui {

namespace {

constexpr double kPresentingScale = 1.5;
constexpr double kSmallestScale = 0.7;
constexpr double kLargestScale = 3.0;
const auto kNextStep = static_cast<QEvent::Type>(QEvent::registerEventType());
const QString kModeKey = QStringLiteral("window/theme");
const QString kScaleKey = QStringLiteral("window/textSize");

QString modeName(ThemeController::Mode mode) {
    switch (mode) {
    case ThemeController::Mode::Light:
        return QStringLiteral("light");
    case ThemeController::Mode::Dark:
        return QStringLiteral("dark");
    case ThemeController::Mode::System:
        break;
    }
    return QStringLiteral("system");
}

} // namespace

ThemeController::ThemeController(QObject* parent)
    : QObject(parent)
    , theme_(&Theme::light()) {
    loadThemeResources();
    // Fusion draws alike everywhere and lets the style sheet decide; the platform styles each ignore parts of
    // it.
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    const double system_points = QApplication::font().pointSizeF();
    base_points_ = std::clamp(system_points > 0 ? system_points : 10.0, 10.0, 14.0);
    apply();
    qApp->installEventFilter(this);
}

void ThemeController::remember() {
    const QSettings settings;
    const QString name = settings.value(kModeKey).toString();
    for (const Mode mode : {Mode::System, Mode::Light, Mode::Dark})
        if (name == modeName(mode))
            mode_ = mode;
    bool is_number = false;
    const double scale = settings.value(kScaleKey).toDouble(&is_number); // a person may have edited the file
    if (is_number && scale > 0)
        scale_ = std::clamp(scale, kSmallestScale, kLargestScale);
    remembers_ = true;
    apply();
}

void ThemeController::save() const {
    if (!remembers_)
        return;
    QSettings settings;
    settings.setValue(kModeKey, modeName(mode_));
    settings.setValue(kScaleKey, scale_);
}

void ThemeController::setMode(Mode mode) {
    mode_ = mode;
    apply();
    save();
}

void ThemeController::toggle() {
    setMode(theme_->dark ? Mode::Light : Mode::Dark);
}

void ThemeController::setScale(double scale) {
    (presenting_scale_ ? *presenting_scale_ : scale_) = std::clamp(scale, kSmallestScale, kLargestScale);
    apply();
    save();
}

void ThemeController::setPresenting(bool presenting) {
    presenting_scale_ = presenting ? std::optional(std::max(kPresentingScale, scale_)) : std::nullopt;
    apply();
}

bool ThemeController::eventFilter(QObject* watched, QEvent* event) {
    // Qt polishes a widget before it is shown first: one that is not is one that dress() passed over.
    if (event->type() == QEvent::Show && watched->isWidgetType())
        if (auto* const widget = static_cast<QWidget*>(watched);
            !widget->testAttribute(Qt::WA_WState_Polished))
            dressLate(widget);
    // The platform tells every window that its theme changed; one answer is enough.
    if (event->type() == QEvent::ThemeChange && !applying_ && mode_ == Mode::System &&
        systemIsDark() != theme_->dark)
        apply();
    return QObject::eventFilter(watched, event);
}

bool ThemeController::systemIsDark() {
    // An application palette without entries of its own is the system's.
    const QPalette ours = QApplication::palette();
    QApplication::setPalette(QPalette());
    const bool dark = themeOf(QApplication::palette()).dark;
    QApplication::setPalette(ours);
    return dark;
}

void ThemeController::apply() {
    applying_ = true;
    const Theme* const before = theme_;
    theme_ = mode_ == Mode::System ? (systemIsDark() ? &Theme::darkTheme() : &Theme::light())
                                   : (mode_ == Mode::Dark ? &Theme::darkTheme() : &Theme::light());
    QFont font;
    font.setFamilies({QStringLiteral("Inter"), QStringLiteral("Noto Sans"), QStringLiteral("Open Sans"),
                      QStringLiteral("DejaVu Sans"), QStringLiteral("sans-serif")});
    font.setPointSizeF(base_points_ * scale());
    applying_ = false;
    if (theme_ == before && font_ == font && (!qApp->styleSheet().isEmpty() || step_ != Step::None))
        emit themeChanged();
    else
        undress(font);
}

// A style sheet, a font and a palette each visit all widgets of the window: none is done twice, and fonts and
// palettes are set while there is no sheet to work out again (a sheet would also put back palettes it saved
// before). Widgets out of sight, most of them, are dressed when they are shown: Qt passes over those it holds
// for not yet polished. What is left is done in three events, so that none holds up the hand of the user;
// nothing is painted between them.
void ThemeController::undress(const QFont& font) {
    font_ = font;
    const bool was_dressed = !qApp->styleSheet().isEmpty();
    if (step_ == Step::None)
        for (QWidget* const window : QApplication::topLevelWidgets())
            if (window->isVisible() && window->updatesEnabled()) {
                window->setUpdatesEnabled(false);
                waiting_.emplace_back(window);
            }
    if (was_dressed)
        for (QWidget* const widget : QApplication::allWidgets())
            if (!widget->isVisible() && widget->testAttribute(Qt::WA_WState_Polished)) {
                widget->style()->unpolish(widget);
                widget->setAttribute(Qt::WA_WState_Polished, false);
            }
    if (waiting_.empty()) { // nobody sees it
        repaint();
        dress();
    } else {
        goOn(Step::Repaint);
    }
}

/// Before anything else that waits: a window shall not lay out its undressed parts.
void ThemeController::goOn(Step step) {
    if (step_ == Step::None)
        QCoreApplication::postEvent(this, new QEvent(kNextStep), Qt::HighEventPriority);
    step_ = step;
}

void ThemeController::repaint() {
    applying_ = true;
    qApp->setStyleSheet({});
    if (QApplication::font() != font_)
        QApplication::setFont(font_);
    QApplication::setPalette(themePalette(*theme_));
    applying_ = false;
}

void ThemeController::dress() {
    applying_ = true;
    qApp->setStyleSheet(styleSheet(*theme_));
    for (const QPointer<QWidget>& window : std::exchange(waiting_, {}))
        if (window)
            window->setUpdatesEnabled(true);
    applying_ = false;
    emit themeChanged();
}

bool ThemeController::event(QEvent* event) {
    if (event->type() != kNextStep)
        return QObject::event(event);
    switch (std::exchange(step_, Step::None)) {
    case Step::Repaint:
        repaint();
        goOn(Step::Dress);
        break;
    case Step::Dress:
        dress();
        break;
    case Step::None:
        break;
    }
    return true;
}

void ThemeController::dressLate(QWidget* widget) {
    widget->style()->polish(widget);
    widget->setAttribute(Qt::WA_WState_Polished);
    QEvent changed(QEvent::StyleChange);
    QCoreApplication::sendEvent(widget, &changed);
}

} // namespace headlight::ui
