// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/host.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "tests/conformance/library.hpp"
#include "tests/conformance/wire.hpp"

namespace stagger::conformance {
namespace {

[[noreturn]] void give_up(const std::string& what) {
    (void)!write(STDERR_FILENO, (what + "\n").c_str(), what.size() + 1);
    abort();
}

thread_local std::string result_of_call;
thread_local std::string failure_of_call;

const stagger_host kHost = {
    STAGGER_ABI_VERSION, sizeof(stagger_host),
    [](const char* data, std::size_t size) { result_of_call.assign(data, size); },
    [](const char* message) { failure_of_call = message; }, [](const char*) {}};

struct Channel {
    int test = -1;  // the test's end
    int task = -1;
};

Channel make_channel() {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) give_up("socketpair");
    return {ends[0], ends[1]};
}

// For the handler with which a server is reset inside the call in which it waits.
const stagger_backend* server_table = nullptr;
stagger_state* server_state = nullptr;
int server_channel = -1;

void reset_server(int) {
    server_table->reset(server_state, nullptr, STAGGER_RESET_LOCAL);
    (void)!write(server_channel, "r", 1);
}

// A server without a request sleeps in the call with which it waits for one.
void wait_until_asleep(pid_t process) {
    for (;;) {
        std::ifstream file("/proc/" + std::to_string(process) + "/stat");
        std::string line;
        std::getline(file, line);
        if (line.find(") S ") != std::string::npos) return;
        sched_yield();
    }
}

}  // namespace

struct Case::State {
    Library library;
    Configuration configuration;
    Shape shape;
    stagger_contract contract{};
    stagger_state* backend = nullptr;
    std::vector<Channel> tasks;
    std::vector<Channel> processes;  // for reset and end
    std::vector<pid_t> process_ids;
    std::vector<Channel> servers;
    std::vector<pid_t> server_ids;
    bool ended = false;

    State(const Variant& variant, std::vector<ObjectDefinition> objects, Shape wanted)
        : library(variant.plugin),
          configuration(library.table(), variant, std::move(objects), wanted),
          shape(std::move(wanted)) {}

    const stagger_backend& table() const { return library.table(); }
    void create();
    void start_server(std::uint32_t index);
    void start_process(std::uint32_t index);
    void run_process(std::uint32_t index);
    void run_task(stagger_peer* peer, std::uint32_t task);
    Outcome invoke(stagger_peer* peer, std::uint32_t task, const Request& request);
};

void Case::State::create() {
    stagger_config& config = configuration.config();
    if (table().contract(&config, &contract) != 0) give_up("contract: " + failure_of_call);
    config.server_count = table().servers != nullptr ? table().servers(&config) : 0;
    if (table().create(&kHost, &config, &backend) != 0) give_up("create: " + failure_of_call);
    for (std::uint32_t i = 0; i < shape.processes * shape.threads; ++i)
        tasks.push_back(make_channel());
    for (std::uint32_t i = 0; i < shape.processes; ++i) processes.push_back(make_channel());
    for (std::uint32_t i = 0; i < config.server_count; ++i) start_server(i);
    for (std::uint32_t i = 0; i < shape.processes; ++i) start_process(i);
    // Attached, or the test would race with the start of its processes.
    Message ready;
    for (const Channel& process : processes)
        if (!receive_message(process.test, ready)) give_up("a process did not attach");
}

void Case::State::start_server(std::uint32_t index) {
    servers.push_back(make_channel());
    const pid_t process = fork();
    if (process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        server_table = &table();
        server_state = backend;
        server_channel = servers.back().task;
        struct sigaction action {};
        action.sa_handler = reset_server;
        sigaction(SIGUSR1, &action, nullptr);
        table().serve(backend, index);
        give_up("serve returned: " + failure_of_call);
    }
    server_ids.push_back(process);
}

void Case::State::start_process(std::uint32_t index) {
    const pid_t process = fork();
    if (process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        run_process(index);
        _exit(0);
    }
    process_ids.push_back(process);
}

void Case::State::run_process(std::uint32_t index) {
    // The test's ends belong to the test alone, or nobody would notice that it has gone.
    for (const Channel& channel : tasks) close(channel.test);
    for (const Channel& channel : processes) close(channel.test);
    stagger_peer* peer = nullptr;
    if (table().attach(backend, index, &peer) != 0) give_up("attach: " + failure_of_call);
    for (std::uint32_t i = 0; i < configuration.config().object_count; ++i)
        if (table().open != nullptr) table().open(peer, i, ~std::uint64_t{0});
    std::vector<std::thread> threads;
    for (std::uint32_t i = 0; i < shape.threads; ++i)
        threads.emplace_back([=, this] { run_task(peer, index * shape.threads + i); });
    const int channel = processes[index].task;
    send_message(channel, {"attached"});
    for (Message message; receive_message(channel, message);) {
        if (message.at(0) == "end") break;
        if (table().reset(backend, peer, STAGGER_RESET_LOCAL) != 0)
            give_up("reset: " + failure_of_call);
        send_message(channel, {"reset"});
    }
    for (std::uint32_t i = 0; i < shape.threads; ++i)
        shutdown(tasks[index * shape.threads + i].task, SHUT_RDWR);
    for (std::thread& thread : threads) thread.join();
    table().detach(peer);
}

