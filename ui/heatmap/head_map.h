// What a view of one head is given: the trace, which head, and the words along both sides.
#pragma once

#include "core/maps/map_source.h"
#include "core/trace/trace.h"

#include <QString>
#include <QStringList>

#include <memory>
#include <utility>
#include <vector>

namespace headlight::ui {

/// Words along one side. `special` marks tokens like </s> that the text did not contain.
struct AxisTokens {
    QString name;                ///< "English", "decoder", "text": what stands along this side
    QStringList words;           ///< readable, one a token
    std::vector<bool> special;
    QStringList notes;           ///< one a token or empty: what its tooltip says more ("reads “Le”, writes “chat”")
    std::vector<TokenRange> word_tokens; ///< tokens of each whole word, all of them; empty where that is not known
    QStringList whole_words;     ///< what those words read as
    std::vector<std::size_t> numbers;    ///< which token, counted from 1, where that is not its place here; else empty
    std::vector<bool> pale;      ///< dimmed, or without a partner to be compared with; empty: none
    [[nodiscard]] std::size_t number(std::size_t index) const { return index < numbers.size() ? numbers[index] : index + 1; }
};

/// Cheap to copy; `trace` is null while there is nothing to show. `source` is what is looked at where that is not the head
/// as it is: see alteredMap().
struct HeadMap {
    std::shared_ptr<const Trace> trace;
    HeadAddress head;
    AxisTokens queries;          ///< rows: who looks
    AxisTokens keys;             ///< columns: who is looked at
    QString model_name;
    QString model_hash;
    QString text;                ///< for captions and metadata
    QStringList changes;         ///< what the run was changed by, one line each, for the same; empty: nothing
    MapSourcePtr source;         ///< null: `head` of `trace`; else `queries` and `keys` are its rows and columns
    std::vector<HeadAddress> combined; ///< the heads `source` is made of where they are several
    float limit = 1.0f;          ///< differences: the magnitude at both ends of the scale
    QString role;                ///< "Before", "After": which of several maps of the head this is; stands before the title
    std::vector<std::pair<std::size_t, std::size_t>> marked; ///< cells (query, key) with a corner mark: those a person changed
    [[nodiscard]] bool empty() const { return !trace; }
    /// What is looked at: `source`, or the head. Only while not empty.
    [[nodiscard]] MapSourcePtr shown() const;
    [[nodiscard]] std::size_t nRows() const { return source ? source->nRows() : trace->nQueries(head.kind); }
    [[nodiscard]] std::size_t nColumns() const { return source ? source->nColumns() : trace->nKeys(head.kind); }
    [[nodiscard]] bool isSigned() const { return source && source->isSigned(); }
    /// "altered: special tokens hidden, rows renormalised"; empty for a head as it is.
    [[nodiscard]] QString alterationText() const;
};

/// `head` looked at through `source`, which is made of it: words along the sides become those of its rows and columns.
[[nodiscard]] HeadMap alteredMap(const HeadMap& head, MapSourcePtr source);

/// "2.1, 3.8, …": layer.head, as the grid counts them.
[[nodiscard]] QString headNumbers(const std::vector<HeadAddress>& heads);
/// What a map is called: its role and headTitle(), or "Encoder attention · mean of 3 heads · 1.4 2.1 2.2".
[[nodiscard]] QString mapTitle(const HeadMap& map);

/// "Cross attention · layer 3 · head 5" (counted from 1 for people; the command line counts from 0 and says so).
[[nodiscard]] QString headTitle(const HeadAddress& head);

/// "key/value head 2, shared by heads 5–8" where heads are grouped; empty where each has its own.
[[nodiscard]] QString sharedKeyText(const HeadMap& map);

/// "French rows look at English columns", "Text: each row looks at the columns"; empty where the sides have no names.
[[nodiscard]] QString sidesText(const HeadMap& map);

} // namespace headlight::ui
