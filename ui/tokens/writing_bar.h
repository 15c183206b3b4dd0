// What stands behind the chips of a model that writes: go on, keep or drop what it wrote, and how it chooses
// its words.
#pragma once

#include "ui/document/document.h"
#include "ui/session/stateful.h"

#include <QWidget>

class QPushButton;

namespace headlight::ui {

class GenerationPopover;

/// One stands behind a text that is continued, one behind a translation, which has settings alone. Its state are the document's
/// generation settings.
class WritingBar : public QWidget, public Stateful {
    Q_OBJECT
public:
    enum class Place { Text, Translation };
    /// `document` must outlive the bar.
    WritingBar(Document* document, Place place, QWidget* parent = nullptr);

    [[nodiscard]] QPushButton* continueButton() const { return continue_button_; }
    [[nodiscard]] QPushButton* oneWordButton() const { return one_word_button_; }
    [[nodiscard]] QPushButton* keepButton() const { return keep_button_; }
    [[nodiscard]] QPushButton* dropButton() const { return drop_button_; }
    [[nodiscard]] QPushButton* drawAgainButton() const { return draw_again_button_; }
    [[nodiscard]] QPushButton* settingsButton() const { return settings_button_; }
    [[nodiscard]] GenerationPopover* popover() const { return popover_; }

    [[nodiscard]] QString stateName() const override { return QStringLiteral("generation"); }
    [[nodiscard]] QJsonObject state() const override;
    void setState(const QJsonObject& state) override;

signals:
    void stateChanged();

public slots:
    /// As many words as the settings say.
    void goOn();
    void writeOneWord();

private:
    void follow();
    void followSettings();
    void openSettings();

    Document* document_;
    Place place_;
    QPushButton* continue_button_ = nullptr;
    QPushButton* one_word_button_ = nullptr;
    QPushButton* keep_button_ = nullptr;
    QPushButton* drop_button_ = nullptr;
    QPushButton* draw_again_button_ = nullptr;
    QPushButton* settings_button_ = nullptr;
    GenerationPopover* popover_ = nullptr;
};

} // namespace headlight::ui
