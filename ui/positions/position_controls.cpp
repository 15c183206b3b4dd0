#include "ui/positions/position_controls.h"

#include "ui/plots/flow_layout.h"
#include "ui/plots/parameter_slider.h"

#include <QCheckBox>
#include <QComboBox>
#include <QSignalBlocker>

#include <algorithm>

namespace headlight::ui {

namespace {
using Page = PositionPage;
}

PositionControls::PositionControls(QWidget* parent)
    : QWidget(parent) {
    auto* layout = new FlowLayout(this);
    addChoices();
    addSliders();
    for (const Control& control : controls_)
        layout->addWidget(control.widget);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    follow();
}

void PositionControls::addChoices() {
    stack_ = new QComboBox;
    stack_->addItem(tr("encoder"), static_cast<int>(StackKind::Encoder));
    stack_->addItem(tr("decoder"), static_cast<int>(StackKind::Decoder));
    stack_->setAccessibleName(tr("Stack"));
    stack_->setToolTip(tr("Whose positions are shown."));
    controls_.push_back({stack_, {Page::Own, Page::Learned, Page::RelativeBias}, [this] {
                             stack_->setCurrentIndex(stack_->findData(static_cast<int>(settings_.stack)));
                         }});
    connect(stack_, &QComboBox::activated, this, [this] {
        settings_.stack = static_cast<StackKind>(stack_->currentData().toInt());
        changed();
    });
    layout_ = new QComboBox;
    layout_->addItem(tr("as in the paper"), static_cast<int>(SinusoidLayout::Marian));
    layout_->addItem(tr("as in Fairseq"), static_cast<int>(SinusoidLayout::Fairseq));
    layout_->setAccessibleName(tr("How frequencies fall"));
    layout_->setToolTip(
        tr("The paper ends just before 1 / 10,000; Fairseq (M2M100, NLLB) reaches it with its last pair."));
    controls_.push_back({layout_, {Page::Sinusoidal}, [this] {
                             layout_->setCurrentIndex(layout_->findData(static_cast<int>(settings_.layout)));
                         }});
    connect(layout_, &QComboBox::activated, this, [this] {
        settings_.layout = static_cast<SinusoidLayout>(layout_->currentData().toInt());
        changed();
    });
    scaling_ = new QComboBox;
    for (const auto& [kind, name] : {std::pair{RotaryScaling::None, tr("no scaling")},
                                     {RotaryScaling::Linear, tr("linear")},
                                     {RotaryScaling::Dynamic, tr("dynamic (NTK)")},
                                     {RotaryScaling::Yarn, tr("YaRN")},
                                     {RotaryScaling::Llama3, tr("Llama 3")}})
        scaling_->addItem(name, static_cast<int>(kind));
    scaling_->setAccessibleName(tr("Scaling"));
    scaling_->setToolTip(tr("How turning is slowed for texts longer than those of the training."));
    controls_.push_back({scaling_, {Page::Rotary}, [this] {
                             scaling_->setCurrentIndex(
                                 scaling_->findData(static_cast<int>(settings_.scaling)));
                         }});
    connect(scaling_, &QComboBox::activated, this, [this] {
        settings_.scaling = static_cast<RotaryScaling>(scaling_->currentData().toInt());
        changed();
    });
    bidirectional_ = new QCheckBox(tr("both directions"));
    bidirectional_->setToolTip(
        tr("Encoders have buckets for keys before and after the query, decoders only for those before."));
    controls_.push_back({bidirectional_, {Page::RelativeBias}, [this] {
                             bidirectional_->setChecked(settings_.bidirectional);
                         }});
    connect(bidirectional_, &QCheckBox::clicked, this, [this](bool on) {
        settings_.bidirectional = on;
        changed();
    });
}

void PositionControls::addSliders() {
    const std::vector<Page> many{Page::Sinusoidal, Page::RelativeBias, Page::Rotary, Page::Alibi,
                                 Page::Compare};
    addSlider(QStringLiteral("d_model"),
              new ParameterSlider(tr("d_model"), tr("Dimensions of an embedding and of its position."),
                                  {.least = 4, .most = 512, .step = 2}),
              {Page::Sinusoidal, Page::Compare}, &PositionSettings::d_model);
    addSlider(QStringLiteral("n_positions"),
              new ParameterSlider(tr("positions"), tr("How many positions are drawn."),
                                  {.least = 8, .most = 512, .step = 1}),
              many, &PositionSettings::n_positions);
    position_ = new ParameterSlider(tr("position"), tr("The position that is shifted or turned."),
                                    {.least = 0, .most = 511, .step = 1});
    addSlider(QStringLiteral("position"), position_, {Page::Sinusoidal, Page::Rotary}, &PositionSettings::position);
    addSlider(QStringLiteral("shift"),
              new ParameterSlider(tr("+ k"), tr("How many tokens further on."),
                                  {.least = -64, .most = 64, .step = 1}),
              {Page::Sinusoidal}, &PositionSettings::shift);
    addSlider(QStringLiteral("rotary_dims"),
              new ParameterSlider(tr("dimensions"), tr("Dimensions of a head that are turned, two by two."),
                                  {.least = 4, .most = 256, .step = 2}),
              {Page::Rotary, Page::Compare}, &PositionSettings::rotary_dims);
    addSlider(QStringLiteral("rotary_base"),
              new ParameterSlider(tr("base"), tr("Pair i turns by base<sup>−2i / dimensions</sup> a token."),
                                  {.least = 10, .most = 1e7, .logarithmic = true, .step = 100}),
              {Page::Rotary, Page::Compare}, &PositionSettings::rotary_base);
    addSlider(QStringLiteral("factor"),
              new ParameterSlider(tr("times longer"),
                                  tr("How much longer than in training the texts shall be."),
                                  {.least = 1, .most = 64, .decimals = 1, .logarithmic = true, .step = 0.5}),
              {Page::Rotary}, &PositionSettings::factor);
    addSlider(QStringLiteral("original_positions"),
              new ParameterSlider(tr("trained length"), tr("Tokens of the texts of the training."),
                                  {.least = 16, .most = 131072, .logarithmic = true, .step = 16}),
              {Page::Rotary}, &PositionSettings::original_positions);
    for (Control& control : controls_) // without scaling they change nothing
        control.of_scaling = control.widget->objectName() == QStringLiteral("factor") ||
                             control.widget->objectName() == QStringLiteral("original_positions");
    addSlider(QStringLiteral("alibi_heads"),
              new ParameterSlider(tr("heads"), tr("How many heads share the slopes."),
                                  {.least = 1, .most = 64, .step = 1}),
              {Page::Alibi, Page::Compare}, &PositionSettings::alibi_heads);
    addSlider(
        QStringLiteral("n_buckets"),
        new ParameterSlider(tr("buckets"), tr("Numbers a head learns."), {.least = 4, .most = 64, .step = 2}),
        {Page::RelativeBias}, &PositionSettings::n_buckets);
    addSlider(
        QStringLiteral("max_distance"),
        new ParameterSlider(
            tr("up to"),
            tr("Buckets widen with the logarithm of the distance up to this one; all beyond it share the "
               "last, which begins a little before."),
            {.least = 4, .most = 512, .step = 1}),
        {Page::RelativeBias}, &PositionSettings::max_distance);
}

void PositionControls::addSlider(const QString& key, ParameterSlider* slider, std::vector<PositionPage> pages,
                                 double PositionSettings::*field) {
    slider->setObjectName(key);
    controls_.push_back(
        {slider, std::move(pages), [this, slider, field] { slider->setValue(settings_.*field); }});
    connect(slider, &ParameterSlider::valueChanged, this, [this, field](double value) {
        settings_.*field = value;
        changed();
    });
}

void PositionControls::addSlider(const QString& key, ParameterSlider* slider, std::vector<PositionPage> pages,
                                 int PositionSettings::*field) {
    slider->setObjectName(key);
    controls_.push_back(
        {slider, std::move(pages), [this, slider, field] { slider->setValue(settings_.*field); }});
    connect(slider, &ParameterSlider::valueChanged, this, [this, field](double value) {
        settings_.*field = static_cast<int>(value);
        changed();
    });
}

void PositionControls::changed() {
    settings_ = validated(settings_);
    follow();
    emit settingsChanged(settings_);
}

void PositionControls::setSettings(const PositionSettings& settings) {
    settings_ = validated(settings);
    follow();
}

void PositionControls::offerStacks(bool both) {
    both_stacks_ = both;
    follow();
}

void PositionControls::follow() {
    bool any = false;
    position_->setMost(greatestPosition(settings_));
    for (const Control& control : controls_) {
        const QSignalBlocker quiet(control.widget);
        control.show();
        const bool wanted =
            std::find(control.pages.begin(), control.pages.end(), settings_.page) != control.pages.end() &&
            (control.widget != stack_ || both_stacks_) && (!control.of_scaling || settings_.scaling != RotaryScaling::None);
        control.widget->setVisible(wanted);
        any = any || wanted;
    }
    setVisible(any);
    updateGeometry();
}

ParameterSlider* PositionControls::slider(const QString& object_name) const {
    return findChild<ParameterSlider*>(object_name);
}

} // namespace headlight::ui
