// What the laboratory's views are made of: panels, each a title, a sentence and one picture, as plain values.
#pragma once

#include <QString>
#include <QStringList>

#include <cstddef>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace headlight::ui {

/// One line of a CurvePlot.
struct PlotCurve {
    QString name;          ///< in the legend; empty: not in it
    std::vector<double> x; ///< rising
    std::vector<double> y; ///< as many; NaN leaves a gap
    int colour = -1;       ///< of headColour(); -1: the text's ink
    bool faint = false;    ///< one of many, behind the others
    bool dashed = false;
};

struct CurvePlot {
    std::vector<PlotCurve> curves;
    QString x_name;
    QString y_name;
    bool steps = false; ///< values hold until the next x
    bool log_y = false; ///< y above 0 only
    bool log_x = false;
    std::optional<double> mark_x;                     ///< a vertical line
    std::optional<std::pair<double, double>> y_range; ///< nothing: what the curves need
};

/// Numbers as colours, [n_rows, n_columns].
struct MatrixPlot {
    std::size_t n_rows = 0;
    std::size_t n_columns = 0;
    std::vector<float> values; ///< row-major; NaN: there is none (masked)
    QString row_name;          ///< "position"
    QString column_name;       ///< "dimension"
    double first_row = 0.0;    ///< number of the first row
    double first_column = 0.0;
    QStringList row_words; ///< instead of numbers
    QStringList column_words;
    QString value_name;     ///< "weight"
    bool looks = true;      ///< of words and words: rows look at columns
    bool is_signed = false; ///< orange - white - blue around 0, else 0 to `largest` in viridis
    double largest = 0.0;   ///< end of the scale; 0: the largest there is
    std::optional<std::size_t> mark_row;
    std::optional<std::size_t> mark_column;
    bool square = false; ///< cells as high as wide
    bool whole = false;  ///< values are numbers of something, without a fraction
};

/// Pairs of dimensions as clocks: where the hand stood and where it stands.
struct TurnPlot {
    struct Hand {
        QString name;      ///< "pair 3"
        double from = 0.0; ///< radians
        double turn = 0.0;
        QString note; ///< for the readout
    };
    std::vector<Hand> hands;
};

/// Words with numbers, one a row: what a softmax gives, before and after it was changed.
struct BarPlot {
    struct Column {
        QString name;
        QString tool_tip;
        bool is_bar = true; ///< a bar and its number; else the number alone
    };
    struct Row {
        QString word;
        std::vector<QString> numbers;  ///< one a column
        std::vector<double> fractions; ///< length of each bar, 0 to 1
        std::vector<double> values;    ///< the numbers in full, for files; empty: as shown
        bool cut = false;              ///< drawn as cut: struck through, its last bars hatched
        bool strong = false;
        bool muted = false;
        QString note; ///< for the readout
    };
    std::vector<Column> columns;
    std::vector<Row> rows;
    bool words_are_keys = false; ///< bars in the colour of keys
};

/// Names with values and a sentence each.
struct FactPlot {
    struct Fact {
        QString name;
        QString value;
        QString tool_tip;
    };
    std::vector<Fact> facts;
};

struct PlotPanel {
    QString title;
    QString note;     ///< a sentence or two under the title: what is seen here
    QString tool_tip; ///< more about the term, one sentence
    std::variant<CurvePlot, MatrixPlot, TurnPlot, BarPlot, FactPlot> plot;
    bool wide = false; ///< takes the whole width
    double height =
        240.0; ///< of the picture at the screen's normal text size; bars and facts take what they need
};

} // namespace headlight::ui
