// Tokenizes JSON lines from standard input, or times a file:
//   bench_tokenizer FOLDER_OR_FILE lines              each line a JSON string, a pair [first, second], {"target": text, "language": code}
//                                                     or {"decode": ids}; one JSON answer a line
//   bench_tokenizer FOLDER_OR_FILE time TEXT [N]      loads, tokenizes TEXT whole and by line N times, prints MB/s
#include "core/checkpoint/json_file.h"
#include "core/tokenizer/tokenizer.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace {

using headlight::Encoding;
using headlight::Result;
using headlight::Tokenizer;
using TokenizerPtr = std::shared_ptr<const Tokenizer>;

/// Processor time: one thread works, and other programs on the machine do not count.
double now() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }
double secondsSince(double begin) { return now() - begin; }

Result<TokenizerPtr> load(const std::string& path) {
    if (std::filesystem::is_directory(path))
        return Tokenizer::fromFolder(path);
    HEADLIGHT_ASSIGN(const std::string json, headlight::readTextFile(path, std::size_t{256} << 20));
    return Tokenizer::fromJson(json, path);
}

nlohmann::json answer(const Tokenizer& tokenizer, const nlohmann::json& line) {
    if (line.contains("decode"))
        return tokenizer.decode(line.at("decode").get<std::vector<headlight::TokenId>>(), line.value("skip", true));
    headlight::EncodeOptions options;
    if (line.is_object()) {
        options.side = headlight::TextSide::Target;
        options.language = line.value("language", "");
    }
    const auto encoded = line.is_string()   ? tokenizer.encode(line.get_ref<const std::string&>())
                         : line.is_object() ? tokenizer.encode(line.at("target").get_ref<const std::string&>(), options)
                                            : tokenizer.encodePair(line.at(0).get_ref<const std::string&>(), line.at(1).get_ref<const std::string&>());
    if (!encoded.ok())
        return {{"error", encoded.error().message()}};
    const Encoding& encoding = encoded.value();
    nlohmann::json offsets = nlohmann::json::array();
    for (const auto& range : encoding.offsets)
        offsets.push_back({range.begin, range.end});
    return {{"ids", encoding.ids}, {"tokens", encoding.tokens}, {"offsets", std::move(offsets)}, {"type_ids", encoding.type_ids}};
}

int answerLines(const Tokenizer& tokenizer) {
    std::string line;
    while (std::getline(std::cin, line))
        std::cout << answer(tokenizer, nlohmann::json::parse(line)).dump() << '\n';
    return 0;
}

int timeFile(const std::string& model, const std::string& path, int n_runs) {
    const auto load_begin = now();
    const auto tokenizer = load(model);
    const double load_seconds = secondsSince(load_begin);
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    const std::string all = text.str();
    std::vector<std::string> lines;
    std::istringstream reader(all);
    for (std::string line; std::getline(reader, line);)
        lines.push_back(line);
    double best_whole = 1e9, best_lines = 1e9;
    std::size_t n_tokens = 0;
    for (int run = 0; run < n_runs; ++run) {
        auto begin = now();
        n_tokens = tokenizer.value()->encode(all).value().size();
        best_whole = std::min(best_whole, secondsSince(begin));
        begin = now();
        for (const std::string& line : lines)
            n_tokens += tokenizer.value()->encode(line).ok() ? 0 : 1;
        best_lines = std::min(best_lines, secondsSince(begin));
    }
    const double megabytes = static_cast<double>(all.size()) / 1e6;
    std::printf("load %.1f ms, whole %.1f MB/s, by line %.1f MB/s, %zu tokens\n", load_seconds * 1e3, megabytes / best_whole, megabytes / best_lines, n_tokens);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.size() < 2) {
        std::fprintf(stderr, "usage: bench_tokenizer FOLDER_OR_FILE lines | time TEXT [RUNS]\n");
        return 2;
    }
    const auto tokenizer = load(arguments[0]);
    if (!tokenizer.ok()) {
        std::fprintf(stderr, "%s\n", tokenizer.error().message().c_str());
        return 1;
    }
    if (arguments[1] == "lines")
        return answerLines(*tokenizer.value());
    return timeFile(arguments[0], arguments.at(2), arguments.size() > 3 ? std::stoi(arguments[3]) : 5);
}
