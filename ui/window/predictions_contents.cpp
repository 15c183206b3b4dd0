// What the page Predictions says of a position, and hands over as figures, tables and settings.
#include "ui/window/predictions_pane.h"

#include "ui/predictions/outcome_model.h"
#include "ui/predictions/outcome_table.h"
#include "ui/table/list_table_model.h"
#include "ui/theme/figures.h"

#include <QLabel>
#include <QLineEdit>
#include <QLocale>

namespace headlight::ui {

QString PredictionsPane::title(const RankedOutcomes& outcomes) const {
    const RunSnapshot& snapshot = *outcomes.snapshot;
    const ModelSpec& spec = snapshot.model().spec();
    const AxisTokens& axis = spec.hasDecoder() ? snapshot.target_axis : snapshot.source_axis;
    const QString word = axis.words.value(static_cast<qsizetype>(outcomes.row));
    if (spec.head == HeadKind::SequenceClassification)
        return tr("Classes of this text");
    if (spec.head == HeadKind::TokenClassification)
        return spec.output.class_probability == ClassProbability::OverTokens
                   ? tr("Does the answer start or end at “%1”?").arg(word)
                   : tr("Class of “%1”").arg(word);
    QString text = (spec.head == HeadKind::MaskedLanguageModel ? tr("Word at “%1”, position %2")
                                                               : tr("Next word after “%1”, position %2"))
                       .arg(word)
                       .arg(outcomes.row + 1);
    text += tr(" · entropy %1 nats").arg(numberText(outcomes.entropy));
    if (outcomes.actual)
        text += tr(" · “%1” is rank %2, probability %3")
                    .arg(outcomes.word(*outcomes.actual),
                         QLocale().toString(static_cast<qulonglong>(*outcomes.actual + 1)),
                         weightText(outcomes.probabilities[*outcomes.actual], 5));
    return text;
}

std::vector<FigureSubject> PredictionsPane::figures() const {
    const RankedOutcomesPtr& outcomes = outcomes_.outcomes();
    if (!outcomes || outcomes->size() == 0)
        return {};
    const RunSnapshot& snapshot = *outcomes->snapshot;
    const QString name = QString::fromStdString(snapshot.model().name());
    OutcomeFigure figure;
    figure.outcomes = outcomes;
    figure.ranks = outcomeModel()->shown();
    figure.title = title(*outcomes);
    figure.about =
        QStringLiteral("%1 %2 · “%3”")
            .arg(name, QString::fromStdString(snapshot.model().identityHash()).left(8), snapshot.wholeText());
    figure.stem =
        QStringLiteral("%1-predictions-%2").arg(name.section(QLatin1Char('/'), -1)).arg(outcomes->row + 1);
    return {outcomeSubject(figure)};
}

PictureTables PredictionsPane::tables() const {
    const RankedOutcomesPtr& outcomes = outcomes_.outcomes();
    if (!outcomes)
        return {};
    const QString about = outcomeModel()->shown()
                              ? foundLabel()->text()
                              : tr("Everything the model could write here, the most probable first.");
    return onlyTable(listPicture(outcomeTable(outcomes, outcomeModel()->shown()), title(*outcomes), about));
}

QJsonObject PredictionsPane::state() const {
    return {{QStringLiteral("search"), searchEdit()->text()}};
}

void PredictionsPane::setState(const QJsonObject& state) {
    restoring_ = true;
    searchEdit()->setText(state[QStringLiteral("search")].toString(searchEdit()->text()));
    restoring_ = false;
}

QString PredictionsPane::settingName(const QString&) const {
    return tr("word looked for");
}

} // namespace headlight::ui
