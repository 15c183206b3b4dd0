// What a comparison's B is: its text, its model, and where models differ its head.
#pragma once

#include "core/trace/trace.h"

#include <QWidget>

class QLineEdit;
class QSpinBox;

namespace headlight::ui {

class ChipButton;
class ModelMenu;

class CompareBar : public QWidget {
    Q_OBJECT
public:
    explicit CompareBar(QWidget* parent = nullptr);

    [[nodiscard]] QLineEdit* textEdit() const { return text_; }
    [[nodiscard]] LayerIndex layer() const;
    [[nodiscard]] HeadIndex head() const;
    /// Layer and head of B, from 1; one that B turns out not to have becomes its last.
    void setHead(int layer, int head);
    /// What B has to choose from.
    void setHeads(std::size_t n_layers, std::size_t n_heads);
    /// Which model reads B, in words; `another`: not A's, so its head is chosen here.
    void showModel(const QString& name, const QString& detail, bool another);

signals:
    /// The text or the head was changed.
    void changed();
    /// A bundled name, a hub id or a folder.
    void modelChosen(const QString& reference);

private:
    void buildModel();
    void buildHead();

    QLineEdit* text_ = nullptr;
    ChipButton* model_ = nullptr;
    ModelMenu* models_ = nullptr;
    QWidget* head_row_ = nullptr;
    QSpinBox* layer_ = nullptr;
    QSpinBox* head_ = nullptr;
};

} // namespace headlight::ui
