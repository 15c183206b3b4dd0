# Headers that nearly every file parses, compiled once: a fresh build takes half the time. Files stay complete without them
# (-DHEADLIGHT_PRECOMPILE=OFF builds without). A set is chosen by folder: set(HEADLIGHT_PRECOMPILED <target>) in its CMakeLists.txt.

set(headlight_standard_headers
    <algorithm> <array> <atomic> <chrono> <cmath> <condition_variable> <filesystem> <functional> <map> <memory> <mutex> <numeric>
    <optional> <span> <sstream> <stop_token> <string> <string_view> <thread> <unordered_map> <variant> <vector> <Eigen/Core>)
set(headlight_window_headers
    <QAbstractTableModel> <QActionGroup> <QApplication> <QComboBox> <QDir> <QDoubleSpinBox> <QFile> <QFontMetricsF> <QHBoxLayout>
    <QJsonArray> <QJsonObject> <QKeyEvent> <QLabel> <QLineEdit> <QLocale> <QMenu> <QMouseEvent> <QPainter> <QPainterPath> <QPushButton>
    <QScrollArea> <QScrollBar> <QSettings> <QSlider> <QStackedWidget> <QStyledItemDelegate> <QTableView> <QTimer> <QToolButton>
    <QToolTip> <QVBoxLayout> <QWidget>)

# What tests need of Qt Test, without the definitions that differ from folder to folder and would fit no precompiled header.
add_library(headlight_qt_test INTERFACE)
target_link_libraries(headlight_qt_test INTERFACE Qt6::Core $<LINK_ONLY:Qt6::Test>)
target_compile_options(headlight_qt_test INTERFACE $<$<CONFIG:Release>:-O1>) # what is tested is optimised, asking for it need not be
target_include_directories(headlight_qt_test SYSTEM INTERFACE ${Qt6Test_INCLUDE_DIRS})
target_compile_definitions(headlight_qt_test INTERFACE QT_TESTLIB_LIB)

# headlight_precompiled(<name> HEADERS ... LIBRARIES ...)
function(headlight_precompiled name)
    cmake_parse_arguments(ARG "" "" "HEADERS;LIBRARIES" ${ARGN})
    if(HEADLIGHT_PRECOMPILE)
        file(WRITE ${CMAKE_BINARY_DIR}/precompiled/${name}.cpp "")
        add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/precompiled/${name}.cpp)
        target_link_libraries(${name} PRIVATE headlight_options ${ARG_LIBRARIES})
        target_precompile_headers(${name} PRIVATE ${ARG_HEADERS})
    endif()
endfunction()

# Gives a target the set of its folder.
function(headlight_use_precompiled target)
    if(HEADLIGHT_PRECOMPILE AND HEADLIGHT_PRECOMPILED)
        target_precompile_headers(${target} REUSE_FROM ${HEADLIGHT_PRECOMPILED})
    endif()
endfunction()

headlight_precompiled(headlight_precompiled_core
    HEADERS ${headlight_standard_headers} <nlohmann/json.hpp>
    LIBRARIES Eigen3::Eigen nlohmann_json::nlohmann_json)
if(HEADLIGHT_BUILD_TESTS)
    headlight_precompiled(headlight_precompiled_core_test
        HEADERS ${headlight_standard_headers} <nlohmann/json.hpp> <QTest> <QTemporaryDir>
        LIBRARIES headlight_qt_test Eigen3::Eigen nlohmann_json::nlohmann_json)
endif()
if(HEADLIGHT_BUILD_UI)
    headlight_precompiled(headlight_precompiled_ui
        HEADERS ${headlight_standard_headers} ${headlight_window_headers}
        LIBRARIES Qt6::Widgets Eigen3::Eigen)
    if(HEADLIGHT_BUILD_TESTS)
        headlight_precompiled(headlight_precompiled_ui_test
            HEADERS ${headlight_standard_headers} ${headlight_window_headers} <QTest> <QSignalSpy> <QTemporaryDir>
            LIBRARIES headlight_qt_test Qt6::Widgets Eigen3::Eigen)
    endif()
endif()
