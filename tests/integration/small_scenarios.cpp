// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/small_scenarios.hpp"

#include <initializer_list>
#include <vector>

#include "harness/control/key.hpp"

namespace stagger::testing {
namespace {

// Each step takes three events or more, and orders are counted by binomials: so few steps.
using Steps = std::vector<std::string>;

class Generator {
public:
    Generator(const std::string& backend, std::uint64_t seed)
        : backend_(backend), random_(control::mix(seed, control::hash_text(backend.c_str()))) {}

    std::string text() {
        draw_tasks();
        return "name = \"small\"\n[objects]\n"
               "a = { type = \"register\", initial = 0 }\n"
               "b = { type = \"register\", initial = 0 }\n"
               "m = { type = \"mutex\" }\n"
               "s = { type = \"semaphore\", initial = 1 }\n"
               "e = { type = \"event\" }\n"
               "c = { type = \"condition\" }\n"
               "d = { type = \"barrier\", capacity = 2 }\n"
               "q = { type = \"queue\", capacity = 1 }\n" +
               roles() + expectations_ + "[[case]]\nbackend = \"" + backend_ + "\"\n" +
               (backend_ == "shm" ? "options = { lock = \"none\" }\n" : "");
    }

private:
    std::uint32_t draw(std::uint32_t bound) {
        return static_cast<std::uint32_t>(control::mix(++random_, 3) % bound);
    }
    std::string one_of(std::initializer_list<const char*> texts) {
        return *(texts.begin() + draw(static_cast<std::uint32_t>(texts.size())));
    }
    std::string variable() { return "x" + std::to_string(++variables_); }

    void draw_tasks() {
        switch (draw(9)) {
            case 0:
                return draw_block();
            case 1:
                return draw_section();
            case 2:
                return draw_condition();
            case 3:
                return draw_timed();
            case 4:
            case 5:
                tasks_ = {{waiting()}, {waiting()}};
                if (draw(4) == 0) tasks_[0].push_back(waiting());
                break;
            default:
                tasks_ = {{access()}, {access()}};
                if (draw(4) == 0) tasks_[0].push_back(access());
                if (draw(4) == 0) expectations_ = "[expect]\nfinal = \"a ~= 3\"\n";
        }
        const bool short_ones = tasks_[0].size() == 1 && tasks_[1].size() == 1;
        if (short_ones && draw(16) == 0) tasks_.push_back({"{ assert = \"true\" }"});
    }

    // Two accesses that are meant as one, against another.
    void draw_block() {
        tasks_ = {{"{ as_one = \"o\", steps = [ " + access() + ", " + access() + " ] }"},
                  {access()}};
    }

    // Sections that something keeps apart, or nothing does.
    void draw_section() {
        const std::string section = "{ section = \"w\", steps = [ { assert = \"true\" } ] }";
        const std::string shared =
            "{ section = \"w\", shared = true, steps = [ { assert = \"true\" } ] }";
        switch (draw(3)) {
            case 0:
                tasks_ = {{section}, {draw(2) == 0 ? section : shared}};
                break;
            case 1:
                tasks_ = {{shared}, {shared}};
                break;
            default:
                tasks_ = {{section, "{ release = \"s\" }"}, {"{ acquire = \"s\" }", section}};
                break;
        }
    }

    // A waiter and who notifies it, perhaps too early; waits may end unasked or by time.
    void draw_condition() {
        const std::string wait =
            draw(2) == 0 ? "{ wait = \"c\", with = \"m\" }"
                         : "{ wait = \"c\", with = \"m\", timeout = 1, into = [\"y\", \"how\"] }";
        tasks_ = {{"{ lock = \"m\" }", wait},
                  {one_of({"{ notify = \"c\" }", "{ notify_all = \"c\" }"})}};
    }

    // Sleeps and time-outs against each other and against what others do in the meantime; never
    // equally long ones, whose order is a limit of the search.
    void draw_timed() {
        const std::string sleep = draw(2) == 0 ? "{ sleep = 1 }" : "{ sleep = 3 }";
        const std::string timed = ", timeout = 2, into = [\"y\", \"how\"] }";
        switch (draw(4)) {
            case 0:
                tasks_ = {{"{ lock = \"m\" }", sleep, "{ unlock = \"m\" }"},
                          {"{ lock = \"m\"" + timed}};
                break;
            case 1:
                tasks_ = {{sleep, "{ release = \"s\" }"}, {"{ acquire = \"s\"" + timed}};
                break;
            case 2:
                tasks_ = {{sleep, "{ set = \"e\" }"}, {"{ wait = \"e\"" + timed}};
                break;
            default:
                tasks_ = {{"{ store = \"a\", value = 1 }"}, {sleep, load("a")}};
                expectations_ = "[expect]\nvisible = { a = 2 }\n";
                break;
        }
    }

