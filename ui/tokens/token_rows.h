// The chips of the texts: what the document's run read and wrote, or what is being written just now.
#pragma once

#include "ui/document/document.h"
#include "ui/selection/selection.h"

#include <QObject>

namespace headlight::ui {

class TokenRow;

/// Fills two rows: the text's tokens, and, of a translation, the decoder's. Who shows the rows owns them.
class TokenRows : public QObject {
    Q_OBJECT
public:
    /// Document and selection must outlive it.
    TokenRows(Document* document, Selection* selection, QObject* parent = nullptr);

    [[nodiscard]] TokenRow* source() const { return source_; }
    [[nodiscard]] TokenRow* target() const { return target_; }
    /// The row whose chips are the decoder's.
    [[nodiscard]] TokenRow* decoder() const;

signals:
    /// Other tokens of a run, or another part in the attention chosen; not while words are being written.
    void changed();

private:
    void followSnapshot();
    void fillSource(const RunSnapshot& snapshot);
    void fillTarget(const RunSnapshot& snapshot);
    void followDraft();
    void followHead();
    [[nodiscard]] QString details(StackKind stack, std::size_t index) const;

    Document* document_;
    Selection* selection_;
    TokenRow* source_;
    TokenRow* target_;
};

} // namespace headlight::ui
