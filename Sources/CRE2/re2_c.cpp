// SPDX-License-Identifier: Apache-2.0
// RE2 with a C face: nothing of C++ passes this file.
#include "re2_c.h"

#include <re2/re2.h>

struct re2_c_regex {
    RE2 regex;
    re2_c_regex(const re2::StringPiece &pattern, const RE2::Options &options) : regex(pattern, options) {}
};

extern "C" re2_c_regex *re2_c_new(const char *pattern, size_t length) {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_dot_nl(true);
    options.set_max_mem(8 << 20);
    return new re2_c_regex(re2::StringPiece(pattern, length), options);
}

extern "C" const char *re2_c_error(const re2_c_regex *regex) {
    return regex->regex.ok() ? nullptr : regex->regex.error().c_str();
}

extern "C" int re2_c_full_match(const re2_c_regex *regex, const char *text, size_t length) {
    return RE2::FullMatch(re2::StringPiece(text, length), regex->regex);
}

extern "C" void re2_c_free(re2_c_regex *regex) { delete regex; }
