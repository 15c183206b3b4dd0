#include "ui/export/figure_subject.h"

#include "core/base/atomic_file.h"
#include "ui/export/figure_caption.h"

namespace headlight::ui {
namespace {

Result<QByteArray> encode(const Figure& figure, FigureFormat format, const FigureSize& size,
                          const RunControl& control) {
    switch (format) {
    case FigureFormat::Svg:
        return figureToSvg(figure, size, control);
    case FigureFormat::Pdf:
        return figureToPdf(figure, size, control);
    default:
        return figureToPng(figure, size, control);
    }
}

Result<void> writePicture(const FigureSubject& subject, FigureFormat format, const FigureLook& look,
                          const std::filesystem::path& path, const RunControl& control) {
    HEADLIGHT_CHECK(checkLook(look));
    HEADLIGHT_ASSIGN(const Figure figure, captionedFigure(subject, look));
    // Opened before anything is drawn: a folder one may not write to is said at once, not after seconds.
    HEADLIGHT_ASSIGN(AtomicFile file, AtomicFile::create(path));
    HEADLIGHT_ASSIGN(const QByteArray bytes, encode(figure, format, look.size, control));
    HEADLIGHT_CHECK(file.write(std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size()))));
    return file.commit();
}

Result<void> exportSeries(const FigureSubject& series, const FigureLook& look,
                          const std::filesystem::path& path, const RunControl& control) {
    for (std::size_t i = 0; i < series.n_parts; ++i) {
        if (control.stopRequested())
            return cancelledError();
        const std::string what = "file " + std::to_string(i + 1) + " of " + std::to_string(series.n_parts);
        control.report(static_cast<double>(i) / static_cast<double>(series.n_parts), what);
        HEADLIGHT_CHECK(exportSubject(series.part(i), look, pathOfPart(series, i, path), {control.stop, {}}));
    }
    return {};
}

} // namespace

std::filesystem::path pathOfPart(const FigureSubject& series, std::size_t index,
                                 const std::filesystem::path& path) {
    std::filesystem::path named = path.parent_path() / path.stem();
    named += "-" + series.part(index).stem.toStdString() + path.extension().string();
    return named;
}

Result<void> exportSubject(const FigureSubject& subject, const FigureLook& look,
                           const std::filesystem::path& path, const RunControl& control) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        HEADLIGHT_CHECK(AtomicFile::create(path)); // says that it is one, before anything about extensions
    HEADLIGHT_ASSIGN(const FigureFormat format, figureFormatOf(path));
    if (subject.isSeries())
        return exportSeries(subject, look, path, control);
    if (isPicture(format))
        return writePicture(subject, format, look, path, control);
    if (!subject.write_numbers)
        return makeError(ErrorKind::Usage, "there are no numbers to write for this view")
            .inFile(path.string())
            .nextStep("choose .png, .svg or .pdf, or export a head");
    return subject.write_numbers(format, path, control);
}

Result<QImage> subjectImage(const FigureSubject& subject, const FigureLook& look, const RunControl& control) {
    HEADLIGHT_CHECK(checkLook(look));
    HEADLIGHT_ASSIGN(const Figure figure, captionedFigure(subject, look));
    return figureToImage(figure, look.size, control);
}

} // namespace headlight::ui
