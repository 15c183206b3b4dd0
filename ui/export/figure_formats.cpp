// A figure as the bytes of a PNG, an SVG or a PDF. No clock and no random number enters any of them.
#include "ui/export/figure.h"

#include <QBuffer>
#include <QHash>
#include <QImage>
#include <QImageWriter>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QSvgGenerator>

#include <cmath>

namespace headlight::ui {
namespace {

constexpr int kPdfResolution = 1200; // coordinates an inch; finer than any printer's dot

void paintFigure(QPainter& painter, const Figure& figure, const FigureDevice& device) {
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
    painter.setRenderHint(QPainter::LosslessImageRendering); // or a PDF would hold the map as JPEG
    if (figure.background.isValid())
        painter.fillRect(QRectF(QPointF(0, 0), figure.size), figure.background);
    figure.paint(painter, device);
}

Error notDrawn(const char* format) {
    return makeError(ErrorKind::Memory, std::string("the ") + format + " could not be drawn")
        .because("There is not enough memory for a picture of this size").nextStep("Choose a smaller size or resolution");
}

/// Qt writes a PDF's fonts in the order of a hash table, whose seed differs from process to process. While this lives new
/// tables are seeded alike; those of other threads keep working, each table remembers the seed it began with.
class FixedHashSeed {
public:
    FixedHashSeed() { QHashSeed::setDeterministicGlobalSeed(); }
    ~FixedHashSeed() { QHashSeed::resetRandomGlobalSeed(); }
    FixedHashSeed(const FixedHashSeed&) = delete;
    FixedHashSeed& operator=(const FixedHashSeed&) = delete;
};

/// Writers stamp the time; overwriting it with blanks keeps every offset of the file's table as it was.
void removePdfDate(QByteArray& pdf) {
    const QByteArray key("/CreationDate (");
    const qsizetype begin = pdf.indexOf(key);
    if (begin < 0)
        return;
    const qsizetype end = pdf.indexOf(')', begin);
    if (end > begin)
        pdf.replace(begin, end + 1 - begin, QByteArray(end + 1 - begin, ' '));
}

/// Viewers smooth images; a map's cells have hard edges.
void keepEdgesHard(QByteArray& svg) {
    svg.replace("<image ", "<image style=\"image-rendering:pixelated\" ");
}

} // namespace

Result<QImage> figureToImage(const Figure& figure, const FigureSize& size, const RunControl& control) {
    const double per_unit = size.dpi / 96.0;
    const QSize pixels = size.pixels.value_or(QSize(static_cast<int>(std::lround(figure.size.width() * per_unit)),
                                                    static_cast<int>(std::lround(figure.size.height() * per_unit))));
    QImage image(pixels, QImage::Format_ARGB32_Premultiplied);
    if (image.isNull())
        return notDrawn("PNG");
    image.fill(figure.background.isValid() ? figure.background : QColor(Qt::transparent)); // the last column too, which the page covers in part
    const int dots_per_meter = static_cast<int>(std::lround(size.dpi / 0.0254));
    QPainter painter(&image);
    painter.scale(per_unit, per_unit);
    paintFigure(painter, figure, {per_unit, false, control});
    painter.end();
    if (control.stopRequested())
        return cancelledError();
    image.setDotsPerMeterX(dots_per_meter);
    image.setDotsPerMeterY(dots_per_meter);
    return image;
}

Result<QByteArray> figureToPng(const Figure& figure, const FigureSize& size, const RunControl& control) {
    HEADLIGHT_ASSIGN(QImage image, figureToImage(figure, size, control));
    if (figure.background.isValid())
        image = std::move(image).convertToFormat(QImage::Format_RGB32);
    image.setText(QStringLiteral("Title"), figure.title);
    image.setText(QStringLiteral("Description"), figure.description);
    image.setText(QStringLiteral("Software"), QStringLiteral("Headlight"));
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    if (!QImageWriter(&buffer, "png").write(image))
        return notDrawn("PNG");
    return bytes;
}

Result<QByteArray> figureToSvg(const Figure& figure, const FigureSize& size, const RunControl& control) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setResolution(96);
    generator.setSize(QSize(static_cast<int>(std::ceil(figure.size.width())), static_cast<int>(std::ceil(figure.size.height()))));
    generator.setViewBox(QRectF(QPointF(0, 0), figure.size));
    generator.setTitle(figure.title);
    generator.setDescription(figure.description);
    QPainter painter;
    if (!painter.begin(&generator))
        return notDrawn("SVG");
    paintFigure(painter, figure, {size.dpi / 96.0, true, control});
    painter.end();
    if (control.stopRequested())
        return cancelledError();
    keepEdgesHard(bytes);
    return bytes;
}

Result<QByteArray> figureToPdf(const Figure& figure, const FigureSize& size, const RunControl& control) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    {
        const FixedHashSeed seed;
        QPdfWriter writer(&buffer);
        writer.setTitle(figure.title);
        writer.setCreator(QStringLiteral("Headlight"));
        writer.setResolution(kPdfResolution);
        writer.setPageSize(QPageSize(figure.size * 72.0 / 96.0, QPageSize::Point, QString(), QPageSize::ExactMatch));
        writer.setPageMargins(QMarginsF(0, 0, 0, 0));
        QPainter painter;
        if (!painter.begin(&writer))
            return notDrawn("PDF");
        painter.scale(kPdfResolution / 96.0, kPdfResolution / 96.0);
        paintFigure(painter, figure, {size.dpi / 96.0, true, control});
        painter.end();
    }
    if (control.stopRequested())
        return cancelledError();
    removePdfDate(bytes);
    return bytes;
}

} // namespace headlight::ui
