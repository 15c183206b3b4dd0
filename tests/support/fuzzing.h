// A small deterministic mutation fuzzer: the same count and seed always give the same inputs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace headlight::testing {

/// Numbers without state between inputs, so that input 7,000,000 can be made again without the ones before it
/// (SplitMix64).
class Random {
public:
    explicit Random(std::uint64_t seed)
        : state_(seed) {}
    std::uint64_t next() {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }
    /// 0 .. bound - 1; 0 for a bound of 0.
    std::size_t below(std::size_t bound) { return bound ? static_cast<std::size_t>(next() % bound) : 0; }

private:
    std::uint64_t state_;
};

/// What a fuzz target is made of.
struct FuzzTarget {
    std::vector<std::string> seeds; ///< good inputs to start from
    std::vector<std::string> words; ///< pieces of the input's language, spliced in
    /// Feeds one input. Returns an empty text, or what is wrong (an accepted input that breaks a promise).
    /// `accepted` is set where the parser took the input.
    std::function<std::string(const std::string& input, bool& accepted)> run;
    bool json = false; ///< the inputs are JSON: most mutations leave them so
};

/// `program [COUNT [SEED [FIRST]]]`: runs COUNT inputs (20,000 if not given) from number FIRST on. Each is a
/// seed with one to eight mutations: flipped bits, odd bytes, cut, doubled and swapped pieces, words, huge
/// numbers. Of JSON, three of four have values and keys altered instead, as a text that is no JSON never gets
/// to the rules behind the parser. An input that takes longer than 25 s ends the program by SIGALRM. Returns
/// main()'s exit status and prints a line of figures.
[[nodiscard]] int fuzzMain(int argc, char** argv, const FuzzTarget& target);

} // namespace headlight::testing
