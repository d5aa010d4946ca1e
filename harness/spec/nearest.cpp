// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>

#include "harness/spec/cases.hpp"

namespace stagger::spec {

namespace {

constexpr std::size_t kMostNames = 5'000;  // that are compared
constexpr std::size_t kLongestName = 64;   // the distance takes time in the product of the lengths

char lower(char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

// Insertions, deletions, replacements and swaps of neighbours, case aside (Damerau 1964, in the
// restricted form that edits no letter twice).
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> rows(a.size() + 1,
                                               std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) rows[i][0] = i;
    for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1;
            rows[i][j] =
                std::min({rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + replaced});
            const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                                 lower(a[i - 2]) == lower(b[j - 1]);
            if (swapped) rows[i][j] = std::min(rows[i][j], rows[i - 2][j - 2] + 1);
        }
    }
    return rows[a.size()][b.size()];
}

}  // namespace

std::string nearest_name(std::string_view wrong, const std::vector<std::string>& names) {
    std::string best;
    if (wrong.empty() || wrong.size() > kLongestName) return best;
    std::size_t least = std::min<std::size_t>(3, (wrong.size() + 2) / 3) + 1;
    for (std::size_t i = 0; i < std::min(names.size(), kMostNames); ++i) {
        const std::string& name = names[i];
        if (name.size() > kLongestName) continue;
        const std::size_t distance = edit_distance(wrong, name);
        if (distance < least && distance < name.size()) {
            least = distance;
            best = name;
        }
    }
    return best;
}

bool glob_matches(std::string_view glob, std::string_view text) {
    // Only the last star ever needs to be tried again, so this takes at most |glob| * |text| steps.
    std::size_t g = 0, t = 0, star = std::string_view::npos, taken = 0;
    while (t < text.size()) {
        if (g < glob.size() && glob[g] == '*') {
            star = g++;
            taken = t;
        } else if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t])) {
            ++g;
            ++t;
        } else if (star != std::string_view::npos) {
            g = star + 1;
            t = ++taken;
        } else {
            return false;
        }
    }
    while (g < glob.size() && glob[g] == '*') ++g;
    return g == glob.size();
}

}  // namespace stagger::spec
