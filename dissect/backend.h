/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which network backend a guest is on. Independent facts (gateway MAC, DHCP
 * server and options or RA, TCP signature, addresses) each vote; a high
 * confidence needs two that do not depend on each other, and addresses alone
 * prove nothing.
 */
#ifndef DISSECT_BACKEND_H
#define DISSECT_BACKEND_H

#include "dissect/packet.h"

enum backend_id {
    BACKEND_UNKNOWN = 0,
    BACKEND_QEMU_SLIRP,
    BACKEND_SLIRP4NETNS,
    BACKEND_PASST,
    BACKEND_VBOX_NAT,
    BACKEND_VBOX_NATNETWORK,
    BACKEND_VBOX_HOSTONLY,
    BACKEND_VBOX_BRIDGED,
    BACKEND_LIBVIRT_NAT,
    BACKEND_GVPROXY,
    BACKEND_VMWARE_NAT,
    BACKEND_VMWARE_HOSTONLY,
    BACKEND_HYPERV_NAT,
    BACKEND_PARALLELS_NAT,
    BACKEND_TAP_BRIDGED,
    BACKEND_COUNT
};

#define BACKEND_BIT(id) (1u << (id))
#define CLUES_MAX       8
#define CLUE_TEXT_MAX   120

/** struct clue - A fact that spoke for the verdict, in words, with its frame */
struct clue {
    char text[CLUE_TEXT_MAX]; /* escaped */
    uint64_t frame;           /* 0: a fact about several frames */
};

/** struct backend_verdict - For one guest */
struct backend_verdict {
    enum backend_id id;
    uint8_t confidence; /* 0-100 */
    bool terminates_tcp; /* the backend's own TCP answers the guest */
    bool terminates_known;
    const char *engine; /* "libslirp", "classic", "lwIP" or NULL */
    struct clue clue[CLUES_MAX];
    uint8_t nclue;
};

/** struct backend_info - What is always true of a backend */
struct backend_info {
    enum backend_id id;
    const char *word;  /* "qemu-slirp": the JSON id */
    const char *name;  /* "QEMU user mode (libslirp)" */
    bool terminates_tcp;
    bool nat;          /* hides the guest's address */
    const char *limits; /* one sentence of non-obvious limits, or NULL */
};

const struct backend_info *backend_info(enum backend_id id);

/** backend_by_word() - For --backend ID; BACKEND_COUNT when unknown */
enum backend_id backend_by_word(const char *word);

#endif
