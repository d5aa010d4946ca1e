// SPDX-License-Identifier: Apache-2.0
#include "harness/report/html/page.hpp"

#include "harness/report/formats/junit.hpp"
#include "harness/report/html/assets.hpp"
#include "harness/report/summary.hpp"

namespace stagger::report::html {
namespace {

std::string joined(std::span<const std::string_view> files) {
    std::string out;
    for (const std::string_view file : files) out += file;
    return out;
}

// "</script>" in a name must not end the element that holds the data; "<" may stand in strings
// only.
std::string as_script_text(const std::string& json) {
    std::string out;
    out.reserve(json.size());
    for (const char c : json) {
        if (c == '<') {
            out += "\\u003c";
        } else {
            out += c;
        }
    }
    return out;
}

std::string summary_of(const Run& run) {
    const std::string totals = render_totals(count(parted(run.results).cases));
    return run.stopped ? "The run was stopped. " + totals : totals;
}

}  // namespace

std::string fill_in(std::string_view text, const std::map<std::string, std::string>& values) {
    std::string out;
    for (;;) {
        const std::size_t begin = text.find("{{");
        const std::size_t end = text.find("}}", begin);
        if (begin == std::string_view::npos || end == std::string_view::npos) break;
        out += text.substr(0, begin);
        const auto value = values.find(std::string(text.substr(begin + 2, end - begin - 2)));
        if (value != values.end()) out += value->second;
        text.remove_prefix(end + 2);
    }
    out += text;
    return out;
}

std::string render_page(const Run& run) {
    return fill_in(kTemplate, {{"nonce", std::string(kFingerprint)},
                               {"style", joined(kStyles)},
                               {"summary", xml_escaped(summary_of(run))},
                               {"data", as_script_text(page_data(run))},
                               {"script", joined(kScripts)}});
}

}  // namespace stagger::report::html
