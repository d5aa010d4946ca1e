// SPDX-License-Identifier: Apache-2.0
#include "harness/control/residue.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <mqueue.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include <cstring>

#include "tests/unit/control/toy.hpp"

namespace stagger::control {
namespace {

using testing::ToySegment;

std::string own_name(const std::string& what) {
    return "/stagger-unit-" + std::to_string(getpid()) + "-" + what;
}

void note(Segment& segment, std::size_t at, NameKind kind, const std::string& name, bool present) {
    NameEntry& entry = segment.registry.names[at];
    entry.id = at + 1;
    entry.kind = static_cast<std::uint8_t>(kind);
    entry.present = present;
    std::strncpy(entry.name, name.c_str(), kNameBytes - 1);
}

void make_shared_memory(const std::string& name) {
    const int file = shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ASSERT_GE(file, 0);
    close(file);
}

bool is_there(const std::string& name) {
    const int file = shm_open(name.c_str(), O_RDWR | O_CLOEXEC, 0);
    if (file >= 0) close(file);
    return file >= 0;
}

TEST(Residue, IsRemovedAndToldByKindAndName) {
    ToySegment segment;
    const std::string memory = own_name("memory"), queue = own_name("queue");
    make_shared_memory(memory);
    const mqd_t opened = mq_open(queue.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600, nullptr);
    ASSERT_NE(opened, mqd_t{-1});
    mq_close(opened);
    note(*segment, 0, NameKind::SharedMemory, memory, true);
    note(*segment, 7, NameKind::MessageQueue, queue, true);
    std::vector<std::string> found;
    remove_residue(*segment, found);
    EXPECT_EQ(found,
              (std::vector<std::string>{"message queue " + queue, "shared memory " + memory}));
    EXPECT_FALSE(is_there(memory));
    EXPECT_EQ(mq_unlink(queue.c_str()), -1);
}

TEST(Residue, OfSystemVIsKnownByTheNumberThatTheKernelGave) {
    ToySegment segment;
    const int memory = shmget(IPC_PRIVATE, 4096, 0600);
    const int semaphores = semget(IPC_PRIVATE, 2, 0600);
    const int queue = msgget(IPC_PRIVATE, 0600);
    const int foreign = msgget(IPC_PRIVATE, 0600);
    note(*segment, 0, NameKind::SystemVMemory, std::to_string(memory), true);
    note(*segment, 1, NameKind::SystemVSemaphores, std::to_string(semaphores), true);
    note(*segment, 2, NameKind::SystemVMessages, std::to_string(queue), true);
    note(*segment, 3, NameKind::SystemVMessages, std::to_string(foreign), false);
    std::vector<std::string> found;
    remove_residue(*segment, found);
    EXPECT_EQ(found,
              (std::vector<std::string>{"System V message queue " + std::to_string(queue),
                                        "System V semaphores " + std::to_string(semaphores),
                                        "System V shared memory " + std::to_string(memory)}));
    EXPECT_EQ(shmctl(memory, IPC_RMID, nullptr), -1);
    EXPECT_EQ(semctl(semaphores, 0, IPC_RMID), -1);
    EXPECT_EQ(msgctl(queue, IPC_RMID, nullptr), -1);
    EXPECT_EQ(msgctl(foreign, IPC_RMID, nullptr), 0);
}

TEST(Residue, WhatWasRemovedBeforeIsNoResidue) {
    ToySegment segment;
    note(*segment, 0, NameKind::SharedMemory, own_name("gone"), true);
    std::vector<std::string> found;
    remove_residue(*segment, found);
    EXPECT_TRUE(found.empty());
}

TEST(Residue, ANameThatTheProgramRemovedItselfIsLeftToWhoeverHasItNow) {
    ToySegment segment;
    const std::string name = own_name("foreign");
    make_shared_memory(name);
    note(*segment, 0, NameKind::SharedMemory, name, false);
    std::vector<std::string> found;
    remove_residue(*segment, found);
    EXPECT_TRUE(found.empty());
    EXPECT_TRUE(is_there(name));
    shm_unlink(name.c_str());
}

TEST(Residue, IsToldOnceHoweverOftenItIsAskedFor) {
    ToySegment segment;
    const std::string name = own_name("once");
    make_shared_memory(name);
    note(*segment, 0, NameKind::SharedMemory, name, true);
    std::vector<std::string> found = {"shared memory " + name};  // as the backend told itself
    remove_residue(*segment, found);
    EXPECT_EQ(found, std::vector<std::string>{"shared memory " + name});
}

}  // namespace
}  // namespace stagger::control
