// SPDX-License-Identifier: Apache-2.0
#include "harness/check/advice.hpp"

namespace stagger::check {

const std::vector<Advice>& advice() {
    static const std::vector<Advice> kAdvice = {
        {Symptom::LostUpdate,
         "The two reads that gave the same value, and the two writes that follow them. Whose write "
         "came last has won; what the other one did is gone.",
         {"hold a lock from the read to the write",
          "use an operation that does both at once: add, cas, swap",
          "let a single process own the value, and send it what to do"}},
        {Symptom::StaleRead,
         "Where the reader got the old value from: a copy of its own, a cache, a snapshot taken at "
         "its start. Under `private` each process has its own copy, as after fork.",
         {"read from what is shared, and read again after waiting",
          "invalidate or drop the copy when somebody writes",
          "if an old value will do, say so: allow = [\"stale-read\"], or `visible` with a bound"}},
        {Symptom::NeverVisible,
         "Whether writer and readers work on the same object at all: a change to a copy, to memory "
         "that is not shared, to an object that was made twice.",
         {"write back what was changed in a copy",
          "put the object where both processes can reach it",
          "make it before the processes are started, once"}},
        {Symptom::TornValue,
         "How large the value is, and how large a write the mechanism promises in one piece: a "
         "machine word, PIPE_BUF bytes. The finding shows whose bytes are mixed.",
         {"guard the whole value by a lock, in reading as in writing",
          "keep each message below what is written in one piece",
          "put its length or a checksum in front, and read until all of it is there"}},
        {Symptom::LostMessage,
         "What became of the value after its put: overwritten, dropped since there was no room, "
         "taken by somebody who then died.",
         {"guard the place where the next value goes, or claim it by one atomic step",
          "look at what put says: a full queue may refuse",
          "if the mechanism may lose messages, its contract should say so (`lossy`)"}},
        {Symptom::DuplicateMessage,
         "Who took the value, and what lies between looking at it and removing it. Or it was sent "
         "again after a time-out although it had arrived.",
         {"look and remove under one lock, or claim the place by one atomic step",
          "number the messages, and let the receiver drop what it has seen",
          "if values may come twice, the contract should say so (`duplicating`)"}},
        {Symptom::ReorderedMessage,
         "By which ways the two values went: two connections, two threads that hand them on, a "
         "priority, a value that was put back.",
         {"one way for what must stay in order",
          "number the messages, and let the receiver sort them",
          "if order is not promised, the contract should say so (`fifo_scope`)"}},
        {Symptom::InventedMessage,
         "Where the bytes came from: a place that was read before it was written, a wake-up that "
         "was taken for a message, what an earlier run had left.",
         {"publish a place only when its value is complete",
          "look again after waking up: is there really something?",
          "empty the mechanism before it is used again"}},
        {Symptom::MutualExclusion,
         "How the second one got in: no lock, another lock than the first one's, a lock that was "
         "released too early, or given up with its owner.",
         {"take the same lock on all ways into the section",
          "make taking the lock one atomic step: no look first, then take",
          "renew a lease before it ends, or check it before each write (fencing)"}},
        {Symptom::LostWakeup,
         "What happened between the sleeper's last look at what it waits for and its going to "
         "sleep: there the wake-up came, and nobody heard it.",
         {"change what is waited for with the mutex held that the sleeper holds",
          "wait in a loop that looks again: while not ready, wait",
          "wake all, where those who sleep wait for different things"}},
        {Symptom::StuckAfterCrash,
         "What the one that died held or owed: a lock, a place in a queue, a reply, a token.",
         {"locks that come free with their owner: robust mutexes, locks on files, SEM_UNDO",
          "a time-out, and somebody who cleans up after the dead",
          "keep what a crash can interrupt small, and make it repeatable"}},
        {Symptom::DataRace,
         "The two accesses, and what should order them. No oracle looks for this by itself yet: "
         "races show by what comes of them, such as a lost-update or a torn-value; a case on a "
         "backend without a lock brings that to light.",
         {"guard both accesses by the same lock",
          "make both of them atomic, with an order that suffices"}},
        {Symptom::Deadlock,
         "Who waits for what, below the table: follow the lines until they come round, or end at "
         "somebody who will not do what is awaited.",
         {"take locks in the same order everywhere",
          "do not wait for others while holding what they need: release it first",
          "see that whoever is waited for ends every wait, also when it fails"}},
        {Symptom::Livelock,
         "What the loop looks for, and who could still bring it about. The others have ended or "
         "wait.",
         {"wait for the event itself (a condition, an event, a queue) rather than look for it",
          "keep what was announced: a counter or a queue, not a flag that is taken back",
          "in a repeated attempt, let one side give way for good"}},
        {Symptom::Hang,
         "The operation that did not end, and its loop: it computes without a system call and "
         "without touching shared memory, so that nobody else could ever end it.",
         {"loop over what others can change, and wait in between",
          "compile the backend with -fsanitize=thread: without it, its accesses to shared memory "
          "are not seen, and a loop over them looks like this"}},
        {Symptom::Leak,
         "What is named: a shared memory object, a message queue, a file, a descriptor, and which "
         "way out of the program forgets it.",
         {"remove by name as soon as everybody has it open",
          "clean up in one place that every way out passes",
          "look for what an earlier crash left, by its name, at the next start"}},
        {Symptom::Crash,
         "Which process died, by which signal, and what it wrote to stderr; the row in which it "
         "happened, and who had changed what it was using.",
         {"guard what is used by several: pointers, lengths and indices above all",
          "check what comes from another process before it is used",
          "say what a write to a closed pipe should do: SIGPIPE ends a process"}},
        {Symptom::UnexpectedError,
         "How the operation went: timeout, empty, full, closed, owner-dead, or what the backend "
         "says. Without a second name in `into` anything but `ok` is unexpected.",
         {"look at it: into = [\"v\", \"how\"], and do something about it",
          "wait longer, or without a limit",
          "if the backend is wrong: its message says which call failed"}},
        {Symptom::NotSerializable,
         "Which block saw the middle of another: the rows of one `as_one` block between two rows "
         "of the other.",
         {"hold one lock over the whole block, in readers as in writers",
          "read what belongs together from one object",
          "if blocks may be seen half done, they are no `as_one`"}},
        {Symptom::NotLinearizable,
         "The calls that overlap, and what they returned: put them in any order, and one of the "
         "answers is wrong.",
         {"make the operation one atomic step, under the object's own lock",
          "answer only when it has taken effect, and not before",
          "if the object promises less, let its contract say so, or judge by `outcomes`"}},
        {Symptom::ForbiddenOutcome,
         "The values of `observe`, and the order of the steps that led to them.",
         {"order the steps: a lock, or waiting for the other",
          "if the outcome is fine after all, list it in `outcomes`"}},
        {Symptom::Assertion,
         "The values in the assertion, and what happened between the step that set them and the "
         "assertion itself.",
         {"keep others out between the look and the use: hold a lock over both",
          "use what was read, instead of reading again",
          "if it may be false for a while, assert it later"}},
        {Symptom::FinalState,
         "What the parent sees in the end, and who wrote it last. If an update was lost, that is "
         "what the finding says instead.",
         {"order the writes, or make them such that their order is all the same",
          "wait for all who write before you look: join",
          "if several ends are fine, let `final` say so"}},
    };
    return kAdvice;
}

}  // namespace stagger::check
