#include "ui/session/autosaver.h"

#include "ui/session/session_format.h"

#include <utility>

namespace headlight::ui {

namespace {
constexpr int kSecondsBehind = 3;
} // namespace

Autosaver::Autosaver(std::function<std::optional<Compose>()> compose, QObject* parent)
    : QObject(parent)
    , compose_(std::move(compose)) {
    timer_.setSingleShot(true);
    timer_.setInterval(kSecondsBehind * 1000);
    connect(&timer_, &QTimer::timeout, this, [this] { write({}); });
}

Result<Autosaver::Started> Autosaver::begin(const std::filesystem::path& folder) {
    HEADLIGHT_ASSIGN(session::AutosaveSlot slot, session::AutosaveSlot::claim(folder));
    Started started{std::make_shared<session::AutosaveSlot>(std::move(slot)), {}};
    const auto leftovers = session::findLeftovers(folder);
    for (std::size_t i = 0; i < leftovers.size() && !started.leftover; ++i)
        if (auto read = session::loadSession(leftovers[i]); read.ok()) // one of a newer version waits for it
            started.leftover = Leftover{leftovers[i], std::move(read).value(), leftovers.size() - 1 - i};
    return started;
}

void Autosaver::start(const std::filesystem::path& folder) {
    folder_ = folder;
    runner_.start<Started>([folder](const RunControl&) { return begin(folder); },
                           [this](Result<Started> result) {
                               if (!result.ok()) {
                                   emit failed(result.error());
                                   return;
                               }
                               slot_ = result->slot;
                               if (unwritten_)
                                   timer_.start();
                               if (result->leftover)
                                   emit leftoverFound(*result->leftover);
                           });
}

void Autosaver::touch() {
    unwritten_ = true;
    if (slot_ && !timer_.isActive())
        timer_.start(); // not begun anew by every key: at most so many seconds are lost
}

void Autosaver::write(std::function<void()> then) {
    timer_.stop();
    unwritten_ = false;
    const auto compose = compose_();
    if (!compose) { // it lies in a file of the person's own
        slot_->remove();
        written_ = false;
        if (then)
            then();
        return;
    }
    runner_.start<bool>(
        [compose = *compose, slot = slot_, taken_over = taken_over_](const RunControl&) -> Result<bool> {
            HEADLIGHT_CHECK(session::saveSession(slot->path(), compose()));
            std::error_code gone;
            if (!taken_over.empty())
                std::filesystem::remove(taken_over, gone);
            return true;
        },
        [this, then](const Result<bool>& result) {
            written_ |= result.ok();
            if (result.ok())
                taken_over_.clear();
            if (!result.ok() && !std::exchange(failing_, true))
                emit failed(result.error());
            failing_ = !result.ok();
            if (then)
                then();
        });
}

void Autosaver::finish(bool keep, std::function<void()> then) {
    if (!slot_) {
        then();
        return;
    }
    if (keep && (unwritten_ || runner_.running()))
        write([this, then] { end(true, then); });
    else
        end(keep, then);
}

void Autosaver::end(bool keep, const std::function<void()>& then) {
    timer_.stop();
    unwritten_ = false;
    if (keep && written_)
        slot_->keepAsLast();
    else
        slot_->remove();
    written_ = false;
    then();
}

} // namespace headlight::ui
