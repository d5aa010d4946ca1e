// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/console.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "harness/cli/campaign/formats.hpp"

namespace stagger::cli {
namespace {

constexpr std::size_t kDefaultWidth = 100;
constexpr std::size_t kLogWidth = 160;
constexpr std::size_t kLeastWidth = 40;
constexpr std::uint64_t kMostColumns = 10'000;

bool dumb_terminal() {
    const char* term = std::getenv("TERM");
    return term != nullptr && std::string_view(term) == "dumb";
}

// https://no-color.org: set and not empty, whatever its value.
bool colour_unwanted() {
    const char* no_color = std::getenv("NO_COLOR");
    return no_color != nullptr && *no_color != '\0';
}

std::size_t width_of(int descriptor) {
    winsize size{};
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kDefaultWidth;
    return std::max<std::size_t>(size.ws_col, kLeastWidth);
}

// What is no terminal may still be shown in one: COLUMNS says how wide that is.
std::size_t width_in_log(std::size_t otherwise) {
    const char* columns = std::getenv("COLUMNS");
    if (columns == nullptr) return otherwise;
    const auto width = parse_number(columns, 1, kMostColumns);
    return width ? std::max<std::size_t>(*width, kLeastWidth) : otherwise;
}

report::Style style_of(int descriptor, ColorMode mode) {
    const bool terminal = isatty(descriptor) == 1;
    report::Style style;
    style.width = terminal ? width_of(descriptor) : width_in_log(kDefaultWidth);
    style.colour = mode == ColorMode::Always ||
                   (mode == ColorMode::Auto && terminal && !dumb_terminal() && !colour_unwanted());
    return style;
}

}  // namespace

Console::Console(const Options& options)
    : people_(owns_stdout(options) ? STDERR_FILENO : STDOUT_FILENO),
      style_(style_of(people_, options.color)),
      table_style_(style_),
      progress_style_(style_of(STDERR_FILENO, options.color)),
      progress_mode_(options.progress) {
    if (isatty(people_) != 1) table_style_.width = width_in_log(kLogWidth);
    if (progress_mode_ == ProgressMode::Auto) {
        const bool bar = isatty(STDERR_FILENO) == 1 && !dumb_terminal();
        progress_mode_ = bar ? ProgressMode::Bar : ProgressMode::Plain;
    }
}

void Console::print(std::string_view text) {
    if (!write_all(people_, text) && why_lost_ == 0) why_lost_ = errno;
}

Status Console::complete() const {
    if (why_lost_ == 0 || why_lost_ == EPIPE) return Ok{};
    return Error{
        fmt::format("not all of the output could be written: {}.", std::strerror(why_lost_))};
}

void Console::error(std::string_view message) {
    (void)write_all(STDERR_FILENO, fmt::format("stagger: {}\n", message));
}

void Console::progress(std::string_view text) {
    (void)write_all(STDERR_FILENO, text);
}

Status Console::write_stdout(std::string_view text) {
    if (write_all(STDOUT_FILENO, text)) return Ok{};
    return Error{"stdout was closed before all results were written to it."};
}

bool write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = write(descriptor, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            // Somebody made the descriptor non-blocking for us, as some CI runners do.
            pollfd waiting{descriptor, POLLOUT, 0};
            if (poll(&waiting, 1, -1) < 0 && errno != EINTR) return false;
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

}  // namespace stagger::cli
