// SPDX-License-Identifier: Apache-2.0
//
// One class per object type, for backends that are built object by object: override the operations
// that the mechanism offers; the others answer UNSUPPORTED. An ObjectPeer owns a process's objects
// and hands each call to its object. Values are in the encoding of <stagger/value.hpp>.
// Threads of one process call an object at the same time.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <stagger/backend.hpp>

namespace stagger::plugin {

// Thrown by the defaults below, turned into STAGGER_UNSUPPORTED by ObjectPeer.
struct Unsupported {};

class Object {
public:
    virtual ~Object() = default;
    // `with` is the object that the call names besides this one, where it names one.
    virtual Reply invoke(const Call& call, Object* with) = 0;
    // The whole content, for `final` expectations and for what is judged at the end. Nil is for
    // what has none, such as a lock.
    virtual std::string snapshot() { return wire::encode_nil(); }
};

class Register : public Object {
public:
    virtual std::string load() { throw Unsupported(); }
    virtual void store(std::string_view) { throw Unsupported(); }
    virtual std::string swap(std::string_view) { throw Unsupported(); }
    virtual std::string add(std::string_view) { throw Unsupported(); }
    virtual bool cas(std::string_view /*expected*/, std::string_view) { throw Unsupported(); }
    std::string snapshot() override { return load(); }
    Reply invoke(const Call& call, Object*) override {
        switch (call.operation) {
            case STAGGER_LOAD:
                return Reply::of(load());
            case STAGGER_STORE:
                return store(call.value), Reply();
            case STAGGER_SWAP:
                return Reply::of(swap(call.value));
            case STAGGER_ADD:
                return Reply::of(add(call.value));
            case STAGGER_CAS:
                return Reply::of(cas(call.expected, call.value));
            default:
                throw Unsupported();
        }
    }
};

class List : public Object {
public:
    virtual void append(std::string_view) { throw Unsupported(); }
    virtual Reply pop() { throw Unsupported(); }  // EMPTY
    virtual std::string read() { throw Unsupported(); }
    std::string snapshot() override { return read(); }
    Reply invoke(const Call& call, Object*) override {
        switch (call.operation) {
            case STAGGER_APPEND:
                return append(call.value), Reply();
            case STAGGER_POP:
                return pop();
            case STAGGER_READ:
                return Reply::of(read());
            default:
                throw Unsupported();
        }
    }
};

class Map : public Object {
public:
    virtual std::string get(std::string_view /*key*/) { throw Unsupported(); }
    virtual void set(std::string_view /*key*/, std::string_view) { throw Unsupported(); }
    virtual bool erase(std::string_view /*key*/) { throw Unsupported(); }
    // On the list at `key`.
    virtual void append(std::string_view /*key*/, std::string_view) { throw Unsupported(); }
    virtual Reply pop(std::string_view /*key*/) { throw Unsupported(); }
    virtual std::string read(std::string_view /*key*/) { throw Unsupported(); }
    std::string snapshot() override { throw Unsupported(); }
    Reply invoke(const Call& call, Object*) override {
        switch (call.operation) {
            case STAGGER_GET:
                return Reply::of(get(call.key));
            case STAGGER_SET:
                return set(call.key, call.value), Reply();
            case STAGGER_ERASE:
                return Reply::of(erase(call.key));
            case STAGGER_APPEND:
                return append(call.key, call.value), Reply();
            case STAGGER_POP:
                return pop(call.key);
            case STAGGER_READ:
                return Reply::of(read(call.key));
            default:
                throw Unsupported();
        }
    }
};

class Queue : public Object {
public:
    virtual stagger_status put(std::string_view, Deadline) { throw Unsupported(); }  // FULL, CLOSED
    virtual Reply take(Deadline) { throw Unsupported(); }  // EMPTY, CLOSED
    virtual std::int64_t size() { throw Unsupported(); }
    virtual void close() { throw Unsupported(); }
    std::string snapshot() override { throw Unsupported(); }
    Reply invoke(const Call& call, Object*) override {
        switch (call.operation) {
            case STAGGER_PUT:
                return {put(call.value, call.deadline())};
            case STAGGER_TAKE:
                return take(call.deadline());
            case STAGGER_SIZE:
                return Reply::of(wire::encode_integer(size()));
            case STAGGER_CLOSE:
                return close(), Reply();
            default:
                throw Unsupported();
        }
    }
};

class Mutex : public Object {
public:
    virtual stagger_status lock(Deadline) { throw Unsupported(); }
    virtual void unlock() { throw Unsupported(); }
    Reply invoke(const Call& call, Object*) override {
        switch (call.operation) {
            case STAGGER_LOCK:
                return {lock(call.deadline())};
            case STAGGER_UNLOCK:
                return unlock(), Reply();
            default:
                throw Unsupported();
        }
    }
};

class Semaphore : public Object {
public:
    virtual stagger_status acquire(Deadline) { throw Unsupported(); }
    virtual void release() { throw Unsupported(); }
    Reply invoke(const Call& call, Object*) override {
        switch (call.operation) {
            case STAGGER_ACQUIRE:
                return {acquire(call.deadline())};
            case STAGGER_RELEASE:
                return release(), Reply();
            default:
                throw Unsupported();
        }
    }
};

class Event : public Object {
public:
    virtual void set() { throw Unsupported(); }
    virtual void clear() { throw Unsupported(); }
    virtual stagger_status wait(Deadline) { throw Unsupported(); }
    Reply invoke(const Call& call, Object*) override {
        switch (call.operation) {
            case STAGGER_EVENT_SET:
                return set(), Reply();
            case STAGGER_EVENT_CLEAR:
                return clear(), Reply();
            case STAGGER_EVENT_WAIT:
                return {wait(call.deadline())};
            default:
                throw Unsupported();
        }
    }
};

class Condition : public Object {
public:
    virtual stagger_status wait(Object& /*mutex*/, Deadline) { throw Unsupported(); }
    virtual void notify() { throw Unsupported(); }
    virtual void notify_all() { throw Unsupported(); }
    Reply invoke(const Call& call, Object* with) override {
        switch (call.operation) {
            case STAGGER_WAIT:
                return {wait(*with, call.deadline())};
            case STAGGER_NOTIFY:
                return notify(), Reply();
            case STAGGER_NOTIFY_ALL:
                return notify_all(), Reply();
            default:
                throw Unsupported();
        }
    }
};

class Barrier : public Object {
public:
    virtual stagger_status arrive(Deadline) { throw Unsupported(); }
    Reply invoke(const Call& call, Object*) override {
        if (call.operation != STAGGER_ARRIVE) throw Unsupported();
        return {arrive(call.deadline())};
    }
};

// Each task unlocks what it locked, in the way in which it locked it.
class RwLock : public Object {
public:
    virtual stagger_status lock(Deadline) { throw Unsupported(); }
    virtual void unlock() { throw Unsupported(); }
    virtual stagger_status lock_shared(Deadline) { throw Unsupported(); }
    virtual void unlock_shared() { throw Unsupported(); }
    Reply invoke(const Call& call, Object*) override {
        switch (call.operation) {
            case STAGGER_RW_LOCK:
                return {lock(call.deadline())};
            case STAGGER_RW_UNLOCK:
                return unlock(), Reply();
            case STAGGER_RW_LOCK_SHARED:
                return {lock_shared(call.deadline())};
            case STAGGER_RW_UNLOCK_SHARED:
                return unlock_shared(), Reply();
            default:
                throw Unsupported();
        }
    }
};

// A process's objects, in the order of config.objects().
class ObjectPeer : public Peer {
public:
    using Objects = std::vector<std::unique_ptr<Object>>;

    explicit ObjectPeer(Objects objects) : objects_(std::move(objects)) {}

    Reply invoke(const Call& call) override {
        try {
            Object& object = *objects_.at(call.object);
            if (call.operation == STAGGER_SNAPSHOT) return Reply::of(object.snapshot());
            Object* with = call.operation == STAGGER_WAIT ? objects_.at(call.with).get() : nullptr;
            return object.invoke(call, with);
        } catch (const Unsupported&) {
            return {STAGGER_UNSUPPORTED};
        }
    }

private:
    Objects objects_;
};

}  // namespace stagger::plugin
