// Mutated safetensors headers and files: refused or consistent, never a crash.
#include "core/checkpoint/safetensors.h"
#include "tests/support/files.h"
#include "tests/support/fuzzing.h"

using namespace headlight;
using namespace headlight::testing;

namespace {

constexpr std::uint64_t kDataSize = 24;

const std::vector<std::string> kSeeds = {
    R"({"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}})",
    R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]},"b":{"dtype":"BF16","shape":[8],"data_offsets":[8,24]}}   )",
    R"({"w.0":{"dtype":"F64","shape":[],"data_offsets":[0,8]},"w.1":{"dtype":"U8","shape":[0,7],"data_offsets":[8,8]},"w.2":{"dtype":"F4","shape":[32],"data_offsets":[8,24]}})",
};
const std::vector<std::string> kWords = {"\"dtype\":",
                                         "\"shape\":",
                                         "\"data_offsets\":",
                                         "\"__metadata__\":",
                                         "\"F32\"",
                                         "\"BF16\"",
                                         "\"F6_E2M3\"",
                                         "{",
                                         "}",
                                         "[",
                                         "]",
                                         ",",
                                         ":",
                                         "\"",
                                         "[0,24]",
                                         "[8,24]",
                                         "\\u0000",
                                         "\\ud800",
                                         "null",
                                         "true",
                                         "{}",
                                         "[]",
                                         "    ",
                                         "\"a\":"};

/// What an accepted header promises, computed again.
std::string broken(const SafetensorsHeader& header, std::uint64_t file_size) {
    std::uint64_t end = header.data_begin;
    for (const SafetensorsEntry& entry : header.entries) {
        if (entry.offset != end)
            return "a hole or an overlap before " + entry.name;
        end += entry.size_bytes;
        long double bits = dtypeBits(entry.dtype);
        for (const std::uint64_t dimension : entry.shape)
            bits *= static_cast<long double>(dimension);
        if (bits != 8.0L * static_cast<long double>(entry.size_bytes))
            return "the size of " + entry.name + " does not match its shape";
    }
    return end == file_size ? "" : "the tensors do not end with the file";
}

std::string runHeader(const std::string& text, bool& accepted) {
    const std::uint64_t begin = 8 + text.size();
    const auto header = parseSafetensorsHeader(text, begin, begin + kDataSize, "fuzz");
    accepted = header.ok();
    if (header.ok())
        return broken(*header, begin + kDataSize);
    return header.error().message().empty() ? "a refusal without words" : "";
}

/// The same text in a real file whose length field may lie.
std::string runFile(const TemporaryFolder& folder, const std::string& text, bool& accepted) {
    std::string bytes = safetensorsBytes(text, std::string(kDataSize, '\x3c'));
    if (text.size() % 5 == 0)
        bytes[text.size() % 8] = static_cast<char>(bytes[text.size() % 8] ^ (1 << (text.size() / 8 % 8)));
    const auto file = SafetensorsFile::open(folder.write("model.safetensors", bytes));
    accepted = file.ok();
    if (!file.ok())
        return "";
    for (const SafetensorsEntry& entry : (*file)->entries()) {
        bool finite = false;
        const auto tensor = (*file)->read(entry, finite);
        if (tensor.ok() && tensor->size() * dtypeBits(entry.dtype) / 8 != entry.size_bytes)
            return "a tensor of another size than its entry";
    }
    return "";
}

} // namespace

int main(int argc, char** argv) {
    const TemporaryFolder folder;
    FuzzTarget target{kSeeds, kWords, {}, true};
    std::uint64_t n_runs = 0;
    target.run = [&](const std::string& input, bool& accepted) {
        if (n_runs++ % 64 == 63) { // files are slow, headers are where the rules are
            bool accepted_file = false;
            if (const std::string wrong = runFile(folder, input, accepted_file); !wrong.empty())
                return wrong;
        }
        return runHeader(input, accepted);
    };
    return fuzzMain(argc, argv, target);
}
