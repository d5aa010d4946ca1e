// SPDX-License-Identifier: Apache-2.0
//
// What is left of a long write: it is done in parts, each in a step of its own. Private to the
// agent; on the stack of the call.
#pragma once

#include <sys/uio.h>

#include <cstddef>

namespace stagger::agent {

class Pieces {
public:
    // Parts have at most so many pieces; a vector of more is written in more parts.
    static constexpr int kMost = 16;
    struct Part {
        iovec vector[kMost];
        int count;
    };

    // Requires: `vector` outlives this.
    Pieces(const iovec* vector, std::size_t count) : next_(vector), end_(vector + count) {
        for (const iovec* piece = next_; piece != end_; ++piece) left_ += piece->iov_len;
    }

    std::size_t left() const { return left_; }

    // The first bytes of what is left, `limit` at most.
    Part first(std::size_t limit) const {
        Part part{};
        std::size_t skip = done_of_next_;
        for (const iovec* piece = next_; piece != end_ && part.count < kMost && limit > 0;
             ++piece) {
            const std::size_t rest = piece->iov_len - skip;
            const std::size_t size = rest < limit ? rest : limit;
            part.vector[part.count++] = {static_cast<char*>(piece->iov_base) + skip, size};
            limit -= size;
            skip = 0;
        }
        return part;
    }

    void advance(std::size_t bytes) {
        left_ -= bytes;
        done_of_next_ += bytes;
        while (next_ != end_ && done_of_next_ >= next_->iov_len) {
            done_of_next_ -= next_->iov_len;
            ++next_;
        }
    }

private:
    const iovec* next_;
    const iovec* end_;
    std::size_t done_of_next_ = 0;
    std::size_t left_ = 0;
};

}  // namespace stagger::agent
