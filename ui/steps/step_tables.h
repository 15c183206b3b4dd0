// The matrices of a step as tables and as files of numbers.
#pragma once

#include "ui/export/figure_look.h"
#include "ui/steps/step_picture.h"
#include "ui/table/list_table.h"
#include "ui/table/picture_table.h"

#include <filesystem>
#include <map>
#include <string>

namespace headlight::ui {

/// What stands along a matrix's rows (or columns): words of tokens, or dimensions numbered from 1.
[[nodiscard]] QString axisWord(const StepWords& words, StepAxis axis, std::size_t index);
/// One matrix with what stands along its sides.
[[nodiscard]] ListTable matrixTable(const StepMatrix& matrix, const StepWords& words);
/// Operands, then results; a result is shown first. `title` names head and step.
[[nodiscard]] PictureTables tablesOfStep(const StepPicture& picture, const QString& title);

/// Every matrix of the step. CSV: a line a cell ("matrix,part,row,column,row_name,column_name,value"), rows and columns from 0.
/// Safetensors: tensors "operand.0", "result.0", ..., their symbols in `__metadata__` beside `metadata`. NPY
/// holds one array: the result [rows, columns], or query, key and value [3, rows, columns]. Errors: results
/// of unlike shapes as NPY, what the file system says, cancelled.
[[nodiscard]] Result<void> writeStepNumbers(const Step& step, const StepWords& words,
                                            const std::map<std::string, std::string>& metadata,
                                            FigureFormat format, const std::filesystem::path& path,
                                            const RunControl& control = {});

} // namespace headlight::ui
