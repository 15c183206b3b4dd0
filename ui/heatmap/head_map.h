// What a view of one head is given: the trace, which head, and the words along both sides.
#pragma once

#include "core/trace/trace.h"

#include <QString>
#include <QStringList>

#include <memory>
#include <vector>

namespace headlight::ui {

/// Words along one side. `special` marks tokens like </s> that the text did not contain.
struct AxisTokens {
    QString name;                ///< "English", "decoder", "text": what stands along this side
    QStringList words;           ///< readable, one a token
    std::vector<bool> special;
    QStringList notes;           ///< one a token or empty: what its tooltip says more ("reads “Le”, writes “chat”")
};

/// Cheap to copy; `trace` is null while there is nothing to show.
struct HeadMap {
    std::shared_ptr<const Trace> trace;
    HeadAddress head;
    AxisTokens queries;          ///< rows: who looks
    AxisTokens keys;             ///< columns: who is looked at
    QString model_name;
    QString model_hash;
    QString text;                ///< for captions and metadata
    [[nodiscard]] bool empty() const { return !trace; }
};

/// "Cross attention · layer 3 · head 5" (counted from 1 for people; the command line counts from 0 and says so).
[[nodiscard]] QString headTitle(const HeadAddress& head);

/// "key/value head 2, shared by heads 5–8" where heads are grouped; empty where each has its own.
[[nodiscard]] QString sharedKeyText(const HeadMap& map);

/// "French (rows) looks at English (columns)", "Text: each row looks at the columns"; empty where the sides have no names.
[[nodiscard]] QString sidesText(const HeadMap& map);

} // namespace headlight::ui
