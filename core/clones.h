/* SPDX-License-Identifier: GPL-3.0-or-later */
/** FL_CLONES before a function has it compiled for several instruction sets; the loader picks the best that
 * the machine has. For short kernels whose loops the compiler turns into vector code. Where that is not to be
 * had, and under the address and thread sanitizers, which start after the loader has chosen, it does nothing.
 */
#ifndef FINLAB_CORE_CLONES_H
#define FINLAB_CORE_CLONES_H

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                                   \
    __has_feature(undefined_behavior_sanitizer)
#define FL_CLONES
#endif
#endif
#if !defined(FL_CLONES) && defined(__x86_64__) && defined(__gnu_linux__) &&                                  \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define FL_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#endif
#ifndef FL_CLONES
#define FL_CLONES
#endif

/** Before a function that such functions share: it becomes part of each of them, for its instruction set. */
#if defined(__GNUC__)
#define FL_CLONES_PART static inline __attribute__((always_inline))
#else
#define FL_CLONES_PART static inline
#endif

#endif
