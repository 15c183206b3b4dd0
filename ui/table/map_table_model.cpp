#include "ui/table/map_table_model.h"

#include "ui/theme/figures.h"

#include <algorithm>
#include <cmath>

namespace headlight::ui {

namespace {

constexpr std::size_t kTile = 64; ///< rows and columns of a tile
constexpr qsizetype kCachedCells = 1 << 20;
constexpr std::size_t kMostWanted = 64;  ///< of a quick scroll only the last tiles are still looked at
constexpr std::size_t kRowsPerBand = 32; ///< of a text that is copied

QString cellText(float value, bool is_signed) {
    if (std::isnan(value))
        return {};
    return is_signed ? numberText(double(value)) : weightText(double(value));
}

QString fullCellText(float value) {
    return std::isnan(value) ? QString() : QString::number(double(value), 'g', 9);
}

/// A word that may stand in a cell of a tab-separated text.
QString plainCell(QString word) {
    for (const char16_t separator : {u'\t', u'\n', u'\r'})
        word.replace(QChar(separator), QLatin1Char(' '));
    return word;
}

} // namespace

MapTableModel::MapTableModel(MapTable table, QObject* parent)
    : QAbstractTableModel(parent)
    , table_(std::move(table))
    , tiles_(kCachedCells) {
    timer_.setSingleShot(true);
    connect(&timer_, &QTimer::timeout, this, &MapTableModel::load);
}

int MapTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(table_.row_words.size());
}
int MapTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(table_.column_words.size());
}

TokenRange MapTableModel::rowsOf(const TileKey& key) const {
    return {key.row * kTile, std::min((key.row + 1) * kTile, static_cast<std::size_t>(rowCount()))};
}
TokenRange MapTableModel::columnsOf(const TileKey& key) const {
    return {key.column * kTile, std::min((key.column + 1) * kTile, static_cast<std::size_t>(columnCount()))};
}

bool MapTableModel::masked(const QModelIndex& index) const {
    const TokenRange seen = table_.visible(static_cast<std::size_t>(index.row()));
    const auto column = static_cast<std::size_t>(index.column());
    return column < seen.begin || column >= seen.end;
}

std::optional<float> MapTableModel::value(const QModelIndex& index) const {
    const auto row = static_cast<std::size_t>(index.row()), column = static_cast<std::size_t>(index.column());
    const TileKey key{static_cast<std::uint32_t>(row / kTile), static_cast<std::uint32_t>(column / kTile)};
    if (const Tensor* const tile = tiles_.object(key))
        return tile->row(row % kTile)[column % kTile];
    if (std::find(wanted_.begin(), wanted_.end(), key) == wanted_.end()) {
        wanted_.push_back(key);
        if (wanted_.size() > kMostWanted)
            wanted_.erase(wanted_.begin());
        timer_.start(0);
    }
    return std::nullopt;
}

void MapTableModel::load() {
    if (runner_.running() || wanted_.empty())
        return; // what waits is loaded when the present tiles are there
    struct Request {
        TileKey key;
        TokenRange rows, columns;
    };
    std::vector<Request> requests;
    for (auto key = wanted_.rbegin(); key != wanted_.rend(); ++key)
        requests.push_back({*key, rowsOf(*key), columnsOf(*key)});
    wanted_.clear();
    runner_.start<Loaded>(
        [requests, tile = table_.tile](const RunControl& control) -> Result<Loaded> {
            Loaded loaded;
            for (const Request& request : requests) {
                if (control.stopRequested())
                    return cancelledError();
                loaded.tiles.emplace_back(request.key, tile(request.rows, request.columns));
            }
            return loaded;
        },
        [this](Result<Loaded> loaded) {
            if (loaded.ok())
                accept(std::move(loaded).value());
        });
}

void MapTableModel::accept(Loaded loaded) {
    for (auto& [key, tile] : loaded.tiles) {
        const auto cells = static_cast<qsizetype>(tile.size());
        const TokenRange rows = rowsOf(key), columns = columnsOf(key);
        tiles_.insert(key, new Tensor(std::move(tile)), cells);
        emit dataChanged(index(static_cast<int>(rows.begin), static_cast<int>(columns.begin)),
                         index(static_cast<int>(rows.end) - 1, static_cast<int>(columns.end) - 1));
    }
    if (!wanted_.empty())
        timer_.start(0);
}

QVariant MapTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole && role != Qt::AccessibleTextRole &&
        role != TableFullTextRole)
        return {};
    const bool hidden = masked(index);
    const std::optional<float> number = hidden ? std::nullopt : value(index);
    const QString full = hidden ? tr("masked") : number ? fullCellText(*number) : QString(QChar(0x2026));
    switch (role) {
    case Qt::DisplayRole:
        return hidden ? QString(QChar(0x2013)) : number ? cellText(*number, table_.is_signed) : full;
    case TableFullTextRole:
        return hidden ? QString() : full;
    default:
        return tr("“%1” looks at “%2”: %3")
            .arg(table_.row_words[index.row()], table_.column_words[index.column()], full);
    }
}

QVariant MapTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    const QStringList& words = orientation == Qt::Horizontal ? table_.column_words : table_.row_words;
    if (section < 0 || section >= words.size())
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return words[section];
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole:
        return tr("“%1”, %2 of %3").arg(words[section]).arg(section + 1).arg(words.size());
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter | Qt::AlignRight);
    default:
        return {};
    }
}

std::function<Result<QString>(const RunControl&)> MapTableModel::textJob(const TableBlock& block,
                                                                         bool with_words) const {
    return [table = table_, block, with_words](const RunControl& control) -> Result<QString> {
        QString text;
        if (with_words) {
            for (int column = block.first_column; column < block.end_column; ++column)
                text += QLatin1Char('\t') + plainCell(table.column_words[column]);
            text += QLatin1Char('\n');
        }
        const TokenRange columns{static_cast<std::size_t>(block.first_column),
                                 static_cast<std::size_t>(block.end_column)};
        const auto end = static_cast<std::size_t>(block.end_row);
        for (auto first = static_cast<std::size_t>(block.first_row); first < end; first += kRowsPerBand) {
            if (control.stopRequested())
                return cancelledError();
            const TokenRange rows{first, std::min(end, first + kRowsPerBand)};
            const Tensor values = table.tile(rows, columns);
            for (std::size_t row = rows.begin; row < rows.end; ++row) {
                const TokenRange seen = table.visible(row);
                QStringList cells;
                if (with_words)
                    cells.append(plainCell(table.row_words[static_cast<qsizetype>(row)]));
                for (std::size_t column = columns.begin; column < columns.end; ++column)
                    cells.append(column < seen.begin || column >= seen.end
                                     ? QString()
                                     : fullCellText(values.row(row - rows.begin)[column - columns.begin]));
                text += cells.join(QLatin1Char('\t')) + QLatin1Char('\n');
            }
        }
        text.chop(1);
        return text;
    };
}

} // namespace headlight::ui
