#include "ui/predictions/outcome_search.h"

#include "ui/theme/figures.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>

namespace headlight::ui {
namespace {

constexpr std::size_t kMostFound = 2000;
constexpr int kLongestSearch = 100; ///< characters

QString grouped(std::size_t number) {
    return QLocale().toString(static_cast<qulonglong>(number));
}

} // namespace

OutcomeSearch::OutcomeSearch(QWidget* parent)
    : QWidget(parent)
    , edit_(new QLineEdit)
    , found_(new QLabel) {
    edit_->setPlaceholderText(tr("Find a word…"));
    edit_->setClearButtonEnabled(true);
    edit_->setAccessibleName(tr("Find a word among the predictions"));
    edit_->setMaximumWidth(220);
    edit_->setMaxLength(kLongestSearch);
    found_->setProperty("role", "caption");
    found_->setObjectName(QStringLiteral("found"));
    found_->setWordWrap(true);
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(8);
    line->addWidget(edit_);
    line->addWidget(found_, 1);
    connect(edit_, &QLineEdit::textChanged, this, &OutcomeSearch::search);
}

void OutcomeSearch::setOutcomes(const RankedOutcomesPtr& outcomes) {
    outcomes_ = outcomes;
    if (outcomes_)
        search();
    else
        runner_.cancel();
}

void OutcomeSearch::search() {
    const QString wanted = edit_->text().trimmed();
    if (wanted.isEmpty() || !outcomes_) {
        runner_.cancel();
        emit found({});
        found_->setText(outcomes_ && outcomes_->tokens
                            ? tr("%1 tokens · double click takes one").arg(grouped(outcomes_->size()))
                            : QString());
        return;
    }
    runner_.start<std::vector<std::size_t>>(
        [outcomes = outcomes_, wanted](const RunControl&) -> Result<std::vector<std::size_t>> {
            std::vector<std::size_t> ranks = outcomes->find(wanted, kMostFound);
            if (const auto whole = outcomes->rankOfWord(wanted)) { // the word itself comes first
                std::erase(ranks, *whole);
                ranks.insert(ranks.begin(), *whole);
            }
            return ranks;
        },
        [this, outcomes = outcomes_, wanted](Result<std::vector<std::size_t>> ranks) {
            if (!ranks.ok() || outcomes != outcomes_)
                return;
            showFound(wanted, *ranks);
            emit found(std::move(ranks).value());
        });
}

void OutcomeSearch::showFound(const QString& word, const std::vector<std::size_t>& ranks) {
    if (ranks.empty()) {
        found_->setText(tr("no token contains “%1”: longer words are made of several").arg(word));
        return;
    }
    const std::size_t best = ranks.front();
    QString text = tr("“%1”: rank %2").arg(outcomes_->word(best), grouped(best + 1));
    if (!outcomes_->probabilities.empty())
        text += tr(", probability %1").arg(weightText(outcomes_->probabilities[best], 5));
    text += ranks.size() >= kMostFound
                ? tr(" · the %1 most probable that contain it").arg(kMostFound)
                : tr(" · %n token(s) contain it", nullptr, static_cast<int>(ranks.size()));
    found_->setText(text);
}

} // namespace headlight::ui
