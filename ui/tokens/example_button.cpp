#include "ui/tokens/example_button.h"

#include <QMenu>

namespace headlight::ui {

namespace {
constexpr int kMenuTextWidth = 420; ///< of a sentence, at the normal size of text
}

ExampleButton::ExampleButton(Document* document, QWidget* parent)
    : QPushButton(tr("Examples"), parent)
    , document_(document)
    , menu_(new QMenu(this)) {
    setObjectName(QStringLiteral("examples"));
    setProperty("role", "link");
    setToolTip(tr("Sentences worth a look with this model, each with what to look for"));
    menu_->setToolTipsVisible(true);
    connect(this, &QPushButton::clicked, this, [this] {
        fill(); // its right edge below the button's: the button stands at the window's edge
        menu_->popup(mapToGlobal(QPoint(width() - menu_->sizeHint().width(), height() + 4)));
    });
    connect(document_, &Document::modelChanged, this, &ExampleButton::followModel);
    followModel();
}

void ExampleButton::followModel() {
    examples_ = document_->model() ? examplesFor(*document_->model()) : std::vector<Example>{};
    setVisible(!examples_.empty());
}

/// Titles in front, so that a person finds the kind of thing she wants; the note is each entry's tooltip.
void ExampleButton::fill() {
    menu_->clear();
    for (std::size_t i = 0; i < examples_.size(); ++i) {
        const Example& example = examples_[i];
        const QString text = example.text_pair.isEmpty()
                                 ? example.text
                                 : QStringLiteral("%1 / %2").arg(example.text, example.text_pair);
        const QString shown = menu_->fontMetrics().elidedText(text, Qt::ElideRight, kMenuTextWidth);
        QString entry = QStringLiteral("%1 · %2").arg(example.title, shown);
        QAction* const action = menu_->addAction(entry.replace(QLatin1Char('&'), QStringLiteral("&&")));
        action->setToolTip(example.note);
        connect(action, &QAction::triggered, this, [this, i] { choose(i); });
    }
}

void ExampleButton::choose(std::size_t index) {
    if (index >= examples_.size())
        return;
    const Example example = examples_[index];
    TextState texts;
    texts.text = example.text;
    texts.is_example = true; // nobody wrote it: another model may bring its own
    texts.text_pair = example.text_pair;
    document_->setTextState(texts);
    emit exampleChosen(example);
}

} // namespace headlight::ui
