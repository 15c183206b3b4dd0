#include "ui/theme/head_colours.h"

#include "ui/theme/theme.h"

namespace headlight::ui {

QColor headColour(std::size_t index, const Theme& theme) {
    // Neighbours differ in lightness as well as in hue.
    static constexpr QRgb kOnLight[kHeadColours] = {0xff00755e, 0xffb0569b, 0xff7a6a00, 0xff5b3a8e,
                                                    0xff8c2f39, 0xff3f8f3f, 0xff4f5b66, 0xff00a0a0};
    static constexpr QRgb kOnDark[kHeadColours] = {0xff4fd1b3, 0xffe59ad2, 0xffe0d05a, 0xffb79bf0,
                                                   0xfff08a93, 0xff9fdc8f, 0xffb7c0ca, 0xffd9a679};
    const std::size_t place = index % kHeadColours;
    return QColor::fromRgb(theme.dark ? kOnDark[place] : kOnLight[place]);
}

} // namespace headlight::ui
