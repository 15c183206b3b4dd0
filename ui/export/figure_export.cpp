#include "ui/export/figure_export.h"

#include "core/base/atomic_file.h"
#include "ui/export/figure.h"
#include "ui/export/number_export.h"
#include "ui/heatmap/token_label.h"
#include "ui/lines/lines_painter.h"

#include <algorithm>

namespace headlight::ui {
namespace {

constexpr qsizetype kCaptionText = 80; // letters of the text a caption quotes

bool isPicture(FigureFormat format) {
    return format == FigureFormat::Png || format == FigureFormat::Svg || format == FigureFormat::Pdf;
}

Result<QByteArray> encode(const Figure& figure, FigureFormat format, const FigureSize& size, const RunControl& control) {
    switch (format) {
    case FigureFormat::Svg: return figureToSvg(figure, size, control);
    case FigureFormat::Pdf: return figureToPdf(figure, size, control);
    default: return figureToPng(figure, size, control);
    }
}

Result<void> writePicture(const Figure& figure, FigureFormat format, const FigureSize& size, const std::filesystem::path& path,
                          const RunControl& control) {
    // Opened first: a folder one may not write to is said at once, not after seconds of drawing.
    HEADLIGHT_ASSIGN(AtomicFile file, AtomicFile::create(path));
    HEADLIGHT_ASSIGN(const QByteArray bytes, encode(figure, format, size, control));
    HEADLIGHT_CHECK(file.write(std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size()))));
    return file.commit();
}

Result<FigureFormat> checkedFormat(const ExportRequest& request, const std::filesystem::path& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        HEADLIGHT_CHECK(AtomicFile::create(path)); // says that it is one, before anything about extensions
    HEADLIGHT_ASSIGN(const FigureFormat format, figureFormatOf(path));
    HEADLIGHT_CHECK(checkRequest(request, isPicture(format)));
    return format;
}

} // namespace

Result<FigureFormat> figureFormatOf(const std::filesystem::path& path) {
    std::string extension = path.extension().string();
    std::ranges::transform(extension, extension.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (extension == ".png")
        return FigureFormat::Png;
    if (extension == ".svg")
        return FigureFormat::Svg;
    if (extension == ".pdf")
        return FigureFormat::Pdf;
    if (extension == ".csv")
        return FigureFormat::Csv;
    if (extension == ".npy")
        return FigureFormat::Npy;
    return makeError(ErrorKind::Usage, extension.empty() ? "the file name does not say which format" : "unknown format of a figure")
        .inFile(path.string())
        .butFound("a name that ends in .png, .svg, .pdf, .csv or .npy", extension.empty() ? "no extension" : extension)
        .nextStep("choose one of these extensions");
}

Result<Figure> figureOf(const ExportRequest& request) {
    return request.lines ? linesFigure(request) : headFigure(request);
}

Result<void> exportHead(const ExportRequest& request, const std::filesystem::path& path, const RunControl& control) {
    HEADLIGHT_ASSIGN(const FigureFormat format, checkedFormat(request, path));
    if (!isPicture(format))
        return exportHeadNumbers(request.map, format, path);
    HEADLIGHT_ASSIGN(const Figure figure, figureOf(request));
    return writePicture(figure, format, request.size, path, control);
}

Result<void> exportAllHeads(const ExportRequest& request, const std::filesystem::path& path, const RunControl& control) {
    HEADLIGHT_ASSIGN(const FigureFormat format, checkedFormat(request, path));
    if (!isPicture(format))
        return exportAllNumbers(request.map, format, path, control);
    HEADLIGHT_ASSIGN(const Figure figure, sheetFigure(request));
    return writePicture(figure, format, request.size, path, control);
}

QImage figureImage(const ExportRequest& request) {
    const Result<Figure> figure = figureOf(request);
    if (!figure)
        return {};
    Result<QImage> image = figureToImage(*figure, request.size);
    return image ? *image : QImage();
}

QString figureCaption(const ExportRequest& request) {
    return captionOf(request, headTitle(request.map.head));
}

QString captionOf(const ExportRequest& request, const QString& what) {
    if (!request.caption_text.isEmpty())
        return visibleWord(request.caption_text);
    QStringList parts;
    const QString name = (request.map.model_name + QLatin1Char(' ') + request.map.model_hash.left(8)).trimmed();
    if (!name.isEmpty())
        parts << name;
    if (!request.map.text.isEmpty()) {
        QString text = request.map.text.simplified();
        if (text.size() > kCaptionText)
            text = text.left(kCaptionText / 2) + QStringLiteral(" … ") + text.right(kCaptionText / 2);
        parts << QStringLiteral("“%1”").arg(visibleWord(text));
    }
    parts << what << (request.lines ? lineRuleText(request.lines->rule) : scaleName(request.settings.scale) + QStringLiteral(" scale"));
    return parts.join(QStringLiteral(" · "));
}

} // namespace headlight::ui
