#include "ui/tokens/generation_popover.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QScreen>
#include <QSpinBox>

#include <algorithm>
#include <limits>

namespace headlight::ui {

namespace {

using Strategy = GenerationSettings::Strategy;

QDoubleSpinBox* numberBox(double least, double most, double step, int digits) {
    auto* box = new QDoubleSpinBox;
    box->setRange(least, most);
    box->setSingleStep(step);
    box->setDecimals(digits);
    return box;
}

QSpinBox* countBox(int least, int most) {
    auto* box = new QSpinBox;
    box->setRange(least, most);
    return box;
}

int shownSeed(const GenerationSettings& settings) {
    return static_cast<int>(std::min<std::uint64_t>(settings.seed, std::numeric_limits<int>::max()));
}

QString meaningOf(Strategy strategy) {
    switch (strategy) {
    case Strategy::AsModel:
        return GenerationPopover::tr("What the model's own generation settings say: the most probable word, "
                                     "or beam search where it asks for it.");
    case Strategy::Greedy:
        return GenerationPopover::tr("The most probable word of each step.");
    case Strategy::Beams:
        return GenerationPopover::tr("The best few beginnings are kept at each step; the text with the "
                                     "highest probability as a whole wins.");
    case Strategy::Sample:
        return GenerationPopover::tr(
            "Words are drawn by their probability; the same seed draws the same words.");
    }
    return {};
}

} // namespace

GenerationPopover::GenerationPopover(Document* document, QWidget* parent)
    : QFrame(parent, Qt::Popup)
    , document_(document) {
    setProperty("role", "card");
    setAttribute(Qt::WA_StyledBackground);
    setAccessibleName(tr("How words are chosen"));
    build();
    showSettings(document_->generationSettings());
    connect(document_, &Document::generationSettingsChanged, this,
            [this] { showSettings(document_->generationSettings()); });
}

QLabel* GenerationPopover::addRow(QGridLayout* grid, const QString& name, QWidget* control,
                                  const QString& tool_tip) {
    auto* label = new QLabel(name);
    label->setToolTip(tool_tip);
    label->setBuddy(control);
    control->setToolTip(tool_tip);
    control->setAccessibleName(name);
    control->setMinimumWidth(90);
    const int row = grid->rowCount();
    grid->addWidget(label, row, 0);
    grid->addWidget(control, row, 1);
    rows_.emplace_back(control, label);
    return label;
}

void GenerationPopover::build() {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(16, 12, 16, 14);
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(6);
    strategy_ = new QComboBox;
    strategy_->addItems(
        {tr("the model's own way"), tr("most probable word (greedy)"), tr("beam search"), tr("sampling")});
    strategy_->setAccessibleName(tr("How words are chosen"));
    grid->addWidget(strategy_, 0, 0, 1, 2);
    meaning_ = new QLabel;
    meaning_->setProperty("role", "caption");
    meaning_->setWordWrap(true);
    meaning_->setMinimumWidth(280);
    grid->addWidget(meaning_, 1, 0, 1, 2);

    addRow(grid, tr("Tokens at once"), tokens_ = countBox(1, 10000),
           tr("How many tokens “Continue” writes after a text"));
    addRow(grid, tr("Beams"), beams_ = countBox(2, 64), tr("How many beginnings are kept at each step"));
    addRow(grid, tr("Temperature"), temperature_ = numberBox(0.01, 100.0, 0.1, 2),
           tr("Logits are divided by it before the softmax: below 1 the probable becomes more probable, "
              "above 1 less"));
    addRow(grid, tr("Top-k"), top_k_ = countBox(0, 1000000),
           tr("Only the k most probable tokens can be drawn; 0: all"));
    addRow(grid, tr("Top-p"), top_p_ = numberBox(0.01, 1.0, 0.05, 2),
           tr("Only the most probable tokens that together hold this share of the probability can be drawn; "
              "1: all"));
    addRow(grid, tr("Min-p"), min_p_ = numberBox(0.0, 1.0, 0.01, 2),
           tr("Only tokens at least this share as probable as the most probable one can be drawn; 0: all"));
    addRow(grid, tr("Repetition penalty"), penalty_ = numberBox(0.1, 10.0, 0.05, 2),
           tr("Above 1 the logits of tokens that are there already are weakened (Keskar et al. 2019); 1: no "
              "penalty"));
    addRow(grid, tr("Seed"), seed_ = countBox(0, std::numeric_limits<int>::max()),
           tr("The same seed, text and settings draw the same words"));
    top_k_->setSpecialValueText(tr("all"));
    connect(strategy_, &QComboBox::activated, this, &GenerationPopover::apply);
    for (QSpinBox* const box : {tokens_, beams_, top_k_, seed_}) {
        box->setKeyboardTracking(false); // half a number is no wish
        connect(box, &QSpinBox::valueChanged, this, &GenerationPopover::apply);
    }
    for (QDoubleSpinBox* const box : {temperature_, top_p_, min_p_, penalty_}) {
        box->setKeyboardTracking(false);
        connect(box, &QDoubleSpinBox::valueChanged, this, &GenerationPopover::apply);
    }
}

void GenerationPopover::showSettings(const GenerationSettings& settings) {
    showing_ = true;
    strategy_->setCurrentIndex(static_cast<int>(settings.strategy));
    tokens_->setValue(static_cast<int>(settings.n_tokens));
    beams_->setValue(static_cast<int>(settings.n_beams));
    temperature_->setValue(static_cast<double>(settings.temperature));
    top_k_->setValue(static_cast<int>(settings.top_k));
    top_p_->setValue(static_cast<double>(settings.top_p));
    min_p_->setValue(static_cast<double>(settings.min_p));
    penalty_->setValue(static_cast<double>(settings.repetition_penalty));
    seed_->setValue(shownSeed(settings));
    showing_ = false;
    arrange(settings);
}

void GenerationPopover::arrange(const GenerationSettings& settings) {
    const auto& model = document_->model();
    const bool samples = settings.samples();
    meaning_->setText(meaningOf(settings.strategy));
    const auto wanted = [&](const QWidget* control) {
        if (control == tokens_)
            return !model || model->spec().kind == ModelKind::DecoderOnly;
        if (control == beams_)
            return settings.strategy == Strategy::Beams;
        return control == penalty_ ? settings.strategy != Strategy::AsModel : samples;
    };
    for (const auto& [control, label] : rows_) {
        control->setVisible(wanted(control));
        label->setVisible(wanted(control));
    }
    if (isVisible())
        adjustSize();
}

void GenerationPopover::apply() {
    if (showing_)
        return;
    GenerationSettings settings = document_->generationSettings();
    settings.strategy = static_cast<Strategy>(strategy_->currentIndex());
    settings.n_tokens = static_cast<std::size_t>(tokens_->value());
    settings.n_beams = static_cast<std::size_t>(beams_->value());
    settings.temperature = static_cast<float>(temperature_->value());
    settings.top_k = static_cast<std::size_t>(top_k_->value());
    settings.top_p = static_cast<float>(top_p_->value());
    settings.min_p = static_cast<float>(min_p_->value());
    settings.repetition_penalty = static_cast<float>(penalty_->value());
    if (seed_->value() != shownSeed(settings)) // one too large for the box stays
        settings.seed = static_cast<std::uint64_t>(seed_->value());
    document_->setGenerationSettings(settings);
}

void GenerationPopover::openBelow(QWidget* anchor) {
    arrange(document_->generationSettings());
    adjustSize();
    QPoint place = anchor->mapToGlobal(QPoint(0, anchor->height() + 4));
    const QRect screen = anchor->screen()->availableGeometry();
    place.setX(std::clamp(place.x(), screen.left(), std::max(screen.left(), screen.right() - width())));
    move(place);
    QFrame::show();
    strategy_->setFocus();
}

} // namespace headlight::ui
