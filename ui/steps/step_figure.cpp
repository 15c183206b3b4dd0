#include "ui/steps/step_figure.h"

#include "ui/steps/step_tables.h"
#include "ui/steps/step_texts.h"
#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr double kUsualHeight = 0.55; // of the width, where the height is free

/// That the numbers are not those of the model as it is.
QString changedText(const StepPicture& picture) {
    if (picture.notes.empty())
        return {};
    const QString note = QString(picture.notes[picture.index]).replace(QLatin1Char('\n'), QStringLiteral("; "));
    return QStringLiteral(" · with changes") + (note.isEmpty() ? QString() : QStringLiteral(": ") + note);
}

Result<Figure> stepFigure(StepPicture picture, const HeadMap& map, const FigureLook& look) {
    picture.fonts = figureFonts();
    picture.hovered.reset();
    const Theme& theme = look.themeOrLight();
    QSizeF size = figureUnits(look.size);
    if (size.height() <= 0.0)
        size.setHeight(std::ceil(std::max(220.0, size.width() * kUsualHeight)));
    const QFontMetricsF title(picture.fonts.title);
    const double above = kFigurePadding + title.height() + 8.0;
    const QRectF area(kFigurePadding, above, size.width() - 2 * kFigurePadding, size.height() - above - kFigurePadding);
    if (area.width() < 80.0 || area.height() < 80.0)
        return makeError(ErrorKind::Usage, "the picture is too small for this step")
            .nextStep("choose a larger size");
    Figure figure;
    figure.size = size;
    figure.title = headTitle(map.head) + QStringLiteral(" · ") + stepName(picture.step());
    figure.description =
        captionOf(look, map, figure.title,
                  QStringLiteral("step %1 of %2").arg(picture.index + 1).arg(picture.steps->size()) +
                      changedText(picture));
    if (!look.transparent)
        figure.background = theme.window;
    figure.paint = [picture, area, &theme, heading = figure.title](QPainter& painter, const FigureDevice&) {
        painter.setFont(picture.fonts.title);
        painter.setPen(theme.text);
        painter.drawText(QPointF(kFigurePadding, kFigurePadding + QFontMetricsF(picture.fonts.title).ascent()), heading);
        paintStep(painter, picture, layoutStep(picture, area), theme);
    };
    return figure;
}

/// What a reader of the file alone cannot know.
std::map<std::string, std::string> metadataOf(const StepPicture& picture, const HeadMap& map) {
    return {{"model", map.model_name.toStdString()},
            {"model_hash", map.model_hash.toStdString()},
            {"text", map.text.toStdString()},
            {"attention", std::string(attentionKindName(map.head.kind))},
            {"layer", std::to_string(map.head.layer.value)},
            {"head", std::to_string(map.head.head.value)},
            {"step", stepName(picture.step()).toStdString()},
            {"run", picture.notes.empty() ? "as computed" : "changed"}};
}

} // namespace

FigureSubject stepSubject(const StepPicture& picture, const HeadMap& map) {
    FigureSubject subject;
    subject.name = QStringLiteral("This step");
    subject.stem = QStringLiteral("layer%1-head%2-step%3")
                       .arg(map.head.layer.value + 1)
                       .arg(map.head.head.value + 1)
                       .arg(picture.index + 1);
    subject.figure = [picture, map](const FigureLook& look) { return stepFigure(picture, map, look); };
    QStringList matrices;
    for (std::size_t i = 0; i < picture.nMatrices(); ++i)
        matrices << QStringLiteral("%1 [%2, %3]")
                        .arg(QString::fromStdString(picture.matrix(i).symbol))
                        .arg(picture.matrix(i).values->dimension(0))
                        .arg(picture.matrix(i).values->dimension(1));
    subject.numbers = matrices.join(QStringLiteral(", "));
    subject.write_numbers = [picture, map](FigureFormat format, const std::filesystem::path& path, const RunControl& control) {
        return writeStepNumbers(picture.step(), picture.words, metadataOf(picture, map), format, path, control);
    };
    return subject;
}

FigureSubject eachStepSubject(const StepPicture& picture, const HeadMap& map) {
    FigureSubject series = stepSubject(picture, map);
    series.name = QStringLiteral("All steps");
    series.stem = QStringLiteral("layer%1-head%2").arg(map.head.layer.value + 1).arg(map.head.head.value + 1);
    series.n_parts = picture.steps->size();
    series.part = [picture, map](std::size_t index) {
        StepPicture one = picture;
        one.index = index;
        if (index != picture.index)
            one.chosen.reset(); // a cell of the present step
        FigureSubject part = stepSubject(one, map);
        part.stem = QStringLiteral("step%1").arg(index + 1, 2, 10, QLatin1Char('0'));
        return part;
    };
    return series;
}

} // namespace headlight::ui
