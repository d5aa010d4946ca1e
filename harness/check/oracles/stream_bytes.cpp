// SPDX-License-Identifier: Apache-2.0
//
// Delivery of a stream's bytes: each byte written is read once, those of a write in order, and
// those of a write that the contract calls atomic together. Judged only where the calls on the
// stream have no legal order, or writes may legally be mixed; then a search says whether the bytes
// can be such a mixture. For the message, follows the bytes that were read back to the writes they
// come from; where several would do, to the one that explains most, which proves nothing.
#include <fmt/format.h>

#include <algorithm>

#include "harness/base/excerpt.hpp"
#include "harness/check/mixture.hpp"
#include "harness/check/oracles/oracles.hpp"

namespace stagger::check::oracle {

namespace {

using history::kNone;

// A stretch of bytes that came out: the read, and how far into it.
struct Read {
    const Op* op = nullptr;
    std::string bytes;
    bool snapshot = false;

    bool precedes(const Read& other) const {
        return this == &other || op->responded < other.op->invoked;
    }
};

struct Write {
    const Op* op = nullptr;
    std::string bytes;
    std::size_t asked = 0;  // how many were to be written
    std::vector<bool> came_out;
    std::size_t next = 0;             // after the byte that came out last
    const Read* last_read = nullptr;  // that byte's
    const Write* interrupted_by = nullptr;

    bool begun() const { return last_read != nullptr; }
    bool finished() const { return next == bytes.size(); }
    std::size_t missing() const {
        return static_cast<std::size_t>(std::count(came_out.begin(), came_out.end(), false));
    }
};

std::size_t common_prefix(std::string_view a, std::string_view b) {
    const auto end = std::mismatch(
        a.begin(), a.begin() + static_cast<std::ptrdiff_t>(std::min(a.size(), b.size())),
        b.begin());
    return static_cast<std::size_t>(end.first - a.begin());
}

class StreamBytes {
public:
    StreamBytes(Context& context, const Partition& partition)
        : context_(context), object_(context.history.objects[partition.object]) {
        for (const Op& op : partition.ops) collect(op);
        std::stable_sort(reads_.begin(), reads_.end(), [](const Read& a, const Read& b) {
            return a.op->responded < b.op->responded;
        });
    }

    // `is_wrong`: the calls on the stream have no legal order, and could have had one.
    void judge(bool is_wrong) {
        if (is_wrong) return explain();
        const SearchOutcome outcome = find_mixture(mixture(), context_.search_limits());
        if (outcome == SearchOutcome::Found) return;
        if (outcome != SearchOutcome::Impossible)
            return context_.inconclusive(outcome, "The bytes of " + object_.name);
        explain();
        if (!reported_) report_no_mixture();
    }

private:
    Mixture mixture() const {
        Mixture mixture;
        for (const Write& write : writes_)
            mixture.writes.push_back({write.bytes, interval(*write.op), is_atomic(write)});
        for (const Read& read : reads_)
            mixture.reads.push_back({read.bytes, interval(*read.op), read.snapshot});
        for (const Op* op : empty_) mixture.reads.push_back({{}, interval(*op), true});
        mixture.lossy = object_.contract.lossy || unknown_read_;
        mixture.duplicating = object_.contract.duplicating;
        return mixture;
    }
    static Interval interval(const Op& op) { return {op.invoked, op.responded}; }

    void explain() {
        for (const Read& read : reads_)
            if (!follow(read)) return;
        if (!object_.contract.lossy && !unknown_read_) judge_losses();
    }

    void collect(const Op& op) {
        switch (op.operation) {
            case Operation::StreamWrite:
                return collect_write(op);
            case Operation::StreamRead:
                if (!op.known) unknown_read_ = true;
                if (op.known && op.status == ResultStatus::Ok)
                    reads_.push_back({&op, std::string(text_of(context_.terms, op.result))});
                if (op.known && op.status == ResultStatus::Empty) empty_.push_back(&op);
                return;
            case Operation::Snapshot:
                seen_at_the_end_ = true;
                reads_.push_back({&op, std::string(text_of(context_.terms, op.result)), true});
                return;
            default:
                return;
        }
    }

