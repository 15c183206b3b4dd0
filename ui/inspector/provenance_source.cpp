#include "ui/inspector/provenance_source.h"

#include <mutex>

namespace headlight::ui {

namespace {
constexpr int kRestMilliseconds = 120;
} // namespace

struct ProvenanceSource::Holder {
    SnapshotPtr snapshot;
    HeadAddress head;
    std::mutex mutex;
    std::shared_ptr<const Provenance> provenance;

    [[nodiscard]] Result<std::shared_ptr<const Provenance>> get() {
        const std::lock_guard lock(mutex);
        if (!provenance) {
            HEADLIGHT_ASSIGN(provenance,
                             Provenance::create(snapshot->request.model, snapshot->run.trace, head));
        }
        return provenance;
    }
};

namespace {

template <class Get>
Result<PairCheck> checkPair(const Get& get, std::size_t query, std::size_t key, const RunControl& control) {
    HEADLIGHT_ASSIGN(const std::shared_ptr<const Provenance> provenance, get());
    PairCheck check;
    check.query = query;
    check.key = key;
    HEADLIGHT_ASSIGN(const ProvenanceNode weight,
                     provenance->node({Quantity::AttentionWeight, HeadSide::Query, query, key}, control));
    check.weight = *weight.number;
    const auto share = provenance->node({Quantity::ContributionShare, HeadSide::Value, query, key}, control);
    if (!share && share.error().kind != ErrorKind::Unsupported)
        return share.error();
    if (share) {
        check.share = share->number->exact;
        check.contribution = share->operands.front().number.exact;
    }
    return check;
}

} // namespace

ProvenanceSource::ProvenanceSource(QObject* parent)
    : QObject(parent) {
    check_timer_.setSingleShot(true);
    check_timer_.setInterval(kRestMilliseconds);
    connect(&check_timer_, &QTimer::timeout, this, &ProvenanceSource::startCheck);
}

void ProvenanceSource::setHead(const SnapshotPtr& snapshot, const HeadAddress& head) {
    if (holder_ && holder_->snapshot == snapshot && holder_->head == head)
        return;
    node_runner_.cancel();
    check_runner_.cancel();
    check_timer_.stop();
    holder_.reset();
    if (!snapshot)
        return;
    holder_ = std::make_shared<Holder>();
    holder_->snapshot = snapshot;
    holder_->head = head;
}

void ProvenanceSource::requestNode(const NodeId& id) {
    if (!holder_)
        return;
    check_runner_.cancel(); // what was clicked comes first
    node_runner_.start<ProvenanceNode>(
        [holder = holder_, id](const RunControl& control) -> Result<ProvenanceNode> {
            HEADLIGHT_ASSIGN(const std::shared_ptr<const Provenance> provenance, holder->get());
            return provenance->node(id, control);
        },
        [this](Result<ProvenanceNode> node) {
            if (node.ok())
                emit nodeReady(*node);
            else if (!node.error().cancelled())
                emit nodeFailed(node.error());
        });
}

void ProvenanceSource::requestCheck(std::size_t query, std::size_t key) {
    wanted_check_ = {Quantity::AttentionWeight, HeadSide::Query, query, key};
    check_timer_.start();
}

void ProvenanceSource::startCheck() {
    if (!holder_)
        return;
    check_runner_.start<PairCheck>(
        [holder = holder_, id = wanted_check_](const RunControl& control) {
            return checkPair([&] { return holder->get(); }, id.query, id.key, control);
        },
        [this](Result<PairCheck> check) {
            if (check.ok())
                emit checkReady(*check);
        });
}

} // namespace headlight::ui
