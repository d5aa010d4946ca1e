// SPDX-License-Identifier: Apache-2.0
#include "harness/recorded/input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/stat.h>

namespace stagger::recorded {

namespace {

constexpr std::size_t kBlock = std::size_t{256} << 10;
// A whole history may stand in one line of EDN, so this is generous; a line of the other formats,
// which is kept in memory, is not.
constexpr std::uint64_t kLongestLine = std::uint64_t{512} << 20;
constexpr std::size_t kLongestKeptLine = std::size_t{16} << 20;

bool is_binary(char byte) {
    const auto code = static_cast<unsigned char>(byte);
    return (code < 0x20 && code != '\t' && code != '\n' && code != '\r' && code != '\f') ||
           code == 0x7f;
}

}  // namespace

Result<Input> Input::open(const std::string& path) {
    Input input;
    input.path_ = path == "-" ? "<stdin>" : path;
    std::FILE* file = path == "-" ? ::fdopen(0, "rb") : std::fopen(path.c_str(), "rb");
    if (!file) return Error{fmt::format("cannot read {}: {}", path, std::strerror(errno))};
    input.file_.reset(file);
    struct stat status {};
    if (::fstat(::fileno(file), &status) == 0 && S_ISDIR(status.st_mode))
        return Error{fmt::format("cannot read {}: it is a folder, not a history", path)};
    input.buffer_.resize(kBlock);
    return input;
}

Input Input::of_text(std::string path, std::string_view text) {
    Input input;
    input.path_ = std::move(path);
    input.buffer_.assign(text.begin(), text.end());
    input.end_ = text.size();
    const auto binary = std::find_if(input.buffer_.begin(), input.buffer_.end(), is_binary);
    if (binary != input.buffer_.end()) {
        input.end_ = static_cast<std::size_t>(binary - input.buffer_.begin());
        input.stop("this is binary, not text: expected a history");
    }
    return input;
}

bool Input::stop(std::string_view message) {
    if (!problem_) problem_ = std::make_unique<Error>(error(message));
    return false;
}

Error Input::error_at(std::uint32_t line, std::string_view message) const {
    return Error{fmt::format("{}:{}: {}", path_, line, message)};
}

bool Input::refill() {
    if (problem_ || !file_) return false;
    if (offset_ - line_start_ > kLongestLine)
        return stop(fmt::format("this line is longer than {} MiB: expected one event a line",
                                kLongestLine >> 20));
    at_ = end_ = 0;
    const std::size_t count = std::fread(buffer_.data(), 1, buffer_.size(), file_.get());
    if (count == 0) {
        if (std::ferror(file_.get())) stop(fmt::format("cannot read on: {}", std::strerror(errno)));
        return false;
    }
    const auto last = buffer_.begin() + static_cast<std::ptrdiff_t>(count);
    const auto binary = std::find_if(buffer_.begin(), last, is_binary);
    end_ = static_cast<std::size_t>(binary - buffer_.begin());
    if (binary == last) return true;
    const auto lines = std::count(buffer_.begin(), binary, '\n');
    problem_ = std::make_unique<Error>(
        error_at(line_ + static_cast<std::uint32_t>(lines),
                 fmt::format("byte 0x{:02x} makes this binary, not text: expected a history",
                             static_cast<unsigned char>(*binary))));
    return end_ > 0;
}

bool Input::read_line(std::string& line) {
    line.clear();
    if (peek() < 0) return false;
    while (peek() >= 0) {
        const char* begin = buffer_.data() + at_;
        const auto* found = static_cast<const char*>(std::memchr(begin, '\n', end_ - at_));
        const std::size_t count = found ? static_cast<std::size_t>(found - begin) : end_ - at_;
        if (line.size() + count > kLongestKeptLine)
            return stop(fmt::format("this line is longer than {} MiB: expected one event a line",
                                    kLongestKeptLine >> 20));
        line.append(begin, count);
        at_ += count;
        offset_ += count;
        if (!found) continue;
        advance();
        break;
    }
    if (problem_ && at_ == end_) return false;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return true;
}

std::string_view Input::look_ahead(std::size_t least) {
    if (peek() < 0) return {};
    if (end_ - at_ < least && file_ && !problem_) {
        std::memmove(buffer_.data(), buffer_.data() + at_, end_ - at_);
        end_ -= at_;
        at_ = 0;
        const std::size_t count =
            std::fread(buffer_.data() + end_, 1, buffer_.size() - end_, file_.get());
        const auto* first = buffer_.data() + end_;
        end_ = static_cast<std::size_t>(std::find_if(first, first + count, is_binary) -
                                        buffer_.data());
        if (end_ != static_cast<std::size_t>(first - buffer_.data()) + count)
            stop("this is binary, not text: expected a history");
    }
    return {buffer_.data() + at_, end_ - at_};
}

}  // namespace stagger::recorded
