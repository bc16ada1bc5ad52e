// SPDX-License-Identifier: Apache-2.0
// RE2 with a C face: nothing of C++ passes this file.
#include "re2_c.h"

#include <re2/re2.h>

#include <vector>

struct re2_c_regex {
    RE2 regex;
    re2_c_regex(const re2::StringPiece &pattern, const RE2::Options &options) : regex(pattern, options) {}
};

extern "C" re2_c_regex *re2_c_new(const char *pattern, size_t length, int dot_matches_newline) {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_dot_nl(dot_matches_newline != 0);
    options.set_max_mem(8 << 20);
    return new re2_c_regex(re2::StringPiece(pattern, length), options);
}

extern "C" const char *re2_c_error(const re2_c_regex *regex) {
    return regex->regex.ok() ? nullptr : regex->regex.error().c_str();
}

extern "C" int re2_c_full_match(const re2_c_regex *regex, const char *text, size_t length) {
    return RE2::FullMatch(re2::StringPiece(text, length), regex->regex);
}

extern "C" int re2_c_groups(const re2_c_regex *regex) { return regex->regex.NumberOfCapturingGroups(); }

extern "C" int re2_c_group(const re2_c_regex *regex, const char *name, size_t length) {
    const auto &names = regex->regex.NamedCapturingGroups();
    const auto found = names.find(std::string(name, length));
    return found == names.end() ? -1 : found->second;
}

extern "C" int re2_c_find(const re2_c_regex *regex, const char *text, size_t length, size_t start, int whole,
                          ptrdiff_t *spans, int count) {
    static const char nothing[1] = "";
    if (text == nullptr) text = nothing;
    std::vector<re2::StringPiece> parts(count);
    const auto anchor = whole ? RE2::ANCHOR_BOTH : RE2::UNANCHORED;
    if (!regex->regex.Match(re2::StringPiece(text, length), start, length, anchor, parts.data(), count)) return 0;
    for (int index = 0; index < count; index++) {
        const bool there = parts[index].data() != nullptr;
        spans[2 * index] = there ? parts[index].data() - text : -1;
        spans[2 * index + 1] = there ? parts[index].data() - text + static_cast<ptrdiff_t>(parts[index].size()) : -1;
    }
    return 1;
}

extern "C" void re2_c_free(re2_c_regex *regex) { delete regex; }
