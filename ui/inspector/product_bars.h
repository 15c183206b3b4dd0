// Where a dot product comes from: one bar for each dimension's q_i k_i, up for positive, down for negative.
#pragma once

#include <QWidget>

#include <vector>

namespace headlight::ui {

class ProductBars : public QWidget {
    Q_OBJECT
public:
    explicit ProductBars(QWidget* parent = nullptr);

    /// Both [head_dim].
    void setOperands(std::vector<float> query, std::vector<float> key);
    [[nodiscard]] QSize sizeHint() const override { return {240, 64}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {80, 64}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] double product(std::size_t dimension) const;

    std::vector<float> query_;
    std::vector<float> key_;
};

} // namespace headlight::ui
