/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One SIGBUS handler for all guarded mappings, as in systemd's journal. It
 * lays zero pages over everything from the faulting page to the end of the
 * mapping (a file is cut from the end) and returns; the read is repeated and
 * sees zeros. mmap() is a bare system call and safe in a handler. A fault
 * anywhere else goes to whoever handled SIGBUS before.
 */
#include "captures/mapguard.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

enum { GUARDS_MAX = 64 };

/** struct mapguard - One mapping; @start 0 when the slot is free */
struct mapguard {
    atomic_uintptr_t start;
    atomic_uintptr_t end;
    atomic_bool hit;
};

static struct mapguard guards[GUARDS_MAX];
static struct sigaction former;
static uintptr_t page_mask;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool cover(struct mapguard *g, uintptr_t addr)
{
    uintptr_t start = atomic_load(&g->start), end = atomic_load(&g->end);
    uintptr_t page = addr & page_mask;

    if (start == 0 || addr < start || addr >= end)
        return false;
    if (mmap((void *)page, end - page, PROT_READ,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
        return false;
    atomic_store(&g->hit, true);
    return true;
}

static void on_sigbus(int sig, siginfo_t *info, void *context)
{
    int saved = errno;
    bool done = false;

    (void)context;
    for (size_t i = 0; i < GUARDS_MAX && !done; i++)
        done = cover(&guards[i], (uintptr_t)info->si_addr);
    /* Not ours: the instruction runs again, under the former handler. */
    if (!done)
        sigaction(sig, &former, NULL);
    errno = saved;
}

/* Again for each mapping, for another part of the program may have set its
   own handler since; it becomes the former one. */
static void install(void)
{
    struct sigaction sa = { .sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO };
    struct sigaction now;

    page_mask = ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1);
    sigemptyset(&sa.sa_mask);
    if (sigaction(SIGBUS, NULL, &now) == 0 &&
        ((now.sa_flags & SA_SIGINFO) == 0 || now.sa_sigaction != on_sigbus)) {
        former = now;
        sigaction(SIGBUS, &sa, NULL);
    }
}

struct mapguard *mapguard_add(const void *base, size_t size)
{
    struct mapguard *found = NULL;

    pthread_mutex_lock(&lock);
    install();
    for (size_t i = 0; i < GUARDS_MAX && !found; i++)
        if (atomic_load(&guards[i].start) == 0)
            found = &guards[i];
    if (found) {
        atomic_store(&found->hit, false);
        atomic_store(&found->end,
                     ((uintptr_t)base + size + ~page_mask) & page_mask);
        atomic_store(&found->start, (uintptr_t)base);
    }
    pthread_mutex_unlock(&lock);
    return found;
}

bool mapguard_was_hit(const struct mapguard *g)
{
    return g && atomic_load_explicit(&g->hit, memory_order_acquire);
}

void mapguard_remove(struct mapguard *g)
{
    if (g)
        atomic_store(&g->start, 0);
}
