#include "ui/overview/heads_list.h"

#include "ui/heads/head_overview.h"

#include <QCoreApplication>

#include <memory>

namespace headlight::ui {
namespace {

QString tr(const char* source) {
    return QCoreApplication::translate("headlight::ui::HeadsList", source);
}

constexpr std::size_t kFirstMeasure = 3;

} // namespace

ListTable headsList(const HeadTable& table, const std::vector<HeadAddress>& heads) {
    const auto numbers = std::make_shared<const HeadTable>(table);
    const auto measures = measuresOf(table.kind);
    ListTable list;
    list.n_rows = heads.size();
    list.columns = {{tr("layer"), tr("From 1"), ListColumn::Kind::Whole},
                    {tr("head"), tr("From 1"), ListColumn::Kind::Whole},
                    {tr("role"), tr("What stands out about this head on this text; most heads have none.")}};
    for (const HeadMeasure measure : measures)
        list.columns.push_back({measureName(measure), measureExplained(measure), ListColumn::Kind::Number});
    list.value = [numbers, heads, measures](std::size_t row, std::size_t column) -> QVariant {
        const HeadAddress& head = heads[row];
        if (column == 0)
            return static_cast<qulonglong>(head.layer.value + 1);
        if (column == 1)
            return static_cast<qulonglong>(head.head.value + 1);
        if (column == 2) {
            const auto role = numbers->role(head);
            return role && *role != HeadRole::None ? QVariant(roleName(*role)) : QVariant();
        }
        const auto value = numbers->value(head, measures[column - kFirstMeasure]);
        return value ? QVariant(*value) : QVariant();
    };
    list.shown = [numbers, heads, measures](std::size_t row, std::size_t column) -> QString {
        if (column < kFirstMeasure)
            return {};
        const HeadMeasure measure = measures[column - kFirstMeasure];
        return numbers->role(heads[row]) ? measureText(measure, numbers->value(heads[row], measure))
                                         : QStringLiteral("…");
    };
    return list;
}

} // namespace headlight::ui
