#include "ui/tokens/text_marks.h"

#include "ui/theme/theme.h"
#include "ui/tokens/token_origin.h"

namespace headlight::ui {

namespace {

constexpr int kMarkAlpha = 70; ///< of 255: the text on it stays readable in both themes

void addMark(TextMarks& marks, const RunSnapshot& snapshot, StackKind stack, std::optional<std::size_t> index,
             QColor colour) {
    const ModelInput& input = snapshot.run.input;
    const TokenSequence& sequence = stack == StackKind::Encoder ? input.source : input.target;
    if (!index || *index >= sequence.size() || sequence.sequence[*index] < 0)
        return;
    const bool is_target = stack == StackKind::Decoder && snapshot.isTranslation();
    const bool second = sequence.sequence[*index] == 1;
    if (is_target && !snapshot.request.own_target)
        return; // what the model wrote stands in no field
    const QString text = is_target ? *snapshot.request.own_target
                         : second  ? snapshot.request.text_pair.value_or(QString())
                                   : snapshot.request.text;
    auto [begin, end] = charactersOf(text, sequence.offsets[*index]);
    while (begin < end && text[begin].isSpace())
        ++begin; // SentencePiece counts the blank before a word to it
    colour.setAlpha(kMarkAlpha);
    if (begin < end)
        (is_target ? marks.target : second ? marks.pair : marks.source).push_back({begin, end, colour});
}

} // namespace

TextMarks marksOf(const RunSnapshot& snapshot, AttentionKind kind, const TokenPair& pair,
                  const Theme& theme) {
    TextMarks marks;
    addMark(marks, snapshot, kind == AttentionKind::EncoderSelf ? StackKind::Encoder : StackKind::Decoder,
            pair.query, theme.query);
    addMark(marks, snapshot, kind == AttentionKind::DecoderSelf ? StackKind::Decoder : StackKind::Encoder,
            pair.key, theme.key);
    return marks;
}

} // namespace headlight::ui
