#include "core/trace/dump.h"

#include "core/base/memory.h"
#include "core/checkpoint/safetensors.h"

#include <algorithm>
#include <charconv>
#include <deque>
#include <functional>

namespace headlight {

namespace {

constexpr std::pair<std::string_view, DumpPart> kPartNames[] = {
    {"weights", DumpPart::Weights}, {"scores", DumpPart::Scores}, {"raw_scores", DumpPart::RawScores}, {"query", DumpPart::Query},
    {"key", DumpPart::Key},         {"value", DumpPart::Value},   {"hidden", DumpPart::Hidden},
    {"logits", DumpPart::Logits},
};

/// Calls `use` for each comma-separated word.
Result<void> forEachWord(std::string_view list, const std::function<Result<void>(std::string_view)>& use) {
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        HEADLIGHT_CHECK(use(list.substr(begin, end - begin)));
        begin = end + 1;
    }
    return {};
}

std::string_view stackName(StackKind stack) { return stack == StackKind::Encoder ? "encoder" : "decoder"; }

/// "decoder.3.cross." and the like.
std::string attentionPrefix(AttentionKind kind, std::size_t layer) {
    return std::string(kind == AttentionKind::EncoderSelf ? "encoder." : "decoder.") + std::to_string(layer) +
           (kind == AttentionKind::Cross ? ".cross." : ".self.");
}

/// All heads' maps [n_heads, n_query, n_key].
Tensor allMaps(const Trace& trace, AttentionKind kind, LayerIndex layer, bool scores) {
    const AttentionRecord& record = trace.attention(kind, layer);
    const std::size_t n_heads = trace.nHeads(kind);
    const TokenRange rows{0, trace.nQueries(kind)};
    const TokenRange columns{0, trace.nKeys(kind)};
    Tensor maps(Shape{n_heads, rows.size(), columns.size()});
    for (std::size_t head = 0; head < n_heads; ++head) {
        const auto out = maps.span().subspan(head * rows.size() * columns.size(), rows.size() * columns.size());
        if (scores)
            trace.backend().attentionScores(record.problem, HeadIndex(head), rows, columns, out);
        else
            trace.backend().attentionWeights(record.problem, record.softmax, HeadIndex(head), rows, columns, out);
    }
    return maps;
}

/// The same of the scores before soft cap, bias and mask.
Tensor rawScoreMaps(const Trace& trace, AttentionKind kind, LayerIndex layer) {
    const TokenRange rows{0, trace.nQueries(kind)};
    const TokenRange columns{0, trace.nKeys(kind)};
    Tensor maps(Shape{trace.nHeads(kind), rows.size(), columns.size()});
    float* to = maps.data();
    for (std::size_t head = 0; head < trace.nHeads(kind); ++head) {
        const Tensor map = trace.rawScores({kind, layer, HeadIndex(head)}, rows, columns);
        to = std::copy(map.span().begin(), map.span().end(), to);
    }
    return maps;
}

/// The tensors of a file in the making.
class Collector {
public:
    explicit Collector(const DumpOptions& options) : options_(options) {}

    void add(std::string name, Tensor tensor) {
        tensors_.emplace_back(std::move(name), std::move(tensor));
    }

    void addAttention(const Trace& trace, AttentionKind kind, std::size_t layer) {
        const std::string prefix = attentionPrefix(kind, layer);
        const LayerIndex index(layer);
        if (options_.wants(DumpPart::Weights))
            add(prefix + "weights", allMaps(trace, kind, index, false));
        if (options_.wants(DumpPart::Scores))
            add(prefix + "scores", allMaps(trace, kind, index, true));
        if (options_.wants(DumpPart::RawScores))
            add(prefix + "raw_scores", rawScoreMaps(trace, kind, index));
        if (options_.wants(DumpPart::Query))
            add(prefix + "query", trace.query(kind, index));
        if (options_.wants(DumpPart::Key))
            add(prefix + "key", trace.key(kind, index));
        if (options_.wants(DumpPart::Value))
            add(prefix + "value", trace.value(kind, index));
    }

    void addHidden(const Trace& trace, StackKind stack) {
        if (!options_.wants(DumpPart::Hidden))
            return;
        const std::string prefix = std::string(stackName(stack)) + ".";
        add(prefix + "embedding", trace.embedding(stack));
        for (std::size_t layer = 0; layer < trace.stack(stack).hidden.size(); ++layer)
            if (options_.wantsLayer(layer))
                add(prefix + std::to_string(layer) + ".hidden", trace.hidden(stack, LayerIndex(layer)));
        add(prefix + "final", trace.finalHidden(stack));
    }

