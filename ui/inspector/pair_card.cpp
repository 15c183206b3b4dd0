#include "ui/inspector/pair_card.h"

#include "ui/inspector/card.h"
#include "ui/inspector/product_bars.h"
#include "ui/inspector/score_formulas.h"
#include "ui/theme/theme.h"

#include <QFrame>
#include <QLabel>
#include <QLayout>

namespace headlight::ui {

PairCard::PairCard(QWidget* parent)
    : QWidget(parent) {
    layOutPart(this);
    title_ = makeSectionLabel(tr("Who looks (query, blue) at whom (key, orange)"));
    note_ = new QLabel;
    note_->setProperty("role", "caption");
    note_->setToolTip(
        tr("A decoder row reads one token and writes the next: the attention belongs to the token read."));
    layout()->addWidget(title_);
    layout()->addWidget(note_);
    QFrame* const card = makeCard();
    layout()->addWidget(card);
    formulas_ = new FormulaView;
    formulas_->setAccessibleName(tr("Arithmetic of the selected pair"));
    formulas_->setToolTip(
        tr("Score: dot product of query and key, divided by the root of their length, so that longer "
           "vectors do not make sharper rows. Weight: the score's share after softmax."));
    products_ = new ProductBars;
    products_caption_ = new QLabel;
    products_caption_->setProperty("role", "caption");
    for (QWidget* widget : {static_cast<QWidget*>(formulas_), static_cast<QWidget*>(products_),
                            static_cast<QWidget*>(products_caption_)})
        card->layout()->addWidget(widget);
}

void PairCard::showPair(const RunSnapshot& snapshot, const HeadAddress& head, std::size_t query,
                        std::size_t key) {
    const AxisTokens& queries = snapshot.queries(head.kind);
    const QString query_word = shortWord(wordAt(queries, query));
    const QString key_word = shortWord(wordAt(snapshot.keys(head.kind), key));
    const Theme& theme = themeOf(palette());
    title_text_ = query_word + QStringLiteral(" → ") + key_word;
    title_->setText(QStringLiteral("<p dir=\"ltr\">%1 → %2</p>")
                        .arg(coloured(query_word, theme.query), coloured(key_word, theme.key)));
    const QString note = static_cast<qsizetype>(query) < queries.notes.size()
                             ? queries.notes[static_cast<qsizetype>(query)]
                             : QString();
    note_->setText(note);
    note_->setVisible(!note.isEmpty());
    PairNumbers numbers = pairNumbers(snapshot.trace(), head, query, key);
    formulas_->setFormulas(scoreFormulas(numbers));
    products_caption_->setText(tr("qᵢ·kᵢ in the %1 dimensions of this head").arg(numbers.headDim()));
    products_->setOperands(std::move(numbers.query), std::move(numbers.key));
}

void PairCard::clear() {
    title_text_.clear();
}

} // namespace headlight::ui
