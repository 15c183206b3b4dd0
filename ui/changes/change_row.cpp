#include "ui/changes/change_row.h"

#include "ui/changes/change_words.h"
#include "ui/plots/flow_layout.h"
#include "ui/plots/parameter_slider.h"
#include "ui/theme/figures.h"
#include "ui/theme/theme.h"

#include <QCheckBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace headlight::ui {

namespace {

constexpr double kScoreReach = 30.0; // scores beyond it leave a softmax nothing to say
constexpr double kHeadReach = 3.0;
constexpr int kSliderWidth = 84;
constexpr int kMostPlaces = 1 << 20;

/// The number of a change; nothing for those without one.
float* numberOf(Change& change) {
    return std::visit(
        []<class C>(C& c) -> float* {
            if constexpr (requires { c.value; })
                return &c.value;
            else if constexpr (requires { c.factor; })
                return &c.factor;
            else if constexpr (requires { c.temperature; })
                return &c.temperature;
            else
                return nullptr;
        },
        change);
}

QString valueTip(const Change& change) {
    if (std::holds_alternative<SetScore>(change))
        return ChangeRow::tr("The score before the softmax: e to the score is the cell's share of its row.");
    if (std::holds_alternative<SetWeight>(change))
        return ChangeRow::tr("The share of this key in what the query takes over, 0 to 1.");
    if (std::holds_alternative<SetScale>(change))
        return ChangeRow::tr("What products of query and key are multiplied by; 1 / √d keeps them small.");
    if (std::holds_alternative<SetTemperature>(change))
        return ChangeRow::tr("Scores are divided by it: near 0 one key takes all, large makes all alike.");
    return ChangeRow::tr(
        "What the head gives is multiplied by it; 0 is off, 1 as it is, below 0 turned around.");
}

/// Slider and field reach far enough for what is there and what was.
ParameterSlider::Range rangeOf(const Change& change, double value, double before) {
    const double largest = std::max(std::abs(value), std::abs(before));
    if (std::holds_alternative<SetScore>(change)) {
        const double reach = std::max(kScoreReach, std::ceil(2.0 * largest));
        return {-reach, reach, 3, false, 0.05};
    }
    if (std::holds_alternative<SetWeight>(change))
        return {0.0, 1.0, 3, false, 0.01};
    if (std::holds_alternative<SetScale>(change))
        return {0.0, std::max(2.0, 2.0 * largest), 4, false, 0.005};
    if (std::holds_alternative<SetTemperature>(change))
        return {0.05, 20.0, 2, true, 0.05};
    return {-std::max(kHeadReach, largest), std::max(kHeadReach, largest), 2, false, 0.05};
}

} // namespace

ChangeRow::ChangeRow(const ChangeSet::Item& item, const SnapshotPtr& snapshot, QWidget* parent)
    : QFrame(parent)
    , change_(item.change)
    , text_(new QLabel)
    , problem_(new QLabel)
    , control_(new QWidget)
    , remove_(new QToolButton) {
    setProperty("role", "card");
    text_->setTextFormat(Qt::RichText);
    text_->setWordWrap(true);
    remove_->setText(QStringLiteral("✕"));
    remove_->setProperty("flat", true);
    remove_->setToolTip(tr("Take this change back"));
    problem_->setProperty("role", "problem");
    problem_->setWordWrap(true);
    auto* head = new QHBoxLayout;
    head->setSpacing(4);
    head->addWidget(text_, 1);
    head->addWidget(remove_, 0, Qt::AlignTop);
    auto* line = new FlowLayout(control_);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(6);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 6, 6, 8);
    layout->setSpacing(4);
    layout->addLayout(head);
    layout->addWidget(control_);
    layout->addWidget(problem_);
    connect(remove_, &QToolButton::clicked, this, &ChangeRow::removed);
    buildControl(snapshot.get());
    show(item, snapshot);
}

void ChangeRow::buildControl(const RunSnapshot* snapshot) {
    if (numberOf(change_) != nullptr)
        buildSlider(snapshot);
    if (std::holds_alternative<SetPosition>(change_)) {
        place_ = addField(tr("place"), tr("Which token's position it gets, counted from 1"));
        connect(place_, &QSpinBox::valueChanged, this, [this](int value) {
            SetPosition moved = std::get<SetPosition>(change_);
            moved.position = static_cast<std::size_t>(value - 1);
            take(moved);
        });
    }
    if (std::holds_alternative<SwapTokens>(change_)) {
        place_ = addField(tr("token"), tr("The first of the two, counted from 1"));
        other_ = addField(tr("and"), tr("The second of the two, counted from 1"));
        const auto swap = [this] {
            SwapTokens swapped = std::get<SwapTokens>(change_);
            swapped.first = static_cast<std::size_t>(place_->value() - 1);
            swapped.second = static_cast<std::size_t>(other_->value() - 1);
            take(swapped);
        };
        connect(place_, &QSpinBox::valueChanged, this, swap);
        connect(other_, &QSpinBox::valueChanged, this, swap);
    }
    if (std::holds_alternative<SetMask>(change_)) {
        addBox(tr("hidden"), tr("Hidden: this query cannot see this key. Otherwise it can, whatever the "
                                "model's own mask says."));
        connect(box_, &QCheckBox::toggled, this, [this](bool hidden) {
            SetMask mask = std::get<SetMask>(change_);
            mask.hidden = hidden;
            take(mask);
        });
    }
    if (std::holds_alternative<SetWeight>(change_)) {
        addBox(tr("rest shared"), tr("The other keys of the row share what is left of 1; otherwise they stay "
                                     "and the row sums to something else."));
        connect(box_, &QCheckBox::toggled, this, [this](bool shared) {
            SetWeight weight = std::get<SetWeight>(change_);
            weight.renormalise = shared;
            take(weight);
        });
    }
}

