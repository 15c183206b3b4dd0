#include "ui/lessons/lesson_pdf.h"

#include "core/base/atomic_file.h"
#include "ui/heatmap/heatmap_layout.h"
#include "ui/theme/theme.h"

#include <QAbstractTextDocumentLayout>
#include <QBuffer>
#include <QCoreApplication>
#include <QImage>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextDocumentFragment>
#include <QTextLayout>
#include <QTextObjectInterface>

#include <cmath>

namespace headlight::ui {

namespace {

constexpr double kUnitsPerMm = 96.0 / 25.4;
constexpr int kResolution = 1200;
constexpr double kMarginMm = 20.0;
constexpr double kTallestFigure = 120.0 * kUnitsPerMm;
constexpr double kSmallestScale = 0.55; ///< of what would be as wide as the text
constexpr double kCutNote = 7.0 * kUnitsPerMm;
constexpr int kFigureObject = QTextFormat::UserObject + 1;
constexpr int kFigureIndex = QTextFormat::UserProperty + 1;

struct Words {
    Q_DECLARE_TR_FUNCTIONS(headlight::ui::LessonPdf)
};

/// Draws the figures where they stand in the text.
class FigureObjects : public QObject, public QTextObjectInterface {
    Q_OBJECT
    Q_INTERFACES(QTextObjectInterface)
public:
    FigureObjects(std::vector<const Figure*> figures, double width, const RunControl& control)
        : figures_(std::move(figures))
        , width_(width)
        , control_(control) {}

    QSizeF intrinsicSize(QTextDocument*, int, const QTextFormat& format) override {
        const Figure& figure = of(format);
        const QSizeF size = figure.size * scaleOf(figure);
        return {size.width(), std::min(size.height(), kTallestFigure)};
    }
    void drawObject(QPainter* painter, const QRectF& rect, QTextDocument*, int,
                    const QTextFormat& format) override {
        const Figure& figure = of(format);
        const double scale = scaleOf(figure);
        painter->save();
        if (isCut(figure))
            painter->setClipRect(QRectF(rect.topLeft(), QSizeF(rect.width(), kTallestFigure - kCutNote)),
                                 Qt::IntersectClip);
        painter->translate(rect.topLeft());
        painter->scale(scale, scale);
        figure.paint(*painter, {300.0 / 96.0 * scale, true, control_});
        painter->restore();
        if (isCut(figure))
            noteCut(*painter, rect);
    }

private:
    [[nodiscard]] const Figure& of(const QTextFormat& format) const {
        return *figures_[static_cast<std::size_t>(format.intProperty(kFigureIndex))];
    }
    [[nodiscard]] double fullWidthScale(const Figure& figure) const {
        return std::min(1.0, width_ / figure.size.width());
    }
    /// A long list or sheet would be too small to read in one piece: its beginning is printed.
    [[nodiscard]] bool isCut(const Figure& figure) const {
        return figure.size.height() * fullWidthScale(figure) * kSmallestScale > kTallestFigure;
    }
    [[nodiscard]] double scaleOf(const Figure& figure) const {
        const double full = fullWidthScale(figure);
        return isCut(figure) ? full : std::min(full, kTallestFigure / figure.size.height());
    }
    static void noteCut(QPainter& painter, const QRectF& rect) {
        const double bottom = rect.top() + kTallestFigure - kCutNote;
        painter.setPen(QPen(Theme::light().hairline, 1.0));
        painter.drawLine(QPointF(rect.left(), bottom), QPointF(rect.right(), bottom));
        painter.setFont(figureFonts().caption);
        painter.setPen(Theme::light().text_muted);
        painter.drawText(QRectF(rect.left(), bottom, rect.width(), kCutNote),
                         Qt::AlignVCenter | Qt::AlignLeft,
                         Words::tr("The beginning of the page; the rest is in the window."));
    }

    std::vector<const Figure*> figures_;
    double width_;
    const RunControl& control_;
};

/// A line and how many of those below it stand on the same page.
struct KeptTogether {
    int block = 0; ///< number of the text block
    int n_next = 0;
};

/// Puts the lesson into a text document.
class Composer {
public:
    explicit Composer(QTextDocument& document)
        : cursor_(&document) {}

