#include "core/checkpoint/identity.h"

#include "core/checkpoint/json_file.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <vector>

namespace headlight {

namespace {

constexpr std::size_t kBlockBytes = 4096;
constexpr std::size_t kMaxBlocks = 256; // of a file's data
constexpr std::size_t kMaxConfigBytes = 16u << 20;

class Sha256 {
public:
    Sha256()
        : context_(EVP_MD_CTX_new()) {
        EVP_DigestInit_ex(context_, EVP_sha256(), nullptr);
    }
    ~Sha256() { EVP_MD_CTX_free(context_); }
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    void add(std::span<const std::byte> bytes) { EVP_DigestUpdate(context_, bytes.data(), bytes.size()); }
    /// Little-endian, so that lengths separate what is hashed one after the other.
    void addNumber(std::uint64_t number) {
        std::array<std::byte, 8> bytes{};
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<std::byte>(number >> (8 * i));
        add(bytes);
    }
    [[nodiscard]] std::string hex() {
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned int length = 0;
        EVP_DigestFinal_ex(context_, digest.data(), &length);
        std::string text;
        for (unsigned int i = 0; i < length; ++i) {
            text += "0123456789abcdef"[digest[i] >> 4];
            text += "0123456789abcdef"[digest[i] & 15];
        }
        return text;
    }

private:
    EVP_MD_CTX* context_;
};

Result<void> addRange(Sha256& hash, const MappedFile& file, std::uint64_t begin, std::uint64_t end) {
    std::vector<std::byte> buffer(std::min<std::uint64_t>(end - begin, 1u << 20));
    for (std::uint64_t offset = begin; offset < end; offset += buffer.size()) {
        const auto part = std::span(buffer).first(std::min<std::uint64_t>(buffer.size(), end - offset));
        HEADLIGHT_CHECK(file.copy(offset, part));
        hash.add(part);
    }
    return {};
}

Result<void> addFile(Sha256& hash, const SafetensorsFile& safetensors) {
    const MappedFile& file = safetensors.file();
    const std::uint64_t begin = safetensors.dataBegin();
    hash.addNumber(file.size());
    HEADLIGHT_CHECK(addRange(hash, file, 0, begin));
    const std::uint64_t n_blocks = (file.size() - begin + kBlockBytes - 1) / kBlockBytes;
    const std::uint64_t n_taken = std::min<std::uint64_t>(n_blocks, kMaxBlocks);
    for (std::uint64_t i = 0; i < n_taken; ++i) {
        // The first and the last block and evenly between them; below 2^52 blocks the product cannot
        // overflow.
        const std::uint64_t block = n_taken > 1 ? i * (n_blocks - 1) / (n_taken - 1) : 0;
        const std::uint64_t offset = begin + block * kBlockBytes;
        HEADLIGHT_CHECK(
            addRange(hash, file, offset, std::min<std::uint64_t>(offset + kBlockBytes, file.size())));
    }
    return {};
}

} // namespace

std::string sha256Hex(std::span<const std::byte> bytes) {
    Sha256 hash;
    hash.add(bytes);
    return hash.hex();
}

Result<std::string> checkpointIdentity(const std::filesystem::path& config,
                                       std::span<const std::shared_ptr<const SafetensorsFile>> files) {
    Sha256 hash;
    std::error_code code;
    if (std::filesystem::exists(config, code)) {
        HEADLIGHT_ASSIGN(const std::string text, readTextFile(config, kMaxConfigBytes));
        hash.addNumber(text.size());
        hash.add(std::as_bytes(std::span(text)));
    }
    for (const auto& file : files)
        HEADLIGHT_CHECK(addFile(hash, *file));
    return hash.hex();
}

} // namespace headlight
