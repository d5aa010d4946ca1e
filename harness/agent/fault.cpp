// SPDX-License-Identifier: Apache-2.0
#include "harness/agent/fault.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "harness/agent/futex_model.hpp"
#include "harness/agent/point.hpp"

namespace stagger::agent {
namespace {

// The token goes on first; whoever gets it waits until the kernel is done with this process.
[[noreturn]] void die(bool starts_again) {
    for (control::TaskIndex i = 0; i < self.segment->settings.task_count; ++i) {
        const control::TaskSlot& slot = self.segment->tasks[i];
        const bool goes = slot.process == process.index && slot.state != control::TaskState::Ended;
        if (goes) wake_heirs(slot.tid);
    }
    control::die(*self.segment, self.index, starts_again);
    const bool over = self.execution().ending != control::Ending::Running;
    hand_over_and_leave(over ? control::kNobody
                             : control::pick_successor(*self.segment, self.index));
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

// What passes bytes without bounds between them. Files are read and written as a whole.
bool is_stream(int descriptor) {
    struct stat status {};
    if (fstat(descriptor, &status) != 0) return false;
    if (S_ISFIFO(status.st_mode)) return true;
    int type = 0;
    socklen_t size = sizeof(type);
    return S_ISSOCK(status.st_mode) &&
           getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

}  // namespace

void take_chance_of_death() {
    if (struck_by(FaultKind::Kill)) die(false);
    if (struck_by(FaultKind::Restart)) die(true);
}

void take_chances() {
    take_chance_of_death();
    if (struck_by(FaultKind::Pause)) {
        const control::Execution& execution = self.execution();
        const std::int64_t end = execution.clock + control::longest_pause(execution);
        while (wait_for(nullptr, 0, end) == Woken::Signalled) continue;
    }
}

bool is_interrupted(bool restarts) {
    if (self.interruption == Interruption::Ends) return true;
    if (self.interruption == Interruption::Restarts && !restarts) return true;
    const auto variant = struck_by(FaultKind::Signal);
    constexpr std::uint8_t kWithRestart = 1;
    return variant && !(restarts && *variant == kWithRestart);
}

std::size_t shortened(int descriptor, std::size_t size) {
    if (!control::declares(self.segment->plan, FaultKind::ShortIo)) return size;
    if (size < 2 || !is_stream(descriptor)) return size;
    const auto variant = struck_by(FaultKind::ShortIo);
    if (!variant) return size;
    return *variant == 0 ? 1 : *variant == 1 ? size / 2 : size - 1;
}

bool has_no_descriptor_left() {
    if (!self.in_plugin || !control::declares(self.segment->plan, FaultKind::FdLimit)) return false;
    EngineCode engine;
    if (!struck_by(FaultKind::FdLimit)) return false;
    engine.fail(EMFILE);
    return true;
}

}  // namespace stagger::agent