    void compose(const PrintedLesson& lesson) {
        paragraph(lesson.title, TextRole::Title, 1.5, true);
        paragraph(lesson.about, TextRole::Body);
        paragraph(lesson.run, TextRole::Caption, 1.0, false, true);
        for (const PrintedStep& step : lesson.steps)
            composeStep(step);
        composeAnswers(lesson);
    }
    [[nodiscard]] const std::vector<const Figure*>& figures() const { return figures_; }
    /// Lines that a page may not end with, as they stand in the text.
    [[nodiscard]] const std::vector<KeptTogether>& kept() const { return kept_; }

private:
    void newBlock(double above = 6.0, bool new_page = false, double line_height = 120.0) {
        QTextBlockFormat format;
        format.setTopMargin(above);
        format.setBottomMargin(2.0);
        format.setLineHeight(line_height, QTextBlockFormat::ProportionalHeight);
        if (new_page)
            format.setPageBreakPolicy(QTextFormat::PageBreak_AlwaysBefore);
        if (first_)
            cursor_.setBlockFormat(format);
        else
            cursor_.insertBlock(format, QTextCharFormat());
        first_ = false;
    }

    void paragraph(const QString& text, TextRole role, double scale = 1.0, bool strong = false,
                   bool muted = false, double above = 6.0, bool new_page = false) {
        newBlock(above, new_page);
        QTextCharFormat format;
        QFont font = themeFont(role, strong);
        font.setPointSizeF(font.pointSizeF() * scale);
        format.setFont(font);
        format.setForeground(muted ? Theme::light().text_muted : Theme::light().text);
        cursor_.insertText(text, format);
    }

    void rich(const FilledText& text) {
        QTextDocument part;
        setFilledText(part, text, Theme::light(), themeFont(TextRole::Body));
        newBlock();
        cursor_.insertFragment(QTextDocumentFragment(&part));
    }

    void composeStep(const PrintedStep& step) {
        paragraph(QStringLiteral("%1 · %2").arg(++number_).arg(step.kind), TextRole::Caption, 1.0, false,
                  true, 20.0);
        kept_.push_back({cursor_.blockNumber(), 2}); // number and kind, title, first words
        paragraph(step.title, TextRole::Title, 1.0, true, false, 0.0);
        rich(step.text);
        if (step.figure) {
            newBlock(8.0, false, 100.0);
            QTextCharFormat format;
            format.setObjectType(kFigureObject);
            format.setProperty(kFigureIndex, static_cast<int>(figures_.size()));
            figures_.push_back(&*step.figure);
            cursor_.insertText(QString(QChar::ObjectReplacementCharacter), format);
        }
        if (step.question)
            composeQuestion(*step.question);
    }

    void composeQuestion(const FilledQuestion& question) {
        paragraph(question.is_task ? Words::tr("Your turn") : Words::tr("Question"), TextRole::Caption, 1.0,
                  true, true, 8.0);
        kept_.push_back({cursor_.blockNumber(), 1});
        rich(question.text);
        for (const FilledChoice& choice : question.choices)
            paragraph(QStringLiteral("☐  ") + choice.text.plain(), TextRole::Body, 1.0, false, false, 2.0);
        if (question.choices.empty() && !question.is_task)
            paragraph(QStringLiteral("………………………………"), TextRole::Body, 1.0, false, true);
    }

    void composeAnswers(const PrintedLesson& lesson) {
        paragraph(Words::tr("Answers"), TextRole::Title, 1.2, true, false, 0.0, true);
        std::size_t number = 0;
        for (const PrintedStep& step : lesson.steps) {
            ++number;
            if (!step.question || step.question->is_task)
                continue;
            paragraph(QStringLiteral("%1. %2").arg(number).arg(step.title), TextRole::Body, 1.0, true, false,
                      10.0);
            const FilledQuestion& question = *step.question;
            QStringList right;
            for (const FilledChoice& choice : question.choices)
                if (choice.right)
                    right << choice.text.plain();
            if (right.isEmpty() && question.answer)
                right << QString::fromStdString(valueText(*question.answer));
            if (!right.isEmpty())
                paragraph(QStringLiteral("✓ ") + right.join(QStringLiteral(", ")), TextRole::Body);
            if (!question.explanation.markdown.isEmpty())
                rich(question.explanation);
        }
    }

