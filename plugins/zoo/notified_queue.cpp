// SPDX-License-Identifier: Apache-2.0
//
// A POSIX message queue whose reader is notified by a signal. mq_notify() holds for one message,
// and only for one that comes into an empty queue. The reader takes all there is and then asks to
// be notified again; a message that came in between makes the queue not empty, and no later one is
// ever announced.
//
// Documented in mq_notify(3p),
// https://sites.uclouvain.be/SystInfo/manpages/man3/mq_notify.3posix.html . Fixed by asking first,
// and taking what there is after that.
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <unistd.h>

#include "plugins/zoo/local.hpp"

namespace {

using namespace stagger;

enum class Ask : std::uint8_t { AfterTaking, BeforeTaking };

constexpr std::size_t kMessageBytes = 256;
constexpr long kMostMessages = 8;

int notification() {
    return SIGRTMIN + 3;
}

sigset_t only_notification() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, notification());
    return set;
}

// Takes the signal, if it has come; it is blocked, so that nothing else happens when it does.
bool was_notified() {
    const sigset_t set = only_notification();
    const timespec now{};
    return sigtimedwait(&set, nullptr, &now) == notification();
}

mqd_t opened(const std::string& name, int flags) {
    mq_attr attributes{};
    attributes.mq_maxmsg = kMostMessages;
    attributes.mq_msgsize = kMessageBytes;
    const mqd_t queue =
        mq_open(name.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC | flags, 0600, &attributes);
    if (queue == -1) plugin::fail_system("mq_open of " + name, errno);
    return queue;
}

// Nothing where the queue is empty.
std::string taken(mqd_t queue) {
    char message[kMessageBytes];
    const ssize_t size = mq_receive(queue, message, sizeof message, nullptr);
    if (size == -1 && errno != EAGAIN) plugin::fail_system("mq_receive", errno);
    return {message, size > 0 ? static_cast<std::size_t>(size) : 0};
}

class NotifiedQueue : public plugin::Queue, public zoo::Local {
public:
    NotifiedQueue(const std::string& name, Ask ask) : queue_(opened(name, 0)), ask_(ask) {}
    ~NotifiedQueue() override { mq_close(queue_); }

    stagger_status put(std::string_view value, plugin::Deadline) override {
        if (mq_send(queue_, value.data(), value.size(), 0) == 0) return STAGGER_OK;
        if (errno != EAGAIN) plugin::fail_system("mq_send", errno);
        return STAGGER_FULL;
    }

    plugin::Reply take(plugin::Deadline deadline) override {
        if (!deadline.never()) throw plugin::Failure("this queue knows no time-outs");
        const sigset_t set = only_notification();
        pthread_sigmask(SIG_BLOCK, &set, nullptr);
        for (;;) {
            if (ask_ == Ask::BeforeTaking) ask();
            std::string value = taken(queue_);
            if (!value.empty()) return plugin::Reply::of(std::move(value));
            if (ask_ == Ask::AfterTaking) ask();
            while (!was_notified()) usleep(1000);
            asked_ = false;
        }
    }

    std::int64_t size() override {
        mq_attr attributes{};
        mq_getattr(queue_, &attributes);
        return attributes.mq_curmsgs;
    }

    // For the parent, when all others have ended: takes what is left.
    std::string snapshot() override {
        std::vector<std::string> left;
        for (std::string value = taken(queue_); !value.empty(); value = taken(queue_))
            left.push_back(std::move(value));
        return wire::encode_list(left);
    }

    void reset() override {
        if (asked_) mq_notify(queue_, nullptr);
        asked_ = false;
        was_notified();
    }

private:
    // Holds until a message comes; to ask twice is an error.
    void ask() {
        if (asked_ && !was_notified()) return;
        sigevent event{};
        event.sigev_notify = SIGEV_SIGNAL;
        event.sigev_signo = notification();
        if (mq_notify(queue_, &event) != 0) plugin::fail_system("mq_notify", errno);
        asked_ = true;
    }

    const mqd_t queue_;
    const Ask ask_;
    bool asked_ = false;
};

constexpr stagger_option kOptions[] = {
    {"ask", "after-taking|before-taking", "after-taking", "when the reader asks to be notified"},
    {nullptr, nullptr, nullptr, nullptr},
};

std::string name_of(const plugin::Config& config, std::size_t object) {
    return "/" + config.prefix() + "notified" + std::to_string(object);
}

class NotifiedQueues : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_notified_queue", "message queues with notification by signal", {}, kOptions};
        about.operations[STAGGER_QUEUE] =
            plugin::operation_bits({STAGGER_PUT, STAGGER_TAKE, STAGGER_SIZE, STAGGER_SNAPSHOT});
        return about;
    }

    static stagger_contract contract(const plugin::Config&) {
        stagger_contract promise{};
        promise.shared = 1;
        promise.default_capacity = kMostMessages;
        return promise;
    }

    static void residue(const plugin::Config& config,
                        const std::function<void(const std::string&)>& found) {
        for (std::size_t i = 0; i < config.objects().size(); ++i) {
            const mqd_t queue = mq_open(name_of(config, i).c_str(), O_RDONLY);
            if (queue == -1) continue;
            mq_close(queue);
            found("the message queue " + name_of(config, i));
        }
    }

    explicit NotifiedQueues(const plugin::Config& config)
        : ask_(config.choose<Ask>("ask", {"after-taking", "before-taking"})) {
        for (std::size_t i = 0; i < config.objects().size(); ++i) {
            names_.push_back(name_of(config, i));
            queues_.push_back(opened(names_.back(), O_CREAT | O_EXCL));
        }
    }
    ~NotifiedQueues() override {
        for (const mqd_t queue : queues_) mq_close(queue);
        for (const std::string& name : names_) mq_unlink(name.c_str());
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects objects;
        for (const std::string& name : names_)
            objects.push_back(std::make_unique<NotifiedQueue>(name, ask_));
        return std::make_unique<zoo::LocalPeer>(std::move(objects));
    }

    void reset_shared() override {
        for (const mqd_t queue : queues_)
            while (!taken(queue).empty()) {
            }
    }

private:
    const Ask ask_;
    std::vector<std::string> names_;
    std::vector<mqd_t> queues_;
};

}  // namespace

STAGGER_BACKEND(NotifiedQueues)
