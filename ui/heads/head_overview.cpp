#include "ui/heads/head_overview.h"

#include <algorithm>
#include <cmath>
#include <mutex>

namespace headlight::ui {

namespace {

using namespace std::chrono_literals;

/// Cells of all maps together up to which heads are measured although nobody asked: below a second.
constexpr std::size_t kMeasuredUnasked = 60'000'000;
constexpr auto kIdle = 300ms;
/// So long the numbers of the run before stay where they are; most runs are measured by then.
constexpr double kPatience = 400.0; // milliseconds
constexpr auto kBetweenOrders = 300ms;

QString text(std::string_view utf8) { return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size())); }

bool sameShape(const HeadTable& a, const HeadTable& b) { return a.kind == b.kind && a.n_layers == b.n_layers && a.n_heads == b.n_heads; }

HeadTable emptyTable(const OverviewRun& run) {
    if (!run.trace || !run.trace->has(run.kind))
        return {};
    return {run.kind, run.trace->nLayers(run.kind), run.trace->nHeads(run.kind)};
}

} // namespace

/// What the job has measured and the GUI thread has not seen yet.
struct HeadOverview::Stream {
    std::mutex mutex;
    std::optional<HeadTable> started;
    std::vector<std::pair<HeadAddress, HeadMeasures>> fresh;
};

HeadOverview::HeadOverview(QObject* parent)
    : QObject(parent) {
    idle_.setSingleShot(true);
    idle_.setInterval(kIdle);
    rearrange_.setSingleShot(true);
    rearrange_.setInterval(kBetweenOrders);
    connect(&idle_, &QTimer::timeout, this, &HeadOverview::start);
    connect(&rearrange_, &QTimer::timeout, this, &HeadOverview::arrange);
    connect(&runner_, &JobRunner::progressed, this, [this](double fraction, const QString&) {
        progress_ = fraction;
        drain();
        emit progressChanged();
    });
    connect(&runner_, &JobRunner::runningChanged, this, &HeadOverview::progressChanged);
}

void HeadOverview::setRun(const OverviewRun& run) {
    if (run.trace == run_.trace && run.kind == run_.kind)
        return;
    if (run.trace != run_.trace)
        measured_ = {};
    run_ = run;
    runner_.cancel();
    idle_.stop();
    rearrange_.stop();
    stream_.reset();
    progress_ = 0.0;
    const HeadTable& known = measured_[static_cast<std::size_t>(run.kind)];
    if (const HeadTable fresh = emptyTable(run); known.size() > 0)
        table_ = known;
    else if (!sameShape(fresh, table_) || !table_.complete())
        table_ = fresh;
    // else the numbers of the run before stay until the new ones are there, as the pictures do
    arrange();
    emit tableChanged();
    consider();
}

void HeadOverview::setOrder(const HeadOrder& order) {
    if (order == order_)
        return;
    order_ = order;
    arrange();
    emit orderChanged();
    consider();
}

HeadOrder HeadOverview::effectiveOrder() const {
    HeadOrder order = order_;
    const auto measures = measuresOf(table_.kind);
    const auto has = [&](HeadMeasure measure) { return std::ranges::find(measures, measure) != measures.end(); };
    if (order.sort == HeadSort::Measure && !has(order.measure))
        order.sort = HeadSort::Layer;
    if (order.range && !has(order.range->measure))
        order.range.reset();
    const std::vector<HeadRole> roles = rolesOf(table_.kind);
    std::erase_if(order.roles, [&](HeadRole role) { return std::ranges::find(roles, role) == roles.end(); });
    if (order.layers && order.layers->first >= table_.n_layers)
        order.layers.reset();
    return order;
}

void HeadOverview::want(const QObject* who, bool is_wanted) {
    std::erase(wanted_by_, who);
    if (is_wanted)
        wanted_by_.push_back(who);
    consider();
}

bool HeadOverview::wanted() const {
    const HeadOrder order = effectiveOrder();
    return !wanted_by_.empty() || order.sort == HeadSort::Measure || order.sort == HeadSort::Role || order.range || !order.roles.empty();
}

void HeadOverview::consider() {
    const HeadTable& known = measured_[static_cast<std::size_t>(run_.kind)];
    if (!run_.trace || !run_.trace->has(run_.kind) || known.size() > 0 || runner_.running())
        return;
    const std::size_t n_cells = table_.size() * run_.trace->nQueries(run_.kind) * run_.trace->nKeys(run_.kind);
    if (wanted())
        start();
    else if (n_cells <= kMeasuredUnasked)
        idle_.start();
}

