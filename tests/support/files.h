// Files for tests: a folder that goes away, and safetensors bytes with a header of the test's choosing.
#pragma once

#include <QByteArray>
#include <QFile>
#include <QTemporaryDir>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace headlight::testing {

/// A folder of its own for each object, removed with everything in it.
class TemporaryFolder {
public:
    [[nodiscard]] std::filesystem::path path() const { return folder_.path().toStdString(); }
    [[nodiscard]] std::filesystem::path file(const std::string& name) const { return path() / name; }

    /// Writes a file (folders above it are made) and returns its path.
    std::filesystem::path write(const std::string& name, std::string_view bytes) const {
        const std::filesystem::path target = file(name);
        std::filesystem::create_directories(target.parent_path());
        std::ofstream(target, std::ios::binary)
            .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        return target;
    }

private:
    QTemporaryDir folder_;
};

inline std::string readBytes(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// What a file holds; nothing where it cannot be read.
inline QByteArray contents(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}
inline QByteArray contents(const std::filesystem::path& path) {
    return contents(QString::fromStdString(path.string()));
}

/// The eight little-endian bytes a safetensors file starts with.
inline std::string lengthBytes(std::uint64_t length) {
    std::string bytes;
    for (int i = 0; i < 8; ++i)
        bytes += static_cast<char>(length >> (8 * i) & 0xff);
    return bytes;
}

/// A safetensors file: length, header text, data.
inline std::string safetensorsBytes(std::string_view header, std::string_view data = {}) {
    return lengthBytes(header.size()) + std::string(header) + std::string(data);
}

} // namespace headlight::testing
