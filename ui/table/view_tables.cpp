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

} // namespace

PictureTable tableOfMap(const HeadMap& map, ChoosePair choose) {
    PictureTable table;
    if (map.empty())
        return table;
    MapTable cells;
    cells.row_words = map.queries.words;
    cells.column_words = map.keys.words;
    cells.tile = [trace = map.trace, head = map.head](TokenRange rows, TokenRange columns) {
        return trace->weights(head, rows, columns);
    };
    cells.visible = [trace = map.trace, head = map.head](std::size_t row) {
        return trace->attention(head.kind, head.layer).problem.mask.visible(row, trace->nKeys(head.kind));
    };
    table.title = headTitle(map.head);
    table.description =
        sidesText(map) + QStringLiteral(" · ") +
        ViewTables::tr("Attention weights: each row sums to 1. A dash is a cell the mask hides.");
    table.model = std::make_unique<MapTableModel>(std::move(cells));
    if (choose)
        table.choose = [choose = std::move(choose)](const QModelIndex& index) {
            choose(static_cast<std::size_t>(index.row()), static_cast<std::size_t>(index.column()));
        };
    return table;
}

PictureTable tableOfLines(const HeadMap& map, const LineSetPtr& lines, ChoosePair choose) {
    PictureTable table;
    if (map.empty() || !lines)
        return table;
    auto model = std::make_unique<LinesTableModel>(lines, map.queries.words, map.keys.words);
    table.title = ViewTables::tr("Lines of %1").arg(headTitle(map.head));
    table.description =
        lines->n_worthy > lines->lines.size()
            ? ViewTables::tr("The %1 strongest of %2 lines.").arg(lines->lines.size()).arg(lines->n_worthy)
            : ViewTables::tr("All %1 lines drawn. Click a header to sort.").arg(lines->lines.size());
    table.sortable = true;
    if (choose)
        table.choose = [choose = std::move(choose), rows = model.get()](const QModelIndex& index) {
            const AttentionLine& line = rows->lineAt(index.row());
            choose(line.query, line.key);
        };
    table.model = std::move(model);
    return table;
}

} // namespace headlight::ui
