// Rows of one head go in, its measures come out. Shared by all that measures: one head, a table of heads, an even spread.
#pragma once

#include "core/analysis/head_measures.h"
#include "core/analysis/token_repeats.h"

#include <span>

namespace headlight {

/// What all heads of a kind share: which keys are special, which tokens come again.
class MeasuredTokens {
public:
    /// `input` must fit `n_keys` where it is not empty.
    MeasuredTokens(const MeasureInput& input, std::size_t n_keys);

    [[nodiscard]] std::size_t nKeys() const { return n_keys_; }
    [[nodiscard]] std::span<const std::size_t> specialKeys() const { return special_; }
    [[nodiscard]] bool special(std::size_t key) const { return key < is_special_.size() && is_special_[key]; }
    [[nodiscard]] const TokenRepeats& repeats() const { return repeats_; }

private:
    std::size_t n_keys_;
    std::vector<bool> is_special_;
    std::vector<std::size_t> special_; ///< ascending
    TokenRepeats repeats_;
};

/// Sums over the rows of one head.
class RowMeasurer {
public:
    /// `tokens` must outlive the measurer.
    explicit RowMeasurer(const MeasuredTokens& tokens);

    /// Adds one row; `weights` holds keys [keys.begin, keys.end), all the row can see.
    void addRow(std::span<const float> weights, TokenRange keys, std::size_t position);
    [[nodiscard]] HeadMeasures finish() const;

private:
    void addRepeats(std::span<const float> weights, TokenRange keys, std::size_t position);

    const MeasuredTokens* tokens_;
    HeadMeasures sums_;
    std::vector<double> received_; ///< [n_keys] what each key has received
    std::size_t n_rows_ = 0;
    std::size_t n_with_choice_ = 0;   ///< rows that see at least two keys
    std::size_t n_with_previous_ = 0; ///< rows whose position has a key before it
    std::size_t n_with_next_ = 0;     ///< rows that see the key behind their position
    std::size_t n_repeated_ = 0;      ///< rows whose token was there before
    std::size_t n_duplicated_ = 0;    ///< rows that see their token elsewhere
    double induction_ = 0.0;
    double duplicate_ = 0.0;
};

/// Measures one head with what all of its kind share.
[[nodiscard]] Result<HeadMeasures> measureRows(const Trace& trace, const HeadAddress& head, const MeasuredTokens& tokens,
                                               const RunControl& control);

/// What a head would measure that spreads its weight evenly over all keys `mask` lets it see.
[[nodiscard]] Result<HeadMeasures> measureEvenSpread(const AttentionMask& mask, std::size_t n_queries,
                                                     const MeasuredTokens& tokens, const RunControl& control);

} // namespace headlight
