#include "ui/tokens/writing_bar.h"

#include "ui/tokens/generation_popover.h"

#include <QHBoxLayout>
#include <QPushButton>

namespace headlight::ui {

namespace {

QPushButton* linkButton(const QString& text, const QString& tool_tip, const QString& name) {
    auto* button = new QPushButton(text);
    button->setProperty("role", "link");
    button->setToolTip(tool_tip);
    button->setObjectName(name);
    return button;
}

QString strategyName(GenerationSettings::Strategy strategy) {
    using Strategy = GenerationSettings::Strategy;
    switch (strategy) {
    case Strategy::AsModel: return WritingBar::tr("model's own way");
    case Strategy::Greedy: return WritingBar::tr("most probable");
    case Strategy::Beams: return WritingBar::tr("beams");
    case Strategy::Sample: return WritingBar::tr("sampling");
    }
    return {};
}

} // namespace

WritingBar::WritingBar(Document* document, Place place, QWidget* parent)
    : QWidget(parent)
    , document_(document)
    , place_(place) {
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(4);
    continue_button_ = new QPushButton;
    continue_button_->setObjectName(QStringLiteral("continue"));
    continue_button_->setToolTip(tr("The model goes on writing after the text, one token a step (Ctrl+Return)"));
    one_word_button_ = new QPushButton(tr("+1"));
    one_word_button_->setObjectName(QStringLiteral("oneWord"));
    one_word_button_->setAccessibleName(tr("Write one token"));
    one_word_button_->setToolTip(tr("One token more (Ctrl+Shift+Return)"));
    keep_button_ = linkButton(tr("Keep"), tr("What was written becomes part of the text"), QStringLiteral("keepWritten"));
    drop_button_ = linkButton(tr("Drop"), tr("Back to the text alone"), QStringLiteral("dropWritten"));
    draw_again_button_ = linkButton(tr("Draw again"), tr("The same place with the next seed: other words are drawn"), QStringLiteral("drawAgain"));
    settings_button_ = linkButton({}, tr("How words are chosen: most probable, beam search or sampling"), QStringLiteral("generationSettings"));
    for (QPushButton* const button : {continue_button_, one_word_button_, keep_button_, drop_button_, draw_again_button_, settings_button_})
        line->addWidget(button);
    popover_ = new GenerationPopover(document_, this);
    connect(continue_button_, &QPushButton::clicked, this, &WritingBar::goOn);
    connect(one_word_button_, &QPushButton::clicked, this, &WritingBar::writeOneWord);
    connect(keep_button_, &QPushButton::clicked, document_, &Document::takeContinuation);
    connect(drop_button_, &QPushButton::clicked, document_, &Document::dropContinuation);
    connect(draw_again_button_, &QPushButton::clicked, document_, &Document::drawAgain);
    connect(settings_button_, &QPushButton::clicked, this, &WritingBar::openSettings);
    connect(document_, &Document::generationSettingsChanged, this, &WritingBar::followSettings);
    connect(document_, &Document::generationSettingsChanged, this, &WritingBar::stateChanged);
    connect(document_, &Document::snapshotChanged, this, &WritingBar::follow);
    connect(document_, &Document::modelChanged, this, &WritingBar::follow);
    connect(document_, &Document::draftChanged, this, &WritingBar::follow);
    followSettings();
}

QJsonObject WritingBar::state() const { return toJson(document_->generationSettings()); }
void WritingBar::setState(const QJsonObject& state) { document_->setGenerationSettings(fromJson(state, document_->generationSettings())); }

void WritingBar::goOn() { document_->continueText(document_->generationSettings().n_tokens); }
void WritingBar::writeOneWord() { document_->continueText(1); }

void WritingBar::follow() {
    const auto& model = document_->model();
    const SnapshotPtr& snapshot = document_->snapshot();
    const bool texts = place_ == Place::Text;
    const ModelKind kind = texts ? ModelKind::DecoderOnly : ModelKind::EncoderDecoder;
    const bool writes = model && model->spec().kind == kind && model->spec().head == HeadKind::LanguageModel;
    const bool written = texts && snapshot && snapshot->hasContinuation();
    setVisible(writes && snapshot != nullptr);
    continue_button_->setVisible(texts);
    one_word_button_->setVisible(texts);
    const bool free = document_->canContinue() && !document_->draft();
    continue_button_->setEnabled(free);
    one_word_button_->setEnabled(free);
    keep_button_->setVisible(written);
    drop_button_->setVisible(written);
    draw_again_button_->setVisible(document_->generationSettings().samples() && snapshot != nullptr && !snapshot->steps.empty());
}

void WritingBar::followSettings() {
    const GenerationSettings& settings = document_->generationSettings();
    continue_button_->setText(tr("Continue · %1").arg(settings.n_tokens));
    continue_button_->setAccessibleName(tr("Continue the text by %n token(s)", nullptr, static_cast<int>(settings.n_tokens)));
    settings_button_->setText((settings.samples() ? tr("%1, seed %2").arg(strategyName(settings.strategy)).arg(settings.seed)
                                                  : strategyName(settings.strategy)) +
                              QStringLiteral(" ▾"));
    settings_button_->setAccessibleName(tr("How words are chosen: %1").arg(strategyName(settings.strategy)));
    follow();
}

void WritingBar::openSettings() { popover_->openBelow(settings_button_); }

} // namespace headlight::ui
