// SPDX-License-Identifier: Apache-2.0
//
// Waits until a spec or a backend changes, for `run --watch`: by inotify, on the folders, since
// editors and compilers put a new file in the place of the old one. Sleeps in the kernel in between
// and owns its descriptor. In the controller's main thread, while nothing runs.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "harness/base/result.hpp"

namespace stagger::cli {

class Watch {
public:
    // Sees changes from here on: of these files, also where they are links, and of the shared
    // libraries in these folders. A folder of libraries that is not there is left out.
    static Result<Watch> open(const std::vector<std::string>& files,
                              const std::vector<std::string>& folders);
    Watch(Watch&& other) noexcept;
    Watch& operator=(Watch&&) = delete;
    ~Watch();

    // Returns the name of one that changed, when all that changed with it has settled; "" when the
    // user asked to end, also before the call. Fails if a folder has gone.
    Result<std::string> wait();

private:
    struct Folder {
        std::string path;
        std::set<std::string> names;
        bool libraries = false;
    };

    Watch() = default;
    Status add(const std::string& folder, const std::string& name);
    // A file, and what it leads to where it is a link, on each step of the way.
    Status follow(const std::string& file);
    // What of the events that are there matters: a name, or "".
    Result<std::string> take_events();

    int descriptor_ = -1;
    std::map<int, Folder> folders_;  // by inotify's number
    std::vector<std::string> files_;
};

}  // namespace stagger::cli