    QTextCursor cursor_;
    std::vector<const Figure*> figures_;
    std::vector<KeptTogether> kept_;
    std::size_t number_ = 0;
    bool first_ = true;
};

/// Lays out the whole text anew: what Qt moves after a change of format it may leave without lines.
void layOutAnew(QTextDocument& document) {
    document.markContentsDirty(0, document.characterCount());
    (void)document.pageCount(); // finishes the layout
}

bool isLaidOut(const QTextDocument& document) {
    (void)document.pageCount(); // Qt lays out what is asked for
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next())
        if (block.layout()->lineCount() == 0)
            return false;
    return true;
}

/// A heading whose first words would stand alone at the foot of a page begins on the next one.
void keepTogether(QTextDocument& document, const std::vector<KeptTogether>& kept) {
    const auto pageOf = [&](const QTextBlock& block) {
        const QRectF place = document.documentLayout()->blockBoundingRect(block);
        return static_cast<int>(place.bottom() / document.pageSize().height());
    };
    for (const KeptTogether& each : kept) { // each may move those after it
        const QTextBlock line = document.findBlockByNumber(each.block);
        QTextBlock last = line;
        for (int i = 0; i < each.n_next && last.next().isValid(); ++i)
            last = last.next();
        if (pageOf(line) == pageOf(last))
            continue;
        QTextBlockFormat format = line.blockFormat();
        format.setPageBreakPolicy(QTextFormat::PageBreak_AlwaysBefore);
        QTextCursor(line).setBlockFormat(format);
        layOutAnew(document);
    }
}

/// Writers stamp the time; the same lesson shall give the same bytes.
void removeDate(QByteArray& pdf) {
    const qsizetype begin = pdf.indexOf("/CreationDate (");
    const qsizetype end = begin < 0 ? -1 : pdf.indexOf(')', begin);
    if (end > begin)
        pdf.replace(begin, end + 1 - begin, QByteArray(end + 1 - begin, ' '));
}

void paintPages(QPdfWriter& writer, QPainter& painter, QTextDocument& document, const QString& title,
                const QSizeF& area, const RunControl& control) {
    const double margin = kMarginMm * kUnitsPerMm;
    const int n_pages = document.pageCount();
    for (int page = 0; page < n_pages && !control.stopRequested(); ++page) {
        if (page > 0)
            writer.newPage();
        control.report(static_cast<double>(page) / n_pages, "writing pages");
        painter.save();
        painter.translate(margin, margin - page * area.height());
        QAbstractTextDocumentLayout::PaintContext context;
        context.palette.setColor(QPalette::Text, Theme::light().text);
        context.clip = QRectF(0, page * area.height(), area.width(), area.height());
        painter.setClipRect(context.clip);
        document.documentLayout()->draw(&painter, context);
        painter.restore();
        QFont font = themeFont(TextRole::Caption);
        font.setPixelSize(static_cast<int>(
            std::lround(font.pointSizeF() * 96.0 / 72.0))); // units; points would be the printer's
        painter.setFont(font);
        painter.setPen(Theme::light().text_muted);
        const QRectF foot(margin, margin + area.height() + 8.0, area.width(), 24.0);
        painter.drawText(foot, Qt::AlignLeft | Qt::AlignVCenter, title);
        painter.drawText(foot, Qt::AlignRight | Qt::AlignVCenter,
                         QStringLiteral("%1 / %2").arg(page + 1).arg(n_pages));
    }
}

} // namespace

Result<QByteArray> lessonPdf(const PrintedLesson& lesson, const RunControl& control) {
    const QSizeF area((210.0 - 2 * kMarginMm) * kUnitsPerMm, (297.0 - 2 * kMarginMm) * kUnitsPerMm);
    QImage device(8, 8,
                  QImage::Format_ARGB32); // says how large a point is: 96 dots an inch, as figures count
    device.setDotsPerMeterX(static_cast<int>(std::lround(96.0 / 0.0254)));
    device.setDotsPerMeterY(device.dotsPerMeterX());
    QTextDocument document;
    document.setDocumentMargin(0.0);
    document.setDefaultFont(themeFont(TextRole::Body));
    document.documentLayout()->setPaintDevice(&device);
    Composer composer(document);
    composer.compose(lesson);
    FigureObjects figures(composer.figures(), area.width(), control);
    document.documentLayout()->registerHandler(kFigureObject, &figures);
    document.setPageSize(area);
    keepTogether(document, composer.kept());
    if (!isLaidOut(document))
        return makeError(ErrorKind::Unsupported, "the lesson's pages could not be laid out");
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    {
        QPdfWriter writer(&buffer);
        writer.setTitle(lesson.title);
        writer.setCreator(QStringLiteral("Headlight"));
        writer.setResolution(kResolution);
        writer.setPageSize(QPageSize(QPageSize::A4));
        writer.setPageMargins(QMarginsF(0, 0, 0, 0));
        QPainter painter;
        if (!painter.begin(&writer))
            return makeError(ErrorKind::Memory, "the PDF could not be drawn");
        painter.scale(kResolution / 96.0, kResolution / 96.0);
        painter.setRenderHint(QPainter::LosslessImageRendering);
        paintPages(writer, painter, document, lesson.title, area, control);
    }
    if (control.stopRequested())
        return cancelledError();
    removeDate(bytes);
    return bytes;
}

Result<void> writeLessonPdf(const PrintedLesson& lesson, const std::filesystem::path& path,
                            const RunControl& control) {
    HEADLIGHT_ASSIGN(const QByteArray bytes, lessonPdf(lesson, control));
    HEADLIGHT_ASSIGN(AtomicFile file, AtomicFile::create(path));
    HEADLIGHT_CHECK(file.write(std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size()))));
    return file.commit();
}

} // namespace headlight::ui

#include "lesson_pdf.moc"
