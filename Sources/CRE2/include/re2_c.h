// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif
/// A compiled expression; opaque to its users.
typedef struct re2_c_regex re2_c_regex;

/// Compiles `pattern`, bounded in memory. Never null; ask re2_c_error whether it worked.
re2_c_regex *re2_c_new(const char *pattern, size_t length, int dot_matches_newline);
/// What is wrong with the expression, owned by it; null when nothing is.
const char *re2_c_error(const re2_c_regex *regex);
/// Whether all of `text` matches. Safe from several threads at once (RE2's const methods are).
int re2_c_full_match(const re2_c_regex *regex, const char *text, size_t length);
/// How many groups in parentheses the expression has.
int re2_c_groups(const re2_c_regex *regex);
/// The number of the group called `name`, or -1.
int re2_c_group(const re2_c_regex *regex, const char *name, size_t length);
/// Finds the first match from `start` on, or one of the whole text; writes where the match and its groups begin and end
/// to `spans`, a pair for each of `count` (the match itself first), -1 for a group that took no part. 0 when there is none.
int re2_c_find(const re2_c_regex *regex, const char *text, size_t length, size_t start, int whole, ptrdiff_t *spans,
               int count);
void re2_c_free(re2_c_regex *regex);
#ifdef __cplusplus
}
#endif