    [[nodiscard]] std::vector<SafetensorsItem> items() const {
        std::vector<SafetensorsItem> items;
        for (const auto& [name, tensor] : tensors_)
            items.push_back({name, tensor.shape(), tensor.span()});
        return items;
    }

private:
    const DumpOptions& options_;
    std::deque<std::pair<std::string, Tensor>> tensors_;
};

/// Bytes the file's tensors take, to refuse before the memory is gone rather than after.
double bytesNeeded(const Trace& trace, const DumpOptions& options) {
    double floats = 0;
    for (const AttentionKind kind : trace.kinds()) {
        const double cells = double(trace.nHeads(kind)) * double(trace.nQueries(kind)) * double(trace.nKeys(kind));
        double layers = 0;
        for (std::size_t layer = 0; layer < trace.nLayers(kind); ++layer)
            layers += options.wantsLayer(layer) ? 1 : 0;
        floats += layers * cells * (double(options.wants(DumpPart::Weights)) + double(options.wants(DumpPart::Scores)) +
                                   double(options.wants(DumpPart::RawScores)));
    }
    return floats * sizeof(float) + double(trace.sizeBytes()); // the rest is at most as large as the trace
}

} // namespace

bool DumpOptions::wants(DumpPart part) const {
    if (parts.empty())
        return part != DumpPart::RawScores;
    return std::find(parts.begin(), parts.end(), part) != parts.end();
}
bool DumpOptions::wantsLayer(std::size_t layer) const {
    return layers.empty() || std::find(layers.begin(), layers.end(), layer) != layers.end();
}

Result<std::vector<DumpPart>> parseDumpParts(std::string_view list) {
    std::vector<DumpPart> parts;
    HEADLIGHT_CHECK(forEachWord(list, [&](std::string_view word) -> Result<void> {
        const auto* const found = std::find_if(std::begin(kPartNames), std::end(kPartNames),
                                               [&](const auto& entry) { return entry.first == word; });
        if (found == std::end(kPartNames))
            return makeError(ErrorKind::Usage, "\"" + std::string(word) + "\" is nothing a dump can hold")
                .butFound("any of weights,scores,raw_scores,query,key,value,hidden,logits", "\"" + std::string(list) + "\"");
        parts.push_back(found->second);
        return {};
    }));
    return parts;
}

Result<std::vector<std::size_t>> parseLayers(std::string_view list, std::size_t n_layers) {
    std::vector<bool> chosen(n_layers, false);
    const auto wrong = [&](std::string_view word) {
        return makeError(ErrorKind::Usage, "\"" + std::string(word) + "\" names no layers of this model")
            .butFound("layers counted from 0 and below " + std::to_string(n_layers) + ", such as 0-" +
                          std::to_string(n_layers > 0 ? n_layers - 1 : 0),
                      "\"" + std::string(list) + "\"");
    };
    HEADLIGHT_CHECK(forEachWord(list, [&](std::string_view word) -> Result<void> {
        std::size_t first = 0;
        const char* const end = word.data() + word.size();
        auto parsed = std::from_chars(word.data(), end, first);
        std::size_t last = first;
        if (parsed.ec == std::errc{} && parsed.ptr != end && *parsed.ptr == '-')
            parsed = std::from_chars(parsed.ptr + 1, end, last);
        if (parsed.ec != std::errc{} || parsed.ptr != end || first > last || last >= n_layers)
            return wrong(word);
        for (std::size_t layer = first; layer <= last; ++layer)
            chosen[layer] = true;
        return {};
    }));
    std::vector<std::size_t> layers;
    for (std::size_t layer = 0; layer < n_layers; ++layer)
        if (chosen[layer])
            layers.push_back(layer);
    return layers;
}

Result<void> dumpTensors(const std::filesystem::path& path, const Trace& trace, const Tensor* logits,
                         const std::map<std::string, std::string>& metadata, const DumpOptions& options,
                         const RunControl& control) {
    HEADLIGHT_CHECK(checkMemory(bytesNeeded(trace, options), "this dump",
                                "Ask for fewer layers (--layers) or leave weights and scores out (--what)"));
    Collector collector(options);
    std::size_t total = 1;
    std::size_t done = 0;
    for (const AttentionKind kind : trace.kinds())
        total += trace.nLayers(kind);
    for (const StackKind stack : {StackKind::Encoder, StackKind::Decoder}) {
        if (!trace.has(stack))
            continue;
        collector.addHidden(trace, stack);
        for (const AttentionKind kind : trace.kinds()) {
            if ((kind == AttentionKind::EncoderSelf) != (stack == StackKind::Encoder))
                continue;
            for (std::size_t layer = 0; layer < trace.nLayers(kind); ++layer) {
                if (control.stopRequested())
                    return cancelledError();
                control.report(double(done++) / double(total), "collecting " + attentionPrefix(kind, layer));
                if (options.wantsLayer(layer))
                    collector.addAttention(trace, kind, layer);
            }
        }
    }
    std::vector<SafetensorsItem> items = collector.items();
    if (logits != nullptr && options.wants(DumpPart::Logits))
        items.push_back({"logits", logits->shape(), logits->span()});
    std::map<std::string, std::string> all_metadata = metadata;
    all_metadata.insert(options.extra_metadata.begin(), options.extra_metadata.end());
    HEADLIGHT_CHECK(writeSafetensors(path, items, all_metadata));
    control.report(1.0, "written");
    return {};
}

} // namespace headlight