void ChangeRow::buildSlider(const RunSnapshot* snapshot) {
    const double value = static_cast<double>(*numberOf(change_));
    const auto before = snapshot != nullptr ? valueBefore(change_, *snapshot) : std::nullopt;
    slider_ = new ParameterSlider({}, valueTip(change_), rangeOf(change_, value, before.value_or(value)));
    slider_->slider()->setFixedWidth(kSliderWidth);
    control_->layout()->addWidget(slider_);
    was_ = new QLabel;
    was_->setProperty("role", "caption");
    control_->layout()->addWidget(was_);
    connect(slider_, &ParameterSlider::valueChanged, this, [this](double moved) {
        Change change = change_;
        *numberOf(change) = static_cast<float>(moved);
        take(change);
    });
}

QSpinBox* ChangeRow::addField(const QString& name, const QString& tool_tip) {
    auto* label = new QLabel(name);
    label->setProperty("role", "caption");
    auto* field = new QSpinBox;
    field->setRange(1, kMostPlaces);
    field->setKeyboardTracking(false);
    field->setToolTip(tool_tip);
    field->setAccessibleName(tool_tip);
    field->setFixedWidth(field->fontMetrics().horizontalAdvance(QStringLiteral("0000")) + 28);
    label->setBuddy(field);
    control_->layout()->addWidget(label);
    control_->layout()->addWidget(field);
    return field;
}

void ChangeRow::addBox(const QString& text, const QString& tool_tip) {
    box_ = new QCheckBox(text);
    box_->setToolTip(tool_tip);
    control_->layout()->addWidget(box_);
}

void ChangeRow::take(const Change& change) {
    change_ = change;
    showText();
    emit edited(change);
}

void ChangeRow::show(const ChangeSet::Item& item, const SnapshotPtr& snapshot) {
    change_ = item.change;
    snapshot_ = snapshot;
    problem_->setVisible(item.problem.has_value());
    if (item.problem)
        problem_->setText(tr("Does not fit: %1").arg(QString::fromStdString(item.problem->message())));
    showValues();
    showText();
}

void ChangeRow::showValues() {
    if (slider_ != nullptr)
        slider_->setValue(static_cast<double>(*numberOf(change_)));
    const auto setField = [](QSpinBox* field, std::size_t index, int most) {
        const QSignalBlocker quiet(field);
        field->setRange(1, std::max(most, static_cast<int>(std::min<std::size_t>(index, kMostPlaces)) + 1));
        field->setValue(static_cast<int>(index) + 1);
    };
    const auto nTokens = [this](StackKind stack) {
        if (!snapshot_)
            return kMostPlaces;
        const ModelInput& input = snapshot_->run.input;
        return static_cast<int>(stack == StackKind::Encoder ? input.source.size() : input.target.size());
    };
    if (const auto* moved = std::get_if<SetPosition>(&change_))
        setField(place_, moved->position, kMostPlaces);
    if (const auto* swapped = std::get_if<SwapTokens>(&change_)) {
        setField(place_, swapped->first, nTokens(swapped->stack));
        setField(other_, swapped->second, nTokens(swapped->stack));
    }
    if (box_ != nullptr) {
        const QSignalBlocker quiet(box_);
        if (const auto* mask = std::get_if<SetMask>(&change_))
            box_->setChecked(mask->hidden);
        else if (const auto* weight = std::get_if<SetWeight>(&change_))
            box_->setChecked(weight->renormalise);
    }
    control_->setVisible(!std::holds_alternative<SwitchOffPositions>(change_));
}

void ChangeRow::showText() {
    text_->setText(changeRichText(change_, snapshot_.get(), themeOf(palette())));
    const QString line = changeWords(change_, snapshot_.get()).line();
    setAccessibleName(line);
    if (was_ != nullptr) {
        const auto before = snapshot_ ? valueBefore(change_, *snapshot_) : std::nullopt;
        was_->setText(before ? tr("was %1").arg(numberText(*before)) : QString());
    }
    remove_->setAccessibleName(tr("Take back: %1").arg(line));
    if (slider_ != nullptr)
        slider_->setSpokenName(line);
}

void ChangeRow::focusValue() {
    if (slider_ != nullptr)
        return slider_->focusField();
    QWidget* const part = place_ != nullptr ? static_cast<QWidget*>(place_)
                          : box_ != nullptr ? static_cast<QWidget*>(box_)
                                            : remove_;
    part->setFocus(Qt::OtherFocusReason);
}

void ChangeRow::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && text_ != nullptr)
        showText();
}

} // namespace headlight::ui
