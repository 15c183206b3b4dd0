#include "ui/inspector/step_view.h"

#include "ui/inspector/step_delegate.h"
#include "ui/inspector/step_model.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace headlight::ui {

namespace {

constexpr int kTableRows = 12; ///< rows a table asks for; more are scrolled to

QLabel* captionLabel() {
    auto* label = new QLabel;
    label->setProperty("role", "caption");
    label->setWordWrap(true);
    return label;
}

QPushButton* linkButton(const QString& text, const QString& name, const QString& tool_tip) {
    auto* button = new QPushButton(text);
    button->setProperty("role", "link");
    button->setAccessibleName(name);
    button->setToolTip(tool_tip);
    return button;
}

} // namespace

StepView::StepView(QWidget* parent)
    : QFrame(parent) {
    setProperty("role", "card");
    setAccessibleName(tr("Where a number comes from"));
    build();
}

void StepView::build() {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 8, 12, 10);
    layout->setSpacing(6);
    back_ = linkButton(QStringLiteral("←"), tr("Back"), tr("One step back (Esc, Backspace)"));
    forward_ = linkButton(QStringLiteral("→"), tr("Forward"), tr("Forward again (Shift+Backspace)"));
    copy_ = linkButton(tr("Copy"), tr("Copy the number"),
                       tr("The number with all its digits, as run and in double precision (Ctrl+C)"));
    auto* close_button = linkButton(QStringLiteral("✕"), tr("Close"), tr("Back to the pair"));
    auto* bar = new QHBoxLayout;
    bar->setSpacing(2);
    bar->addWidget(back_);
    bar->addWidget(forward_);
    bar->addStretch(1);
    bar->addWidget(copy_);
    bar->addWidget(close_button);
    layout->addLayout(bar);
    trail_label_ = captionLabel();
    trail_label_->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    trail_label_->setToolTip(tr("The way here; click a step to go back to it"));
    title_ = new QLabel;
    title_->setProperty("role", "keys");
    title_->setWordWrap(true);
    explanation_ = captionLabel();
    formulas_ = new FormulaView;
    formulas_->setAccessibleName(tr("Formula of this number"));
    numbers_ = captionLabel();
    numbers_->setTextFormat(Qt::RichText);
    numbers_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    numbers_->setToolTip(tr(
        "As run: what the model computed, in F32. In double: the same from the residual stream on, in double "
        "precision. Rounding may take one from the other by no more than the allowance."));
    remarks_ = captionLabel();
    model_ = new StepModel(this);
    table_ = new QTableView;
    table_->setModel(model_);
    table_->setItemDelegate(new StepDelegate(table_));
    table_->setAccessibleName(tr("Operands of this number"));
    table_->verticalHeader()->hide();
    table_->setShowGrid(false);
    table_->setSelectionBehavior(QAbstractItemView::SelectItems);
    table_->setTabKeyNavigation(false);
    table_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    table_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    table_->horizontalHeader()->setSectionsClickable(true);
    table_->horizontalHeader()->setHighlightSections(false);
    table_->installEventFilter(this);
    for (QWidget* part : {static_cast<QWidget*>(trail_label_), static_cast<QWidget*>(title_),
                          static_cast<QWidget*>(explanation_), static_cast<QWidget*>(formulas_),
                          static_cast<QWidget*>(numbers_), static_cast<QWidget*>(remarks_)})
        layout->addWidget(part);
    layout->addWidget(table_, 1);
    connect(back_, &QPushButton::clicked, this, &StepView::back);
    connect(forward_, &QPushButton::clicked, this, &StepView::forward);
    connect(copy_, &QPushButton::clicked, this, &StepView::copyNumber);
    connect(close_button, &QPushButton::clicked, this, &StepView::close);
    connect(trail_label_, &QLabel::linkActivated, this,
            [this](const QString& link) { goTo(link.toULongLong()); });
    connect(formulas_, &FormulaView::linkActivated, this, [this](int operand) {
        if (static_cast<std::size_t>(operand) < model_->node().operands.size())
            open(model_->node().operands[static_cast<std::size_t>(operand)].id);
    });
    connect(table_, &QTableView::clicked, this, &StepView::openCell);
    connect(table_->horizontalHeader(), &QHeaderView::sectionClicked, this,
            [this](int column) { model_->sort(column); });
}

void StepView::begin(const NodeId& id, const StepContext& context) {
    context_ = context;
    trail_ = {id};
    goTo(0);
}

void StepView::open(const NodeId& id) {
    trail_.resize(position_ + 1);
    trail_.push_back(id);
    goTo(trail_.size() - 1);
}

void StepView::moveTo(std::size_t query, std::size_t key, const StepContext& context) {
    if (trail_.empty())
        return;
    const std::size_t old_key = trail_.front().key;
    context_ = context;
    for (NodeId& id : trail_) {
        id.query = query;
        if (id.key == old_key) // a step to another key of the row stays with that key
            id.key = key;
    }
    goTo(position_);
}

void StepView::clear() {
    trail_.clear();
    position_ = 0;
}

void StepView::goTo(std::size_t position) {
    if (position >= trail_.size())
        return;
    position_ = position;
    showTrail();
    emit stepRequested(current());
}

void StepView::back() {
    if (position_ == 0)
        close();
    else
        goTo(position_ - 1);
}

void StepView::forward() {
    goTo(position_ + 1);
}

void StepView::close() {
    clear();
    emit closed();
}

