// B of a comparison: what it reads, and on which model.
#pragma once

#include "ui/document/document.h"

#include <QString>

#include <optional>

namespace headlight::ui {

/// A document of its own, with A's model until another is chosen and A's texts until one is written.
class OtherSide {
public:
    /// `mine`, which is A, must outlive it; `backend` is what another model computes on.
    OtherSide(Document* mine, const BackendOptions& backend)
        : mine_(mine)
        , document_(backend) {}

    [[nodiscard]] Document& document() { return document_; }
    [[nodiscard]] const Document& document() const { return document_; }
    /// What was chosen; empty: A's.
    [[nodiscard]] const QString& model() const { return model_; }
    [[nodiscard]] bool hasOwnModel() const { return !model_.isEmpty(); }
    /// A bundled name, a hub id or a folder; A's own is none of B's own.
    void chooseModel(const QString& reference, const QString& own_text);
    /// A's model, where B has none of its own.
    void shareModel(const QString& own_text);
    /// B's own sentence, or where none is written A's with what belongs to it.
    void read(const QString& own_text);
    /// The head that stands beside A's `head`: the same, or of another model the one at `layer` and `index`,
    /// as far as B has it. Nothing: B has no attention to show yet.
    [[nodiscard]] std::optional<HeadAddress> headBeside(HeadAddress head, LayerIndex layer,
                                                        HeadIndex index) const;

    /// Whether there is something to read in the field.
    [[nodiscard]] static bool isWritten(const QString& own_text) { return !own_text.trimmed().isEmpty(); }

private:
    Document* mine_;
    Document document_;
    QString model_;
};

} // namespace headlight::ui
