#include "ui/session/state_conversion.h"

#include <QJsonDocument>

namespace headlight::ui {

session::Texts toSession(const TextState& texts) {
    session::Texts result{.text = texts.text.toStdString(),
                          .is_example = texts.is_example,
                          .text_pair = texts.text_pair.toStdString(),
                          .own_target = {},
                          .kept_target = texts.kept_target,
                          .keeps_all = texts.keeps_all,
                          .continuation = texts.continuation,
                          .chosen_words = texts.chosen_words};
    if (texts.own_target)
        result.own_target = texts.own_target->toStdString();
    return result;
}

TextState fromSession(const session::Texts& texts) {
    TextState result{.text = QString::fromStdString(texts.text),
                     .is_example = texts.is_example,
                     .text_pair = QString::fromStdString(texts.text_pair),
                     .own_target = {},
                     .kept_target = texts.kept_target,
                     .keeps_all = texts.keeps_all,
                     .continuation = texts.continuation,
                     .chosen_words = texts.chosen_words};
    if (texts.own_target)
        result.own_target = QString::fromStdString(*texts.own_target);
    return result;
}

session::SelectedHeads toSession(const SelectionState& selection) {
    return {selection.head, selection.companions, selection.pinned.query, selection.pinned.key};
}

SelectionState fromSession(const session::SelectedHeads& selection) {
    return {selection.head, selection.companions, {selection.query, selection.key}};
}

session::Json toSession(const QJsonObject& settings) {
    const QByteArray text = QJsonDocument(settings).toJson(QJsonDocument::Compact);
    return session::Json::parse(text.begin(), text.end(), nullptr, false); // what Qt wrote is JSON
}

QJsonObject fromSession(const session::Json& settings) {
    const std::string text = settings.dump(-1, ' ', false, session::Json::error_handler_t::replace);
    return QJsonDocument::fromJson(QByteArray::fromRawData(text.data(), static_cast<qsizetype>(text.size()))).object();
}

session::ModelReference referenceOf(const Model& model, const QString& name) {
    const ModelSpec& spec = model.spec();
    session::ModelReference reference;
    reference.name = name.toStdString();
    reference.label = model.name();
    reference.folder = model.folder().string();
    reference.hash = model.identityHash();
    reference.family = spec.family;
    reference.kind = spec.kind == ModelKind::EncoderDecoder ? "encoder-decoder" : spec.hasDecoder() ? "decoder" : "encoder";
    if (spec.encoder) {
        reference.n_encoder_layers = spec.encoder->n_layers;
        reference.n_heads = spec.encoder->n_heads;
    }
    if (spec.decoder) {
        reference.n_decoder_layers = spec.decoder->n_layers;
        reference.n_heads = spec.decoder->n_heads;
    }
    reference.n_parameters = model.parameterCount();
    return reference;
}

bool isSameModel(const session::ModelReference& meant, const session::ModelReference& found) {
    return meant.hash.empty() || found.hash.empty() ? meant.name == found.name : meant.hash == found.hash;
}

} // namespace headlight::ui
