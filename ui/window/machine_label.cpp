#include "ui/window/machine_label.h"

#include "core/base/memory.h"
#include "core/compute/backend.h"
#include "ui/document/document.h"
#include "ui/theme/figures.h"

namespace headlight::ui {

namespace {

constexpr int kRefreshMilliseconds = 2000;

QString bytes(std::uint64_t count) { return QString::fromStdString(byteText(static_cast<double>(count))); }

} // namespace

MachineLabel::MachineLabel(const Document* document, QWidget* parent)
    : QLabel(parent)
    , document_(document) {
    setProperty("role", "caption");
    setObjectName(QStringLiteral("machine"));
    timer_.setInterval(kRefreshMilliseconds);
    connect(&timer_, &QTimer::timeout, this, &MachineLabel::refresh);
    connect(document_, &Document::modelChanged, this, &MachineLabel::refresh);
    connect(document_, &Document::snapshotChanged, this, &MachineLabel::refresh);
    refresh();
}

void MachineLabel::showEvent(QShowEvent* event) {
    refresh();
    timer_.start();
    QLabel::showEvent(event);
}

void MachineLabel::hideEvent(QHideEvent* event) {
    timer_.stop();
    QLabel::hideEvent(event);
}

void MachineLabel::refresh() {
    QStringList figures;
    QStringList lines;
    if (const SnapshotPtr& snapshot = document_->snapshot()) {
        const ComputeBackend& backend = snapshot->trace().backend();
        const QString name = QString::fromUtf8(backend.name().data(), static_cast<qsizetype>(backend.name().size())).toUpper();
        figures << name << durationText(snapshot->milliseconds);
        lines << tr("Computed on: %1").arg(QString::fromStdString(backend.description()))
              << tr("Time of this run, from text to attention: %1").arg(durationText(snapshot->milliseconds))
              << tr("Memory its trace keeps (queries, keys, values and rows' figures, not the maps): %1").arg(bytes(snapshot->trace().sizeBytes()));
        if (backend.name() != "cpu")
            if (const auto free = backend.freeMemory())
                lines << tr("Free on the device: %1").arg(bytes(*free));
    }
    if (const auto used = usedMemory()) {
        figures << bytes(*used);
        lines << tr("Memory Headlight uses in all, models included: %1").arg(bytes(*used));
    }
    if (const auto available = availableMemory())
        lines << tr("Memory still free: %1").arg(bytes(*available));
    setText(figures.join(QStringLiteral(" · ")));
    setToolTip(lines.join(QLatin1Char('\n')));
    setAccessibleName(tr("Device, time and memory: %1").arg(figures.join(QStringLiteral(", "))));
}

} // namespace headlight::ui
