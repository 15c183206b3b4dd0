#include "ui/plots/panel_figure.h"

#include "core/checkpoint/safetensors.h"
#include "core/trace/write_numbers.h"
#include "ui/export/figure_export.h"
#include "ui/plots/panel_canvas.h"
#include "ui/theme/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <limits>

namespace headlight::ui {
namespace {

/// Panels and one line under them.
Result<Figure> panelsFigure(const std::vector<PlotPanel>& panels, const QString& title, const QString& about,
                            const FigureLook& look) {
    const QSizeF wanted = figureUnits(look.size);
    const HeatmapFonts fonts = figureFonts();
    const double room = wanted.width() - 2.0 * kFigurePadding;
    if (room < 160.0)
        return makeError(ErrorKind::Usage, "the picture is too small for its words")
            .nextStep("choose a larger size or fewer dpi");
    double height = 0.0;
    const std::vector<QRectF> places = placePanels(panels, room, fonts, height);
    const double needed = height + 2.0 * kFigurePadding;
    // A page of a given height shows all of it, smaller if need be.
    const double scale =
        wanted.height() > 0.0
            ? std::min(1.0, (wanted.height() - 2.0 * kFigurePadding) / std::max(1.0, height))
            : 1.0;
    if (scale < 0.2)
        return makeError(ErrorKind::Usage, "the page is too small for these pictures")
            .nextStep("choose a larger height, or 0 for a suitable one");
    Figure figure;
    figure.size = QSizeF(wanted.width(), wanted.height() > 0.0 ? wanted.height() : std::ceil(needed));
    figure.title = title;
    figure.description = look.caption_text.isEmpty()
                             ? (about.isEmpty() ? title : QStringLiteral("%1 · %2").arg(about, title))
                             : look.caption_text;
    if (!look.transparent)
        figure.background = look.themeOrLight().window;
    figure.paint = [panels, places, fonts, scale, &theme = look.themeOrLight()](QPainter& painter, const FigureDevice& device) {
        painter.save();
        painter.translate(kFigurePadding, kFigurePadding);
        painter.scale(scale, scale);
        const PanelLook panel_look{
            .theme = &theme, .fonts = fonts, .vector = device.vector, .card = panels.size() > 1};
        for (std::size_t i = 0; i < panels.size() && !device.control.stopRequested(); ++i)
            paintPanel(painter, panels[i], places[i], panel_look);
        painter.restore();
    };
    return figure;
}

Result<void> writeNumbers(const PanelNumbers& numbers, const QString& title, FigureFormat format,
                          const std::filesystem::path& path) {
    const Tensor values =
        Tensor::fromVector({numbers.row_names.size(), numbers.column_names.size()}, numbers.values);
    if (format == FigureFormat::Csv)
        return writeCsv(path, values, numbers.row_names, numbers.column_names);
    if (format == FigureFormat::Npy)
        return writeNpy(path, values);
    return writeSafetensors(path, {{"values", values.shape(), values.span()}},
                            {{"title", title.toStdString()}});
}

PanelNumbers numbersOf(const CurvePlot& plot) {
    std::vector<double> all_x;
    for (const PlotCurve& curve : plot.curves)
        all_x.insert(all_x.end(), curve.x.begin(), curve.x.end());
    std::sort(all_x.begin(), all_x.end());
    all_x.erase(std::unique(all_x.begin(), all_x.end()), all_x.end());
    PanelNumbers numbers;
    for (const double x : all_x)
        numbers.row_names.push_back(QString::number(x, 'g', 10).toStdString());
    for (std::size_t i = 0; i < plot.curves.size(); ++i)
        numbers.column_names.push_back(plot.curves[i].name.isEmpty() ? std::to_string(i)
                                                                     : plot.curves[i].name.toStdString());
    numbers.values.assign(all_x.size() * plot.curves.size(), std::numeric_limits<float>::quiet_NaN());
    for (std::size_t c = 0; c < plot.curves.size(); ++c)
        for (std::size_t i = 0; i < plot.curves[c].x.size(); ++i) {
            const auto row = static_cast<std::size_t>(
                std::lower_bound(all_x.begin(), all_x.end(), plot.curves[c].x[i]) - all_x.begin());
            numbers.values[row * plot.curves.size() + c] = static_cast<float>(plot.curves[c].y[i]);
        }
    return numbers;
}

PanelNumbers numbersOf(const MatrixPlot& plot) {
    PanelNumbers numbers;
    const auto names = [](const QStringList& words, double first, std::size_t n) {
        std::vector<std::string> result;
        for (std::size_t i = 0; i < n; ++i)
            result.push_back(words.isEmpty() ? QString::number(first + double(i)).toStdString()
                                             : words.value(static_cast<qsizetype>(i)).toStdString());
        return result;
    };
    numbers.row_names = names(plot.row_words, plot.first_row, plot.n_rows);
    numbers.column_names = names(plot.column_words, plot.first_column, plot.n_columns);
    numbers.values = plot.values;
    return numbers;
}

PanelNumbers numbersOf(const TurnPlot& plot) {
    PanelNumbers numbers;
    numbers.column_names = {"from", "turn"};
    for (const TurnPlot::Hand& hand : plot.hands) {
        numbers.row_names.push_back(hand.name.toStdString());
        numbers.values.insert(numbers.values.end(),
                              {static_cast<float>(hand.from), static_cast<float>(hand.turn)});
    }
    return numbers;
}

PanelNumbers numbersOf(const BarPlot& plot) {
    PanelNumbers numbers;
    for (const BarPlot::Column& column : plot.columns)
        numbers.column_names.push_back(column.name.toStdString());
    for (const BarPlot::Row& row : plot.rows) {
        numbers.row_names.push_back(row.word.toStdString());
        for (std::size_t i = 0; i < plot.columns.size(); ++i) {
            bool is_number = false;
            const double shown =
                QString(row.numbers[i]).replace(QChar(0x2212), QLatin1Char('-')).toDouble(&is_number);
            numbers.values.push_back(i < row.values.size() ? static_cast<float>(row.values[i])
                                     : is_number           ? static_cast<float>(shown)
                                                           : std::numeric_limits<float>::quiet_NaN());
        }
    }
    return numbers;
}

PanelNumbers numbersOf(const FactPlot&) {
    return {};
}

} // namespace

PanelNumbers panelNumbers(const PlotPanel& panel) {
    return std::visit([](const auto& plot) { return numbersOf(plot); }, panel.plot);
}

std::vector<FigureSubject> panelSubjects(const std::vector<PlotPanel>& panels, const QString& page_name,
                                         const QString& stem, const QString& about) {
    std::vector<FigureSubject> subjects;
    if (panels.empty())
        return subjects;
    FigureSubject page;
    page.name = page_name;
    page.stem = stem;
    page.figure = [panels, page_name, about](const FigureLook& look) {
        return panelsFigure(panels, page_name, about, look);
    };
    subjects.push_back(std::move(page));
    for (const PlotPanel& panel : panels) {
        FigureSubject one;
        one.name = panel.title;
        QString name = panel.title.toLower();
        for (QChar& character : name)
            character =
                character.isLetterOrNumber() && character.unicode() < 128 ? character : QLatin1Char('-');
        one.stem =
            stem + QLatin1Char('-') + name.split(QLatin1Char('-'), Qt::SkipEmptyParts).join(QLatin1Char('-'));
        one.figure = [panel, about](const FigureLook& look) {
            return panelsFigure({panel}, panel.title, about, look);
        };
        const PanelNumbers numbers = panelNumbers(panel);
        if (!numbers.values.empty()) {
            one.numbers = QStringLiteral("%1 × %2 numbers")
                              .arg(numbers.row_names.size())
                              .arg(numbers.column_names.size());
            one.write_numbers = [numbers, title = panel.title](
                                    FigureFormat format, const std::filesystem::path& path,
                                    const RunControl&) { return writeNumbers(numbers, title, format, path); };
        }
        subjects.push_back(std::move(one));
    }
    return subjects;
}

} // namespace headlight::ui