    std::string load(const std::string& name) {
        return "{ load = \"" + name + "\", into = \"" + variable() + "\" }";
    }

    std::string access() {
        const std::string name = draw(9) == 0 ? "b" : "a";
        const std::string value = "value = " + std::to_string(1 + draw(3));
        const std::string into = ", into = \"" + variable() + "\" }";
        switch (draw(7)) {
            case 0:
            case 1:
                return load(name);
            case 2:
                return "{ add = \"" + name + "\", " + value + into;
            case 3:
                return "{ swap = \"" + name + "\", " + value + into;
            case 4:
                return "{ cas = \"" + name + "\", expected = 0, " + value + into;
            default:
                return "{ store = \"" + name + "\", " + value + " }";
        }
    }

    // Without a lock a queue in shared memory is waited for by spinning, for ever if need be.
    std::string waiting() {
        const std::string result = "into = [\"" + variable() + "\", \"how\"] }";
        switch (draw(backend_ == "shm" ? 9 : 11)) {
            case 0:
                return "{ lock = \"m\" }";
            case 1:
                return "{ lock = \"m\", timeout = 0, " + result;
            case 2:
                return "{ acquire = \"s\" }";
            case 3:
                return "{ release = \"s\" }";
            case 4:
                return "{ set = \"e\" }";
            case 5:
                return "{ wait = \"e\" }";
            case 6:
                return "{ wait = \"e\", timeout = 1, " + result;
            case 7:
                return "{ arrive = \"d\" }";
            case 8:
                return "{ take = \"q\", timeout = 0, " + result;
            case 9:
                return "{ take = \"q\", " + result;
            default:
                return "{ put = \"q\", value = 1 }";
        }
    }

    static std::string steps_of(const Steps& steps) {
        std::string text = "[\n";
        for (const std::string& step : steps) text += "  " + step + ",\n";
        return text + "]";
    }

    // Where every process has a copy of its own only threads meet.
    std::string roles() const {
        std::string text;
        if (backend_ == "private") {
            text = "[process.p]\nthreads = " + std::to_string(tasks_.size()) + "\nsteps = [\n";
            for (std::size_t i = 0; i < tasks_.size(); ++i) {
                text += "{ if = \"thread == " + std::to_string(i) +
                        "\", steps = " + steps_of(tasks_[i]) + " },\n";
            }
            return text + "]\n";
        }
        for (std::size_t i = 0; i < tasks_.size(); ++i) {
            text += "[process.p" + std::to_string(i) + "]\nsteps = " + steps_of(tasks_[i]) + "\n";
        }
        return text;
    }

    std::string backend_;
    std::uint64_t random_;
    std::uint32_t variables_ = 0;
    std::vector<Steps> tasks_;
    std::string expectations_;
};

}  // namespace

std::string small_scenario(const std::string& backend, std::uint64_t seed) {
    return Generator(backend, seed).text();
}

std::string scenario_of_names(std::uint64_t seed) {
    constexpr std::uint64_t kCalls = 28;
    std::uint64_t random = control::mix(seed, control::hash_text("names"));
    const auto drawn = [&](std::uint64_t below) {
        return static_cast<int>(control::mix(++random, 3) % below);
    };
    const int there = drawn(16);
    const int first = drawn(kCalls), second = drawn(kCalls);
    return scenario_of_names({first, second}, {drawn(kCalls)}, there);
}

std::string scenario_of_names(const std::vector<int>& first, const std::vector<int>& second,
                              int there) {
    const auto steps = [](const std::vector<int>& calls) {
        std::string text;
        for (std::size_t i = 0; i < calls.size(); ++i)
            text += "{ add = \"calls\", value = " + std::to_string(calls[i]) + ", into = \"x" +
                    std::to_string(i) + "\" }, ";
        return "steps = [" + text + "]\n";
    };
    return "name = \"names\"\n[objects]\ncalls = { type = \"register\", initial = " +
           std::to_string(there) + " }\n[process.p]\n" + steps(first) + "[process.q]\n" +
           steps(second) + "[[case]]\nbackend = \"names\"\n";
}

}  // namespace stagger::testing
