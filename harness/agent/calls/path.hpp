// SPDX-License-Identifier: Apache-2.0
//
// One name for a file, however it was spelt: relative, through links, from an open directory.
// Private to the agent.
#pragma once

namespace stagger::agent {

class Path {
public:
    enum class Links { Follow, Keep };

    // What `path` leads to now. Where nothing is: the name that it would get there.
    Path(int directory, const char* path, Links links);
    // What that descriptor was opened by.
    explicit Path(int descriptor);

    const char* name() const { return name_; }
    // The directory that the name is in. The name itself is gone then.
    const char* directory();

private:
    bool take_name_of(int descriptor);
    bool take_name_at(int directory, const char* path, int flags);
    void take_name_to_be(int directory, const char* path);
    char name_[512] = "";
};

}  // namespace stagger::agent
