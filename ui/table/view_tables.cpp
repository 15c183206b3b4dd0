#include "ui/table/view_tables.h"

#include "ui/table/lines_table_model.h"
#include "ui/table/map_table_model.h"

#include <QCoreApplication>

namespace headlight::ui {

namespace {

/// Only for its tr().
class ViewTables {
    Q_DECLARE_TR_FUNCTIONS(headlight::ui::ViewTables)
};

/// What the cells hold, and what a dash among them means.
QString numbersText(const HeadMap& map) {
    const QString numbers = map.isSigned() ? ViewTables::tr("Differences of attention weights.")
                            : map.alterationText().isEmpty()
                                ? ViewTables::tr("Attention weights: each row sums to 1.")
                                : ViewTables::tr("Attention weights, %1.").arg(map.alterationText());
    return numbers + QLatin1Char(' ') + ViewTables::tr("A dash is a cell the mask hides.");
}

} // namespace

PictureTable tableOfMap(const HeadMap& map, ChoosePair choose, const TokenPair& selected) {
    PictureTable table;
    if (map.empty())
        return table;
    const MapSourcePtr source = map.shown();
    MapTable cells;
    cells.row_words = map.queries.words;
    cells.column_words = map.keys.words;
    cells.is_signed = source->isSigned();
    cells.tile = [source](TokenRange rows, TokenRange columns) { return source->tile(rows, columns); };
    cells.visible = [source](std::size_t row) { return source->visible(row); };
    table.title = mapTitle(map);
    table.description = QStringList{sidesText(map), numbersText(map)}.join(QStringLiteral(" · "));
    table.model = std::make_unique<MapTableModel>(std::move(cells));
    if (selected.query)
        table.current_row = source->rows().indexOf(*selected.query);
    if (selected.key)
        table.current_column = source->columns().indexOf(*selected.key);
    if (choose)
        table.choose = [choose = std::move(choose), source](const QModelIndex& index) {
            const TokenRange query = source->rows().tokens(static_cast<std::size_t>(index.row()));
            const TokenRange key = source->columns().tokens(static_cast<std::size_t>(index.column()));
            if (query.size() > 0 && key.size() > 0) // else a gap of a comparison
                choose(query.begin, key.begin);
        };
    return table;
}

PictureTable tableOfLines(const HeadMap& map, const LineSetPtr& lines, ChoosePair choose, const TokenPair& selected) {
    PictureTable table;
    if (map.empty() || !lines)
        return table;
    auto model = std::make_unique<LinesTableModel>(lines, map.queries.words, map.keys.words);
    table.title = ViewTables::tr("Lines of %1").arg(headTitle(map.head));
    table.description =
        lines->n_worthy > lines->lines.size()
            ? ViewTables::tr("The %1 strongest of %2 lines.").arg(lines->lines.size()).arg(lines->n_worthy)
            : ViewTables::tr("All %1 lines drawn. Click a header to sort.").arg(lines->lines.size());
    table.sortable = table.list = true;
    for (int row = 0; selected.query && !table.current_row && row < model->rowCount(); ++row) {
        const AttentionLine& line = model->lineAt(row);
        if (line.query == *selected.query && line.key == selected.key.value_or(line.key))
            table.current_row = static_cast<std::size_t>(row); // the strongest
    }
    if (choose)
        table.choose = [choose = std::move(choose), rows = model.get()](const QModelIndex& index) {
            const AttentionLine& line = rows->lineAt(index.row());
            choose(line.query, line.key);
        };
    table.model = std::move(model);
    return table;
}

} // namespace headlight::ui
