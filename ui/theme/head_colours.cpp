#include "ui/theme/head_colours.h"

#include "ui/theme/theme.h"

namespace headlight::ui {

QColor headColour(std::size_t index, const Theme& theme) {
    // Apart from one another, and from query and key, for every kind of colour vision: tests/ui/tst_colour_vision.cpp.
    static constexpr QRgb kOnLight[kHeadColours] = {0xff28a08c, 0xff64008c, 0xffa078f0, 0xff78143c,
                                                    0xff503c00, 0xfff05078, 0xffa0508c, 0xff507850};
    static constexpr QRgb kOnDark[kHeadColours] = {0xff148c78, 0xfff0b4f0, 0xff8c7800, 0xff8c64dc,
                                                   0xffdcdca0, 0xfff064a0, 0xffa0f0dc, 0xff78a064};
    const std::size_t place = index % kHeadColours;
    return QColor::fromRgb(theme.dark ? kOnDark[place] : kOnLight[place]);
}

} // namespace headlight::ui
