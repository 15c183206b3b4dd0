#include "ui/overview/heads_csv.h"

#include <QStringList>

namespace headlight::ui {

namespace {

constexpr int kDigits = 9; // a measure comes from F32 weights

QString keyText(std::string_view key) { return QString::fromUtf8(key.data(), static_cast<qsizetype>(key.size())); }

} // namespace

QString headsCsv(const HeadTable& table, const std::vector<HeadAddress>& heads) {
    const QString line_end = QStringLiteral("\r\n");
    QStringList cells{QStringLiteral("layer"), QStringLiteral("head"), QStringLiteral("role")};
    for (const HeadMeasure measure : measuresOf(table.kind))
        cells << keyText(measureInfo(measure).key);
    QString text = cells.join(QLatin1Char(',')) + line_end;
    for (const HeadAddress& head : heads) {
        const auto role = table.role(head);
        cells = {QString::number(head.layer.value), QString::number(head.head.value),
                 role && *role != HeadRole::None ? keyText(roleInfo(*role).key) : QString()};
        for (const HeadMeasure measure : measuresOf(table.kind)) {
            const auto value = table.value(head, measure);
            cells << (value ? QString::number(*value, 'g', kDigits) : QString());
        }
        text += cells.join(QLatin1Char(',')) + line_end;
    }
    return text;
}

} // namespace headlight::ui
