/* SPDX-License-Identifier: Apache-2.0
 *
 * The C ABI between Stagger and a backend: a shared library that provides objects (registers,
 * lists, queues, locks, ...) over one IPC mechanism.
 *
 * A backend exports one data symbol, `stagger_backend_entry`. It is loaded only into the processes
 * of one case, never into the controller, so a backend that crashes costs that case alone.
 * Nothing in a backend mentions scheduling: Stagger sees its system calls and, when it is compiled
 * with -fsanitize=thread, its accesses to shared memory.
 *
 * Conventions: strings are NUL-terminated UTF-8 and live as long as the library, unless said
 * otherwise. `[host]` is the process that loads the library, single-threaded; `[builder]` a fork of
 * it, which forks all others and ends with them: there is a new one each time that processes are
 * made anew, with the library as it was loaded, without threads and timers of its own. `[each]` is
 * every process of the case; `[server]` a server process. Times are in nanoseconds. A function that
 * returns int gives 0, or -1 after calling `host->fail` with a sentence for the user. No exception
 * may cross this boundary. C++ authors: <stagger/backend.hpp> does all of this.
 */
#ifndef STAGGER_BACKEND_H
#define STAGGER_BACKEND_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Version of this page. A backend built against another one is refused, by name and number. */
#define STAGGER_ABI_VERSION 2u

/* A value in the encoding of <stagger/value.hpp>: self-describing bytes, not owned by the reader.
 */
typedef struct stagger_bytes {
    const char* data;
    size_t size;
} stagger_bytes;

/* Types of objects. The numbers are part of the ABI: append only. */
typedef enum stagger_type {
    STAGGER_REGISTER = 0,
    STAGGER_LIST = 1,
    STAGGER_MAP = 2,
    STAGGER_QUEUE = 3,
    STAGGER_MUTEX = 4,
    STAGGER_SEMAPHORE = 5,
    STAGGER_EVENT = 6,
    STAGGER_CONDITION = 7,
    STAGGER_BARRIER = 8,
    STAGGER_RWLOCK = 9,
    STAGGER_STREAM = 10, /* bytes without boundaries, unless the contract says `framed` */
    STAGGER_TOPIC = 11,  /* each subscriber gets what is published after it subscribed */
    STAGGER_RPC = 12,    /* requests from callers to servers, and the replies to them */
    STAGGER_ACTOR = 13,  /* a function of the plugin; never in config.objects: see `actors` */
    STAGGER_TYPE_COUNT = 14
} stagger_type;

/* Operations. What each takes and gives is in docs/writing-a-backend.md. Append only. */
typedef enum stagger_operation {
    STAGGER_LOAD = 0,       /* register: -> value */
    STAGGER_STORE = 1,      /* register: value */
    STAGGER_SWAP = 2,       /* register: value -> old value */
    STAGGER_ADD = 3,        /* register: value (number) -> old value, atomically */
    STAGGER_CAS = 4,        /* register: expected, value -> boolean */
    STAGGER_APPEND = 5,     /* list: value */
    STAGGER_POP = 6,        /* list: -> last value; EMPTY */
    STAGGER_READ = 7,       /* list: -> a copy of the list */
    STAGGER_GET = 8,        /* map: key -> value, or nil */
    STAGGER_SET = 9,        /* map: key, value */
    STAGGER_ERASE = 10,     /* map: key -> boolean: was it there */
    STAGGER_PUT = 11,       /* queue: value; waits while full; TIMEOUT becomes FULL; CLOSED */
    STAGGER_TAKE = 12,      /* queue: -> value; waits while empty; TIMEOUT becomes EMPTY; CLOSED */
    STAGGER_SIZE = 13,      /* queue: -> number of values */
    STAGGER_CLOSE = 14,     /* queue: no more puts; takes drain it, then CLOSED */
    STAGGER_LOCK = 15,      /* mutex: waits; OWNER_DEAD still owns the lock */
    STAGGER_UNLOCK = 16,    /* mutex */
    STAGGER_ACQUIRE = 17,   /* semaphore: waits */
    STAGGER_RELEASE = 18,   /* semaphore */
    STAGGER_EVENT_SET = 19, /* event */
    STAGGER_EVENT_CLEAR = 20,
    STAGGER_EVENT_WAIT = 21, /* event: waits until set */
    STAGGER_WAIT = 22,       /* condition: `with` is a mutex the caller holds */
    STAGGER_NOTIFY = 23,     /* condition: wakes at least one waiter */
    STAGGER_NOTIFY_ALL = 24,
    STAGGER_ARRIVE = 25,   /* barrier: waits until `capacity` tasks have arrived */
    STAGGER_SNAPSHOT = 26, /* any with data: the whole content, for `final` expectations:
                              register value, list, map, list of a queue's values, semaphore's
                              count, event's boolean, text of a stream's bytes (framed: the list
                              of its frames), list of the values of an rpc's waiting requests;
                              of a topic a map from each subscriber's task to a map of `held`
                              (a list) and `lost` (a number). nil for the others. Never waits. */
    STAGGER_RW_LOCK = 27,  /* rwlock: waits until nobody holds it; OWNER_DEAD as of a mutex */
    STAGGER_RW_UNLOCK = 28,
    STAGGER_RW_LOCK_SHARED = 29, /* rwlock: waits while somebody holds it for itself */
    STAGGER_RW_UNLOCK_SHARED = 30,
    STAGGER_STREAM_WRITE = 31, /* stream: value (text) -> how many of its bytes went in; waits
                                  until all have; TIMEOUT becomes FULL; CLOSED */
    STAGGER_STREAM_READ = 32,  /* stream: value (how many bytes at most, or nothing) -> text of at
                                  least one byte; waits while empty; TIMEOUT becomes EMPTY; CLOSED */
    STAGGER_STREAM_CLOSE = 33, /* stream: no more writes; reads drain it, then CLOSED */
    STAGGER_PUBLISH = 34,      /* topic: value; waits while a subscriber's queue is full, unless
                                  the contract says topic_lossy; TIMEOUT becomes FULL */
    STAGGER_SUBSCRIBE = 35,    /* topic: the calling task gets what is published from now on */
    STAGGER_RECEIVE = 36,      /* topic: -> the subscriber's next value; TIMEOUT becomes EMPTY */
    STAGGER_CALL = 37,         /* rpc: value -> what the server replied to it; waits for that */
    STAGGER_SERVE = 38,        /* rpc: -> the value of a request; waits for one; TIMEOUT: EMPTY */
    STAGGER_REPLY = 39,        /* rpc: value, to the request that the task served last */
    STAGGER_RUN = 40,          /* actor: value -> result; called through `actors`, not invoke() */
    STAGGER_OPERATION_COUNT = 41
} stagger_operation;