void StepView::showTrail() {
    QStringList steps;
    for (std::size_t i = 0; i < trail_.size(); ++i) {
        const QString name = stepName(trail_[i]).toHtmlEscaped().replace(QLatin1Char(' '), QChar(0x00a0));
        const QString colour = themeOf(palette()).text_muted.name();
        steps.append(
            i == position_
                ? QStringLiteral("<b>%1</b>").arg(name)
                : QStringLiteral("<a href=\"%1\" style=\"color:%3\">%2</a>").arg(i).arg(name, colour));
    }
    trail_label_->setText(steps.join(QStringLiteral(" › ")));
    forward_->setEnabled(position_ + 1 < trail_.size());
}

QString StepView::numbersText(const ProvenanceNode& node) const {
    if (!node.number)
        return {};
    const TracedNumber& number = *node.number;
    const auto line = [](const QString& name, const QString& value) {
        return QStringLiteral("<tr><td style=\"padding-right:8px\">%1</td><td>%2</td></tr>")
            .arg(name, value.toHtmlEscaped());
    };
    QString lines;
    if (number.run)
        lines += line(tr("as run, F32"), fullText(*number.run));
    lines += line(tr("in double"), fullText(number.exact));
    if (number.run) {
        lines += line(tr("apart"), number.difference() == 0.0
                                       ? QStringLiteral("0")
                                       : tr("%1, %2 of it")
                                             .arg(roughText(std::abs(number.difference())),
                                                  roughText(number.relativeDifference())));
        if (number.bound > 0.0)
            lines += line(tr("rounding allows"), roughText(number.bound) +
                                                     (number.agrees() ? tr("  ✓ within") : tr("  ✗ beyond")));
    }
    return QStringLiteral("<table>%1</table>").arg(lines);
}

void StepView::showNode(const ProvenanceNode& node) {
    const bool had_focus = table_->hasFocus() || formulas_->hasFocus();
    title_->setText(stepTitle(node, context_));
    explanation_->setText(stepExplanation(node, context_));
    formulas_->setFormulas(stepFormulas(node, context_));
    formulas_->setVisible(!stepFormulas(node, context_).empty());
    numbers_->setText(numbersText(node));
    numbers_->setVisible(node.number.has_value());
    copy_->setEnabled(node.number.has_value());
    const QStringList remarks = stepRemarks(node);
    remarks_->setText(remarks.join(QLatin1Char('\n')));
    remarks_->setVisible(!remarks.isEmpty());
    model_->setNode(node, context_.key_words);
    table_->setVisible(model_->rowCount() > 0);
    table_->setColumnHidden(StepModel::Second, !model_->hasTwoFactors());
    table_->setColumnHidden(StepModel::Term, !node.terms);
    const int row_height = QFontMetrics(themeFont(TextRole::Caption)).height() + 6;
    table_->verticalHeader()->setDefaultSectionSize(row_height);
    table_->setMinimumHeight((std::min(model_->rowCount(), kTableRows) + 1) * row_height + 8);
    // Coming back, the operand one came from is where one goes on.
    const int row = position_ + 1 < trail_.size() ? std::max(0, model_->rowOf(trail_[position_ + 1])) : 0;
    if (model_->rowCount() > 0) {
        table_->setCurrentIndex(model_->index(row, StepModel::First));
        table_->scrollTo(table_->currentIndex());
    }
    if (had_focus && !table_->isVisible())
        back_->setFocus();
}

void StepView::showError(const QString& message) {
    explanation_->setText(message);
    title_->clear();
    for (QWidget* part : {static_cast<QWidget*>(formulas_), static_cast<QWidget*>(numbers_),
                          static_cast<QWidget*>(remarks_), static_cast<QWidget*>(table_)})
        part->hide();
}

void StepView::showProgress(const QString& what) {
    explanation_->setText(what + QChar(0x2026));
}

void StepView::openCell(const QModelIndex& index) {
    if (const auto id = model_->opened(index))
        open(*id);
}

void StepView::copyNumber() {
    const auto& number = model_->node().number;
    if (!number)
        return;
    QApplication::clipboard()->setText(number->run ? fullText(*number->run) + QLatin1Char('\t') +
                                                         fullText(number->exact)
                                                   : fullText(number->exact));
}

void StepView::copyCells() {
    QModelIndexList cells = table_->selectionModel()->selectedIndexes();
    std::sort(cells.begin(), cells.end());
    QString text;
    for (qsizetype i = 0; i < cells.size(); ++i) {
        if (i > 0)
            text += cells[i].row() == cells[i - 1].row() ? QLatin1Char('\t') : QLatin1Char('\n');
        text += cells[i].data(StepModel::FullTextRole).toString();
    }
    if (!text.isEmpty())
        QApplication::clipboard()->setText(text);
}

/// Escape belongs to this view while a step is open, not to the window.
bool StepView::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride && isOpen() &&
        static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
        event->accept();
        return true;
    }
    return QFrame::event(event);
}

bool StepView::eventFilter(QObject* watched, QEvent* event) {
    if (watched == table_ && event->type() == QEvent::KeyPress) {
        auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
            openCell(table_->currentIndex());
            return true;
        }
        if (key->matches(QKeySequence::Copy)) {
            copyCells();
            return true;
        }
        if (key->key() == Qt::Key_Escape || key->key() == Qt::Key_Backspace) { // a table would search for them
            keyPressEvent(key);
            return true;
        }
    }
    return QFrame::eventFilter(watched, event);
}

void StepView::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape ||
        (event->key() == Qt::Key_Backspace && event->modifiers() == Qt::NoModifier))
        back();
    else if (event->key() == Qt::Key_Backspace && event->modifiers() == Qt::ShiftModifier)
        forward();
    else if (event->matches(QKeySequence::Copy))
        copyNumber();
    else
        QFrame::keyPressEvent(event);
}

} // namespace headlight::ui
