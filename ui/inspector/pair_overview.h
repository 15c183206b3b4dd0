// A pair at a glance: the formulas of score and weight, query, key and their products element by element, the
// value and what it contributes. Every number opens.
#pragma once

#include "ui/inspector/pair_numbers.h"
#include "ui/inspector/provenance_source.h"

#include <QFrame>

class QLabel;

namespace headlight::ui {

class ElementStripsView;
class FormulaView;

class PairOverview : public QFrame {
    Q_OBJECT
public:
    explicit PairOverview(QWidget* parent = nullptr);

    /// `key_word` names the value's token.
    void showPair(const PairNumbers& numbers, const QString& key_word);
    /// What double precision says about the pair shown; another pair's is left alone.
    void showCheck(const PairCheck& check);

    [[nodiscard]] FormulaView* formulas() const { return formulas_; }
    [[nodiscard]] FormulaView* contribution() const { return contribution_; }
    [[nodiscard]] ElementStripsView* products() const { return products_; }
    [[nodiscard]] ElementStripsView* value() const { return value_; }
    [[nodiscard]] QLabel* checkLabel() const { return check_label_; }

signals:
    void stepChosen(const headlight::NodeId& id);

private:
    void build();
    void readProduct(std::optional<std::size_t> element);
    void readValue(std::optional<std::size_t> element);

    PairNumbers numbers_;
    QString key_word_;
    FormulaView* formulas_ = nullptr;
    ElementStripsView* products_ = nullptr;
    QLabel* product_caption_ = nullptr;
    ElementStripsView* value_ = nullptr;
    QLabel* value_caption_ = nullptr;
    FormulaView* contribution_ = nullptr;
    QLabel* check_label_ = nullptr;
};

} // namespace headlight::ui