typedef enum stagger_status {
    STAGGER_OK = 0,
    STAGGER_TIMEOUT = 1,
    STAGGER_EMPTY = 2,
    STAGGER_FULL = 3,
    STAGGER_CLOSED = 4,
    STAGGER_OWNER_DEAD = 5,
    STAGGER_UNSUPPORTED = 6, /* this backend lacks the operation */
    STAGGER_ERROR = 7,       /* anything else; `host->fail` says what */
    STAGGER_STATUS_COUNT = 8
} stagger_status;

/* What the backend promises. The oracles judge by it, so an honest contract finds real bugs. */
typedef enum stagger_fifo_scope {
    STAGGER_FIFO_GLOBAL = 0,       /* taken in the order of puts */
    STAGGER_FIFO_PER_PRODUCER = 1, /* each producer's values in order */
    STAGGER_FIFO_NONE = 2          /* any order */
} stagger_fifo_scope;

/* How often a server may be given one call of an rpc. */
typedef enum stagger_executions {
    STAGGER_EXACTLY_ONCE = 0,
    STAGGER_AT_MOST_ONCE = 1,
    STAGGER_AT_LEAST_ONCE = 2
} stagger_executions;

typedef struct stagger_contract {
    uint32_t struct_size;
    uint32_t fifo_scope;        /* stagger_fifo_scope of queues and topics */
    uint32_t lossy;             /* a put may vanish */
    uint32_t duplicating;       /* a value may arrive more than once */
    uint32_t robust;            /* a lock whose owner died is handed on, with OWNER_DEAD */
    uint32_t spurious_wakeups;  /* condition.wait may return unasked */
    uint32_t cut_off_may_apply; /* an operation that timed out may still take effect */
    uint32_t shared;            /* 0: every process has its own copy (only `private` says so) */
    uint64_t default_capacity;  /* of a queue without `capacity`; 0: unbounded */
    uint64_t atomic_write;      /* largest value written without tearing; 0: any */
    uint64_t stream_capacity;   /* bytes in a stream without `capacity`; 0: unbounded */
    uint64_t
        stream_atomic; /* largest write of a stream that is never mixed with another's; 0: any */
    uint64_t topic_capacity; /* values held for a subscriber; 0: unbounded */
    uint32_t framed;         /* a read of a stream gives exactly what one write wrote */
    uint32_t topic_lossy;    /* a full subscriber loses values, and its topic counts them */
    uint32_t executions;     /* stagger_executions of rpc */
    uint32_t reserved;
} stagger_contract;

/* One option that a case may set: `options = { lock = "spin" }`. */
typedef struct stagger_option {
    const char* name;
    const char* values; /* allowed ones, separated by '|'; NULL: any text or number */
    const char* default_value;
    const char* summary;
} stagger_option;

/* A choice of an option, as text ("true", "8", "spin"). */
typedef struct stagger_setting {
    const char* name;
    const char* value;
} stagger_setting;

/* One object of the case. Arrays (`count`) are flattened: fork[0], fork[1], ... */
typedef struct stagger_object {
    const char* name;
    uint32_t type; /* stagger_type */
    uint32_t reserved;
    stagger_bytes initial; /* of a list: a list; of a queue: a list of values; of a semaphore: a
                              number; nil where the scenario gives none */
    uint64_t capacity;     /* queue, topic (for each subscriber): most values held; stream: bytes;
                              0: the contract's default; barrier: parties */
    uint64_t value_size;   /* bytes per value on the wire, 0: as encoded */
} stagger_object;

