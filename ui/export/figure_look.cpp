#include "ui/export/figure_look.h"

#include "ui/theme/theme.h"

#include <QGuiApplication>

#include <algorithm>
#include <array>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr double kUnitsPerMm = 96.0 / 25.4;
constexpr double kMostPixels = 400e6; // 1.6 GB as an image
constexpr int kMostSide = 32767;      // QPainter's limit

constexpr std::array<std::pair<const char*, FigureFormat>, 6> kExtensions{{
    {".png", FigureFormat::Png},
    {".svg", FigureFormat::Svg},
    {".pdf", FigureFormat::Pdf},
    {".csv", FigureFormat::Csv},
    {".npy", FigureFormat::Npy},
    {".safetensors", FigureFormat::Safetensors},
}};

Error sizeError(const QString& what, const QString& next_step) {
    return makeError(ErrorKind::Usage, what.toStdString()).nextStep(next_step.toStdString());
}

Result<void> checkSize(const FigureSize& size) {
    if (!(size.dpi >= 10.0 && size.dpi <= 4800.0))
        return sizeError(QStringLiteral("a resolution of %1 dpi is not possible").arg(size.dpi),
                         QStringLiteral("choose 10 to 4800 dpi"));
    if (size.pixels && (size.pixels->width() < 64 || size.pixels->height() < 64))
        return sizeError(QStringLiteral("a picture of %1 × %2 pixels is too small to draw")
                             .arg(size.pixels->width())
                             .arg(size.pixels->height()),
                         QStringLiteral("choose at least 64 × 64 pixels"));
    if (!size.pixels && !(size.width_mm >= 20.0 && size.width_mm <= 5000.0 && size.height_mm >= 0.0 &&
                          size.height_mm <= 5000.0))
        return sizeError(
            QStringLiteral("a picture of %1 × %2 mm is not possible").arg(size.width_mm).arg(size.height_mm),
            QStringLiteral(
                "choose a width of 20 to 5000 mm, and a height of up to 5000 mm or 0 for a suitable one"));
    const QSizeF units = figureUnits(size);
    const double per_unit = size.dpi / 96.0;
    const double width = units.width() * per_unit;
    const double height = std::max(units.height(), 1.0) * per_unit;
    if (width > kMostSide || height > kMostSide || width * height > kMostPixels)
        return sizeError(
            QStringLiteral("a picture of %1 × %2 pixels is too large")
                .arg(std::round(width))
                .arg(std::round(height)),
            QStringLiteral("choose a smaller size or resolution; SVG and PDF are sharp at every size"));
    return {};
}

} // namespace

bool isPicture(FigureFormat format) {
    return format == FigureFormat::Png || format == FigureFormat::Svg || format == FigureFormat::Pdf;
}

Result<FigureFormat> figureFormatOf(const std::filesystem::path& path) {
    std::string extension = path.extension().string();
    std::ranges::transform(extension, extension.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    for (const auto& [known, format] : kExtensions)
        if (extension == known)
            return format;
    return makeError(ErrorKind::Usage, extension.empty() ? "the file name does not say which format"
                                                         : "unknown format of a figure")
        .inFile(path.string())
        .butFound("a name that ends in .png, .svg, .pdf, .csv, .npy or .safetensors",
                  extension.empty() ? "no extension" : extension)
        .nextStep("choose one of these extensions");
}

const Theme& FigureLook::themeOrLight() const {
    return theme != nullptr ? *theme : Theme::light();
}

QSizeF figureUnits(const FigureSize& size) {
    if (size.pixels)
        return QSizeF(*size.pixels) * 96.0 / size.dpi;
    return {size.width_mm * kUnitsPerMm, size.height_mm * kUnitsPerMm};
}

Result<void> checkLook(const FigureLook& look) {
    if (qobject_cast<QGuiApplication*>(QCoreApplication::instance()) == nullptr)
        return makeError(ErrorKind::Usage, "a picture needs the drawing system, which has not been started");
    return checkSize(look.size);
}

} // namespace headlight::ui
