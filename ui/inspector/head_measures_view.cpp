#include "ui/inspector/head_measures_view.h"

#include "core/analysis/measure_input.h"
#include "ui/inspector/bar_list.h"
#include "ui/theme/figures.h"

#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

namespace headlight::ui {

namespace {

BarRow measureRow(const QString& label, double value, double fraction, const QString& tool_tip) {
    BarRow row;
    row.label = label;
    row.number = QString::number(value, 'f', 2);
    row.fraction = fraction;
    row.strong = false;
    row.tool_tip = tool_tip;
    return row;
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
    runner_.start<HeadMeasures>(
        [snapshot, head](const RunControl& control) {
            return measureHead(snapshot->trace(), head, measureInputOf(snapshot->run.input, head.kind), control);
        },
        [this, snapshot, head](Result<HeadMeasures> result) {
            if (result.ok())
                display(result.value(), head, snapshot);
        });
}

void HeadMeasuresView::display(const HeadMeasures& measures, const HeadAddress& head, const SnapshotPtr& snapshot) {
    const AxisTokens& keys = snapshot->keys(head.kind);
    list_->setRows(measureRows(measures, head.kind, static_cast<std::size_t>(keys.words.size()), specialName(keys)));
    remark_->setText(measureRemark(measures, head.kind));
}

std::vector<BarRow> measureRows(const HeadMeasures& measures, AttentionKind kind, std::size_t n_keys,
                                const QString& special_name) {
    const double longest = std::max(1.0, static_cast<double>(n_keys) / 2);
    std::vector<BarRow> rows;
    rows.push_back(measureRow(QStringLiteral("entropy"), measures.entropy, measures.normalised_entropy,
                              QStringLiteral("Entropy = −Σ w ln w of a row, in nats, mean over all rows: 0 looks at one token; "
                                             "the bar is full when a row is spread evenly.")));
    if (kind == AttentionKind::Cross) {
        rows.push_back(measureRow(QStringLiteral("alignment"), measures.sharpness, measures.sharpness,
                                  QStringLiteral("Alignment = the largest weight of a row, mean over all rows: 1 when every "
                                                 "step looks at exactly one word.")));
    } else {
        rows.push_back(measureRow(QStringLiteral("distance"), measures.distance, measures.distance / longest,
                                  QStringLiteral("Distance = Σ w |i − j|, in tokens, mean over all rows: how far away the "
                                                 "tokens are that this head looks at.")));
        rows.push_back(measureRow(QStringLiteral("on itself"), measures.diagonal, measures.diagonal,
                                  QStringLiteral("Weight on the token's own position, mean over all rows.")));
        rows.push_back(measureRow(QStringLiteral("on previous"), measures.previous_token, measures.previous_token,
                                  QStringLiteral("Weight on the token one position before, mean over all rows that have one.")));
    }
    rows.push_back(measureRow(QStringLiteral("on first"), measures.first_token, measures.first_token,
                              QStringLiteral("Weight on the first token, mean over all rows: where many heads rest when they "
                                             "find nothing.")));
    if (!special_name.isEmpty())
        rows.push_back(measureRow(QStringLiteral("on ") + special_name, measures.special_tokens, measures.special_tokens,
                                  QStringLiteral("Weight on special tokens, which the text itself does not contain, mean over "
                                                 "all rows.")));
    if (kind != AttentionKind::Cross)
        rows.push_back(measureRow(QStringLiteral("row maximum"), measures.sharpness, measures.sharpness,
                                  QStringLiteral("The largest weight of a row, mean over all rows: how clear-cut the head is.")));
    return rows;
}

QString measureRemark(const HeadMeasures& measures, AttentionKind kind) {
    if (measures.special_tokens > 0.5)
        return QStringLiteral("Rests on special tokens: it finds little to look at in this text.");
    if (kind == AttentionKind::Cross)
        return measures.sharpness > 0.6 ? QStringLiteral("Aligns: each step looks at one source word.")
                                        : QString();
    if (measures.previous_token > 0.5)
        return QStringLiteral("Looks at the token before.");
    if (measures.diagonal > 0.5)
        return QStringLiteral("Looks at the token itself.");
    if (measures.first_token > 0.5)
        return QStringLiteral("Rests on the first token: it finds little to look at in this text.");
    if (measures.normalised_entropy > 0.85)
        return QStringLiteral("Spreads evenly over all tokens.");
    return {};
}

} // namespace headlight::ui