/* Everything create() needs. Valid until destroy() returns. */
typedef struct stagger_config {
    uint32_t struct_size;
    uint32_t object_count;
    const stagger_object* objects;
    uint32_t setting_count;
    uint32_t process_count;          /* processes that will attach, the parent's among them */
    const stagger_setting* settings; /* every option once, defaults included */
    uint32_t task_count;             /* tasks that will call invoke(), over all processes */
    uint32_t server_count;           /* how many servers the host will start: see `servers` */
    const char* name_prefix;         /* unique, for names of OS objects: "stagger-4711-3-" */
} stagger_config;

/* One operation. The backend reads it and answers through host->set_result. */
typedef struct stagger_call {
    uint32_t struct_size;
    uint32_t operation; /* stagger_operation */
    uint32_t object;    /* index into config.objects */
    uint32_t with;      /* condition.wait: index of the mutex */
    uint32_t task;      /* 0 .. task_count-1, for per-task channels; two never share one */
    uint32_t reserved;
    int64_t timeout_ns; /* -1: wait for ever; 0: try once; else: at most this long */
    stagger_bytes key;
    stagger_bytes value;
    stagger_bytes expected;
} stagger_call;

/* What the host offers. One table for the life of the library. */
typedef struct stagger_host {
    uint32_t abi_version;
    uint32_t struct_size;
    /* Sets the result of the call that this thread is executing; the bytes are copied. */
    void (*set_result)(const char* data, size_t size);
    /* Says why the function that is about to return failed; the text is copied. */
    void (*fail)(const char* message);
    /* A place where the scheduler may switch, for what it cannot see by itself. Rarely needed. */
    void (*point)(const char* label);
} stagger_host;

typedef struct stagger_state stagger_state; /* opaque: the case, made by create */
typedef struct stagger_peer stagger_peer;   /* opaque: one process's attachment */

/* What reset() is asked to bring back to the initial value. */
typedef enum stagger_reset_scope {
    STAGGER_RESET_SHARED = 0, /* what all processes share; called once, nobody else is running */
    STAGGER_RESET_LOCAL = 1   /* what this process or server keeps for itself */
} stagger_reset_scope;

/* A function that a scenario calls by name: { actor = "walk", value = "x + 1" }. */
typedef struct stagger_actor {
    const char* name; /* NULL ends the list */
    const char* summary;
    /* [each] As invoke() with STAGGER_RUN; of the call only task, timeout_ns and value are set. */
    stagger_status (*run)(stagger_peer*, const stagger_call*);
} stagger_actor;

typedef struct stagger_backend {
    uint32_t abi_version; /* STAGGER_ABI_VERSION, first for ever */
    uint32_t struct_size; /* sizeof(stagger_backend) */
    const char* name;
    const char* summary;
    /* operations[t]: bit o is set if operation o of type t works; 0: the type is lacking. */
    uint64_t operations[STAGGER_TYPE_COUNT];
    const stagger_option* options; /* ends with a NULL name; may be NULL */

    /* [host] The contract under these settings. Never waits. */
    int (*contract)(const stagger_config*, stagger_contract* out);
    /* [host] How many server processes this case needs. May be NULL: none. */
    uint32_t (*servers)(const stagger_config*);
    /* [builder] Makes the OS objects. May wait. */
    int (*create)(const stagger_host*, const stagger_config*, stagger_state** out);
    /* [builder] After all processes have ended, however they ended: leaves nothing behind. */
    void (*destroy)(stagger_state*);
    /* [each] A process joins; `process` is 0 .. process_count-1. May wait. */
    int (*attach)(stagger_state*, uint32_t process, stagger_peer** out);
    /* [each] Leaves. Not called in a process that was killed. */
    void (*detach)(stagger_peer*);
    /* [each] Announces which operations (a bit set) this process will use. May be NULL. */
    int (*open)(stagger_peer*, uint32_t object, uint64_t operations);
    /* [each] Does one operation. May wait as long as timeout_ns says. Threads call it at once. */
    stagger_status (*invoke)(stagger_peer*, const stagger_call*);
    /* [each, server] Between executions. `peer` is NULL in a server. Never waits. */
    int (*reset)(stagger_state*, stagger_peer*, uint32_t scope);
    /* [server] The body of server `index`; returns only on failure. NULL where servers is. */
    int (*serve)(stagger_state*, uint32_t index);
    /* [each] After `process` died: repairs what only a peer can. May be NULL. */
    int (*recover)(stagger_peer*, uint32_t process);
    /* [builder] After destroy: calls `found` for each OS object that is still there. May be NULL.
     */
    void (*residue)(const stagger_config*, void (*found)(void* context, const char* name),
                    void* context);
    /* Ends with a NULL name; may be NULL. */
    const stagger_actor* actors;
} stagger_backend;

/* The one exported symbol. */
#define STAGGER_ENTRY_NAME "stagger_backend_entry"
typedef struct stagger_entry {
    uint32_t abi_version; /* checked before anything is called */
    uint32_t struct_size;
    const stagger_backend* backend;
} stagger_entry;

#ifdef __cplusplus
}
#endif

#endif
