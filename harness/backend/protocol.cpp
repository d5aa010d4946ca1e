// SPDX-License-Identifier: Apache-2.0
#include "harness/backend/protocol.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

namespace stagger::backend {
namespace {

using nlohmann::json;

constexpr std::uint32_t kLongestMessage = 64u << 20;

json to_json(const history::Task& task) {
    return {{"name", task.name},     {"role", task.role},       {"index", task.index},
            {"thread", task.thread}, {"process", task.process}, {"daemon", task.daemon}};
}

history::Task task_from(const json& from) {
    history::Task task;
    task.name = from.at("name");
    task.role = from.at("role");
    task.index = from.at("index");
    task.thread = from.at("thread");
    task.process = from.at("process");
    task.daemon = from.at("daemon");
    return task;
}

json to_json(const history::Object& object) {
    const history::Contract& contract = object.contract;
    const std::string initial = object.initial.encode();
    return {{"name", object.name},
            {"type", static_cast<int>(object.type)},
            {"initial", std::vector<std::uint8_t>(initial.begin(), initial.end())},
            {"capacity", object.capacity},
            {"backend", object.backend},
            {"fifo_scope", static_cast<int>(contract.fifo_scope)},
            {"lossy", contract.lossy},
            {"duplicating", contract.duplicating},
            {"robust", contract.robust},
            {"spurious_wakeups", contract.spurious_wakeups},
            {"cut_off_may_apply", contract.cut_off_may_apply},
            {"shared", contract.shared},
            {"framed", contract.framed},
            {"executions", static_cast<int>(contract.executions)},
            {"atomic_write", contract.atomic_write}};
}

history::Object object_from(const json& from) {
    history::Object object;
    object.name = from.at("name");
    object.type = static_cast<ObjectType>(from.at("type").get<int>());
    const auto initial = from.at("initial").get<std::vector<std::uint8_t>>();
    auto value = Value::decode(std::string(initial.begin(), initial.end()));
    if (value) object.initial = std::move(value).value();
    object.capacity = from.at("capacity");
    object.backend = from.at("backend");
    object.contract.fifo_scope = static_cast<stagger_fifo_scope>(from.at("fifo_scope").get<int>());
    object.contract.lossy = from.at("lossy");
    object.contract.duplicating = from.at("duplicating");
    object.contract.robust = from.at("robust");
    object.contract.spurious_wakeups = from.at("spurious_wakeups");
    object.contract.cut_off_may_apply = from.at("cut_off_may_apply");
    object.contract.shared = from.at("shared");
    object.contract.framed = from.at("framed");
    object.contract.executions = static_cast<stagger_executions>(from.at("executions").get<int>());
    object.contract.atomic_write = from.at("atomic_write");
    return object;
}

json to_json(const Layout& layout) {
    json tasks = json::array(), kinds = json::array(), objects = json::array();
    for (const auto& task : layout.tasks) tasks.push_back(to_json(task));
    for (const auto kind : layout.kinds) kinds.push_back(static_cast<int>(kind));
    for (const auto& object : layout.objects) objects.push_back(to_json(object));
    return {{"tasks", tasks},
            {"kinds", kinds},
            {"objects", objects},
            {"parent_reads", layout.parent_reads},
            {"replaceable", layout.replaceable}};
}

Layout layout_from(const json& from) {
    Layout layout;
    for (const json& task : from.at("tasks")) layout.tasks.push_back(task_from(task));
    for (const json& kind : from.at("kinds")) {
        layout.kinds.push_back(static_cast<Layout::Kind>(kind.get<int>()));
    }
    for (const json& object : from.at("objects")) layout.objects.push_back(object_from(object));
    layout.parent_reads = from.at("parent_reads");
    layout.replaceable = from.at("replaceable");
    return layout;
}

std::string dump(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

// Runs `read` on the parsed text; nlohmann reports by exceptions.
template <typename T, typename Read>
Result<T> parse(const std::string& text, Read read) {
    try {
        return read(json::parse(text));
    } catch (const json::exception& problem) {
        return Error{std::string("a message between stagger and its worker is damaged: ") +
                     problem.what()};
    }
}

bool transfer(int socket, char* data, std::size_t size, bool sending) {
    while (size > 0) {
        const ssize_t count = sending ? send(socket, data, size, MSG_NOSIGNAL)
                                      : recv(socket, data, size, MSG_WAITALL);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        data += count;
        size -= static_cast<std::size_t>(count);
    }
    return true;
}

}  // namespace

std::string to_text(const Job& job) {
    return dump({{"spec_path", job.spec_path},
                 {"spec_source", job.spec_source},
                 {"case", job.case_json},
                 {"plugins", job.plugins},
                 {"name_prefix", job.name_prefix},
                 {"explored_servers", job.explored_servers}});
}

Result<Job> job_from(const std::string& text) {
    return parse<Job>(text, [](const json& from) {
        Job job;
        job.spec_path = from.at("spec_path");
        job.spec_source = from.at("spec_source");
        job.case_json = from.at("case");
        job.plugins = from.at("plugins").get<std::map<std::string, std::string>>();
        job.name_prefix = from.at("name_prefix");
        job.explored_servers = from.at("explored_servers");
        return job;
    });
}

// The usual answer to a command has nothing to say, and fresh executions ask two each.
std::string to_text(const Answer& answer) {
    const bool silent = answer.error.empty() && answer.lacking.empty() && !answer.spec_error &&
                        answer.residue.empty() && !answer.layout;
    if (silent) return "";
    json result = {{"error", answer.error},
                   {"lacking", answer.lacking},
                   {"spec_error", answer.spec_error},
                   {"residue", answer.residue}};
    if (answer.layout) result["layout"] = to_json(*answer.layout);
    return dump(result);
}

Result<Answer> answer_from(const std::string& text) {
    if (text.empty()) return Answer{};
    return parse<Answer>(text, [](const json& from) {
        Answer answer;
        answer.error = from.at("error");
        answer.lacking = from.at("lacking");
        answer.spec_error = from.at("spec_error");
        answer.residue = from.at("residue").get<std::vector<std::string>>();
        if (from.contains("layout")) answer.layout = layout_from(from.at("layout"));
        return answer;
    });
}

bool send_message(int socket, const std::string& text) {
    auto size = static_cast<std::uint32_t>(text.size());
    std::string framed(reinterpret_cast<const char*>(&size), sizeof(size));
    framed += text;
    return transfer(socket, framed.data(), framed.size(), true);
}

std::optional<std::string> receive_message(int socket) {
    std::uint32_t size = 0;
    if (!transfer(socket, reinterpret_cast<char*>(&size), sizeof(size), false)) return {};
    if (size > kLongestMessage) return {};
    std::string text(size, '\0');
    if (!transfer(socket, text.data(), size, false)) return {};
    return text;
}

}  // namespace stagger::backend
