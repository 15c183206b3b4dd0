#include "ui/window/message_card.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QVBoxLayout>

namespace headlight::ui {

namespace {

QString asHtml(const std::string& text) { return QString::fromStdString(text).toHtmlEscaped(); }

QString capitalised(const std::string& text) {
    QString result = QString::fromStdString(text);
    if (!result.isEmpty() && !result.endsWith(QLatin1Char('.')))
        result += QLatin1Char('.');
    return result.left(1).toUpper() + result.mid(1);
}

/// A list of everything that would have done is for "Copy"; the card shows how it begins.
std::string shortened(const std::string& value) {
    constexpr std::size_t longest = 240;
    if (value.size() <= longest)
        return value;
    const std::size_t end = value.rfind(' ', longest);
    const QString cut = QString::fromStdString(value.substr(0, end == std::string::npos ? longest : end));
    return (cut + QStringLiteral(" …")).toStdString();
}

} // namespace

MessageCard::MessageCard(QWidget* parent)
    : QFrame(parent) {
    setObjectName(QStringLiteral("messageCard"));
    setProperty("role", "message");
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 12);
    layout->setSpacing(8);
    summary_ = new QLabel;
    summary_->setProperty("role", "error");
    details_ = new QLabel;
    details_->setTextFormat(Qt::RichText);
    for (QLabel* label : {summary_, details_}) {
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        layout->addWidget(label);
    }
    auto* buttons = new QHBoxLayout;
    answers_ = new QHBoxLayout;
    copy_ = new QPushButton(tr("Copy"));
    copy_->setToolTip(tr("Copy the whole message"));
    auto* close = new QPushButton(tr("Dismiss"));
    close->setObjectName(QStringLiteral("dismiss"));
    close->setToolTip(tr("Escape does the same"));
    buttons->addStretch(1);
    buttons->addLayout(answers_);
    buttons->addWidget(copy_);
    buttons->addWidget(close);
    layout->addLayout(buttons);
    connect(copy_, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(plain_text_); });
    connect(close, &QPushButton::clicked, this, &MessageCard::dismiss);
    setVisible(false);
}

void MessageCard::dismiss() {
    hide();
    emit dismissed();
}

/// Each role has its colours in the style sheet, which looks again only when told.
void MessageCard::setRole(const char* card, const char* summary) {
    setProperty("role", card);
    summary_->setProperty("role", summary);
    for (QWidget* widget : {static_cast<QWidget*>(this), static_cast<QWidget*>(summary_)}) {
        widget->style()->unpolish(widget);
        widget->style()->polish(widget);
    }
}

void MessageCard::setAnswers(const Notice& notice) {
    while (QLayoutItem* const item = answers_->takeAt(0)) {
        item->widget()->deleteLater(); // it may be the one that was clicked
        delete item;
    }
    for (const auto& [text, action] : notice.answers) {
        auto* button = new QPushButton(text);
        answers_->addWidget(button);
        connect(button, &QPushButton::clicked, this, [this, chosen = action] {
            dismiss();
            chosen();
        });
    }
    copy_->setVisible(notice.answers.empty());
}

void MessageCard::showNotice(const Notice& notice) {
    setRole("question", "title");
    summary_->setText(notice.title);
    details_->setText(notice.text.toHtmlEscaped());
    details_->setVisible(!notice.text.isEmpty());
    plain_text_ = notice.title + QLatin1Char('\n') + notice.text;
    setAccessibleName(plain_text_);
    setAnswers(notice);
    show();
}

void MessageCard::showError(const QString& title, const Error& error) {
    setRole("message", "error");
    setAnswers({});
    details_->show();
    summary_->setText(capitalised(error.summary));
    QStringList lines;
    const auto line = [&lines](const QString& name, const std::string& value) {
        if (!value.empty())
            lines.append(QStringLiteral("<b>%1</b> %2").arg(name, asHtml(shortened(value))));
    };
    if (!title.isEmpty())
        lines.append(title.toHtmlEscaped());
    if (!title.contains(QString::fromStdString(error.file)))
        line(tr("file"), error.file);
    line(tr("item"), error.item);
    line(tr("expected"), error.expected);
    line(tr("found"), error.found);
    if (!error.cause.empty())
        lines.append(capitalised(error.cause).toHtmlEscaped());
    if (!error.next_step.empty())
        lines.append(QStringLiteral("<b>%1</b> %2").arg(tr("Next step:"), capitalised(error.next_step).toHtmlEscaped()));
    details_->setText(lines.join(QStringLiteral("<br>")));
    plain_text_ = (title.isEmpty() ? QString() : title + QLatin1Char('\n')) + QString::fromStdString(error.message());
    setAccessibleName(plain_text_);
    show();
}

} // namespace headlight::ui
