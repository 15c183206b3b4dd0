// "This head": what it does on this text in a few numbers, each explained.
#pragma once

#include "core/analysis/head_table.h"
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
    void display(const DescribedHead& described, const HeadAddress& head, const SnapshotPtr& snapshot);

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
/// A sentence about what stands out, or that nothing does.
[[nodiscard]] QString roleRemark(HeadRole role);

} // namespace headlight::ui
