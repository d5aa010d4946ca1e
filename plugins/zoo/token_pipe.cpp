// SPDX-License-Identifier: Apache-2.0
//
// A semaphore as make's jobserver has it: a pipe with one byte for each job that may run. Who wants
// to run one reads a byte, and writes it back when the job is done. The kernel knows nothing of
// tokens: what a holder that is killed, or goes on as a daemon, has taken never comes back, and
// everybody runs with one less, until there is none left.
//
// Reported in https://github.com/mozilla/sccache/issues/2145 ,
// https://github.com/AliveToolkit/alive2/pull/844 and https://github.com/spack/spack/pull/50708 .
// Fixed by a parent that takes the token for its child, and gives it back when the child has ended,
// however it did.
#include <stagger/objects.hpp>

#include "plugins/zoo/descriptors.hpp"

namespace {

using namespace stagger;

class TokenPipe : public plugin::Semaphore {
public:
    explicit TokenPipe(const zoo::Ends& pipe) : pipe_(pipe) {}

    stagger_status acquire(plugin::Deadline deadline) override {
        if (!deadline.never() && !zoo::await(pipe_.read.get(), POLLIN, deadline))
            return STAGGER_TIMEOUT;
        zoo::read_exactly(pipe_.read.get(), 1);
        return STAGGER_OK;
    }
    void release() override { zoo::write_all(pipe_.write.get(), "+"); }
    std::string snapshot() override {
        std::string tokens;
        while (zoo::await(pipe_.read.get(), POLLIN, plugin::Deadline::at(0)))
            tokens += zoo::read_exactly(pipe_.read.get(), 1);
        zoo::write_all(pipe_.write.get(), tokens);
        return wire::encode_integer(static_cast<std::int64_t>(tokens.size()));
    }

private:
    const zoo::Ends& pipe_;
};

class TokenPipes : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{"zoo_token_pipe", "semaphores as tokens in a pipe", {}};
        about.operations[STAGGER_SEMAPHORE] = plugin::kAllOperations[STAGGER_SEMAPHORE];
        return about;
    }

    explicit TokenPipes(const plugin::Config& config) : objects_(config.objects()) {
        for (std::size_t i = 0; i < objects_.size(); ++i) pipes_.push_back(zoo::make_pipe());
        TokenPipes::reset_shared();
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects objects;
        for (const zoo::Ends& pipe : pipes_) objects.push_back(std::make_unique<TokenPipe>(pipe));
        return std::make_unique<plugin::ObjectPeer>(std::move(objects));
    }
    void reset_shared() override {
        for (std::size_t i = 0; i < objects_.size(); ++i) {
            const std::int64_t count = wire::decode_integer(objects_[i].initial).value_or(0);
            zoo::drain(pipes_[i].read.get());
            zoo::write_all(pipes_[i].write.get(),
                           std::string(static_cast<std::size_t>(count), '+'));
        }
    }

private:
    const std::vector<plugin::ObjectSpec> objects_;
    std::vector<zoo::Ends> pipes_;
};

}  // namespace

STAGGER_BACKEND(TokenPipes)
