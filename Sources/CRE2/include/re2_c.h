// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif
/// A compiled expression; opaque to its users.
typedef struct re2_c_regex re2_c_regex;

/// Compiles `pattern`, bounded in memory. Never null; ask re2_c_error whether it worked.
re2_c_regex *re2_c_new(const char *pattern, size_t length);
/// What is wrong with the expression, owned by it; null when nothing is.
const char *re2_c_error(const re2_c_regex *regex);
/// Whether all of `text` matches. Safe from several threads at once (RE2's const methods are).
int re2_c_full_match(const re2_c_regex *regex, const char *text, size_t length);
void re2_c_free(re2_c_regex *regex);
#ifdef __cplusplus
}
#endif
