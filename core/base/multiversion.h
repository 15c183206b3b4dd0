// Function multiversioning: one binary for plain x86-64 whose hot loops still use what a new processor has.
#pragma once

#include <cstdlib> // defines __GLIBC__ where it applies

/// Before a function: GCC compiles it for plain x86-64, AVX2 and AVX-512 and the loader picks one. The choice is made by a
/// resolver that runs before the sanitizers are set up, so they get the plain version, as do other processors.
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define HEADLIGHT_MULTIVERSION __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define HEADLIGHT_MULTIVERSION
#endif
