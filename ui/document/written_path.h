// Which ways a text has been continued or translated: the path taken before stays reachable.
#pragma once

#include "ui/document/run_snapshot.h"

#include <QStringList>

#include <optional>
#include <vector>

namespace headlight::ui {

/// Words the model wrote, or a person and the model together.
struct WrittenPath {
    std::vector<TokenId> ids;       ///< of generated words, start token and text aside
    std::vector<WrittenStep> steps; ///< one a word
    QStringList words;
    QString decoding; ///< how they were chosen
    /// No word of it was chosen by a person.
    [[nodiscard]] bool own() const;
};

/// Paths of one model and text, in the order they were tried.
class WrittenPaths {
public:
    static constexpr std::size_t kMost = 12;

    /// Adds what `snapshot` wrote; a path that it continues is replaced. Another model or text: all go. Null
    /// and runs that wrote nothing change nothing.
    void follow(const SnapshotPtr& snapshot);
    [[nodiscard]] const std::vector<WrittenPath>& paths() const { return paths_; }
    /// What is known of how the words of a beginning came about: the steps of the path that shares most of
    /// it, and empty ones.
    [[nodiscard]] std::vector<WrittenStep> stepsOf(const std::vector<TokenId>& ids) const;
    /// The path with exactly these words.
    [[nodiscard]] std::optional<std::size_t> find(const std::vector<TokenId>& ids) const;

private:
    std::vector<WrittenPath> paths_;
    const Model* model_ = nullptr; ///< of the paths; only compared, never used
    QString text_;
};

/// Words `snapshot` wrote; none where all were given.
[[nodiscard]] std::vector<TokenId> generatedIds(const RunSnapshot& snapshot);

/// "… noir *dort* sous la table": where `path` leaves `other`, and what comes then; its beginning where it
/// does not.
[[nodiscard]] QString pathLabel(const WrittenPath& path, const WrittenPath& other);

} // namespace headlight::ui
