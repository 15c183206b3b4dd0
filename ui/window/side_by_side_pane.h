// Encoder, decoder and cross attention of the same layer and head number at once, for models that translate.
#pragma once

#include "ui/document/document.h"
#include "ui/export/figure_subject.h"
#include "ui/heatmap/heatmap_settings.h"
#include "ui/table/picture_table.h"
#include "ui/window/linked_selection.h"

#include <QWidget>

#include <array>
#include <optional>
#include <utility>

class QGridLayout;
class QLabel;

namespace headlight::ui {

class HeatmapView;
struct Theme;

/// Hovering a cell in one shows its tokens in the others; clicking one makes it the window's head and pair.
class SideBySidePane : public QWidget {
    Q_OBJECT
public:
    /// Both must outlive the pane.
    SideBySidePane(Document* document, Selection* selection, QWidget* parent = nullptr);

    [[nodiscard]] HeatmapView* view(AttentionKind kind) const { return parts_[static_cast<std::size_t>(kind)].view; }
    /// The head and the cell under the mouse, or the chosen one, of one of the maps; nothing while that is empty.
    [[nodiscard]] std::optional<std::pair<HeadAddress, TokenPair>> cellOf(AttentionKind kind) const;
    /// Each map as a table, that of the window's own attention first; a cell chosen there becomes the window's head and pair.
    [[nodiscard]] PictureTables tables() const;
    /// What Export offers of the present picture; empty while there is none.
    [[nodiscard]] std::vector<FigureSubject> figures() const;

public slots:
    /// All of each map at once.
    void fit();
    void setSettings(const headlight::ui::HeatmapSettings& settings);
    void setTheme(const headlight::ui::Theme& theme);

protected:
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Part {
        AttentionKind kind = AttentionKind::EncoderSelf;
        Selection* selection = nullptr; ///< of this part alone, kept in step by the pane
        HeatmapView* view = nullptr;
    };
    void arrange();
    void follow();
    void followKind();
    void followTokens();
    void partChanged(const Part& part);
    [[nodiscard]] HeadAddress headOf(AttentionKind kind) const;

    Document* document_;
    Selection* selection_;
    HeatmapSettings settings_;
    std::array<Part, 3> parts_;
    QLabel* note_ = nullptr;
    QGridLayout* grid_ = nullptr;
    bool in_step_ = false; ///< selections are being brought into step
};

} // namespace headlight::ui
