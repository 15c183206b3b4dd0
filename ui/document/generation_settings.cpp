#include "ui/document/generation_settings.h"

#include <QCoreApplication>
#include <QStringList>

namespace headlight::ui {

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
