#include "ui/steps/step_tables.h"

#include "core/checkpoint/safetensors.h"
#include "core/trace/write_numbers.h"
#include "ui/steps/step_texts.h"
#include "ui/table/list_table_model.h"

#include <nlohmann/json.hpp>

#include <QCoreApplication>

#include <algorithm>

namespace headlight::ui {
namespace {

QString tr(const char* source) {
    return QCoreApplication::translate("headlight::ui::StepTables", source);
}

QString axisName(const StepWords& words, StepAxis axis) {
    switch (axis) {
    case StepAxis::Queries:
        return words.queries_name.isEmpty() ? tr("queries") : tr("queries (%1)").arg(words.queries_name);
    case StepAxis::Keys:
        return words.keys_name.isEmpty() ? tr("keys") : tr("keys (%1)").arg(words.keys_name);
    case StepAxis::HeadDimensions:
        return tr("dimensions of the head");
    case StepAxis::ModelDimensions:
        return tr("dimensions of the model");
    case StepAxis::InnerDimensions:
        return tr("inner dimensions of the feed-forward layer");
    case StepAxis::AllHeadDimensions:
        return tr("dimensions of all heads");
    }
    return {};
}

QString shapeOf(const StepMatrix& matrix) {
    return QStringLiteral("[%1, %2]").arg(matrix.values->dimension(0)).arg(matrix.values->dimension(1));
}

/// Every matrix and what it is to the step, in the order of the picture.
struct StepPart {
    const StepMatrix* matrix;
    std::string part; ///< "operand.0"
};

std::vector<StepPart> partsOf(const Step& step) {
    std::vector<StepPart> parts;
    for (std::size_t i = 0; i < step.operands.size(); ++i)
        parts.push_back({&step.operands[i], "operand." + std::to_string(i)});
    for (std::size_t i = 0; i < step.results.size(); ++i)
        parts.push_back({&step.results[i], "result." + std::to_string(i)});
    return parts;
}

/// A line a cell of all matrices.
ListTable cellsOf(const Step& step, const StepWords& words) {
    struct Cells {
        Step step;
        StepWords words;
        std::vector<std::size_t> ends; // cells up to and with each matrix
    };
    const auto cells = std::make_shared<Cells>(Cells{step, words, {}});
    std::size_t n_cells = 0;
    for (const StepPart& part : partsOf(cells->step))
        cells->ends.push_back(n_cells += part.matrix->values->size());
    ListTable table;
    table.n_rows = n_cells;
    for (const char* name : {"matrix", "part", "row", "column", "row_name", "column_name", "value"})
        table.columns.push_back({QString::fromLatin1(name)});
    table.value = [cells, parts = partsOf(cells->step)](std::size_t line, std::size_t column) -> QVariant {
        const auto at =
            static_cast<std::size_t>(std::ranges::upper_bound(cells->ends, line) - cells->ends.begin());
        const StepMatrix& matrix = *parts[at].matrix;
        const std::size_t cell = line - (at == 0 ? 0 : cells->ends[at - 1]);
        const std::size_t width = matrix.values->dimension(1);
        switch (column) {
        case 0:
            return QString::fromStdString(matrix.symbol);
        case 1:
            return QString::fromStdString(parts[at].part);
        case 2:
            return static_cast<qulonglong>(cell / width);
        case 3:
            return static_cast<qulonglong>(cell % width);
        case 4:
            return axisWord(cells->words, matrix.rows, cell / width);
        case 5:
            return axisWord(cells->words, matrix.columns, cell % width);
        default:
            return matrix.values->span()[cell];
        }
    };
    return table;
}

Result<void> writeResults(const Step& step, const std::filesystem::path& path) {
    const Tensor& first = *step.results.front().values;
    if (step.results.size() == 1)
        return writeNpy(path, first);
    Tensor all(Shape{step.results.size(), first.dimension(0), first.dimension(1)});
    float* next = all.data();
    for (const StepMatrix& result : step.results) {
        if (result.values->shape() != first.shape())
            return makeError(ErrorKind::Usage,
                             "the results of this step have different shapes and an NPY file holds one array")
                .inFile(path.string())
                .nextStep("choose .safetensors or .csv, which hold all of them");
        next = std::ranges::copy(result.values->span(), next).out;
    }
    return writeNpy(path, all);
}

std::vector<std::string> plain(const QStringList& words) {
    std::vector<std::string> all;
    for (const QString& word : words)
        all.push_back(word.toStdString());
    return all;
}

} // namespace

QString axisWord(const StepWords& words, StepAxis axis, std::size_t index) {
    const auto at = static_cast<qsizetype>(index);
    if (axis == StepAxis::Queries && at < words.queries.size())
        return words.queries[at];
    if (axis == StepAxis::Keys && at < words.keys.size())
        return words.keys[at];
    return QString::number(index + 1);
}

ListTable matrixTable(const StepMatrix& matrix, const StepWords& words) {
    ListTable table;
    table.n_rows = matrix.values->dimension(0);
    const bool weights = matrix.values_are == StepValues::Weights;
    for (std::size_t column = 0; column < matrix.values->dimension(1); ++column)
        table.columns.push_back({axisWord(words, matrix.columns, column),
                                 {},
                                 weights ? ListColumn::Kind::Weight : ListColumn::Kind::Number});
    table.value = [values = matrix.values](std::size_t row, std::size_t column) -> QVariant {
        return values->row(row)[column];
    };
    table.row_name = [words, axis = matrix.rows](std::size_t row) { return axisWord(words, axis, row); };
    table.sentence = [matrix, words](std::size_t row, std::size_t column) {
        const float value = matrix.values->row(row)[column];
        const bool pair = matrix.rows == StepAxis::Queries && matrix.columns == StepAxis::Keys;
        return QStringLiteral("%1 · %2 %3 %4: %5")
            .arg(QString::fromStdString(matrix.symbol), axisText(words, matrix.rows, row),
                 pair ? QStringLiteral("→") : QStringLiteral("·"), axisText(words, matrix.columns, column),
                 value == kMaskedScore ? tr("masked") : QString::number(double(value), 'g', 9));
    };
    return table;
}

PictureTables tablesOfStep(const StepPicture& picture, const QString& title) {
    PictureTables tables;
    for (std::size_t i = 0; i < picture.nMatrices(); ++i) {
        const StepMatrix& matrix = picture.matrix(i);
        const bool result = i >= picture.step().operands.size();
        const QString symbol = QString::fromStdString(matrix.symbol);
        const QString about =
            tr("Rows: %1, columns: %2")
                .arg(axisName(picture.words, matrix.rows), axisName(picture.words, matrix.columns));
        PictureTable table =
            matrixPicture(matrixTable(matrix, picture.words), title + QStringLiteral(" · ") + symbol,
                          about + QStringLiteral(" · ") + matrixExplanation(matrix));
        if (!table.model)
            continue;
        table.name = (result ? tr("result: %1 %2") : tr("operand: %1 %2")).arg(symbol, shapeOf(matrix));
        if (i == picture.step().operands.size())
            tables.first = tables.all.size();
        tables.all.push_back(std::move(table));
    }
    return tables;
}

Result<void> writeStepNumbers(const Step& step, const StepWords& words,
                              const std::map<std::string, std::string>& metadata, FigureFormat format,
                              const std::filesystem::path& path, const RunControl& control) {
    if (format == FigureFormat::Csv)
        return writeListCsv(cellsOf(step, words), path, control);
    if (format == FigureFormat::Npy)
        return writeResults(step, path);
    std::vector<SafetensorsItem> items;
    std::map<std::string, std::string> about = metadata;
    for (const StepPart& part : partsOf(step)) {
        items.push_back({part.part, part.matrix->values->shape(), part.matrix->values->span()});
        about[part.part] = part.matrix->symbol;
    }
    about["query_tokens"] = nlohmann::json(plain(words.queries)).dump();
    about["key_tokens"] = nlohmann::json(plain(words.keys)).dump();
    return writeSafetensors(path, items, about);
}

} // namespace headlight::ui
