#include "ui/document/written_path.h"

#include <algorithm>

namespace headlight::ui {

namespace {

constexpr qsizetype kLabelWords = 7;

bool beginsWith(const std::vector<TokenId>& whole, const std::vector<TokenId>& beginning) {
    return whole.size() >= beginning.size() && std::equal(beginning.begin(), beginning.end(), whole.begin());
}

} // namespace

bool WrittenPath::own() const {
    return std::none_of(steps.begin(), steps.end(), [](const WrittenStep& step) { return step.by_user; });
}

std::vector<TokenId> generatedIds(const RunSnapshot& snapshot) {
    return {snapshot.written.end() -
                static_cast<std::ptrdiff_t>(std::min(snapshot.steps.size(), snapshot.written.size())),
            snapshot.written.end()};
}

std::optional<std::size_t> WrittenPaths::find(const std::vector<TokenId>& ids) const {
    const auto found =
        std::find_if(paths_.begin(), paths_.end(), [&](const WrittenPath& path) { return path.ids == ids; });
    return found == paths_.end() ? std::nullopt
                                 : std::optional(static_cast<std::size_t>(found - paths_.begin()));
}

std::vector<WrittenStep> WrittenPaths::stepsOf(const std::vector<TokenId>& ids) const {
    std::vector<WrittenStep> steps;
    for (const WrittenPath& path : paths_) {
        const auto shared =
            std::mismatch(ids.begin(), ids.end(), path.ids.begin(), path.ids.end()).first - ids.begin();
        if (static_cast<std::size_t>(shared) > steps.size())
            steps.assign(path.steps.begin(), path.steps.begin() + shared);
    }
    steps.resize(ids.size());
    return steps;
}

void WrittenPaths::follow(const SnapshotPtr& snapshot) {
    if (!snapshot)
        return;
    if (snapshot->request.model.get() != model_ || snapshot->wholeText() != text_) {
        paths_.clear();
        model_ = snapshot->request.model.get();
        text_ = snapshot->wholeText();
    }
    WrittenPath path;
    path.ids = generatedIds(*snapshot);
    if (path.ids.empty() || find(path.ids))
        return;
    path.steps = snapshot->steps;
    path.words = snapshot->written_words.last(static_cast<qsizetype>(path.ids.size()));
    path.decoding = decodingText(snapshot->decoding);
    const auto grown = std::find_if(paths_.begin(), paths_.end(),
                                    [&](const WrittenPath& old) { return beginsWith(path.ids, old.ids); });
    if (grown != paths_.end()) {
        *grown = std::move(path);
        return;
    }
    if (paths_.size() == kMost)
        paths_.erase(paths_.begin() + 1); // the first stays: what the model wrote by itself
    paths_.push_back(std::move(path));
}

QString pathLabel(const WrittenPath& path, const WrittenPath& other) {
    const auto differ =
        std::mismatch(path.ids.begin(), path.ids.end(), other.ids.begin(), other.ids.end()).first;
    const bool same = differ == path.ids.end();
    const qsizetype first = same ? 0 : std::max<qsizetype>(0, differ - path.ids.begin() - 1);
    QString label = path.words.mid(first, kLabelWords).join(QLatin1Char(' '));
    if (first > 0)
        label.prepend(QStringLiteral("… "));
    return first + kLabelWords < path.words.size() ? label + QStringLiteral(" …") : label;
}

} // namespace headlight::ui
