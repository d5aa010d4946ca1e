// SPDX-License-Identifier: Apache-2.0
//
// What the controller and the host process of a case say to each other: the job, what the host
// made of it, and commands over a stream socket, as length-prefixed JSON. Used on both sides.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/history/history.hpp"

namespace stagger::backend {

// Descriptors that the host process is started with.
inline constexpr int kChannelDescriptor = 3;
inline constexpr int kSegmentDescriptor = 4;

// The first message to the host.
struct Job {
    std::string spec_path;
    std::string spec_source;
    std::string case_json;
    std::map<std::string, std::string> plugins;  // backend -> file
    std::string name_prefix;
    bool explored_servers = false;
};

// The host's answer: the slots of the segment, in order, and the objects with their contracts.
struct Layout {
    enum class Kind : std::uint8_t { Role, Daemon, Parent, Server };
    std::vector<history::Task> tasks;
    std::vector<Kind> kinds;
    std::vector<history::Object> objects;
    bool parent_reads = false;  // the parent has something to do at the end
    bool replaceable = false;   // a process may take the place of one that was killed
};

enum class Command : char {
    Build = 'B',    // create, fork all, park
    Replace = 'R',  // fork those again that faults killed, park
    Kill = 'K',     // kill all, reap, destroy; answers with what was left behind
};

// How a process of the pool ended, or what else host or builder have to say.
struct Answer {
    std::string error;                 // "" if all went well
    std::string lacking;               // the case must be skipped, and why
    bool spec_error = false;           // the spec is wrong, not the backend
    std::optional<Layout> layout;      // to the job
    std::vector<std::string> residue;  // to Kill
};

std::string to_text(const Job&);
std::string to_text(const Answer&);
Result<Job> job_from(const std::string& text);
Result<Answer> answer_from(const std::string& text);

// Whole messages over the socket. receive: nothing if the peer is gone.
bool send_message(int socket, const std::string& text);
std::optional<std::string> receive_message(int socket);

}  // namespace stagger::backend
