#include "ui/inspector/head_measures_view.h"

#include "core/analysis/measure_input.h"
#include "ui/inspector/bar_list.h"
#include "ui/theme/figures.h"

#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

namespace headlight::ui {

namespace {

QString utf8(std::string_view text) { return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())); }

/// A row named and explained by the table of measures, with another name where this head's kind has a better one.
BarRow measureRow(const HeadMeasures& measures, HeadMeasure measure, double fraction, const QString& name = {}) {
    BarRow row;
    const MeasureInfo& info = measureInfo(measure);
    row.label = name.isEmpty() ? utf8(info.name) : name;
    row.number = QString::number(valueOf(measures, measure).value_or(0.0), 'f', 2);
    row.fraction = fraction;
    row.strong = false;
    row.tool_tip = utf8(info.explanation);
    return row;
}

BarRow shareRow(const HeadMeasures& measures, HeadMeasure measure, const QString& name = {}) {
    return measureRow(measures, measure, valueOf(measures, measure).value_or(0.0), name);
}

/// The special token keys most likely rest on: the last one marked.
QString specialName(const AxisTokens& keys) {
    for (std::size_t i = keys.special.size(); i-- > 0;) {
        if (keys.special[i])
            return keys.words[static_cast<qsizetype>(i)];
    }
    return {};
}

} // namespace

HeadMeasuresView::HeadMeasuresView(Document* document, Selection* selection, QWidget* parent)
    : QWidget(parent)
    , document_(document)
    , selection_(selection) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    title_ = new QLabel(tr("This head"));
    title_->setProperty("role", "section");
    list_ = new BarList(BarInk::Neutral);
    list_->setAccessibleName(tr("Measures of this head"));
    remark_ = new QLabel;
    remark_->setProperty("role", "caption");
    remark_->setWordWrap(true);
    layout->addWidget(title_);
    layout->addWidget(list_);
    layout->addWidget(remark_);
    connect(document_, &Document::snapshotChanged, this, &HeadMeasuresView::refresh);
    connect(selection_, &Selection::headChanged, this, &HeadMeasuresView::refresh);
    refresh();
}

void HeadMeasuresView::refresh() {
    const SnapshotPtr snapshot = document_->snapshot();
    const HeadAddress head = selection_->head();
    if (!snapshot || !snapshot->trace().check(head).ok()) {
        runner_.cancel();
        list_->setRows({});
        remark_->setText(tr("How this head spreads its attention: entropy, distance, weight on special tokens. "
                            "Appears when a text has run."));
        return;
    }
    runner_.start<DescribedHead>(
        [snapshot, head](const RunControl& control) {
            return describeHead(snapshot->trace(), head, measureInputOf(snapshot->run.input, head.kind), control);
        },
        [this, snapshot, head](Result<DescribedHead> result) {
            if (result.ok())
                display(result.value(), head, snapshot);
        });
}

void HeadMeasuresView::display(const DescribedHead& described, const HeadAddress& head, const SnapshotPtr& snapshot) {
    const AxisTokens& keys = snapshot->keys(head.kind);
    list_->setRows(measureRows(described.measures, head.kind, static_cast<std::size_t>(keys.words.size()), specialName(keys)));
    remark_->setText(roleRemark(described.role));
}

std::vector<BarRow> measureRows(const HeadMeasures& measures, AttentionKind kind, std::size_t n_keys,
                                const QString& special_name) {
    const double longest = std::max(1.0, static_cast<double>(n_keys) / 2);
    std::vector<BarRow> rows;
    rows.push_back(measureRow(measures, HeadMeasure::Entropy, measures.normalised_entropy));
    if (kind == AttentionKind::Cross) {
        rows.push_back(shareRow(measures, HeadMeasure::Sharpness, QStringLiteral("alignment")));
    } else {
        rows.push_back(measureRow(measures, HeadMeasure::Distance, measures.distance / longest));
        rows.push_back(shareRow(measures, HeadMeasure::Diagonal));
        rows.push_back(shareRow(measures, HeadMeasure::PreviousToken));
        if (measures.induction)
            rows.push_back(shareRow(measures, HeadMeasure::Induction));
    }
    rows.push_back(shareRow(measures, HeadMeasure::FirstToken));
    if (!special_name.isEmpty())
        rows.push_back(shareRow(measures, HeadMeasure::SpecialTokens, QStringLiteral("on ") + special_name));
    if (kind != AttentionKind::Cross)
        rows.push_back(shareRow(measures, HeadMeasure::Sharpness));
    return rows;
}

QString roleRemark(HeadRole role) {
    if (role == HeadRole::None)
        return utf8(roleInfo(role).explanation);
    const QString name = utf8(roleInfo(role).name);
    return QStringLiteral("%1: %2").arg(name.left(1).toUpper() + name.mid(1), utf8(roleInfo(role).explanation));
}

} // namespace headlight::ui
