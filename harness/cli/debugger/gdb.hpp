// SPDX-License-Identifier: Apache-2.0
//
// gdb, for `stagger replay --gdb`: started on a task that the engine holds at its point, on the
// terminal, or with commands whose output is read. A child of the controller, which never traces
// anything itself; ends with it.
#pragma once

#include <sys/types.h>
#include <termios.h>

#include <csignal>
#include <string>
#include <vector>

#include "harness/cli/console.hpp"
#include "harness/engine/debugger.hpp"

namespace stagger::cli {

// What the options say about it together. Fails on wrong usage.
Status check_debugging(const Options&);

class Gdb final : public engine::Debugger {
public:
    // Fails where there is no gdb, or it may not look into processes. The console must outlive it.
    static Result<Gdb> open(const Options&, Console&);
    Gdb(Gdb&&) = default;
    ~Gdb() override;

    void announce(const std::string& task, std::uint32_t point, const std::string& label) override;
    Status attach(const engine::HeldTask& task) override;
    bool is_in_charge() override;
    void leave() override;

private:
    Gdb(std::string path, const Options&, Console&);

    Status start(int script);
    [[noreturn]] void become_gdb(const std::vector<std::string>& words) const;
    bool is_running();
    bool is_looking();  // it has the process stopped, or its commands are not done
    void note_end();

    std::string path_;
    std::string task_;
    const std::vector<std::string>* commands_;  // empty: a person at the terminal
    Console* console_;
    pid_t child_ = 0;  // 0: it is not running
    engine::HeldTask held_;
    termios terminal_{};
    struct sigaction interrupt_ {
    }, quit_{};  // what was to come of them before
};

}  // namespace stagger::cli