void Case::State::run_task(stagger_peer* peer, std::uint32_t task) {
    const int channel = tasks[task].task;
    for (Message message; receive_message(channel, message);) {
        Outcome outcome;
        if (message.at(0) == "program") {
            const Program& program = shape.programs.at(std::stoul(message.at(1)));
            outcome.value =
                program([&](const Request& request) { return invoke(peer, task, request); });
        } else {
            outcome = invoke(peer, task, to_request(message));
        }
        if (!send_message(channel, to_message(outcome))) return;
    }
}

Outcome Case::State::invoke(stagger_peer* peer, std::uint32_t task, const Request& request) {
    const std::string key = request.key.encode(), value = request.value.encode(),
                      expected = request.expected.encode();
    stagger_call call{};
    call.struct_size = sizeof call;
    call.operation = request.operation;
    call.object = request.object;
    call.with = request.with;
    call.task = task;
    call.timeout_ns = request.timeout < 0 ? -1 : static_cast<std::int64_t>(request.timeout * 1e9);
    call.key = {key.data(), key.size()};
    call.value = {value.data(), value.size()};
    call.expected = {expected.data(), expected.size()};
    result_of_call = Value().encode();
    failure_of_call.clear();
    Outcome outcome;
    outcome.status = table().invoke(peer, &call);
    outcome.failure = failure_of_call;
    auto result = Value::decode(result_of_call);
    outcome.value = result.ok() ? *result : Value("the result is no value");
    return outcome;
}

Case::Case(const Variant& variant, std::vector<ObjectDefinition> objects, Shape shape)
    : state_(std::make_unique<State>(variant, std::move(objects), std::move(shape))) {
    state_->create();
}

Case::~Case() {
    if (!state_->ended) end();
}

const stagger_contract& Case::contract() const {
    return state_->contract;
}

const std::string& Case::prefix() const {
    return state_->configuration.prefix();
}

Outcome Case::call(std::uint32_t task, const Request& request) {
    start(task, request);
    return finish(task);
}

void Case::start(std::uint32_t task, const Request& request) {
    if (!send_message(state_->tasks.at(task).test, to_message(request))) give_up("a task has gone");
}

void Case::start_program(std::uint32_t task, std::size_t program) {
    if (!send_message(state_->tasks.at(task).test, {"program", std::to_string(program)}))
        give_up("a task has gone");
}

Outcome Case::finish(std::uint32_t task) {
    Message message;
    if (!receive_message(state_->tasks.at(task).test, message)) give_up("a task has died");
    return to_outcome(message);
}

void Case::finish_all(std::vector<std::uint32_t> tasks,
                      const std::function<void(std::uint32_t, const Outcome&)>& finished) {
    while (!tasks.empty()) {
        std::vector<pollfd> waiting;
        for (const std::uint32_t task : tasks)
            waiting.push_back({state_->tasks.at(task).test, POLLIN, 0});
        if (poll(waiting.data(), waiting.size(), -1) < 0) give_up("poll");
        for (std::size_t i = waiting.size(); i-- > 0;) {
            if (waiting[i].revents == 0) continue;
            const std::uint32_t task = tasks[i];
            tasks.erase(tasks.begin() + static_cast<std::ptrdiff_t>(i));
            finished(task, finish(task));
        }
    }
}

void Case::reset() {
    State& state = *state_;
    if (state.table().reset(state.backend, nullptr, STAGGER_RESET_SHARED) != 0)
        give_up("reset: " + failure_of_call);
    for (const Channel& process : state.processes) {
        Message message;
        if (!send_message(process.test, {"reset"}) || !receive_message(process.test, message))
            give_up("a process has died in reset");
    }
    for (std::size_t i = 0; i < state.server_ids.size(); ++i) {
        wait_until_asleep(state.server_ids[i]);
        ::kill(state.server_ids[i], SIGUSR1);
        char answer = 0;
        if (read(state.servers[i].test, &answer, 1) != 1) give_up("a server has died in reset");
    }
}

void Case::kill(std::uint32_t process) {
    ::kill(state_->process_ids.at(process), SIGKILL);
    siginfo_t info;
    waitid(P_PID, static_cast<id_t>(state_->process_ids[process]), &info, WEXITED | WNOWAIT);
}

std::vector<std::string> Case::end() {
    State& state = *state_;
    for (const Channel& process : state.processes) {
        send_message(process.test, {"end"});
        close(process.task);
    }
    for (const pid_t process : state.process_ids) waitpid(process, nullptr, 0);
    for (const pid_t server : state.server_ids) {
        ::kill(server, SIGKILL);
        waitpid(server, nullptr, 0);
    }
    for (const auto* channels : {&state.tasks, &state.servers, &state.processes})
        for (const Channel& channel : *channels) close(channel.test);
    for (const auto* channels : {&state.tasks, &state.servers})
        for (const Channel& channel : *channels) close(channel.task);
    state.table().destroy(state.backend);
    std::vector<std::string> found;
    if (state.table().residue != nullptr)
        state.table().residue(
            &state.configuration.config(),
            [](void* list, const char* name) {
                static_cast<std::vector<std::string>*>(list)->push_back(name);
            },
            &found);
    state.ended = true;
    return found;
}

}  // namespace stagger::conformance
