/*
 * sanitized.h - is this test built with AddressSanitizer? Some then run shorter, each where it says so: what a compiler
 * makes of emitted C, and numbers compared at length, are not what is looked for there, and the plain build has them
 * in full. SANITIZED is 1 or 0, and `sanitized_shorter` tells it in what the test prints.
 */
#ifndef TESTS_SANITIZED_H
#define TESTS_SANITIZED_H

#include <stdio.h>

#if defined(__has_feature) /* clang */
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#elif defined(__SANITIZE_ADDRESS__) /* gcc */
#define SANITIZED 1
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

static inline void sanitized_shorter(const char *how)
{
    if (SANITIZED) printf("shorter under sanitizers: %s\n", how);
}

#endif
