// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/search/generator.hpp"

#include <map>

#include "harness/control/key.hpp"

namespace stagger::testing {
namespace {

const std::map<Op, std::string> kNames = {
    {Op::Load, "load"},   {Op::Store, "store"},      {Op::Add, "add"},
    {Op::Lock, "lock"},   {Op::TryLock, "try-lock"}, {Op::Unlock, "unlock"},
    {Op::Wait, "wait"},   {Op::Signal, "signal"},    {Op::Broadcast, "broadcast"},
    {Op::Put, "put"},     {Op::TakeAny, "take-any"}, {Op::Take, "take"},
    {Op::Begin, "begin"}, {Op::End, "end"},          {Op::Join, "join"},
    {Op::Sleep, "sleep"}, {Op::Yield, "yield"},      {Op::CrashIfOdd, "crash-if-odd"},
};

class Generator {
public:
    Generator(Flavour flavour, std::uint64_t seed) : flavour_(flavour), random_(seed) {}

    ProgramText program() {
        ProgramText text;
        const std::uint32_t tasks = 2 + draw(2);
        const std::uint32_t most = tasks == 2 ? 5 : 3;
        for (std::uint32_t task = 0; task < tasks; ++task) {
            text.tasks.emplace_back();
            const std::uint32_t length = 1 + draw(most);
            while (text.tasks.back().size() < length) add_phrase(text.tasks.back(), task, tasks);
        }
        text.spurious = flavour_ == Flavour::Conditions && draw(3) == 0;
        text.any_object = draw(2) == 0;
        if (flavour_ == Flavour::Servers) add_server(text);
        return text;
    }

private:
    using Code = std::vector<Instruction>;

    std::uint32_t draw(std::uint32_t bound) {
        return static_cast<std::uint32_t>(control::mix(++random_, 77) % bound);
    }

    Flavour flavour() {
        return flavour_ == Flavour::Mixed ? static_cast<Flavour>(draw(5)) : flavour_;
    }

    void add_phrase(Code& code, std::uint32_t task, std::uint32_t tasks) {
        switch (flavour()) {
            case Flavour::Registers:
                return add_access(code);
            case Flavour::Locks:
                return add_lock(code);
            case Flavour::Conditions:
                return add_condition(code);
            case Flavour::Queues:
                return add_queue(code);
            case Flavour::Operations:
                return add_operation(code, task, tasks);
            default:
                return draw(2) == 0 ? add_access(code) : add_request(code);
        }
    }

    void add_access(Code& code) {
        constexpr Op kOps[] = {Op::Load, Op::Store, Op::Add, Op::Load, Op::Store};
        code.push_back({kOps[draw(5)], draw(2), draw(3)});
    }

    void add_lock(Code& code) {
        const std::uint32_t mutex = draw(2);
        switch (draw(6)) {
            case 0:
                code.push_back({Op::TryLock, mutex});
                break;
            case 1:
                code.push_back({Op::Unlock, mutex});
                return;
            case 2:
                return add_access(code);
            default:
                code.push_back({Op::Lock, mutex});
        }
        if (draw(2) == 0) add_access(code);
        if (draw(5) != 0) code.push_back({Op::Unlock, mutex});
    }

    void add_condition(Code& code) {
        switch (draw(6)) {
            case 0:
                return add_access(code);
            case 1:
                code.push_back({Op::Broadcast, 0});
                return;
            case 2:
            case 3:
                code.push_back({Op::Signal, 0});
                return;
            case 4:
                code.push_back({Op::Wait, 0, 1});
                code.push_back({Op::Add, 0});
                return;
            default:
                code.push_back({Op::Lock, 0});
                code.push_back({Op::Wait, 0, 0});
                code.push_back({Op::Lock, 0});
                code.push_back({Op::Unlock, 0});
        }
    }

    void add_queue(Code& code) {
        switch (draw(5)) {
            case 0:
                return add_access(code);
            case 1:
            case 2:
                code.push_back({Op::Put, draw(2), draw(3)});
                return;
            default:
                code.push_back(draw(3) == 0 ? Instruction{Op::TakeAny}
                                            : Instruction{Op::Take, draw(2)});
        }
    }

    void add_operation(Code& code, std::uint32_t task, std::uint32_t tasks) {
        switch (draw(8)) {
            case 0:
                code.push_back({Op::Yield});
                return;
            case 1:
                code.push_back({Op::Load, 0});
                code.push_back({Op::CrashIfOdd});
                return;
            case 2:
                code.push_back({Op::Join, (task + 1 + draw(tasks - 1)) % tasks});
                return;
            case 3:
                if (code.empty()) code.push_back({Op::Sleep});
                return add_access(code);
            default:
                break;
        }
        const std::uint32_t object = draw(2);
        code.push_back({Op::Begin, object});
        if (draw(2) == 0) add_access(code);
        code.push_back({Op::End, object});
    }

    // Requests go to two queues, answers to a third.
    void add_request(Code& code) { code.push_back({Op::Put, draw(2), draw(3)}); }

    void add_server(ProgramText& text) {
        Code server = {draw(3) == 0 ? Instruction{Op::Take, 0} : Instruction{Op::TakeAny},
                       {Op::Add, 0}};
        if (draw(2) == 0) server.push_back({Op::Store, 1, 1});
        if (draw(2) == 0) {
            server.push_back({Op::Put, 2});
            text.tasks.front().push_back({Op::Take, 2});
        }
        text.tasks.push_back(std::move(server));
        text.server = true;
    }

    Flavour flavour_;
    std::uint64_t random_;
};

}  // namespace

ProgramText generate(Flavour flavour, std::uint64_t seed) {
    return Generator(flavour, control::mix(seed, static_cast<std::uint64_t>(flavour))).program();
}

std::string to_string(const ProgramText& text) {
    std::string lines;
    for (const auto& task : text.tasks) {
        lines += "-";
        for (const Instruction& what : task) {
            lines += " " + kNames.at(what.op) + "(" + std::to_string(what.a) + "," +
                     std::to_string(what.b) + ")";
        }
        lines += "\n";
    }
    lines += text.server ? "the last is a server\n" : "";
    lines += text.spurious ? "waits may end unasked\n" : "";
    lines += text.any_object ? "all objects are compared\n" : "";
    return lines;
}

}  // namespace stagger::testing
