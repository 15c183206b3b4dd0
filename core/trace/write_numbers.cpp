#include "core/trace/write_numbers.h"

#include "core/base/atomic_file.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

namespace headlight {

namespace {

/// A field as RFC 4180 wants it: quoted where it holds a comma, a quote or a line break (or outer spaces, which
/// spreadsheets like to strip), quotes doubled.
void appendCsvField(std::string& line, const std::string& field) {
    const bool plain = field.find_first_of(",\"\r\n") == std::string::npos &&
                       (field.empty() || (field.front() != ' ' && field.back() != ' '));
    if (plain) {
        line += field;
        return;
    }
    line += '"';
    for (const char character : field) {
        if (character == '"')
            line += '"';
        line += character;
    }
    line += '"';
}

void appendNumber(std::string& line, float value) {
    if (std::isnan(value)) {
        line += "nan";
        return;
    }
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value); // shortest text that reads back the same
    line.append(digits, end.ptr);
}

std::string npyHeader(const Shape& shape) {
    std::string dimensions;
    for (const std::size_t dimension : shape)
        dimensions += std::to_string(dimension) + ", ";
    if (shape.size() > 1)
        dimensions.resize(dimensions.size() - 2); // "(3,)" keeps its comma, "(3, 4)" does not
    else if (shape.size() == 1)
        dimensions.resize(dimensions.size() - 1);
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + dimensions + "), }";
    constexpr std::size_t kPrefix = 10; // magic, version, header length
    while ((kPrefix + header.size() + 1) % 64 != 0)
        header += ' ';
    header += '\n';
    std::string file("\x93NUMPY\x01\x00", 8);
    file += static_cast<char>(header.size() & 0xff);
    file += static_cast<char>(header.size() >> 8);
    return file + header;
}

} // namespace

Result<void> writeCsv(const std::filesystem::path& path, const Tensor& values,
                      const std::vector<std::string>& query_tokens, const std::vector<std::string>& key_tokens) {
    if (values.shape() != Shape{query_tokens.size(), key_tokens.size()})
        return makeError(ErrorKind::Usage, "the map and its tokens differ in size")
            .inFile(path.string())
            .butFound(shapeText({query_tokens.size(), key_tokens.size()}), shapeText(values.shape()));
    HEADLIGHT_ASSIGN(AtomicFile file, AtomicFile::create(path));
    std::string line;
    for (const std::string& token : key_tokens) {
        line += ',';
        appendCsvField(line, token);
    }
    line += "\r\n";
    HEADLIGHT_CHECK(file.write(line));
    for (std::size_t row = 0; row < query_tokens.size(); ++row) {
        line.clear();
        appendCsvField(line, query_tokens[row]);
        for (const float value : values.row(row)) {
            line += ',';
            appendNumber(line, value);
        }
        line += "\r\n";
        HEADLIGHT_CHECK(file.write(line));
    }
    return file.commit();
}

Result<void> writeNpy(const std::filesystem::path& path, const Tensor& values) {
    static_assert(std::endian::native == std::endian::little, "NPY's '<f4' is written as it lies in memory");
    HEADLIGHT_ASSIGN(AtomicFile file, AtomicFile::create(path));
    HEADLIGHT_CHECK(file.write(npyHeader(values.shape())));
    HEADLIGHT_CHECK(file.write(std::string_view(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float))));
    return file.commit();
}

} // namespace headlight
