#include "ui/table/list_table.h"

#include "core/base/atomic_file.h"
#include "ui/theme/figures.h"

#include <QLocale>
#include <QMetaType>

#include <charconv>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr std::size_t kRowsPerWrite = 256;

bool isNumber(const QVariant& value) {
    return value.metaType() == QMetaType::fromType<float>() ||
           value.metaType() == QMetaType::fromType<double>();
}

QString shortest(const QVariant& value) {
    char digits[64];
    const auto end = value.metaType() == QMetaType::fromType<float>()
                         ? std::to_chars(digits, digits + sizeof digits, value.toFloat())
                         : std::to_chars(digits, digits + sizeof digits, value.toDouble());
    return QString::fromLatin1(digits, end.ptr - digits);
}

/// Quoted when it must be, quotes doubled.
QString csvField(QString field) {
    const bool quoted = field.contains(QLatin1Char(',')) || field.contains(QLatin1Char('"')) ||
                        field.contains(QLatin1Char('\n')) || field.contains(QLatin1Char('\r')) ||
                        field.contains(QLatin1Char(' '));
    if (!quoted)
        return field;
    return QLatin1Char('"') + field.replace(QLatin1Char('"'), QStringLiteral("\"\"")) + QLatin1Char('"');
}

QString headingLine(const ListTable& table) {
    QStringList names;
    if (table.row_name)
        names << QString();
    for (const ListColumn& column : table.columns)
        names << csvField(column.name);
    return names.join(QLatin1Char(',')) + QStringLiteral("\r\n");
}

} // namespace

QString cellText(const ListTable& table, std::size_t row, std::size_t column) {
    if (table.shown)
        if (const QString text = table.shown(row, column); !text.isNull())
            return text;
    const QVariant value = table.value(row, column);
    if (!isNumber(value))
        return table.columns[column].kind == ListColumn::Kind::Count && value.isValid() ? QLocale().toString(value.toULongLong())
                                                                                        : value.toString();
    const double number = value.toDouble();
    if (std::isnan(number))
        return {};
    if (std::isinf(number))
        return number < 0 ? QStringLiteral("–") : QStringLiteral("∞");
    const ListColumn& about = table.columns[column];
    return about.kind == ListColumn::Kind::Weight ? weightText(number, about.digits) : numberText(number);
}

QString fullCellText(const ListTable& table, std::size_t row, std::size_t column) {
    const QVariant value = table.value(row, column);
    if (!isNumber(value))
        return value.toString();
    const double number = value.toDouble();
    return std::isnan(number) ? QString() : shortest(value);
}

Result<void> writeListCsv(const ListTable& table, const std::filesystem::path& path,
                          const RunControl& control) {
    HEADLIGHT_ASSIGN(AtomicFile file, AtomicFile::create(path));
    QString text = headingLine(table);
    for (std::size_t row = 0; row < table.n_rows; ++row) {
        QStringList cells;
        if (table.row_name)
            cells << csvField(table.row_name(row));
        for (std::size_t column = 0; column < table.columns.size(); ++column)
            cells << csvField(fullCellText(table, row, column));
        text += cells.join(QLatin1Char(',')) + QStringLiteral("\r\n");
        if ((row + 1) % kRowsPerWrite != 0)
            continue;
        if (control.stopRequested())
            return cancelledError();
        control.report(double(row) / double(table.n_rows), "writing rows");
        HEADLIGHT_CHECK(file.write(text.toStdString()));
        text.clear();
    }
    HEADLIGHT_CHECK(file.write(text.toStdString()));
    return file.commit();
}

} // namespace headlight::ui
