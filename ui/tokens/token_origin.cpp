#include "ui/tokens/token_origin.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

namespace headlight::ui {

namespace {

constexpr std::size_t kMostBytes = 12; ///< spelled out; more are cut

QString tr(const char* text) {
    return QCoreApplication::translate("headlight::ui::TokenOrigin", text);
}

const std::string& textOf(const TokenSequence& sequence, std::size_t index) {
    return sequence.sequence[index] == 1 ? sequence.text_pair : sequence.text;
}

/// The bytes of the text a token stands for; empty where it stands for none.
ByteRange bytesOf(const TokenSequence& sequence, std::size_t index) {
    const ByteRange range = sequence.offsets[index];
    const std::size_t size = textOf(sequence, index).size();
    return sequence.sequence[index] >= 0 && range.begin < range.end && range.end <= size ? range
                                                                                         : ByteRange{};
}

QString hexOf(std::string_view bytes) {
    QStringList hex;
    for (const char byte : bytes.substr(0, kMostBytes))
        hex.append(QStringLiteral("%1").arg(static_cast<unsigned char>(byte), 2, 16, QLatin1Char('0')));
    return hex.join(QLatin1Char(' ')) + (bytes.size() > kMostBytes ? QStringLiteral(" …") : QString());
}

QString bytesLine(const TokenSequence& sequence, std::size_t index) {
    const ByteRange range = bytesOf(sequence, index);
    if (range.begin == range.end)
        return {};
    const std::string_view bytes =
        std::string_view(textOf(sequence, index)).substr(range.begin, range.end - range.begin);
    const QString where = sequence.sequence[index] == 1 ? tr("of text B")
                          : sequence.text_pair.empty()  ? tr("of the text")
                                                        : tr("of text A");
    return tr("bytes %1–%2 %3: %4").arg(range.begin).arg(range.end).arg(where, hexOf(bytes));
}

/// For a token that is a part of a word only.
QString wordLine(const TokenPlace& place) {
    const std::vector<TokenRange>& words = place.axis.word_tokens;
    const auto behind = std::ranges::upper_bound(words, place.index, {}, &TokenRange::begin);
    if (behind == words.begin())
        return {};
    const TokenRange& word = *std::prev(behind);
    const QString text = place.axis.whole_words.value(std::prev(behind) - words.begin());
    if (word.size() < 2 || place.index >= word.end || text.isEmpty())
        return {};
    return tr("piece %1 of %2 of the word “%3”").arg(place.index - word.begin + 1).arg(word.size()).arg(text);
}

/// Who put a token there that no text contains; empty for one of the text.
QString adderLine(const TokenPlace& place) {
    const TokenSequence& sequence = place.sequence;
    const bool translates = place.model.spec().kind == ModelKind::EncoderDecoder;
    if (place.stack == StackKind::Decoder && translates && place.index == 0)
        return tr(
            "not in any text: the decoder starts with it, so that its first step has something to read");
    if (place.stack == StackKind::Decoder && place.index >= place.n_given)
        return (place.chosen ? tr("chosen by you in step %1") : tr("written by the model in step %1"))
            .arg(place.index - place.n_given + 1);
    if (sequence.sequence[place.index] >= 0) {
        const auto tokenizer = place.model.tokenizer();
        const TextSide side =
            place.stack == StackKind::Decoder && translates ? TextSide::Target : TextSide::Source;
        const bool special =
            tokenizer && tokenizer->isSpecial(sequence.ids[place.index], side); // such as [MASK]
        return special ? tr("a special token that stands in the text") : QString();
    }
    const auto is_of_text = [](std::int8_t side) { return side >= 0; };
    const auto here = sequence.sequence.begin() + static_cast<std::ptrdiff_t>(place.index);
    if (std::none_of(sequence.sequence.begin(), here, is_of_text))
        return tr("not in the text: the tokenizer puts it in front of every text");
    if (std::none_of(here, sequence.sequence.end(), is_of_text))
        return tr("not in the text: the tokenizer puts it after every text");
    return tr("not in the text: the tokenizer puts it between the two sentences");
}

} // namespace

std::pair<qsizetype, qsizetype> charactersOf(const QString& text, ByteRange bytes) {
    std::size_t byte = 0;
    qsizetype begin = -1, end = 0;
    for (qsizetype i = 0; i < text.size() && byte < bytes.end;) {
        const bool pair = text[i].isHighSurrogate() && i + 1 < text.size() && text[i + 1].isLowSurrogate();
        const char16_t code = text[i].unicode();
        byte += pair ? 4 : code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
        if (byte > bytes.begin && begin < 0)
            begin = i; // also where the token begins inside a character
        i += pair ? 2 : 1;
        end = i;
    }
    return begin >= 0 && bytes.begin < bytes.end ? std::pair(begin, end)
                                                 : std::pair<qsizetype, qsizetype>(0, 0);
}

QString tokenOriginText(const TokenPlace& place) {
    const TokenSequence& sequence = place.sequence;
    QStringList lines{tr("token %1 of %2 · “%3” of the vocabulary, id %4")
                          .arg(place.index + 1)
                          .arg(sequence.size())
                          .arg(QString::fromStdString(sequence.tokens[place.index]))
                          .arg(sequence.ids[place.index])};
    for (const QString& line : {bytesLine(sequence, place.index), wordLine(place), adderLine(place)})
        if (!line.isEmpty())
            lines.append(line);
    return lines.join(QLatin1Char('\n'));
}

} // namespace headlight::ui
