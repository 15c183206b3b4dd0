#include "ui/softmax/softmax_controls.h"

#include "ui/plots/flow_layout.h"
#include "ui/plots/parameter_slider.h"

#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>

namespace headlight::ui {

namespace {
constexpr int kTypingPause = 150; // milliseconds
}

SoftmaxControls::SoftmaxControls(QWidget* parent)
    : QWidget(parent) {
    buildSliders();
    buildButtons();
    auto* layout = new FlowLayout(this);
    for (QWidget* part :
         {static_cast<QWidget*>(temperature_), static_cast<QWidget*>(top_k_), static_cast<QWidget*>(top_p_),
          static_cast<QWidget*>(min_p_), static_cast<QWidget*>(seed_), static_cast<QWidget*>(draw_once_),
          static_cast<QWidget*>(draw_many_), static_cast<QWidget*>(reset_), static_cast<QWidget*>(search_)})
        layout->addWidget(part);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    follow();
}

void SoftmaxControls::buildSliders() {
    temperature_ = new ParameterSlider(
        tr("temperature"), tr("Scores are divided by it: below 1 bolder, above 1 more even."),
        {.least = 0.05, .most = 10, .decimals = 2, .logarithmic = true, .step = 0.05});
    top_k_ = new ParameterSlider(tr("top-k"), tr("Only the k most probable stay (Fan et al. 2018)."),
                                 {.least = 0, .most = 200, .step = 1});
    top_k_->setLowestText(tr("all"));
    top_p_ = new ParameterSlider(
        tr("top-p"),
        tr("Only the fewest that hold this much of the probability stay (Holtzman et al. 2019)."),
        {.least = 0.01, .most = 1, .decimals = 2, .step = 0.01});
    min_p_ = new ParameterSlider(
        tr("min-p"),
        tr("Only those with at least this share of the largest probability stay (Nguyen et al. 2024)."),
        {.least = 0, .most = 1, .decimals = 2, .step = 0.01});
    seed_ = new ParameterSlider(tr("seed"), tr("The same seed draws the same word, on every machine."),
                                {.least = 0, .most = 9999, .step = 1});
    const auto join = [this](ParameterSlider* slider, auto set) {
        connect(slider, &ParameterSlider::valueChanged, this, [this, set](double value) {
            set(value);
            changed();
        });
    };
    join(temperature_, [this](double value) { settings_.temperature = value; });
    join(top_k_, [this](double value) { settings_.top_k = static_cast<int>(value); });
    join(top_p_, [this](double value) { settings_.top_p = value; });
    join(min_p_, [this](double value) { settings_.min_p = value; });
    join(seed_, [this](double value) { settings_.seed = static_cast<int>(value); });
}

void SoftmaxControls::buildButtons() {
    draw_once_ = new QPushButton(tr("Draw one"));
    draw_once_->setToolTip(
        tr("Draws one by its probability, as generating would; again takes the next seed."));
    draw_many_ = new QPushButton(tr("Draw %L1").arg(kManyDraws));
    draw_many_->setToolTip(
        tr("Draws with %L1 seeds in a row and counts, to see the probabilities come true.").arg(kManyDraws));
    reset_ = new QPushButton(tr("Reset"));
    reset_->setToolTip(tr("Temperature 1, no cuts, no draws: as the model has it."));
    search_ = new QLineEdit;
    search_->setPlaceholderText(tr("find a word…"));
    search_->setAccessibleName(tr("Find a word"));
    search_->setToolTip(tr("Lists words that contain this, however improbable they are."));
    search_->setClearButtonEnabled(true);
    search_->setFixedWidth(150);
    connect(draw_once_, &QPushButton::clicked, this, [this] { draw(1); });
    connect(draw_many_, &QPushButton::clicked, this, [this] { draw(kManyDraws); });
    connect(reset_, &QPushButton::clicked, this, [this] {
        SoftmaxSettings fresh;
        fresh.source = settings_.source;
        settings_ = fresh;
        changed();
    });
    typing_.setSingleShot(true);
    typing_.setInterval(kTypingPause);
    connect(&typing_, &QTimer::timeout, this, [this] {
        settings_.search = search_->text();
        changed();
    });
    connect(search_, &QLineEdit::textEdited, this, [this] { typing_.start(); });
    connect(search_, &QLineEdit::textChanged, this, [this](const QString& text) {
        if (text.isEmpty() && !settings_.search.isEmpty()) // the clear button
            typing_.start();
    });
}

void SoftmaxControls::draw(int n_draws) {
    if (n_draws == 1 && settings_.n_draws == 1)
        ++settings_.seed;
    settings_.n_draws = n_draws;
    changed();
}

void SoftmaxControls::changed() {
    settings_ = validated(settings_);
    follow();
    emit settingsChanged(settings_);
}

void SoftmaxControls::setSettings(const SoftmaxSettings& settings) {
    settings_ = validated(settings);
    follow();
}

void SoftmaxControls::follow() {
    temperature_->setValue(settings_.temperature);
    top_k_->setValue(settings_.top_k);
    top_p_->setValue(settings_.top_p);
    min_p_->setValue(settings_.min_p);
    seed_->setValue(settings_.seed);
    if (!typing_.isActive() && search_->text() != settings_.search) {
        const QSignalBlocker quiet(search_);
        search_->setText(settings_.search);
    }
}

} // namespace headlight::ui
