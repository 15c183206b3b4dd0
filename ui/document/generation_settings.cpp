#include "ui/document/generation_settings.h"

#include <QCoreApplication>
#include <QStringList>

#include <array>
#include <utility>

namespace headlight::ui {

namespace {

using Strategy = GenerationSettings::Strategy;

constexpr std::array<std::pair<Strategy, const char*>, 4> kStrategyNames{{
    {Strategy::AsModel, "model"},
    {Strategy::Greedy, "greedy"},
    {Strategy::Beams, "beams"},
    {Strategy::Sample, "sampling"},
}};

void readCount(const QJsonObject& json, const char* key, qint64 least, qint64 most, std::size_t& value) {
    const qint64 read = json[QLatin1String(key)].toInteger(least - 1);
    if (read >= least && read <= most)
        value = static_cast<std::size_t>(read);
}

void readNumber(const QJsonObject& json, const char* key, double least, double most, float& value) {
    const double read = json[QLatin1String(key)].toDouble(least - 1);
    if (read >= least && read <= most)
        value = static_cast<float>(read);
}

} // namespace

GenerateOptions GenerationSettings::options() const {
    GenerateOptions options;
    if (strategy == Strategy::AsModel)
        return options;
    options.n_beams = strategy == Strategy::Beams ? n_beams : 1;
    options.repetition_penalty = repetition_penalty;
    options.sample = samples();
    if (samples()) {
        options.temperature = temperature;
        options.top_k = top_k;
        options.top_p = top_p;
        options.min_p = min_p;
        options.seed = seed;
    }
    return options;
}

QJsonObject toJson(const GenerationSettings& settings) {
    const auto number = [](float value) { return QJsonValue(static_cast<double>(value)); };
    return {
        {QStringLiteral("strategy"), QLatin1String(kStrategyNames[static_cast<std::size_t>(settings.strategy)].second)},
        {QStringLiteral("tokens"), static_cast<qint64>(settings.n_tokens)},
        {QStringLiteral("beams"), static_cast<qint64>(settings.n_beams)},
        {QStringLiteral("temperature"), number(settings.temperature)},
        {QStringLiteral("top_k"), static_cast<qint64>(settings.top_k)},
        {QStringLiteral("top_p"), number(settings.top_p)},
        {QStringLiteral("min_p"), number(settings.min_p)},
        {QStringLiteral("repetition_penalty"), number(settings.repetition_penalty)},
        {QStringLiteral("seed"), QString::number(settings.seed)}, // more digits than a JSON number keeps
    };
}

GenerationSettings fromJson(const QJsonObject& json, const GenerationSettings& before) {
    GenerationSettings settings = before;
    for (const auto& [strategy, name] : kStrategyNames)
        if (json[QLatin1String("strategy")].toString() == QLatin1String(name))
            settings.strategy = strategy;
    readCount(json, "tokens", 1, 10000, settings.n_tokens);
    readCount(json, "beams", 2, 64, settings.n_beams);
    readNumber(json, "temperature", 0.01, 100.0, settings.temperature);
    readCount(json, "top_k", 0, 1000000, settings.top_k);
    readNumber(json, "top_p", 0.01, 1.0, settings.top_p);
    readNumber(json, "min_p", 0.0, 1.0, settings.min_p);
    readNumber(json, "repetition_penalty", 0.1, 10.0, settings.repetition_penalty);
    bool whole = false;
    const auto seed = json[QLatin1String("seed")].toString().toULongLong(&whole);
    if (whole)
        settings.seed = seed;
    return settings;
}

QString decodingText(const DecodingChoice& decoding) {
    const auto tr = [](const char* text) {
        return QCoreApplication::translate("headlight::ui::GenerationSettings", text);
    };
    const auto number = [](float value) { return QString::number(static_cast<double>(value), 'g', 4); };
    QStringList parts;
    switch (decoding.strategy) {
    case DecodingChoice::Strategy::Greedy:
        parts << tr("greedy");
        break;
    case DecodingChoice::Strategy::Beam:
        parts << tr("beam search") << tr("%1 beams").arg(decoding.n_beams);
        break;
    case DecodingChoice::Strategy::Sample:
        parts << tr("sampling") << tr("temperature %1").arg(number(decoding.temperature));
        if (decoding.top_k > 0)
            parts << tr("top-k %1").arg(decoding.top_k);
        if (decoding.top_p < 1.0f)
            parts << tr("top-p %1").arg(number(decoding.top_p));
        if (decoding.min_p > 0.0f)
            parts << tr("min-p %1").arg(number(decoding.min_p));
        parts << tr("seed %1").arg(decoding.seed);
        break;
    }
    if (decoding.repetition_penalty != 1.0f)
        parts << tr("repetition penalty %1").arg(number(decoding.repetition_penalty));
    return parts.join(QStringLiteral(", "));
}

} // namespace headlight::ui
