#include "ui/session/generation_part.h"

#include <array>
#include <utility>

namespace headlight::ui {

namespace {

using Strategy = GenerationSettings::Strategy;

constexpr std::array<std::pair<Strategy, const char*>, 4> kStrategies{{
    {Strategy::AsModel, "as_model"},
    {Strategy::Greedy, "greedy"},
    {Strategy::Beams, "beams"},
    {Strategy::Sample, "sample"},
}};

/// A whole number in its range, and otherwise what it was.
std::size_t sizeOr(const QJsonValue& value, std::size_t least, std::size_t most, std::size_t otherwise) {
    const double number = value.toDouble(-1.0);
    const bool fits = number >= static_cast<double>(least) && number <= static_cast<double>(most);
    return fits ? static_cast<std::size_t>(number) : otherwise;
}

float numberOr(const QJsonValue& value, float least, float most, float otherwise) {
    const auto number = static_cast<float>(value.toDouble(-1.0));
    return number >= least && number <= most ? number : otherwise;
}

double written(float value) { return QString::number(static_cast<double>(value), 'g', 6).toDouble(); } // 0.8 and not 0.800000011920929

} // namespace

GenerationPart::GenerationPart(Document* document, QObject* parent)
    : QObject(parent)
    , document_(document) {
    connect(document_, &Document::generationSettingsChanged, this, &GenerationPart::stateChanged);
}

QJsonObject GenerationPart::state() const {
    const GenerationSettings& settings = document_->generationSettings();
    QString strategy;
    for (const auto& [kind, name] : kStrategies)
        if (kind == settings.strategy)
            strategy = QLatin1String(name);
    return {{QStringLiteral("strategy"), strategy},
            {QStringLiteral("tokens"), static_cast<qint64>(settings.n_tokens)},
            {QStringLiteral("beams"), static_cast<qint64>(settings.n_beams)},
            {QStringLiteral("temperature"), written(settings.temperature)},
            {QStringLiteral("top_k"), static_cast<qint64>(settings.top_k)},
            {QStringLiteral("top_p"), written(settings.top_p)},
            {QStringLiteral("min_p"), written(settings.min_p)},
            {QStringLiteral("repetition_penalty"), written(settings.repetition_penalty)},
            {QStringLiteral("seed"), QString::number(settings.seed)}}; // a JSON number has 53 bits
}

void GenerationPart::setState(const QJsonObject& state) {
    GenerationSettings settings = document_->generationSettings();
    for (const auto& [kind, name] : kStrategies)
        if (state[QStringLiteral("strategy")].toString() == QLatin1String(name))
            settings.strategy = kind;
    settings.n_tokens = sizeOr(state[QStringLiteral("tokens")], 1, 10'000, settings.n_tokens);
    settings.n_beams = sizeOr(state[QStringLiteral("beams")], 1, 64, settings.n_beams);
    settings.temperature = numberOr(state[QStringLiteral("temperature")], 0.01f, 100.0f, settings.temperature);
    settings.top_k = sizeOr(state[QStringLiteral("top_k")], 0, 1'000'000, settings.top_k);
    settings.top_p = numberOr(state[QStringLiteral("top_p")], 0.01f, 1.0f, settings.top_p);
    settings.min_p = numberOr(state[QStringLiteral("min_p")], 0.0f, 1.0f, settings.min_p);
    settings.repetition_penalty = numberOr(state[QStringLiteral("repetition_penalty")], 0.1f, 10.0f, settings.repetition_penalty);
    bool is_number = false;
    const std::uint64_t seed = state[QStringLiteral("seed")].toString().toULongLong(&is_number);
    if (is_number)
        settings.seed = seed;
    document_->setGenerationSettings(settings);
}

QString GenerationPart::settingName(const QString& key) const {
    if (key == QStringLiteral("strategy"))
        return tr("way of choosing words");
    if (key == QStringLiteral("tokens"))
        return tr("length");
    return Stateful::settingName(key);
}

} // namespace headlight::ui
