#include "ui/window/map_menu.h"

#include <QActionGroup>
#include <QHBoxLayout>
#include <QLabel>
#include <QSlider>
#include <QWidgetAction>

#include <algorithm>
#include <array>

namespace headlight::ui {

namespace {

/// Steps of the threshold's slider: a weight may be worth a look at any size.
constexpr std::array kThresholds = {0.0f,  0.001f, 0.002f, 0.005f, 0.01f, 0.02f, 0.05f, 0.1f,
                                    0.15f, 0.2f,   0.3f,   0.4f,   0.5f,  0.7f,  0.9f};

int stepOf(float threshold) {
    const auto step = std::ranges::lower_bound(kThresholds, threshold);
    return std::min(static_cast<int>(step - kThresholds.begin()), static_cast<int>(kThresholds.size()) - 1);
}

struct TreatmentName {
    KeyTreatment treatment;
    const char* key; ///< in session files
};
constexpr std::array kTreatments = {TreatmentName{KeyTreatment::Show, "shown"},
                                    TreatmentName{KeyTreatment::Dim, "dimmed"},
                                    TreatmentName{KeyTreatment::Hide, "hidden"}};

QString keyOf(KeyTreatment treatment) {
    return QLatin1String(std::ranges::find(kTreatments, treatment, &TreatmentName::treatment)->key);
}

KeyTreatment treatmentOf(const QString& key, KeyTreatment otherwise) {
    for (const TreatmentName& name : kTreatments)
        if (key == QLatin1String(name.key))
            return name.treatment;
    return otherwise;
}

const QString kHeads = QStringLiteral("several_heads");
const QString kWords = QStringLiteral("words");
const QString kSpecial = QStringLiteral("special_tokens");
const QString kSinks = QStringLiteral("sinks");
const QString kRows = QStringLiteral("renormalised");
const QString kPooling = QStringLiteral("pooling");
const QString kThreshold = QStringLiteral("threshold");
const QString kProfiles = QStringLiteral("bars");

} // namespace

QJsonObject toJson(const MapChoice& choice) {
    const auto& combine = choice.recipe.combine;
    return {
        {kHeads, !combine                            ? QStringLiteral("first")
                 : *combine == HeadCombination::Mean ? QStringLiteral("mean")
                                                     : QStringLiteral("maximum")},
        {kWords, choice.recipe.merge_words},
        {kSpecial, keyOf(choice.recipe.special)},
        {kSinks, keyOf(choice.recipe.sinks)},
        {kRows, choice.recipe.renormalise},
        {kPooling, choice.pooling == Pooling::Maximum ? QStringLiteral("largest") : QStringLiteral("mean")},
        {kThreshold, static_cast<double>(choice.threshold)},
        {kProfiles, choice.profiles}};
}

MapChoice fromJson(const QJsonObject& json, MapChoice choice) {
    const QString heads = json[kHeads].toString();
    if (heads == QStringLiteral("first"))
        choice.recipe.combine.reset();
    else if (heads == QStringLiteral("mean"))
        choice.recipe.combine = HeadCombination::Mean;
    else if (heads == QStringLiteral("maximum"))
        choice.recipe.combine = HeadCombination::Maximum;
    choice.recipe.merge_words = json[kWords].toBool(choice.recipe.merge_words);
    choice.recipe.special = treatmentOf(json[kSpecial].toString(), choice.recipe.special);
    choice.recipe.sinks = treatmentOf(json[kSinks].toString(), choice.recipe.sinks);
    choice.recipe.renormalise = json[kRows].toBool(choice.recipe.renormalise);
    const QString pooling = json[kPooling].toString();
    if (pooling == QStringLiteral("largest") || pooling == QStringLiteral("mean"))
        choice.pooling = pooling == QStringLiteral("mean") ? Pooling::Mean : Pooling::Maximum;
    const double threshold = json[kThreshold].toDouble(static_cast<double>(choice.threshold));
    if (threshold >= 0.0 && threshold <= 1.0)
        choice.threshold = static_cast<float>(threshold);
    choice.profiles = json[kProfiles].toBool(choice.profiles);
    return choice;
}

MapMenu::MapMenu(QWidget* parent)
    : QMenu(parent) {
    setToolTipsVisible(true);
    addHeads();
    addSeparator();
    addChoice(
        this, tr("Whole words"),
        tr("Sub-words are merged into words: a word gets the sum of what its parts get, and looks with the "
           "mean of how they look."),
        [this] { return choice_.recipe.merge_words; },
        [](MapChoice& choice) { choice.recipe.merge_words = !choice.recipe.merge_words; });
    addSeparator();
    addKeys();
    addSeparator();
    addAction(tr("Several weights on a pixel"))->setEnabled(false);
    addChoice(
        this, tr("the largest"), tr("Single strong weights stay in sight when zoomed out."),
        [this] { return choice_.pooling == Pooling::Maximum; },
        [](MapChoice& choice) { choice.pooling = Pooling::Maximum; });
    addChoice(
        this, tr("their mean"), tr("Shows how much attention a stretch of text gets as a whole."),
        [this] { return choice_.pooling == Pooling::Mean; },
        [](MapChoice& choice) { choice.pooling = Pooling::Mean; });
    addSeparator();
    addThreshold();
    addChoice(
        this, tr("Bars of row and column"),
        tr("Beside the map: all weights of the row looked at, and of its column."),
        [this] { return choice_.profiles; }, [](MapChoice& choice) { choice.profiles = !choice.profiles; });
    addSeparator();
    reset_ = addAction(tr("Back to plain weights"));
    reset_->setToolTip(tr("One head, every token, nothing below a threshold left out."));
    connect(reset_, &QAction::triggered, this, [this] {
        change([](MapChoice& choice) {
            choice.recipe = {};
            choice.threshold = 0.0f;
        });
    });
    refresh();
}

QAction* MapMenu::addChoice(QMenu* menu, const QString& text, const QString& tip,
                            std::function<bool()> checked, Change changing) {
    QAction* const action = menu->addAction(text);
    action->setCheckable(true);
    action->setToolTip(tip);
    checks_.emplace_back(action, std::move(checked));
    connect(action, &QAction::triggered, this, [this, changing = std::move(changing)] { change(changing); });
    return action;
}

void MapMenu::addHeads() {
    heads_title_ = addAction(QString());
    heads_title_->setEnabled(false);
    addChoice(
        this, tr("the first alone"), tr("The head chosen first, as the model has it."),
        [this] { return !choice_.recipe.combine; }, [](MapChoice& choice) { choice.recipe.combine.reset(); });
    addChoice(
        this, tr("their mean"),
        tr("Of every cell the mean of the selected heads' weights: what they do together."),
        [this] { return choice_.recipe.combine == HeadCombination::Mean; },
        [](MapChoice& choice) { choice.recipe.combine = HeadCombination::Mean; });
    addChoice(
        this, tr("the largest of them"),
        tr("Of every cell the largest weight any of the selected heads has there."),
        [this] { return choice_.recipe.combine == HeadCombination::Maximum; },
        [](MapChoice& choice) { choice.recipe.combine = HeadCombination::Maximum; });
}

void MapMenu::addKeys() {
    const auto treatments = [this](const QString& title, const QString& tip, KeyTreatment MapRecipe::*which) {
        QMenu* const menu = addMenu(title);
        menu->menuAction()->setToolTip(tip);
        menu->setToolTipsVisible(true);
        const std::array names = {tr("shown"), tr("dimmed"), tr("hidden")};
        const std::array tips = {tr("Like all others."),
                                 tr("Pale, and not counted when colours follow a row's largest weight."),
                                 tr("Their columns are taken away.")};
        for (std::size_t i = 0; i < kTreatments.size(); ++i) {
            const KeyTreatment treatment = kTreatments[i].treatment;
            addChoice(
                menu, names[i], tips[i],
                [this, which, treatment] { return choice_.recipe.*which == treatment; },
                [which, treatment](MapChoice& choice) { choice.recipe.*which = treatment; });
        }
    };
    treatments(tr("Special tokens"), tr("Keys the text does not contain, such as </s> or [CLS]."),
               &MapRecipe::special);
    treatments(tr("Sinks"),
               tr("Keys that get more than 0.3 of the weight on average over all rows: where heads look that "
                  "have nothing to do, most often the first token."),
               &MapRecipe::sinks);
    renormalise_ = addChoice(
        this, tr("Renormalise rows"),
        tr("Without hidden and dimmed keys each row is divided by what is left of it, so that it sums to 1 "
           "again."),
        [this] { return choice_.recipe.renormalise; },
        [](MapChoice& choice) { choice.recipe.renormalise = !choice.recipe.renormalise; });
}

void MapMenu::addThreshold() {
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(12, 4, 12, 4);
    threshold_text_ = new QLabel;
    threshold_ = new QSlider(Qt::Horizontal);
    threshold_->setRange(0, static_cast<int>(kThresholds.size()) - 1);
    threshold_->setPageStep(2);
    threshold_->setAccessibleName(tr("Threshold"));
    const QString tip = tr("Smaller weights are left blank; the legend says so.");
    threshold_->setToolTip(tip);
    threshold_text_->setToolTip(tip);
    // As wide as its longest text, or the slider would move while it is moved.
    threshold_text_->setText(tr("Blank below %1").arg(QStringLiteral("0.005")));
    threshold_text_->setMinimumWidth(threshold_text_->sizeHint().width() + 8);
    layout->addWidget(threshold_text_);
    layout->addWidget(threshold_, 1);
    auto* action = new QWidgetAction(this);
    action->setDefaultWidget(row);
    addAction(action);
    connect(threshold_, &QSlider::valueChanged, this, [this](int step) {
        change([step](MapChoice& choice) { choice.threshold = kThresholds[static_cast<std::size_t>(step)]; });
    });
}

void MapMenu::setChoice(const MapChoice& choice) {
    choice_ = choice;
    refresh();
}

void MapMenu::setHeadCount(std::size_t n_heads) {
    n_heads_ = n_heads;
    refresh();
}

void MapMenu::change(const Change& change) {
    MapChoice choice = choice_;
    change(choice);
    const bool same = choice == choice_;
    choice_ = choice;
    refresh();
    if (!same)
        emit chosen(choice_);
}

void MapMenu::refresh() {
    heads_title_->setText(n_heads_ > 1 ? tr("%n heads are selected", nullptr, static_cast<int>(n_heads_))
                                       : tr("Several heads: Ctrl+click them on the left"));
    for (const auto& [action, checked] : checks_)
        action->setChecked(checked());
    renormalise_->setEnabled(choice_.recipe.treatsKeys());
    reset_->setEnabled(!choice_.plain());
    const QSignalBlocker quiet(threshold_);
    threshold_->setValue(stepOf(choice_.threshold));
    threshold_text_->setText(choice_.threshold > 0.0f
                                 ? tr("Blank below %1").arg(static_cast<double>(choice_.threshold))
                                 : tr("No threshold"));
}

} // namespace headlight::ui
