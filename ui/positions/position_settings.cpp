#include "ui/positions/position_settings.h"

#include <QCoreApplication>

#include <algorithm>

namespace headlight::ui {

namespace {

QString text(const char* source) {
    return QCoreApplication::translate("Positions", source);
}

} // namespace

QString pageKey(PositionPage page) {
    switch (page) {
    case PositionPage::Own:
        return QStringLiteral("own");
    case PositionPage::Off:
        return QStringLiteral("off");
    case PositionPage::Sinusoidal:
        return QStringLiteral("sinusoidal");
    case PositionPage::Learned:
        return QStringLiteral("learned");
    case PositionPage::RelativeBias:
        return QStringLiteral("relative-bias");
    case PositionPage::Rotary:
        return QStringLiteral("rotary");
    case PositionPage::Alibi:
        return QStringLiteral("alibi");
    case PositionPage::Compare:
        return QStringLiteral("compare");
    }
    return {};
}

QString pageName(PositionPage page) {
    switch (page) {
    case PositionPage::Own:
        return text("This model");
    case PositionPage::Off:
        return text("Switched off");
    case PositionPage::Sinusoidal:
        return text("Sinusoidal");
    case PositionPage::Learned:
        return text("Learned");
    case PositionPage::RelativeBias:
        return text("Relative bias");
    case PositionPage::Rotary:
        return text("Rotary");
    case PositionPage::Alibi:
        return text("ALiBi");
    case PositionPage::Compare:
        return text("All compared");
    }
    return {};
}

QString pageText(PositionPage page) {
    switch (page) {
    case PositionPage::Own:
        return text("How the loaded model knows the order of its tokens, with its own numbers.");
    case PositionPage::Off:
        return text("The same text run without positions: what the heads and the prediction lose.");
    case PositionPage::Sinusoidal:
        return text("Waves added to the embeddings; Vaswani et al. 2017.");
    case PositionPage::Learned:
        return text("A trained vector a position, added to the embeddings; GPT-2, BERT.");
    case PositionPage::RelativeBias:
        return text("A trained number a head and distance, added to the scores; T5.");
    case PositionPage::Rotary:
        return text("Query and key turned by angles that grow with the position; Llama, GPT-NeoX.");
    case PositionPage::Alibi:
        return text("A straight line subtracted from the scores, steeper in some heads; BLOOM.");
    case PositionPage::Compare:
        return text("What each kind says about two tokens some distance apart, on one scale.");
    }
    return {};
}

QString scalingKey(RotaryScaling scaling) {
    switch (scaling) {
    case RotaryScaling::None:
        return QStringLiteral("none");
    case RotaryScaling::Linear:
        return QStringLiteral("linear");
    case RotaryScaling::Dynamic:
        return QStringLiteral("dynamic");
    case RotaryScaling::Yarn:
        return QStringLiteral("yarn");
    case RotaryScaling::Llama3:
        return QStringLiteral("llama3");
    case RotaryScaling::LongRope:
        return QStringLiteral("longrope");
    }
    return {};
}

int greatestPosition(const PositionSettings& settings) {
    return settings.page == PositionPage::Sinusoidal ? settings.n_positions - 1 : 511;
}

PositionSettings validated(PositionSettings settings) {
    const auto even = [](int value, int least, int most) { return std::clamp(value / 2 * 2, least, most); };
    settings.d_model = even(settings.d_model, 4, 512);
    settings.n_positions = std::clamp(settings.n_positions, 8, 512);
    settings.position = std::clamp(settings.position, 0, greatestPosition(settings));
    settings.shift = std::clamp(settings.shift, -64, 64);
    settings.rotary_dims = even(settings.rotary_dims, 4, 256);
    settings.rotary_base = std::clamp(settings.rotary_base, 10.0, 1e7);
    settings.factor = std::clamp(settings.factor, 1.0, 64.0);
    settings.original_positions = std::clamp(settings.original_positions, 16, 131072);
    settings.alibi_heads = std::clamp(settings.alibi_heads, 1, 64);
    settings.n_buckets = even(settings.n_buckets, 4, 64);
    settings.max_distance = std::clamp(settings.max_distance, settings.n_buckets, 512);
    if (settings.scaling ==
        RotaryScaling::LongRope) // its factors are trained: there are none to explain it with
        settings.scaling = RotaryScaling::None;
    return settings;
}

RotarySpec rotaryOf(const PositionSettings& settings) {
    RotarySpec rotary;
    rotary.dims = static_cast<std::size_t>(settings.rotary_dims);
    rotary.base = settings.rotary_base;
    rotary.scaling = settings.scaling;
    rotary.factor = settings.factor;
    rotary.original_positions = static_cast<std::size_t>(settings.original_positions);
    return rotary;
}

} // namespace headlight::ui
