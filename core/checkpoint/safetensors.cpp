#include "core/checkpoint/safetensors.h"

#include "core/checkpoint/file_kind.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <new>

namespace headlight {

namespace {

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kChunkBytes =
    128u << 10; // fits the second-level cache: copied, converted and checked while there

Error foreignFile(const std::string& file, FileKind kind) {
    return makeError(ErrorKind::Format, "not a safetensors file")
        .inFile(file)
        .butFound("safetensors weights", fileKindText(kind))
        .because(fileKindCause(kind))
        .nextStep(fileKindNextStep(kind));
}

Error lengthError(const std::string& file, std::string summary, std::string expected, std::string found,
                  std::string cause) {
    return makeError(ErrorKind::Format, std::move(summary))
        .inFile(file)
        .atItem("header length")
        .butFound(std::move(expected), std::move(found))
        .because(std::move(cause))
        .nextStep("Fetch the file again from its source");
}

/// What the file is if its first bytes give it away, else `otherwise`.
Error betterError(const MappedFile& file, Error otherwise) {
    std::string start(std::min<std::size_t>(file.size(), 512), '\0');
    if (!file.copy(0, std::as_writable_bytes(std::span(start))).ok())
        return otherwise;
    const FileKind kind = recognizeFile(start);
    return kind == FileKind::Unknown ? otherwise : foreignFile(file.path().string(), kind);
}

/// The header's length N, checked before anything of that size is allocated.
Result<std::uint64_t> readHeaderLength(const MappedFile& file) {
    const std::string name = file.path().string();
    if (file.size() < kLengthBytes)
        return lengthError(name, "file is too small for safetensors", "at least 8 bytes",
                           std::to_string(file.size()), "A download was interrupted before it began");
    std::array<std::uint8_t, kLengthBytes> bytes{};
    HEADLIGHT_CHECK(file.copy(0, std::as_writable_bytes(std::span(bytes))));
    std::uint64_t length = 0;
    for (std::size_t i = kLengthBytes; i-- > 0;) // little-endian
        length = length << 8 | bytes[i];
    if (length > kMaxSafetensorsHeader)
        return lengthError(name, "safetensors header is too long",
                           "at most " + std::to_string(kMaxSafetensorsHeader) + " bytes",
                           std::to_string(length), "This is not a safetensors file, or its start is damaged");
    if (length > file.size() - kLengthBytes)
        return lengthError(name, "safetensors header does not fit the file",
                           "at most " + std::to_string(file.size() - kLengthBytes) + " bytes",
                           std::to_string(length),
                           "A download or copy was interrupted, or this is not a safetensors file");
    return length;
}

Result<SafetensorsHeader> readHeader(const MappedFile& file) {
    HEADLIGHT_ASSIGN(const std::uint64_t length, readHeaderLength(file));
    std::string text(length, '\0');
    HEADLIGHT_CHECK(file.copy(kLengthBytes, std::as_writable_bytes(std::span(text))));
    return parseSafetensorsHeader(text, kLengthBytes + length, file.size(), file.path().string());
}

Result<Tensor> allocate(const SafetensorsEntry& entry, const std::string& file) {
    try {
        return Tensor(Shape(entry.shape.begin(), entry.shape.end()));
    } catch (const std::bad_alloc&) {
        return makeError(ErrorKind::Memory, "not enough memory for a tensor")
            .inFile(file)
            .atItem(entry.name)
            .butFound(std::to_string(entry.size_bytes) + " bytes", "less")
            .because("The model is larger than this machine's free memory")
            .nextStep("Close other programs or choose a smaller model");
    }
}

bool readable(DType dtype) {
    return dtype == DType::F32 || dtype == DType::F16 || dtype == DType::BF16 || dtype == DType::F64;
}

} // namespace

Result<std::shared_ptr<const SafetensorsFile>> SafetensorsFile::open(const std::filesystem::path& path) {
    HEADLIGHT_ASSIGN(auto mapped, MappedFile::open(path));
    auto header = readHeader(*mapped);
    if (!header.ok())
        return betterError(*mapped, std::move(header).error());
    std::shared_ptr<SafetensorsFile> file(new SafetensorsFile);
    file->file_ = std::move(mapped);
    file->header_ = std::move(header).value();
    return std::shared_ptr<const SafetensorsFile>(std::move(file));
}

const SafetensorsEntry* SafetensorsFile::find(std::string_view name) const {
    const auto nameOf = [&](std::size_t i) -> std::string_view { return header_.entries[i].name; };
    const auto place = std::ranges::lower_bound(header_.by_name, name, {}, nameOf);
    return place != header_.by_name.end() && nameOf(*place) == name ? &header_.entries[*place] : nullptr;
}

Result<Tensor> SafetensorsFile::read(const SafetensorsEntry& entry, bool& finite) const {
    finite = true;
    if (!readable(entry.dtype))
        return makeError(ErrorKind::Weights, "tensor has a dtype this program does not compute with")
            .inFile(path().string())
            .atItem(entry.name)
            .butFound("F32, F16, BF16 or F64", std::string(dtypeName(entry.dtype)))
            .because("The checkpoint is quantised, or the tensor is no weight")
            .nextStep("Take the model's original, unquantised weights");
    HEADLIGHT_ASSIGN(Tensor tensor, allocate(entry, path().string()));
    const std::size_t element_bytes = dtypeBits(entry.dtype) / 8;
    const std::size_t chunk = kChunkBytes / element_bytes; // elements
    std::vector<std::byte> buffer(entry.dtype == DType::F32 ? 0 : kChunkBytes);
    for (std::size_t done = 0; done < tensor.size(); done += chunk) {
        const std::span<float> out = tensor.span().subspan(done, std::min(chunk, tensor.size() - done));
        const std::span<std::byte> bytes = entry.dtype == DType::F32
                                               ? std::as_writable_bytes(out)
                                               : std::span(buffer).first(out.size() * element_bytes);
        HEADLIGHT_CHECK(file_->copy(entry.offset + done * element_bytes, bytes));
        if (entry.dtype != DType::F32 && !convertToF32(entry.dtype, bytes, out))
            break; // readable() has said otherwise
        finite = allFinite(out) && finite;
    }
    file_->drop(entry.offset,
                entry.size_bytes); // read once: the map's pages would only count as memory in use
    return tensor;
}

} // namespace headlight
