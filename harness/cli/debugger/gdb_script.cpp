// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/debugger/gdb_script.hpp"

#include <fmt/format.h>

namespace stagger::cli {
namespace {

// A pipe keeps to itself what is said about all that is loaded; errors are said.
constexpr const char* kAttach = R"(set print symbol-loading off
pipe attach {process} | cat > /dev/null
)";

// SIGSYS hands the futexes of libc over; the others are those with which scenarios tell each other
// something, at moments that the schedule says.
constexpr const char* kSignals =
    "handle SIGSYS SIGUSR1 SIGUSR2 SIGALRM SIGVTALRM SIGPROF SIGPIPE SIGCHLD SIGCONT SIGURG SIGIO "
    "SIGHUP nostop noprint pass\n";

// gdb has no command to select the thread of a task, but knows the registers of each.
constexpr const char* kSelectThread = R"(set $stagger = 1
while $sp != {stack:#x} && $stagger <= {threads}
  eval "pipe thread %d | cat > /dev/null", $stagger
  set $stagger = $stagger + 1
end
)";

// Whoever steps into a call that Stagger stands in front of is not interested in Stagger.
constexpr const char* kSkip = R"(pipe skip -gfi */harness/agent/* | cat > /dev/null
pipe skip -gfi */harness/control/* | cat > /dev/null
)";

// The task is stopped now: it goes on as soon as somebody resumes it, and not before.
constexpr const char* kLetGo = R"(set language c
set variable *(unsigned int *) {word:#x} = 0
set language auto
)";

constexpr const char* kSelectFrame = R"(while $pc >= {begin:#x} && $pc < {end:#x}
  up-silently
end
)";

}  // namespace

std::string gdb_script(const Standing& standing) {
    return fmt::format(kAttach, fmt::arg("process", standing.process)) + kSignals +
           fmt::format(kSelectThread, fmt::arg("stack", standing.stack),
                       fmt::arg("threads", standing.threads)) +
           kSkip + fmt::format(kLetGo, fmt::arg("word", standing.word)) +
           fmt::format(kSelectFrame, fmt::arg("begin", standing.agent_begin),
                       fmt::arg("end", standing.agent_end));
}

}  // namespace stagger::cli
