// SPDX-License-Identifier: Apache-2.0
//
// What conditions need of mutexes. Private to the agent.
#pragma once

#include <pthread.h>

#include <cstdint>

namespace stagger::agent {

// pthread_mutex_lock under control; ETIMEDOUT once virtual time reaches `deadline`.
int lock_mutex(pthread_mutex_t* mutex, std::int64_t deadline);

// Unlocks without a point of its own: pthread_cond_wait gives the mutex up and sleeps in one step.
int unlock_mutex_quietly(pthread_mutex_t* mutex);

}  // namespace stagger::agent
