/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A ring with two counters. A side that has to wait spins for about a
 * microsecond and then sleeps; the other side pays for a wake-up only if
 * somebody sleeps, and then not for every batch: the reader is woken for
 * WAKE_READER batches or when the writer has nothing more at hand, the writer
 * when half of the ring is free. Otherwise two sides of nearly equal speed
 * would wake each other for every batch. The counters and the sleeper count
 * are sequentially consistent: each side writes its own before it reads the
 * other's, so one of them always sees that a wake-up is due.
 */
#include "cli/relay.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define SPINS       40
#define WAKE_READER 4
#define WAKE_WRITER (RELAY_DEPTH / 2)

struct relay {
    _Alignas(64) _Atomic unsigned sent; /* written by the writer */
    _Alignas(64) _Atomic unsigned done; /* written by the reader */
    _Alignas(64) _Atomic unsigned sleepers;
    _Atomic bool finished;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    struct batch slot[RELAY_DEPTH];
};

struct relay *relay_new(void)
{
    struct relay *r = aligned_alloc(64, (sizeof(*r) + 63) / 64 * 64);

    if (!r)
        return NULL;
    atomic_init(&r->sent, 0);
    atomic_init(&r->done, 0);
    atomic_init(&r->sleepers, 0);
    atomic_init(&r->finished, false);
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->moved, NULL);
    return r;
}

void relay_free(struct relay *r)
{
    if (!r)
        return;
    pthread_cond_destroy(&r->moved);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

/* Tell the processor that this is a wait, where it can be told. */
static inline void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static unsigned in_flight(struct relay *r)
{
    return atomic_load(&r->sent) - atomic_load(&r->done);
}

static bool has_room(struct relay *r)
{
    return in_flight(r) < RELAY_DEPTH;
}

static bool has_news(struct relay *r)
{
    return in_flight(r) > 0 || atomic_load(&r->finished);
}

static void wait_for(struct relay *r, bool (*ready)(struct relay *))
{
    for (unsigned i = 0; i < SPINS; i++) {
        if (ready(r))
            return;
        relax();
    }
    pthread_mutex_lock(&r->lock);
    atomic_fetch_add(&r->sleepers, 1);
    while (!ready(r))
        pthread_cond_wait(&r->moved, &r->lock);
    atomic_fetch_sub(&r->sleepers, 1);
    pthread_mutex_unlock(&r->lock);
}

static void wake(struct relay *r)
{
    if (!atomic_load(&r->sleepers))
        return;
    pthread_mutex_lock(&r->lock);
    pthread_cond_broadcast(&r->moved);
    pthread_mutex_unlock(&r->lock);
}

struct batch *relay_slot(struct relay *r)
{
    wait_for(r, has_room);
    return &r->slot[atomic_load(&r->sent) % RELAY_DEPTH];
}

void relay_send(struct relay *r, bool flush)
{
    atomic_fetch_add(&r->sent, 1);
    if (flush || in_flight(r) >= WAKE_READER)
        wake(r);
}

void relay_finish(struct relay *r)
{
    atomic_store(&r->finished, true);
    wake(r);
}

struct batch *relay_next(struct relay *r)
{
    wait_for(r, has_news);
    if (in_flight(r) == 0)
        return NULL; /* finished: nothing was sent after that was set */
    return &r->slot[atomic_load(&r->done) % RELAY_DEPTH];
}

void relay_done(struct relay *r)
{
    atomic_fetch_add(&r->done, 1);
    if (in_flight(r) <= WAKE_WRITER)
        wake(r);
}
