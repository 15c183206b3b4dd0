#include "ui/window/segments.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QPushButton>

namespace headlight::ui {

Segments::Segments(const QStringList& names, QWidget* parent)
    : QFrame(parent)
    , group_(new QButtonGroup(this)) {
    setProperty("role", "segments");
    auto* const line = new QHBoxLayout(this);
    line->setContentsMargins(3, 3, 3, 3);
    line->setSpacing(2);
    for (qsizetype i = 0; i < names.size(); ++i) {
        auto* const button = new QPushButton(names[i]);
        button->setProperty("role", "segment");
        button->setCheckable(true);
        group_->addButton(button, static_cast<int>(i));
        line->addWidget(button, 1);
    }
    setCurrent(0);
    connect(group_, &QButtonGroup::idClicked, this, &Segments::chosen);
}

QPushButton* Segments::button(int index) const {
    return qobject_cast<QPushButton*>(group_->button(index));
}

int Segments::current() const {
    return group_->checkedId();
}

void Segments::setCurrent(int index) {
    if (QPushButton* const chosen = button(index))
        chosen->setChecked(true);
}

} // namespace headlight::ui
