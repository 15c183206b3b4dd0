#include "ui/inspector/pair_overview.h"

#include "ui/inspector/element_strips.h"
#include "ui/inspector/score_formulas.h"
#include "ui/inspector/step_texts.h"
#include "ui/theme/figures.h"

#include <QLabel>
#include <QVBoxLayout>

namespace headlight::ui {

namespace {

QLabel* caption(const QString& tool_tip = {}) {
    auto* label = new QLabel;
    label->setProperty("role", "caption");
    label->setWordWrap(true);
    label->setToolTip(tool_tip);
    return label;
}

std::vector<double> doubles(const std::vector<float>& values) {
    return {values.begin(), values.end()};
}

QString percent(double share) {
    return numberText(100.0 * share) + QStringLiteral(" %");
}

} // namespace

PairOverview::PairOverview(QWidget* parent)
    : QFrame(parent) {
    setProperty("role", "card");
    build();
}

void PairOverview::build() {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 10, 12, 10);
    layout->setSpacing(6);
    formulas_ = new FormulaView;
    formulas_->setAccessibleName(tr("Arithmetic of the selected pair"));
    formulas_->setToolTip(
        tr("Score: dot product of query and key, divided by the root of their length, so that longer "
           "vectors do not make sharper rows. Weight: the score's share after softmax. Click a number to "
           "see where it comes from."));
    products_ = new ElementStripsView;
    products_->setAccessibleName(tr("Query, key and their products in each dimension"));
    product_caption_ = caption();
    value_ = new ElementStripsView;
    value_->setAccessibleName(tr("Value in each dimension"));
    value_caption_ = caption();
    contribution_ = new FormulaView;
    contribution_->setAccessibleName(tr("What the value contributes"));
    contribution_->setToolTip(tr(
        "Length of weight × value × W_O, the value's way through this head's part of the output projection "
        "(Kobayashi et al. 2020). A weight alone explains little: a large weight on a short value adds "
        "little."));
    check_label_ = caption(
        tr("The whole chain, from the residual stream to the weight, computed again in double precision"));
    for (QWidget* part : {static_cast<QWidget*>(formulas_), static_cast<QWidget*>(products_),
                          static_cast<QWidget*>(product_caption_), static_cast<QWidget*>(value_),
                          static_cast<QWidget*>(value_caption_), static_cast<QWidget*>(contribution_),
                          static_cast<QWidget*>(check_label_)})
        layout->addWidget(part);
    const auto choose = [this](HeadSide side, std::size_t element) {
        emit stepChosen({Quantity::HeadElement, side, numbers_.query_token, numbers_.key_token, element, 0});
    };
    const auto chooseQuantity = [this](int quantity) {
        emit stepChosen({static_cast<Quantity>(quantity), HeadSide::Value, numbers_.query_token,
                         numbers_.key_token, 0, 0});
    };
    connect(formulas_, &FormulaView::linkActivated, this, chooseQuantity);
    connect(contribution_, &FormulaView::linkActivated, this, chooseQuantity);
    connect(products_, &ElementStripsView::elementMarked, this, &PairOverview::readProduct);
    connect(products_, &ElementStripsView::elementChosen, this,
            [this, choose](std::size_t strip, std::size_t element) {
                if (strip == 2)
                    emit stepChosen({Quantity::DotProduct, HeadSide::Query, numbers_.query_token,
                                     numbers_.key_token, 0, 0});
                else
                    choose(strip == 0 ? HeadSide::Query : HeadSide::Key, element);
            });
    connect(value_, &ElementStripsView::elementMarked, this, &PairOverview::readValue);
    connect(value_, &ElementStripsView::elementChosen, this,
            [choose](std::size_t, std::size_t element) { choose(HeadSide::Value, element); });
}

void PairOverview::showPair(const PairNumbers& numbers, const QString& key_word) {
    const bool same = numbers.query_token == numbers_.query_token &&
                      numbers.key_token == numbers_.key_token && numbers.weight == numbers_.weight &&
                      numbers.value == numbers_.value;
    numbers_ = numbers;
    key_word_ = key_word;
    formulas_->setFormulas(scoreFormulas(numbers));
    std::vector<double> products(numbers.headDim());
    for (std::size_t i = 0; i < products.size(); ++i)
        products[i] = double(numbers.query[i]) * double(numbers.key[i]);
    products_->setStrips({{QStringLiteral("q"), StripInk::Query, doubles(numbers.query)},
                          {QStringLiteral("k"), StripInk::Key, doubles(numbers.key)},
                          {QStringLiteral("q × k"), StripInk::Signed, std::move(products)}});
    value_->setStrips({{QStringLiteral("v"), StripInk::Neutral, doubles(numbers.value)}});
    readProduct(products_->marked());
    readValue(value_->marked());
    contribution_->setVisible(!numbers.masked);
    if (same)
        return; // what was checked still holds
    contribution_->setFormulas(
        {row({word(QStringLiteral("|weight × v × W")), word(QStringLiteral("|  =  …"))})});
    check_label_->setText(numbers.masked ? QString() : tr("Checking in double precision…"));
    check_label_->setVisible(!numbers.masked);
}

void PairOverview::showCheck(const PairCheck& check) {
    if (check.query != numbers_.query_token || check.key != numbers_.key_token)
        return;
    const auto link = [](Quantity quantity, const QString& text) {
        return linked(word(text, Formula::Ink::Strong), static_cast<int>(quantity));
    };
    if (check.contribution)
        contribution_->setFormulas({row(
            {word(QStringLiteral("|weight × ")),
             linked(symbol(QStringLiteral("v")), static_cast<int>(Quantity::HeadVector)),
             word(QStringLiteral(" × ")), subscript(symbol(QStringLiteral("W")), symbol(QStringLiteral("O"))),
             word(QStringLiteral("|  =  ")),
             link(Quantity::ContributionNorm, numberText(*check.contribution)), word(QStringLiteral("   ")),
             link(Quantity::ContributionShare, percent(check.share)),
             word(tr(" of the row"), Formula::Ink::Muted)})});
    contribution_->setVisible(check.contribution.has_value());
    const QString apart = roughText(std::abs(check.weight.difference())), allowed = roughText(check.weight.bound);
    QString text = check.weight.agrees() ? tr("Checked in double precision: %1 off, rounding allows %2.").arg(apart, allowed)
                                         : tr("Double precision is %1 off, more than the %2 rounding allows.").arg(apart, allowed);
    if (check.contribution)
        text += QLatin1Char(' ') + tr("A weight alone explains little: compare its contribution.");
    check_label_->setText(text);
}

void PairOverview::readProduct(std::optional<std::size_t> element) {
    if (!element || *element >= numbers_.headDim()) {
        product_caption_->setText(
            tr("the %1 dimensions of this head").arg(numbers_.headDim()));
        return;
    }
    const double query = double(numbers_.query[*element]), key = double(numbers_.key[*element]);
    product_caption_->setText(tr("dimension %1: q %2 × k %3 = %4")
                                  .arg(*element + 1)
                                  .arg(numberText(query), numberText(key), numberText(query * key)));
}

void PairOverview::readValue(std::optional<std::size_t> element) {
    if (!element || *element >= numbers_.value.size()) {
        value_caption_->setText(tr("value of “%1”").arg(key_word_));
        return;
    }
    const double value = double(numbers_.value[*element]);
    value_caption_->setText(
        tr("dimension %1: weight %2 × v %3 = %4")
            .arg(*element + 1)
            .arg(weightText(numbers_.weight), numberText(value), numberText(numbers_.weight * value)));
}

} // namespace headlight::ui
