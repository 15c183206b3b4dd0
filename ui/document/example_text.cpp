#include "ui/document/example_text.h"

#include <QFile>

namespace headlight::ui {

namespace {
constexpr const char* kForAnyModel = "The black cat sleeps under the table.";
constexpr qint64 kLongest = 1000; // bytes; an example is a sentence or two
} // namespace

QString exampleText(const std::filesystem::path& model_folder) {
    QFile file(QString::fromStdString((model_folder / "example.txt").string()));
    if (file.open(QIODevice::ReadOnly)) {
        const QString line = QString::fromUtf8(file.readLine(kLongest)).trimmed();
        if (!line.isEmpty() && !line.contains(QChar::ReplacementCharacter))
            return line;
    }
    return QString::fromLatin1(kForAnyModel);
}

} // namespace headlight::ui
