// A session with something in every field, for tests.
#pragma once

#include "core/tensor/dtype.h"
#include "ui/session/session_state.h"

namespace headlight::session::test {

inline Session sampleSession() {
    Session session;
    ModelReference model;
    model.name = model.label = "en-fr";
    model.folder = "/models/en-fr";
    model.hash = "3f9a2c1b77aa";
    model.family = "marian";
    model.kind = "encoder-decoder";
    model.n_encoder_layers = model.n_decoder_layers = 3;
    model.n_heads = 8;
    model.n_parameters = 9'437'184;
    session.state.model = model;
    session.state.texts = {std::string("The cat “sleeps” 🐈 ") + '\0' + " here.", false, "A second one.", "Le chat", {99, 5, 17}, true, {7, 8}, {0, 1}};
    session.state.selection = {{AttentionKind::Cross, LayerIndex(1), HeadIndex(4)},
                               {{AttentionKind::Cross, LayerIndex(0), HeadIndex(2)}},
                               1,
                               0};
    session.state.parts["heatmap"] = {{"colours", "magma"}, {"scale", "logarithmic"}, {"numbers", false}};
    session.state.parts["of_a_later_version"] = {{"nested", {{"list", {1, 2.5, nullptr, true, "x"}}}}};
    KeptRun run;
    run.text = session.state.texts.text;
    run.target_text = "Le chat";
    run.source = {"English", {"The", "cat", "</s>"}, {false, false, true}};
    run.target = {"French", {"<pad>", "Le"}, {true, false}};
    run.written = {"Le", "chat"};
    run.predictions = {{1, {{"chat", 0.925, {}, true}, {"chien", 0.03125, {}, false}}}, {0, {{"positive", 0.0, -1.25, false}}}};
    KeptHead head{{AttentionKind::Cross, LayerIndex(1), HeadIndex(4)}, 2, 3, {}};
    for (const float weight : {0.5f, 0.25f, 0.25f, 1.0f, 0.0f})
        head.weights.push_back(f32ToF16(weight));
    head.weights.push_back(KeptHead::kMasked);
    run.head = head;
    session.run = run;
    session.file = "/home/me/cat.headlight";
    return session;
}

} // namespace headlight::session::test
