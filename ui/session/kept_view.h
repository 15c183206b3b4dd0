// What a session kept of its run, shown where its model is gone: texts, tokens, one head's weights, predictions.
#pragma once

#include "core/base/result.h"
#include "ui/selection/selection.h"
#include "ui/session/session_state.h"

#include <QFrame>

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace headlight::ui {

class HeatmapView;
class TokenRow;
struct Theme;

class KeptView : public QFrame {
    Q_OBJECT
public:
    explicit KeptView(QWidget* parent = nullptr);
    ~KeptView() override;

    /// `error`: why its model is not there.
    void showSession(const session::Session& session, const Error& error);
    [[nodiscard]] QString bannerText() const;
    [[nodiscard]] HeatmapView* heatmap() const { return heatmap_; }
    [[nodiscard]] TokenRow* sourceRow() const { return source_row_; }
    [[nodiscard]] QPushButton* findButton() const { return find_button_; }

public slots:
    void setTheme(const headlight::ui::Theme& theme);

signals:
    void findModelRequested();

private:
    [[nodiscard]] QFrame* buildBanner();
    [[nodiscard]] QWidget* buildSide();
    void showTokens(const session::KeptRun& run);
    void showHead(const session::Session& session);
    void showPredictions(const session::KeptRun& run);

    Selection selection_; ///< of this view alone
    QLabel* title_ = nullptr;
    QLabel* reason_ = nullptr;
    QPushButton* find_button_ = nullptr;
    QLabel* source_label_ = nullptr;
    QLabel* target_label_ = nullptr;
    TokenRow* source_row_ = nullptr;
    TokenRow* target_row_ = nullptr;
    QLabel* head_label_ = nullptr;
    HeatmapView* heatmap_ = nullptr;
    QWidget* predictions_ = nullptr;
    QVBoxLayout* predictions_layout_ = nullptr;
};

} // namespace headlight::ui