void HeadOverview::start() {
    idle_.stop();
    stream_ = std::make_shared<Stream>();
    TableOptions options;
    options.first = in_sight_;
    options.on_start = [stream = stream_](const HeadTable& table) {
        const std::scoped_lock lock(stream->mutex);
        stream->started = table;
    };
    options.on_head = [stream = stream_](const HeadAddress& head, const HeadMeasures& measures) {
        const std::scoped_lock lock(stream->mutex);
        stream->fresh.emplace_back(head, measures);
    };
    runner_.start<HeadTable>(
        [run = run_, options = std::move(options)](const RunControl& control) {
            return measureHeads(*run.trace, run.kind, run.input, options, control);
        },
        [this](Result<HeadTable> result) { finish(std::move(result)); });
}

void HeadOverview::stop() {
    drain();
    idle_.stop();
    rearrange_.stop();
    runner_.cancel();
    stream_.reset();
    arrange();
}

/// Takes over what has arrived, once waiting for all would show old numbers for too long.
void HeadOverview::drain() {
    if (!stream_ || (table_.complete() && runner_.elapsedMilliseconds() < kPatience))
        return;
    {
        const std::scoped_lock lock(stream_->mutex);
        if (auto started = std::exchange(stream_->started, std::nullopt))
            table_ = std::move(*started);
        for (const auto& [head, measures] : std::exchange(stream_->fresh, {}))
            table_.measures[table_.indexOf(head)] = measures;
    }
    emit tableChanged();
    if (!rearrange_.isActive())
        rearrange_.start();
}

void HeadOverview::finish(Result<HeadTable> result) {
    stream_.reset();
    rearrange_.stop();
    progress_ = 1.0;
    if (!result.ok()) {
        emit progressChanged(); // out of memory: the pictures go on without numbers
        return;
    }
    table_ = std::move(result).value();
    measured_[static_cast<std::size_t>(table_.kind)] = table_;
    emit tableChanged();
    arrange();
    emit progressChanged();
}

void HeadOverview::arrange() {
    std::vector<HeadAddress> heads = arrangeHeads(table_, effectiveOrder());
    if (heads == shown_)
        return;
    shown_ = std::move(heads);
    emit shownChanged();
}

QString HeadOverview::countText() const {
    const auto n = static_cast<int>(table_.size());
    QString counted = effectiveOrder().filters() ? tr("%1 of %2 heads").arg(shown_.size()).arg(n) : tr("%1 heads").arg(n);
    if (measuring() && runner_.elapsedMilliseconds() > kPatience)
        counted += tr(" · measuring %1 %").arg(static_cast<int>(progress_ * 100));
    return counted;
}

QString measureText(HeadMeasure measure, const std::optional<double>& value) {
    if (!value)
        return QStringLiteral("—");
    const bool tokens = measureInfo(measure).unit == MeasureUnit::Tokens;
    return QString::number(*value, 'f', tokens && *value >= 99.95 ? 0 : tokens && *value >= 9.995 ? 1 : 2);
}

QString measureName(HeadMeasure measure) { return text(measureInfo(measure).name); }

QString measureExplained(HeadMeasure measure) {
    const MeasureInfo& info = measureInfo(measure);
    return QStringLiteral("%1 %2: %3. (%4)")
        .arg(text(info.explanation), HeadOverview::tr("Range"), text(info.range) + (info.unit == MeasureUnit::Nats     ? HeadOverview::tr(" nats")
                                                                              : info.unit == MeasureUnit::Tokens ? HeadOverview::tr(" tokens")
                                                                                                                 : QString()),
             text(info.source));
}

QString roleName(HeadRole role) { return text(roleInfo(role).name); }
QString roleExplained(HeadRole role) { return text(roleInfo(role).explanation); }

std::vector<std::pair<QString, QString>> headFacts(const HeadTable& table, const HeadAddress& head) {
    std::vector<std::pair<QString, QString>> facts;
    const auto role = table.role(head);
    if (!role)
        return facts;
    facts.emplace_back(HeadOverview::tr("role"), roleName(*role));
    for (const HeadMeasure measure : measuresOf(table.kind)) {
        const auto value = table.value(head, measure);
        if (value)
            facts.emplace_back(measureName(measure), measureText(measure, value));
    }
    return facts;
}

QString headLabel(const HeadAddress& head) { return QStringLiteral("%1.%2").arg(head.layer.value + 1).arg(head.head.value + 1); }

} // namespace headlight::ui
