// "This head": what it does on this text in a few numbers, each explained.
#pragma once

#include "core/analysis/head_measures.h"
#include "ui/document/document.h"
#include "ui/jobs/job_runner.h"
#include "ui/selection/selection.h"

#include <QWidget>

class QLabel;

namespace headlight::ui {

class BarList;
struct BarRow;

class HeadMeasuresView : public QWidget {
    Q_OBJECT
public:
    /// Both must outlive the view.
    HeadMeasuresView(Document* document, Selection* selection, QWidget* parent = nullptr);

    [[nodiscard]] BarList* list() const { return list_; }

private:
    void refresh();
    void display(const HeadMeasures& measures, const HeadAddress& head, const SnapshotPtr& snapshot);

    Document* document_;
    Selection* selection_;
    JobRunner runner_;
    QLabel* title_ = nullptr;
    BarList* list_ = nullptr;
    QLabel* remark_ = nullptr;
};

/// The rows for one head; `n_keys` scales the distance's bar, `special_name` is the special token to name ("</s>").
[[nodiscard]] std::vector<BarRow> measureRows(const HeadMeasures& measures, AttentionKind kind, std::size_t n_keys,
                                              const QString& special_name);
/// A sentence about what stands out, empty when nothing does.
[[nodiscard]] QString measureRemark(const HeadMeasures& measures, AttentionKind kind);

} // namespace headlight::ui