    void collect_write(const Op& op) {
        Write write;
        write.op = &op;
        write.bytes = text_of(context_.terms, op.value);
        write.asked = write.bytes.size();
        if (op.known) {
            const auto written = integer_of(context_.terms, op.result).value_or(0);
            write.bytes.resize(std::min(
                write.bytes.size(), static_cast<std::size_t>(std::max<std::int64_t>(written, 0))));
        }
        write.came_out.resize(write.bytes.size());
        if (!write.bytes.empty()) writes_.push_back(std::move(write));
    }

    struct Run {
        Write* write = nullptr;
        std::size_t from = 0, length = 0;
    };

    // The longest stretch of `bytes` that goes on where some write was left off.
    Run longest_run(std::string_view bytes, const Read& read) {
        Run best;
        for (Write& write : writes_) {
            if (write.finished() || write.op->invoked > read.op->responded) continue;
            const std::string_view rest = std::string_view(write.bytes).substr(write.next);
            const std::size_t length = common_prefix(rest, bytes);
            if (length > best.length) best = {&write, write.next, length};
        }
        return best;
    }

    // Bytes of one write may go on, for a few, like those of the other that follow: it ends where
    // the other's explain more.
    void shorten(Run& run, std::string_view bytes, const Read& read) {
        constexpr std::size_t kFarthest = 64;
        if (run.from + run.length == run.write->bytes.size() || run.length == bytes.size()) return;
        std::size_t reach = run.length;
        const std::size_t whole = run.length;
        for (std::size_t back = 0; back < std::min(whole, kFarthest); ++back) {
            const std::size_t split = whole - back;
            const Run other = longest_run(bytes.substr(split), read);
            if (other.write == nullptr || other.write == run.write) continue;
            if (split + other.length <= reach) continue;
            reach = split + other.length;
            run.length = split;
        }
    }

    // Where the bytes stand in some write, but not where that was left off.
    Run elsewhere(std::string_view bytes) {
        constexpr std::size_t kEnough = 8;
        const std::string_view key = bytes.substr(0, kEnough);
        Run best;
        for (Write& write : writes_) {
            const std::size_t from = write.bytes.find(key);
            if (from == std::string::npos) continue;
            const std::size_t length =
                common_prefix(std::string_view(write.bytes).substr(from), bytes);
            if (length > best.length) best = {&write, from, length};
        }
        return best;
    }

    bool follow(const Read& read) {
        for (std::string_view rest = read.bytes; !rest.empty();) {
            if (context_.out_of_time()) return false;
            Run run = longest_run(rest, read);
            if (const Run other = elsewhere(rest); other.length > run.length)
                run = other;
            else if (run.write != nullptr)
                shorten(run, rest, read);
            if (run.write == nullptr) return report_invented(read, rest), false;
            take(run, read);
            rest.remove_prefix(run.length);
        }
        return true;
    }

    void take(const Run& run, const Read& read) {
        Write& write = *run.write;
        const auto first = write.came_out.begin() + static_cast<std::ptrdiff_t>(run.from);
        const auto last = first + static_cast<std::ptrdiff_t>(run.length);
        if (std::find(first, last, true) != last && !object_.contract.duplicating)
            report_duplicate(write, read);
        std::fill(first, last, true);
        judge_interruption(write, read);
        judge_order(write, read);
        if (current_ != nullptr && current_ != &write && !current_->finished())
            current_->interrupted_by = &write;
        current_ = &write;
        write.next = run.from + run.length;
        write.last_read = &read;
    }

    bool is_atomic(const Write& write) const {
        const std::uint64_t largest = object_.contract.atomic_write;
        return write.op->known && (largest == 0 || write.asked <= largest);
    }

