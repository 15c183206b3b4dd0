// Two columns of tokens with a line for each weight worth drawing; several heads in colours that stay apart.
#pragma once

#include "ui/heatmap/head_map.h"
#include "ui/jobs/job_runner.h"
#include "ui/lines/attention_lines.h"
#include "ui/lines/lines_layout.h"
#include "ui/selection/selection.h"

#include <QWidget>

namespace headlight::ui {

struct Theme;
struct LinesScene;

/// Hovering a word isolates its lines and shows their weights, a click pins it; the wheel scrolls, Ctrl +
/// wheel zooms, a double click or F shows all tokens at once. Lines are computed in a worker thread; the old
/// ones stay until then.
class LinesView : public QWidget {
    Q_OBJECT
public:
    /// `selection` must outlive the view.
    explicit LinesView(Selection* selection, QWidget* parent = nullptr);
    ~LinesView() override;

    [[nodiscard]] const LineRule& rule() const { return rule_; }
    [[nodiscard]] const LineSetPtr& lines() const { return set_; }
    [[nodiscard]] const LinesLayout& linesLayout() const { return layout_; }
    [[nodiscard]] bool pending() const { return runner_.running(); }
    [[nodiscard]] QSize sizeHint() const override { return {640, 640}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {200, 200}; }

public slots:
    /// `map.head` and, drawn with it, `others` of the same kind.
    void setHeads(const headlight::ui::HeadMap& map, const std::vector<headlight::HeadAddress>& others = {});
    void setRule(const headlight::ui::LineRule& rule);
    void setTheme(const headlight::ui::Theme& theme);
    void setEmptyText(const QString& text);
    /// Between all tokens in sight and readable rows.
    void toggleFit();

signals:
    void linesReady();

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void request();
    void accept(const LineSetPtr& set);
    void layOut();
    void isolate();
    void updateAccessibility();
    [[nodiscard]] TokenPair tokenAt(const QPointF& position) const;
    [[nodiscard]] LinesScene scene() const;
    void movePinned(std::ptrdiff_t steps, bool keys);

    Selection* selection_;
    const Theme* theme_;
    HeadMap map_;
    std::vector<HeadAddress> heads_;
    LineRule rule_;
    HeatmapFonts fonts_;
    LinesLayout layout_;
    bool whole_ = false; ///< all tokens in sight rather than readable rows
    QString empty_text_;
    LineSetPtr set_;
    std::vector<AttentionLine> isolated_lines_;
    QPointF press_;
    double press_scroll_ = 0.0;
    bool pressed_ = false;
    bool dragging_ = false;
    JobRunner runner_;
};

} // namespace headlight::ui
