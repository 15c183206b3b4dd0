#include "ui/inspector/pair_card.h"

#include "ui/inspector/card.h"
#include "ui/inspector/pair_overview.h"
#include "ui/inspector/step_view.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QLabel>
#include <QTableView>
#include <QVBoxLayout>

namespace headlight::ui {

PairCard::PairCard(QWidget* parent)
    : QWidget(parent) {
    layOutPart(this);
    title_ = makeSectionLabel(tr("Who looks (query, blue) at whom (key, orange)"));
    note_ = new QLabel;
    note_->setProperty("role", "caption");
    note_->setToolTip(
        tr("A decoder row reads one token and writes the next: the attention belongs to the token read."));
    overview_ = new PairOverview;
    steps_ = new StepView;
    steps_->hide();
    layout()->addWidget(title_);
    layout()->addWidget(note_);
    layout()->addWidget(overview_);
    static_cast<QVBoxLayout*>(layout())->addWidget(steps_, 1);
    connect(overview_, &PairOverview::stepChosen, this, &PairCard::openStep);
    connect(steps_, &StepView::stepRequested, &source_, &ProvenanceSource::requestNode);
    connect(steps_, &StepView::closed, this, [this] {
        const bool had_focus = steps_->isAncestorOf(QApplication::focusWidget());
        steps_->hide();
        overview_->show();
        if (had_focus)
            overview_->formulas()->setFocus();
        emit stepOpened(false);
    });
    connect(&source_, &ProvenanceSource::checkReady, overview_, &PairOverview::showCheck);
    connect(&source_, &ProvenanceSource::nodeReady, this, [this](const ProvenanceNode& node) {
        if (steps_->isOpen() && steps_->current() == node.id)
            steps_->showNode(node);
    });
    connect(&source_, &ProvenanceSource::nodeFailed, this, [this](const Error& error) {
        if (steps_->isOpen())
            steps_->showError(QString::fromStdString(error.message()));
    });
    connect(source_.nodeRunner(), &JobRunner::progressed, this, [this](double, const QString& what) {
        if (source_.nodeRunner()->elapsedMilliseconds() > 200)
            steps_->showProgress(what);
    });
}

bool PairCard::isStepOpen() const {
    return steps_->isOpen();
}

StepContext PairCard::context() const {
    StepContext context;
    context.query_words = snapshot_->queries(head_.kind).words;
    context.key_words = snapshot_->keys(head_.kind).words;
    context.head_dim = snapshot_->trace().headDim(head_.kind);
    const ModelSpec& spec = snapshot_->model().spec();
    const StackSpec& stack = head_.kind == AttentionKind::EncoderSelf ? *spec.encoder : *spec.decoder;
    context.rms_norm = stack.norm.kind == NormKind::RmsNorm;
    return context;
}

void PairCard::openStep(const NodeId& id) {
    if (!snapshot_)
        return;
    overview_->hide();
    steps_->show();
    steps_->begin(id, context());
    steps_->table()->setFocus();
    emit stepOpened(true);
}

void PairCard::showPair(const SnapshotPtr& snapshot, const HeadAddress& head, std::size_t query,
                        std::size_t key) {
    const bool moved = snapshot != snapshot_ || head != head_ || query != query_ || key != key_;
    snapshot_ = snapshot;
    head_ = head;
    query_ = query;
    key_ = key;
    const AxisTokens& queries = snapshot->queries(head.kind);
    const QString query_word = shortWord(wordAt(queries, query));
    const QString key_word = shortWord(wordAt(snapshot->keys(head.kind), key));
    const Theme& theme = themeOf(palette());
    title_text_ = query_word + QStringLiteral(" → ") + key_word;
    title_->setText(QStringLiteral("<p dir=\"ltr\">%1 → %2</p>")
                        .arg(coloured(query_word, theme.query), coloured(key_word, theme.key)));
    const QString note = static_cast<qsizetype>(query) < queries.notes.size()
                             ? queries.notes[static_cast<qsizetype>(query)]
                             : QString();
    note_->setText(note);
    note_->setVisible(!note.isEmpty());
    source_.setHead(snapshot, head);
    overview_->showPair(pairNumbers(snapshot->trace(), head, query, key), key_word);
    if (!moved)
        return;
    if (steps_->isOpen())
        steps_->moveTo(query, key, context());
    else
        source_.requestCheck(query, key);
}

void PairCard::clear() {
    title_text_.clear();
    snapshot_.reset();
    source_.setHead(nullptr, {});
    if (steps_->isOpen())
        steps_->close();
}

} // namespace headlight::ui
