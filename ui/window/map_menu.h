// What of the weights is shown: several heads as one, words, hidden keys, pooling, threshold. One calm menu.
#pragma once

#include "core/maps/map_recipe.h"

#include <QJsonObject>
#include <QMenu>

#include <functional>
#include <utility>
#include <vector>

class QLabel;
class QSlider;

namespace headlight::ui {

/// Everything the menu chooses.
struct MapChoice {
    MapRecipe recipe;
    Pooling pooling = Pooling::Maximum;
    float threshold = 0.0f; ///< 0: none
    bool profiles = true;   ///< bars of row and column beside the map
    bool operator==(const MapChoice&) const = default;
    /// Whether weights are shown as they are: pooling and bars hide nothing and change nothing.
    [[nodiscard]] bool plain() const { return recipe.plain() && threshold <= 0.0f; }
};

/// For session files, under keys that are never translated.
[[nodiscard]] QJsonObject toJson(const MapChoice& choice);
/// What `json` does not know or says wrongly stays as it is in `choice`.
[[nodiscard]] MapChoice fromJson(const QJsonObject& json, MapChoice choice);

class MapMenu : public QMenu {
    Q_OBJECT
public:
    explicit MapMenu(QWidget* parent = nullptr);

    [[nodiscard]] const MapChoice& choice() const { return choice_; }
    void setChoice(const MapChoice& choice); ///< without a signal
    /// How many heads are chosen together: of one there is no mean.
    void setHeadCount(std::size_t n_heads);

signals:
    /// A person chose something else.
    void chosen(const headlight::ui::MapChoice& choice);

private:
    using Change = std::function<void(MapChoice&)>;
    QAction* addChoice(QMenu* menu, const QString& text, const QString& tip, std::function<bool()> checked,
                       Change change);
    void addHeads();
    void addKeys();
    void addThreshold();
    void change(const Change& change);
    void refresh();

    MapChoice choice_;
    std::size_t n_heads_ = 1;
    std::vector<std::pair<QAction*, std::function<bool()>>> checks_;
    QAction* heads_title_ = nullptr;
    QAction* renormalise_ = nullptr;
    QAction* reset_ = nullptr;
    QLabel* threshold_text_ = nullptr;
    QSlider* threshold_ = nullptr;
};

} // namespace headlight::ui
