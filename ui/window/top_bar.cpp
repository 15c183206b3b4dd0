#include "ui/window/top_bar.h"

#include "ui/theme/figures.h"
#include "ui/theme/theme.h"
#include "ui/window/chip_button.h"
#include "ui/window/model_menu.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>

namespace headlight::ui {

namespace {

/// "F32", and of the less exact ones that they are: "BF16 preview".
QString precisionText(ComputePrecision precision) {
    const std::string_view name = precisionName(precision);
    const QString text = QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
    return precision == ComputePrecision::F32 ? text : text + QStringLiteral(" preview");
}

/// Why the newest run ran where it did: the choice at the start, or what has gone wrong since.
QString reasonText(const Document& document, const RunSnapshot& snapshot) {
    const QString notice = QString::fromStdString(snapshot.run.notice);
    return notice.isEmpty() ? document.backendReason() : notice;
}

/// "marian" as its authors write it, as far as known.
QString familyName(const std::string& family) {
    if (family == "marian")
        return QStringLiteral("Marian");
    if (family == "gpt2")
        return QStringLiteral("GPT-2");
    QString name = QString::fromStdString(family);
    return name.size() <= 5 ? name.toUpper() : name.left(1).toUpper() + name.mid(1);
}

} // namespace

QString modelSummary(const Model& model) {
    const ModelSpec& spec = model.spec();
    QStringList layers;
    std::size_t n_heads = 0;
    for (const auto& stack : {spec.encoder, spec.decoder}) {
        if (stack) {
            layers.append(QString::number(stack->n_layers));
            n_heads = stack->n_heads;
        }
    }
    return QStringLiteral("· %1 · %2 layers × %3 heads · %4")
        .arg(familyName(spec.family), layers.join(QLatin1Char('+')), QString::number(n_heads),
             countText(static_cast<double>(model.parameterCount())));
}

QString computedText(const RunSnapshot& snapshot) {
    const std::size_t n_tokens = snapshot.nTokens();
    const QString tokens = n_tokens == 1 ? TopBar::tr("1 token") : TopBar::tr("%1 tokens").arg(n_tokens);
    if (snapshot.run.n_computed == n_tokens)
        return tokens;
    return TopBar::tr("%1, %2 computed and the others as they were").arg(tokens).arg(snapshot.run.n_computed);
}

TopBar::TopBar(Document* document, QWidget* parent)
    : QFrame(parent)
    , document_(document) {
    setProperty("role", "bar");
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(14, 7, 14, 7);
    layout->setSpacing(10);
    auto* name = new QLabel(QStringLiteral("◐ Headlight"));
    name->setProperty("role", "title");
    model_button_ = new ChipButton;
    model_button_->setObjectName(QStringLiteral("modelButton"));
    model_menu_ = new ModelMenu(this);
    model_button_->setMenu(model_menu_);
    session_button_ = new ChipButton;
    session_button_->setObjectName(QStringLiteral("sessionButton"));
    run_button_ = new ChipButton;
    run_button_->setObjectName(QStringLiteral("runInfo"));
    run_button_->setFocusPolicy(Qt::NoFocus);
    lesson_button_ = new QPushButton(tr("Lessons"));
    lesson_button_->setCheckable(true);
    lesson_button_->setToolTip(tr("Understand it step by step, on your own sentence (F6)"));
    present_button_ = new QPushButton(tr("Present"));
    present_button_->setCheckable(true);
    present_button_->setToolTip(tr("Large and bare, for a projector (F5): Page Up, Page Down or arrows step, B blanks the screen, Escape leaves"));
    export_button_ = new QPushButton(tr("Export"));
    export_button_->setToolTip(tr("The picture as PNG, SVG or PDF, the numbers as CSV or NPY (Ctrl+E)"));
    auto* more = new ChipButton;
    more->setTexts(QStringLiteral("⋯"), {});
    more->setAccessibleName(tr("More"));
    more->setToolTip(tr("Theme, text size, panels, keyboard shortcuts"));
    more_menu_ = new QMenu(this);
    connect(more, &QAbstractButton::clicked, this,
            [this, more] { more_menu_->popup(more->mapToGlobal(QPoint(more->width() - more_menu_->sizeHint().width(), more->height() + 4))); });
    layout->addWidget(name);
    layout->addWidget(model_button_);
    layout->addWidget(session_button_);
    layout->addStretch(1);
    for (QWidget* widget : {static_cast<QWidget*>(run_button_), static_cast<QWidget*>(lesson_button_), static_cast<QWidget*>(present_button_),
                            static_cast<QWidget*>(export_button_), static_cast<QWidget*>(more)})
        layout->addWidget(widget);
    connect(document_, &Document::modelChanged, this, &TopBar::followModel);
    connect(document_, &Document::snapshotChanged, this, &TopBar::followSnapshot);
    followModel();
    followSnapshot();
}

void TopBar::addNotice(QWidget* notice) {
    auto* const line = static_cast<QHBoxLayout*>(layout());
    line->insertWidget(line->indexOf(run_button_), notice);
}

void TopBar::followModel() {
    const auto& model = document_->model();
    if (!model) {
        model_button_->setTexts(tr("No model yet"), {});
        model_button_->setAccessibleName(tr("Choose a model"));
        return;
    }
    const QString name = QString::fromStdString(model->name());
    model_button_->setTexts(name, modelSummary(*model));
    model_button_->setAccessibleName(tr("Model: %1").arg(name));
    QStringList lines{QString::fromStdString(model->folder().string()), QString::fromStdString(model->spec().architecture)};
    for (const std::string& warning : model->warnings())
        lines.append(tr("note: %1").arg(QString::fromStdString(warning)));
    lines.append(tr("Click to choose another model (Ctrl+M), or drop a model folder on the window."));
    model_button_->setToolTip(lines.join(QLatin1Char('\n')));
}

void TopBar::followSnapshot() {
    const SnapshotPtr& snapshot = document_->snapshot();
    run_button_->setVisible(snapshot != nullptr);
    export_button_->setEnabled(snapshot != nullptr);
    if (!snapshot)
        return;
    const ComputeBackend& backend = snapshot->trace().backend();
    const QString name = QString::fromUtf8(backend.name().data(), static_cast<qsizetype>(backend.name().size())).toUpper();
    run_button_->setTexts(durationText(snapshot->milliseconds),
                          QStringLiteral("%1 · %2 ·").arg(name, precisionText(backend.precision())), true);
    run_button_->setAccessibleName(tr("Ran on %1 in %2").arg(name, durationText(snapshot->milliseconds)));
    run_button_->setToolTip(tr("%1\n%2\n%3 in %4, from text to attention; the trace keeps %5 kB")
                                .arg(QString::fromStdString(backend.description()), reasonText(*document_, *snapshot),
                                     computedText(*snapshot), durationText(snapshot->milliseconds))
                                .arg(snapshot->trace().sizeBytes() / 1024));
}

} // namespace headlight::ui
