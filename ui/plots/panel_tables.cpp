#include "ui/plots/panel_tables.h"

#include "ui/table/list_table_model.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>

namespace headlight::ui {
namespace {

using enum ListColumn::Kind;

QString tr(const char* source) {
    return QCoreApplication::translate("headlight::ui::PanelTables", source);
}

QString numbered(double first, std::size_t index) {
    return QString::number(first + double(index), 'g', 10);
}

/// A row an x that any curve has; curves without it are empty there.
ListTable tableOf(const CurvePlot& plot) {
    struct Grid {
        std::vector<double> x;
        std::vector<double> y; // [x, curves]
    };
    const auto grid = std::make_shared<Grid>();
    for (const PlotCurve& curve : plot.curves)
        grid->x.insert(grid->x.end(), curve.x.begin(), curve.x.end());
    std::ranges::sort(grid->x);
    grid->x.erase(std::unique(grid->x.begin(), grid->x.end()), grid->x.end());
    const std::size_t n_curves = plot.curves.size();
    grid->y.assign(grid->x.size() * n_curves, std::numeric_limits<double>::quiet_NaN());
    ListTable table;
    table.n_rows = grid->x.size();
    table.columns.push_back({plot.x_name.isEmpty() ? QStringLiteral("x") : plot.x_name, {}, Number});
    for (std::size_t c = 0; c < n_curves; ++c) {
        const PlotCurve& curve = plot.curves[c];
        const QString name = curve.name.isEmpty() ? tr("curve %1").arg(c + 1) : curve.name;
        table.columns.push_back(
            {n_curves == 1 && !plot.y_name.isEmpty() ? plot.y_name : name, plot.y_name, Number});
        for (std::size_t i = 0; i < curve.x.size(); ++i) {
            const auto row =
                static_cast<std::size_t>(std::ranges::lower_bound(grid->x, curve.x[i]) - grid->x.begin());
            grid->y[row * n_curves + c] = curve.y[i];
        }
    }
    table.value = [grid, n_curves](std::size_t row, std::size_t column) -> QVariant {
        return column == 0 ? grid->x[row] : grid->y[row * n_curves + column - 1];
    };
    return table;
}

ListTable tableOf(const MatrixPlot& plot) {
    const auto matrix = std::make_shared<const MatrixPlot>(plot);
    ListTable table;
    table.n_rows = plot.n_rows;
    for (std::size_t column = 0; column < plot.n_columns; ++column)
        table.columns.push_back({plot.column_words.isEmpty()
                                     ? numbered(plot.first_column, column)
                                     : plot.column_words.value(static_cast<qsizetype>(column)),
                                 plot.column_name, Number});
    table.value = [matrix](std::size_t row, std::size_t column) -> QVariant {
        return matrix->values[row * matrix->n_columns + column];
    };
    table.row_name = [matrix](std::size_t row) {
        return matrix->row_words.isEmpty() ? numbered(matrix->first_row, row)
                                           : matrix->row_words.value(static_cast<qsizetype>(row));
    };
    return table;
}

ListTable tableOf(const TurnPlot& plot) {
    const auto hands = std::make_shared<const std::vector<TurnPlot::Hand>>(plot.hands);
    ListTable table;
    table.n_rows = hands->size();
    table.columns = {{tr("pair"), tr("Two dimensions that turn together")},
                     {tr("from"), tr("Where the hand stood, in radians"), Number},
                     {tr("turn"), tr("How far it turned, in radians"), Number},
                     {tr("note")}};
    table.value = [hands](std::size_t row, std::size_t column) -> QVariant {
        const TurnPlot::Hand& hand = (*hands)[row];
        switch (column) {
        case 0:
            return hand.name;
        case 1:
            return hand.from;
        case 2:
            return hand.turn;
        default:
            return hand.note;
        }
    };
    return table;
}

ListTable tableOf(const BarPlot& plot) {
    const auto bars = std::make_shared<const BarPlot>(plot);
    ListTable table;
    table.n_rows = plot.rows.size();
    table.columns.push_back({plot.words_are_keys ? tr("key") : tr("word")});
    for (const BarPlot::Column& column : plot.columns)
        table.columns.push_back({column.name, column.tool_tip, Number});
    table.value = [bars](std::size_t row, std::size_t column) -> QVariant {
        const BarPlot::Row& bar = bars->rows[row];
        if (column == 0)
            return bar.word;
        if (column - 1 < bar.values.size())
            return bar.values[column - 1];
        return column - 1 < bar.numbers.size() ? QVariant(bar.numbers[column - 1]) : QVariant();
    };
    table.shown = [bars](std::size_t row, std::size_t column) -> QString {
        const BarPlot::Row& bar = bars->rows[row];
        return column > 0 && column - 1 < bar.numbers.size() ? bar.numbers[column - 1] : QString();
    };
    return table;
}

ListTable tableOf(const FactPlot& plot) {
    const auto facts = std::make_shared<const std::vector<FactPlot::Fact>>(plot.facts);
    ListTable table;
    table.n_rows = facts->size();
    table.columns = {{tr("name")}, {tr("value")}, {tr("what it is")}};
    table.value = [facts](std::size_t row, std::size_t column) -> QVariant {
        const FactPlot::Fact& fact = (*facts)[row];
        return column == 0 ? fact.name : column == 1 ? fact.value : fact.tool_tip;
    };
    return table;
}

struct Marked {
    std::optional<std::size_t> row;
    std::optional<std::size_t> column;
};

/// What a picture marks, as a cell of its table.
Marked markedOf(const MatrixPlot& plot) {
    return {plot.mark_row, plot.mark_column};
}
Marked markedOf(const BarPlot& plot) {
    const auto strong = std::ranges::find(plot.rows, true, &BarPlot::Row::strong);
    return {strong == plot.rows.end() ? std::nullopt
                                      : std::optional(static_cast<std::size_t>(strong - plot.rows.begin())),
            {}};
}
Marked markedOf(const TurnPlot&) {
    return {};
}
Marked markedOf(const FactPlot&) {
    return {};
}
Marked markedOf(const CurvePlot& plot) {
    if (!plot.mark_x)
        return {};
    const ListTable table = tableOf(plot);
    for (std::size_t row = 0; row < table.n_rows; ++row)
        if (table.value(row, 0).toDouble() >= *plot.mark_x)
            return {row, {}};
    return {};
}

/// What stands along a matrix's sides.
QString sidesOf(const PlotPanel& panel) {
    const auto* matrix = std::get_if<MatrixPlot>(&panel.plot);
    if (!matrix || matrix->row_name.isEmpty() || matrix->column_name.isEmpty())
        return {};
    return tr("Rows: %1, columns: %2.").arg(matrix->row_name, matrix->column_name) + QLatin1Char(' ');
}

} // namespace

ListTable panelTable(const PlotPanel& panel) {
    return std::visit([](const auto& plot) { return tableOf(plot); }, panel.plot);
}

PictureTables tablesOfPanels(const std::vector<PlotPanel>& panels, std::size_t first) {
    PictureTables tables;
    for (std::size_t i = 0; i < panels.size(); ++i) {
        const PlotPanel& panel = panels[i];
        const bool is_matrix = std::holds_alternative<MatrixPlot>(panel.plot);
        PictureTable table = is_matrix
                                 ? matrixPicture(panelTable(panel), panel.title, sidesOf(panel) + panel.note)
                                 : listPicture(panelTable(panel), panel.title, panel.note);
        if (!table.model)
            continue;
        table.name = panel.title;
        const Marked marked = std::visit([](const auto& plot) { return markedOf(plot); }, panel.plot);
        table.current_row = marked.row;
        table.current_column = marked.column;
        if (i <= first)
            tables.first = tables.all.size() + (i == first ? 0 : 1);
        tables.all.push_back(std::move(table));
    }
    return tables;
}

} // namespace headlight::ui
