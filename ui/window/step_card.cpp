#include "ui/window/step_card.h"

#include "ui/inspector/card.h"
#include "ui/inspector/formula.h"
#include "ui/steps/cell_formulas.h"
#include "ui/steps/step_texts.h"

#include <QLabel>
#include <QVBoxLayout>

namespace headlight::ui {
namespace {

std::vector<Formula> formulasOf(const StepPicture& picture, const StepCell& cell) {
    const std::size_t n_operands = picture.step().operands.size();
    if (cell.matrix < n_operands)
        return {word(matrixExplanation(picture.matrix(cell.matrix)), Formula::Ink::Muted)};
    return cellFormulas(picture.step(),
                        arithmeticOf(picture.step(), cell.matrix - n_operands, cell.row, cell.column),
                        cell.column);
}

} // namespace

StepCard::StepCard(QWidget* parent)
    : QFrame(parent)
    , title_(new QLabel)
    , formulas_(new FormulaView) {
    title_->setTextFormat(Qt::RichText);
    formulas_->setAccessibleName(tr("Arithmetic of the chosen cell"));
    layOutCard(this);
    layout()->addWidget(title_);
    layout()->addWidget(formulas_);
}

void StepCard::show(const StepPicture& picture) {
    const std::optional<StepCell> cell = picture.hovered ? picture.hovered : picture.chosen;
    std::vector<Formula> formulas;
    if (!picture.empty() && cell && cell->matrix < picture.nMatrices()) {
        title_->setText(cellText(picture, *cell).toHtmlEscaped());
        formulas = formulasOf(picture, *cell);
    } else {
        title_->setText(tr("Hover a cell to read it, click one to see where it comes from."));
    }
    QStringList lines;
    for (const Formula& formula : formulas)
        lines << plainText(formula);
    text_ = lines.join(QLatin1Char('\n'));
    formulas_->setFormulas(std::move(formulas));
}

} // namespace headlight::ui
