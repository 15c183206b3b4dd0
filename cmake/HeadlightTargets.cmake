# Helpers that give every target of ours the same warnings, sanitizers and include root.

find_program(HEADLIGHT_CCACHE ccache)
if(HEADLIGHT_CCACHE)
    # Without these it caches no file that uses a precompiled header.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${HEADLIGHT_CCACHE})
endif()

option(HEADLIGHT_PRECOMPILE "Precompile the headers of the standard library, Eigen and Qt" ON)
add_library(headlight_options INTERFACE)
target_include_directories(headlight_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(headlight_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # False alarms on `"text" + std::string` in GCC 12 and 13: https://gcc.gnu.org/bugzilla/show_bug.cgi?id=105651
    # and GCC 13 takes every reference returned for one to its argument: https://gcc.gnu.org/bugzilla/show_bug.cgi?id=109642
    target_compile_options(headlight_options INTERFACE -Wno-restrict -Wno-dangling-reference)
    if(HEADLIGHT_PRECOMPILE) # more of the same kind, on the insides of std::string and std::vector
        target_compile_options(headlight_options INTERFACE -Wno-stringop-overflow -Wno-array-bounds -Wno-stringop-overread)
    endif()
endif()
if(HEADLIGHT_WERROR)
    target_compile_options(headlight_options INTERFACE -Werror)
endif()
if(HEADLIGHT_SANITIZE)
    target_compile_options(headlight_options INTERFACE -fsanitize=${HEADLIGHT_SANITIZE} -fno-omit-frame-pointer -g)
    target_link_options(headlight_options INTERFACE -fsanitize=${HEADLIGHT_SANITIZE})
    if(HEADLIGHT_SANITIZE MATCHES "undefined")
        target_compile_options(headlight_options INTERFACE -fno-sanitize-recover=undefined)
    endif()
endif()

# headlight_library(<name> SOURCES ... PUBLIC_LIBRARIES ... PRIVATE_LIBRARIES ...): a static library of ours.
function(headlight_library name)
    cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC_LIBRARIES;PRIVATE_LIBRARIES" ${ARGN})
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC headlight_options ${ARG_PUBLIC_LIBRARIES} PRIVATE ${ARG_PRIVATE_LIBRARIES})
    headlight_use_precompiled(${name})
endfunction()
