#include "ui/window/compare_bar.h"

#include "ui/window/chip_button.h"
#include "ui/window/model_menu.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>

#include <algorithm>

namespace headlight::ui {
namespace {

constexpr int kMostHeads = 1 << 16; // what a session may ask for before B has run

} // namespace

CompareBar::CompareBar(QWidget* parent)
    : QWidget(parent) {
    auto* const layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* const name = new QLabel(tr("B"));
    name->setProperty("role", "title");
    name->setToolTip(tr("What A, the window's own text and model, is compared with."));
    text_ = new QLineEdit;
    text_->setPlaceholderText(tr("Another sentence to compare with; empty: the same text"));
    text_->setAccessibleName(tr("Text of B"));
    text_->setClearButtonEnabled(true);
    connect(text_, &QLineEdit::textChanged, this, &CompareBar::changed);
    buildModel();
    buildHead();
    layout->addWidget(name);
    layout->addWidget(text_, 1);
    layout->addWidget(model_);
    layout->addWidget(head_row_);
}

void CompareBar::buildModel() {
    model_ = new ChipButton;
    model_->setAccessibleName(tr("Model of B"));
    model_->setToolTip(tr("Which model reads B: the same one, or another to compare it with"));
    models_ = new ModelMenu(this);
    model_->setMenu(models_);
    connect(models_, &ModelMenu::modelChosen, this, &CompareBar::modelChosen);
    connect(models_, &ModelMenu::openFolderRequested, this, [this] {
        const QString folder = QFileDialog::getExistingDirectory(this, tr("Open a model folder for B"));
        if (!folder.isEmpty())
            emit modelChosen(folder);
    });
}

void CompareBar::buildHead() {
    head_row_ = new QWidget;
    auto* const row = new QHBoxLayout(head_row_);
    row->setContentsMargins(0, 0, 0, 0);
    const auto spin = [&](const QString& prefix, const QString& name) {
        auto* const box = new QSpinBox;
        box->setRange(1, 1);
        box->setPrefix(prefix);
        box->setAccessibleName(name);
        box->setToolTip(tr("Models differ: choose which head of B stands beside the one chosen for A."));
        connect(box, &QSpinBox::valueChanged, this, &CompareBar::changed);
        row->addWidget(box);
        return box;
    };
    layer_ = spin(tr("layer "), tr("Layer of B"));
    head_ = spin(tr("head "), tr("Head of B"));
    head_row_->hide();
}

LayerIndex CompareBar::layer() const {
    return LayerIndex(static_cast<std::size_t>(layer_->value() - 1));
}

HeadIndex CompareBar::head() const {
    return HeadIndex(static_cast<std::size_t>(head_->value() - 1));
}

void CompareBar::setHead(int layer, int head) {
    const auto take = [](QSpinBox* box, int value) {
        if (value < 1 || value > kMostHeads)
            return;
        box->setMaximum(std::max(box->maximum(), value));
        box->setValue(value);
    };
    take(layer_, layer);
    take(head_, head);
}

void CompareBar::setHeads(std::size_t n_layers, std::size_t n_heads) {
    layer_->setMaximum(static_cast<int>(n_layers));
    head_->setMaximum(static_cast<int>(n_heads));
}

void CompareBar::showModel(const QString& name, const QString& detail, bool another) {
    model_->setTexts(name, detail);
    head_row_->setVisible(another);
}

} // namespace headlight::ui
