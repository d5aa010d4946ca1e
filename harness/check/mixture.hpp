// SPDX-License-Identifier: Apache-2.0
//
// Whether the bytes that came out of a stream can be what was written there, where writes that
// overlap in time may be mixed. Called by the oracle `stream-bytes`. A search for which write each
// byte comes from, that remembers how far each had come out where there was no way on; bounded in
// time and memory.
#pragma once

#include <string_view>
#include <vector>

#include "harness/check/search.hpp"

namespace stagger::check {

struct Mixture {
    struct Write {
        std::string_view bytes;
        Interval when;
        bool atomic = false;  // its bytes stay together
    };
    struct Read {
        std::string_view bytes;
        Interval when;
        bool empties = false;  // after it, nothing was left
    };
    std::vector<Write> writes;  // none without bytes
    std::vector<Read> reads;
    bool lossy = false;        // bytes may be missing anywhere
    bool duplicating = false;  // bytes may come again
};

SearchOutcome find_mixture(Mixture mixture, const SearchLimits& limits);

}  // namespace stagger::check