    void judge_interruption(const Write& write, const Read& read) {
        const Write* other = write.interrupted_by;
        if (other == nullptr || current_ == &write || !is_atomic(write)) return;
        if (!other->last_read->precedes(read)) return;
        report(Symptom::TornValue,
               fmt::format("{} wrote {} bytes to {} at once, but {} had bytes of {} between them.",
                           who(write), write.bytes.size(), object_.name,
                           read.snapshot ? std::string("the stream") : reader(read), who(*other)),
               {write.op->call, other->op->call, read.op->call});
    }

    void judge_order(const Write& write, const Read& read) {
        for (const Write& other : writes_) {
            if (!other.begun() || !write.op->known || &other == &write) continue;
            if (write.op->responded >= other.op->invoked) continue;
            if (!other.last_read->precedes(read)) continue;
            return report(Symptom::ReorderedMessage,
                          fmt::format("{} had written to {} before {} did, but bytes of the later "
                                      "write came out first.",
                                      who(write), object_.name, who(other)),
                          {write.op->call, other.op->call, read.op->call});
        }
    }

    void judge_losses() {
        for (const Write& write : writes_) {
            if (!write.op->known || write.missing() == 0) continue;
            const bool found_empty = std::any_of(empty_.begin(), empty_.end(), [&](const Op* op) {
                return op->invoked > write.op->responded;
            });
            if (!seen_at_the_end_ && !found_empty) continue;
            return report(
                Symptom::LostMessage,
                fmt::format("{} wrote {} bytes to {}, but {} of them never came out.", who(write),
                            write.bytes.size(), object_.name, write.missing()),
                {write.op->call});
        }
    }

    void report_duplicate(const Write& write, const Read& read) {
        report(Symptom::DuplicateMessage,
               fmt::format("Bytes that {} wrote to {} came out twice.", who(write), object_.name),
               {write.op->call, read.op->call});
    }

    void report_invented(const Read& read, std::string_view bytes) {
        report(Symptom::InventedMessage,
               fmt::format("{} read {} out of {}, which nobody wrote there.", reader(read),
                           excerpt(Value(std::string(bytes))), object_.name),
               {read.op->call});
    }

    void report_no_mixture() {
        std::vector<std::uint32_t> calls;
        for (const Read& read : reads_) calls.push_back(read.op->call);
        report(Symptom::NotLinearizable,
               fmt::format("However the writes to {} are mixed, what was read out of it does not "
                           "come of them.",
                           object_.name),
               std::move(calls));
    }

    std::string who(const Write& write) const {
        return task_name(context_.history, write.op->task);
    }
    std::string reader(const Read& read) const {
        return task_name(context_.history, read.op->task);
    }

    void report(Symptom symptom, std::string text, std::vector<std::uint32_t> calls) {
        reported_ = true;
        context_.report(symptom, object_.name, std::move(text), std::move(calls));
    }

    Context& context_;
    const history::Object& object_;
    std::vector<Write> writes_;     // in order of invocation
    std::vector<Read> reads_;       // in order of return
    Write* current_ = nullptr;      // whose bytes came out last
    std::vector<const Op*> empty_;  // reads that found nothing
    bool reported_ = false;
    bool unknown_read_ = false;
    bool seen_at_the_end_ = false;
};

}  // namespace

void stream_bytes(Context& context) {
    for (std::uint32_t object = 0; object < context.history.objects.size(); ++object) {
        const history::Object& stream = context.history.objects[object];
        if (stream.type != ObjectType::Stream || stream.contract.framed) continue;
        if (context.standing[object] == Standing::Linearizable) continue;
        const bool is_wrong = context.standing[object] == Standing::NotLinearizable;
        for (const Partition& partition : partitions(context, object))
            StreamBytes(context, partition).judge(is_wrong);
    }
}

}  // namespace stagger::check::oracle
