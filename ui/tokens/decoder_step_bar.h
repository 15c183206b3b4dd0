// ◀ step 3 of 7 ▶: walks the steps of a decoder.
#pragma once

#include "ui/document/document.h"
#include "ui/selection/selection.h"

#include <QWidget>

class QLabel;
class QToolButton;

namespace headlight::ui {

class TokenRows;

/// In sight where a model wrote something; the step is the pinned query.
class DecoderStepBar : public QWidget {
    Q_OBJECT
public:
    /// All three must outlive the bar; `rows` says which chips are the decoder's.
    DecoderStepBar(Document* document, Selection* selection, const TokenRows* rows, QWidget* parent);

public slots:
    /// One decoder step back or forth (-1, +1).
    void moveStep(int by);

private:
    void follow();

    Document* document_;
    Selection* selection_;
    const TokenRows* rows_;
    QToolButton* back_;
    QToolButton* forth_;
    QLabel* label_;
};

} // namespace headlight::ui
