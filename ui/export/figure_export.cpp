#include "ui/export/figure_export.h"

#include "ui/export/number_export.h"
#include "ui/heatmap/token_label.h"
#include "ui/lines/lines_painter.h"
#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QPainter>

namespace headlight::ui {
namespace {

constexpr qsizetype kCaptionText = 80; // letters of the text a caption quotes

/// "layer3-head5", counted from 1 as the window does.
QString headStem(const HeadAddress& head) {
    return QStringLiteral("layer%1-head%2").arg(head.layer.value + 1).arg(head.head.value + 1);
}

/// "en-fr-cross": model and attention.
QString kindStem(const HeadMap& map) {
    const QString model = map.model_name.section(QLatin1Char('/'), -1);
    return (model.isEmpty() ? QStringLiteral("headlight") : model) + QLatin1Char('-') +
           QString::fromUtf8(attentionKindName(map.head.kind).data());
}

/// The request with another look: what a subject is asked to draw.
ExportRequest withLook(ExportRequest request, const FigureLook& look) {
    static_cast<FigureLook&>(request) = look;
    return request;
}

QString weightsText(const HeadMap& map) {
    if (map.empty())
        return {};
    const bool plain = !map.source || (map.source->plainWeights() && !map.isSigned());
    return QStringLiteral("%1 × %2 %3")
        .arg(map.nRows())
        .arg(map.nColumns())
        .arg(map.isSigned() ? QStringLiteral("differences") : plain ? QStringLiteral("weights") : QStringLiteral("altered weights"));
}

} // namespace

FigureSubject headSubject(const ExportRequest& request) {
    FigureSubject subject;
    subject.name = request.lines ? QStringLiteral("This head as lines") : QStringLiteral("This head");
    subject.stem = kindStem(request.map) + QLatin1Char('-') + headStem(request.map.head) +
                   (request.lines ? QStringLiteral("-lines") : QString());
    subject.numbers = weightsText(request.map);
    subject.figure = [request](const FigureLook& look) { return figureOf(withLook(request, look)); };
    subject.write_numbers = [request](FigureFormat format, const std::filesystem::path& path,
                                      const RunControl&) -> Result<void> {
        HEADLIGHT_CHECK(checkRequest(request));
        return exportHeadNumbers(request.map, format, path);
    };
    return subject;
}

FigureSubject sheetSubject(const ExportRequest& asked) {
    ExportRequest request = asked;
    request.lines.reset(); // a sheet is of heatmaps
    FigureSubject subject;
    subject.name = QStringLiteral("All heads on one page");
    subject.stem = kindStem(request.map) + QStringLiteral("-all-heads");
    if (!request.map.empty())
        subject.numbers = QStringLiteral("%1 × %2 heads of ")
                              .arg(request.map.trace->nLayers(request.map.head.kind))
                              .arg(request.map.trace->nHeads(request.map.head.kind)) +
                          weightsText(request.map);
    subject.figure = [request](const FigureLook& look) { return sheetFigure(withLook(request, look)); };
    subject.write_numbers = [request](FigureFormat format, const std::filesystem::path& path,
                                      const RunControl& control) -> Result<void> {
        HEADLIGHT_CHECK(checkRequest(request));
        return exportAllNumbers(request.map, format, path, control);
    };
    return subject;
}

FigureSubject eachHeadSubject(const ExportRequest& request) {
    FigureSubject series = headSubject(request);
    series.name = QStringLiteral("Each head in its own file");
    series.stem = kindStem(request.map);
    if (request.map.empty())
        return series;
    const AttentionKind kind = request.map.head.kind;
    const std::size_t n_heads = request.map.trace->nHeads(kind);
    series.n_parts = request.map.trace->nLayers(kind) * n_heads;
    series.part = [request, n_heads](std::size_t index) {
        ExportRequest one = request;
        one.map.head.layer = LayerIndex(index / n_heads);
        one.map.head.head = HeadIndex(index % n_heads);
        FigureSubject part = headSubject(one);
        part.stem = headStem(one.map.head);
        return part;
    };
    return series;
}

Result<Figure> figureOf(const ExportRequest& request) {
    return request.lines ? linesFigure(request) : headFigure(request);
}

Result<void> exportHead(const ExportRequest& request, const std::filesystem::path& path,
                        const RunControl& control) {
    return exportSubject(headSubject(request), request, path, control);
}

Result<void> exportAllHeads(const ExportRequest& request, const std::filesystem::path& path,
                            const RunControl& control) {
    return exportSubject(sheetSubject(request), request, path, control);
}

QImage figureImage(const ExportRequest& request) {
    Result<QImage> image = subjectImage(headSubject(request), request);
    return image ? *image : QImage();
}

Result<void> checkRequest(const ExportRequest& request) {
    if (request.map.empty())
        return makeError(ErrorKind::Usage, "there is no attention to export yet")
            .nextStep("load a model and give it a text");
    HEADLIGHT_CHECK(request.map.trace->check(request.map.head));
    if (request.map.nRows() == 0 || request.map.nColumns() == 0)
        return makeError(ErrorKind::Usage, "this attention has no tokens to show")
            .nextStep("give the model a text");
    return {};
}

QString drawnHow(const ExportRequest& request) {
    return request.lines ? lineRuleText(request.lines->rule)
                         : scaleName(request.settings.scale) + QStringLiteral(" scale");
}

QString figureCaption(const ExportRequest& request) {
    if (request.lines) {
        std::vector<HeadAddress> heads{request.map.head};
        heads.insert(heads.end(), request.lines->companions.begin(), request.lines->companions.end());
        const QString what = heads.size() == 1 ? headTitle(request.map.head)
                                               : QStringLiteral("%1 · heads %2").arg(headTitle(request.map.head).section(QStringLiteral(" · "), 0, 0), headNumbers(heads));
        return captionOf(request, request.map, what, drawnHow(request));
    }
    QString what = mapTitle(request.map);
    if (const QString altered = request.map.alterationText(); !altered.isEmpty())
        what += QStringLiteral(" · ") + altered;
    if (request.settings.threshold > 0.0f)
        what += QStringLiteral(" · blank below %1").arg(static_cast<double>(request.settings.threshold));
    return captionOf(request, request.map, what, drawnHow(request));
}

QString captionOf(const FigureLook& look, const HeadMap& map, const QString& what, const QString& how) {
    if (!look.caption_text.isEmpty())
        return visibleWord(look.caption_text);
    QStringList parts;
    const QString name = (map.model_name + QLatin1Char(' ') + map.model_hash.left(8)).trimmed();
    if (!name.isEmpty())
        parts << name;
    if (!map.text.isEmpty()) {
        QString text = map.text.simplified();
        if (text.size() > kCaptionText)
            text = text.left(kCaptionText / 2) + QStringLiteral(" … ") + text.right(kCaptionText / 2);
        parts << QStringLiteral("“%1”").arg(visibleWord(text));
    }
    parts << what << how;
    if (!map.changes.isEmpty())
        parts << QStringLiteral("with changes: ") + map.changes.join(QStringLiteral("; "));
    return parts.join(QStringLiteral(" · "));
}

} // namespace headlight::ui
