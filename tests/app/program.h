// Runs the real headlight binary, as a user would.
#pragma once

#include <QByteArray>
#include <QJsonDocument>
#include <QProcessEnvironment>
#include <QStringList>

namespace headlight::test {

struct ProgramRun {
    bool finished = false;  ///< false: did not start, crashed or took longer than a minute
    int exit_code = -1;
    QByteArray output;
    QByteArray error;
    /// The last answer as JSON; null when it is none.
    [[nodiscard]] QJsonDocument json() const { return QJsonDocument::fromJson(output); }
    /// One line that starts with "headlight: ", nothing else.
    [[nodiscard]] bool hasOneErrorLine() const;
};

/// Runs `headlight <arguments>` with `input` on standard input, in folder `working_directory` (empty: the current one).
/// Arguments are bytes: they need not be UTF-8.
[[nodiscard]] ProgramRun runProgram(const QList<QByteArray>& arguments, const QByteArray& input = {},
                                    const QString& working_directory = {});

/// A checkpoint of tests/golden.
[[nodiscard]] QByteArray golden(const char* name);

} // namespace headlight::test
