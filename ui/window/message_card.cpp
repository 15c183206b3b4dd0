#include "ui/window/message_card.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
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
    auto* copy = new QPushButton(tr("Copy"));
    copy->setToolTip(tr("Copy the whole message"));
    auto* close = new QPushButton(tr("Dismiss"));
    close->setObjectName(QStringLiteral("dismiss"));
    close->setToolTip(tr("Escape does the same"));
    buttons->addStretch(1);
    buttons->addWidget(copy);
    buttons->addWidget(close);
    layout->addLayout(buttons);
    connect(copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(plain_text_); });
    connect(close, &QPushButton::clicked, this, &MessageCard::dismiss);
    setVisible(false);
}

void MessageCard::dismiss() {
    hide();
    emit dismissed();
}

void MessageCard::showError(const QString& title, const Error& error) {
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
