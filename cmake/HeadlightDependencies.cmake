# Every outside library, found once. Licence and reason of each stand in README.md.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
# Linear layers are multiplied by our own kernels (core/compute/cpu); oneDNN is only what bench_gemm compares them with.
if(HEADLIGHT_BUILD_BENCHMARKS)
    find_package(OpenCL QUIET) # Debian's oneDNN stops the whole configuration where this is missing
    if(OpenCL_FOUND)
        find_package(dnnl QUIET CONFIG)
    endif()
endif()
if(HEADLIGHT_BUILD_UI OR HEADLIGHT_BUILD_TESTS)
    find_package(Qt6 6.4 REQUIRED COMPONENTS Core Test)
endif()
if(HEADLIGHT_BUILD_UI)
    find_package(Qt6 6.4 REQUIRED COMPONENTS Gui Widgets Svg)
endif()
# moc 6.4 cannot parse GCC 12's <concepts>, nor GCC 13's <compare> without it; it needs nothing from either.
set(CMAKE_AUTOMOC_MOC_OPTIONS -D_GLIBCXX_CONCEPTS -D_COMPARE)
