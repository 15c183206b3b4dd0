#include "tests/support/fuzzing.h"

#include "tests/support/json_mutations.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace headlight::testing {

namespace {

constexpr unsigned kSecondsPerInput = 25;

constexpr std::array<std::string_view, 14> kNumbers = {"0",
                                                       "-1",
                                                       "1",
                                                       "-0",
                                                       "1.5",
                                                       "1e400",
                                                       "2147483647",
                                                       "2147483648",
                                                       "4294967296",
                                                       "9223372036854775807",
                                                       "18446744073709551615",
                                                       "18446744073709551616",
                                                       "1000000000",
                                                       "NaN"};
constexpr std::array<unsigned char, 12> kBytes = {0x00, 0x01, 0x20, 0x22, 0x5c, 0x7b,
                                                  0x7d, 0x7f, 0x80, 0xc0, 0xed, 0xff};

struct Piece {
    std::size_t begin;
    std::size_t size;
};

Piece anyPiece(const std::string& text, Random& random) {
    const std::size_t begin = random.below(text.size() + 1);
    const std::size_t longest = random.below(4) ? 16 : text.size();
    return {begin, random.below(std::min(longest, text.size() - begin) + 1)};
}

/// Replaces the first run of digits at or after a random place.
void replaceNumber(std::string& text, Random& random) {
    const std::size_t begin = text.find_first_of("0123456789", random.below(text.size() + 1));
    if (begin == std::string::npos)
        return;
    const std::size_t end = std::min(text.find_first_not_of("0123456789", begin), text.size());
    text.replace(begin, end - begin, kNumbers[random.below(kNumbers.size())]);
}

void mutateOnce(std::string& text, const FuzzTarget& target, Random& random) {
    const auto [begin, size] = anyPiece(text, random);
    switch (random.below(9)) {
    case 0:
        if (begin < text.size())
            text[begin] = static_cast<char>(text[begin] ^ (1 << random.below(8)));
        break;
    case 1:
        text.insert(begin, 1, static_cast<char>(kBytes[random.below(kBytes.size())]));
        break;
    case 2:
        text.erase(begin, size);
        break;
    case 3:
        text.insert(begin, text.substr(begin, size));
        break;
    case 4: // a piece moves elsewhere
    {
        const std::string piece = text.substr(begin, size);
        text.erase(begin, size);
        text.insert(random.below(text.size() + 1), piece);
        break;
    }
    case 5:
        replaceNumber(text, random);
        break;
    case 6:
        if (!target.words.empty())
            text.insert(begin, target.words[random.below(target.words.size())]);
        break;
    case 7:
        if (!target.words.empty())
            text.replace(begin, size, target.words[random.below(target.words.size())]);
        break;
    default:
        if (random.below(8) == 0)
            text.resize(begin);
        else if (begin < text.size())
            text[begin] = static_cast<char>(random.next());
    }
}

std::string mutated(const FuzzTarget& target, const JsonMutator& json, Random& random) {
    std::string text = target.seeds[random.below(target.seeds.size())];
    if (target.json && random.below(4) != 0) {
        for (std::size_t left = 1 + random.below(4); left > 0; --left)
            if (!json.mutate(text, random))
                break;
        if (random.below(8) != 0)
            return text;
    }
    for (std::size_t left = 1 + random.below(8); left > 0; --left)
        mutateOnce(text, target, random);
    return text;
}

std::uint64_t argument(int argc, char** argv, int index, std::uint64_t otherwise) {
    return argc > index ? std::strtoull(argv[index], nullptr, 10) : otherwise;
}

} // namespace

int fuzzMain(int argc, char** argv, const FuzzTarget& target) {
    const std::uint64_t count = argument(argc, argv, 1, 20'000);
    const std::uint64_t seed = argument(argc, argv, 2, 1);
    const std::uint64_t first = argument(argc, argv, 3, 0);
    const JsonMutator json(target.json ? target.seeds : std::vector<std::string>());
    std::uint64_t n_accepted = 0;
    double slowest = 0;
    for (const std::string& good : target.seeds) { // a target whose good inputs are refused tests nothing
        bool accepted = false;
        if (const std::string wrong = target.run(good, accepted); !accepted || !wrong.empty()) {
            std::fprintf(stderr, "a seed is not accepted: %s\n%s\n", wrong.c_str(), good.c_str());
            return 1;
        }
    }
    for (std::uint64_t i = first; i < first + count; ++i) {
        Random random(seed * 0x100000001b3u + i * 0x9e3779b97f4a7c15u);
        const std::string input = mutated(target, json, random);
        ::alarm(kSecondsPerInput);
        const auto start = std::chrono::steady_clock::now();
        bool accepted = false;
        const std::string wrong = target.run(input, accepted);
        slowest = std::max(slowest,
                           std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
        n_accepted += accepted;
        if (!wrong.empty()) {
            std::fprintf(stderr, "input %llu of seed %llu: %s\n%s\n", static_cast<unsigned long long>(i),
                         static_cast<unsigned long long>(seed), wrong.c_str(), input.c_str());
            return 1;
        }
        if ((i - first) % 100'000 ==
            99'999) // where to look after a crash: `program 100000 SEED THIS_MINUS_100000`
            std::fprintf(stderr, "%llu\n", static_cast<unsigned long long>(i + 1));
    }
    ::alarm(0);
    std::printf("%llu inputs, %llu accepted, slowest %.3f s\n", static_cast<unsigned long long>(count),
                static_cast<unsigned long long>(n_accepted), slowest);
    return 0;
}

} // namespace headlight::testing
