// What Step by step hands over: figures, tables and settings.
#include "ui/window/steps_pane.h"

#include "ui/steps/step_canvas.h"
#include "ui/steps/step_figure.h"
#include "ui/steps/step_strip.h"
#include "ui/steps/step_tables.h"
#include "ui/steps/step_texts.h"

#include <QSignalBlocker>

namespace headlight::ui {

/// More than any model has: a file may hold any number.
static constexpr int kMostSteps = 100;

std::vector<FigureSubject> StepsPane::figures() const {
    if (view_->picture().empty())
        return {};
    const HeadMap map = source_.shown().snapshot->headMap(source_.shown().head);
    return {stepSubject(view_->picture(), map), eachStepSubject(view_->picture(), map)};
}

PictureTables StepsPane::tables() {
    const StepPicture& picture = view_->picture();
    if (picture.empty())
        return {};
    QString title = tr("%1 · %2").arg(headTitle(source_.shown().head), stepName(picture.step()));
    if (showsChanged())
        title += tr(" · with changes");
    PictureTables tables = tablesOfStep(picture, title);
    for (std::size_t i = 0; i < tables.all.size(); ++i) {
        const StepMatrix& matrix = picture.matrix(i);
        const bool chosen = picture.chosen && picture.chosen->matrix == i;
        const TokenPair& pair = selection_->pinned();
        tables.all[i].current_row = chosen                             ? std::optional(picture.chosen->row)
                                    : matrix.rows == StepAxis::Queries ? pair.query
                                    : matrix.rows == StepAxis::Keys    ? pair.key
                                                                       : std::nullopt;
        tables.all[i].current_column = chosen                             ? std::optional(picture.chosen->column)
                                       : matrix.columns == StepAxis::Keys ? pair.key
                                                                          : std::nullopt;
        tables.all[i].choose = [this, rows = matrix.rows,
                                columns = matrix.columns](const QModelIndex& index) {
            chooseTokens(rows, static_cast<std::size_t>(index.row()), columns,
                         static_cast<std::size_t>(index.column()));
        };
    }
    return tables;
}

QJsonObject StepsPane::state() const {
    QJsonObject state{{QStringLiteral("step"), place_.index()}};
    if (const auto kind = shownKind(); kind && showsChanged()) // those without changes may come first: fewer
        state[QStringLiteral("kind")] = stepKindName(*kind);
    if (source_.asComputed())
        state[QStringLiteral("as_computed")] = true;
    return state;
}

void StepsPane::setState(const QJsonObject& state) {
    source_.setAsComputed(state[QStringLiteral("as_computed")].toBool());
    showSwitch();
    const int step = state[QStringLiteral("step")].toInt(-1);
    const auto index = step >= 0 && step <= kMostSteps ? std::optional(step) : std::nullopt;
    const std::vector<StepKind> kinds = stepKindsNamed(state[QStringLiteral("kind")].toString());
    place_.restore(index, kinds);
    if (!index && kinds.empty())
        return;
    if (!isVisible() || source_.shown().empty() || source_.shown().head != selection_->head())
        return; // once the steps are there
    findWanted();
    const QSignalBlocker quiet(strip_);
    strip_->setCurrent(place_.index());
    showStep();
}

QString StepsPane::settingName(const QString& key) const {
    return key == QStringLiteral("as_computed") ? tr("changed or as computed") : tr("step");
}

} // namespace headlight::ui
