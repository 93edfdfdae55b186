/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fuzz driver of the dissectors. The first octet of the input chooses the link
 * type, the next two how many octets the capture cut off; the rest is the
 * frame. It is dissected on the fast path, then with a tree, and what the two
 * say must agree.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/packet.h"
#include "dissect/proto/proto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD = 3 };

/* Unlike assert(), there in every build. */
#define must(holds)                                                     \
    do {                                                                \
        if (!(holds)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #holds); \
            abort();                                                    \
        }                                                               \
    } while (0)

static void check(const struct packet *p)
{
    struct cursor payload = packet_payload(p);
    char text[160], tiny[9];

    must(p->nlayer <= LAYERS_MAX);
    must(p->ip_off == OFF_NONE || p->ip_off <= p->caplen);
    must(p->l4_off == OFF_NONE || p->l4_off <= p->caplen);
    must(p->payload_off == OFF_NONE || p->payload_off <= p->caplen);
    must(payload.end <= p->data + p->caplen);
    must(p->app < PROTO_COUNT);
    for (unsigned i = 0; i < p->nlayer; i++) {
        const struct layer *l = &p->layer[i];

        must(l->proto > PROTO_NONE && l->proto < PROTO_COUNT);
        must(l->off <= p->caplen);
        must(l->header_len <= p->caplen - l->off);
        /* Truncated is said only of a frame that the capture cut. */
        must(!(l->flags & LAYER_TRUNCATED) || p->flags & PKT_TRUNCATED);
    }
    if (p->events & EV_TCP)
        must(p->tcp.nsack <= SACK_MAX && p->tcp.wscale <= 14);
    packet_summary(p, text, sizeof(text));
    must(memchr(text, '\0', sizeof(text)) != NULL);
    packet_summary(p, tiny, sizeof(tiny));
    must(strlen(tiny) < sizeof(tiny));
    if (cursor_left(&payload) > 0)
        must(proto_recognise(payload, p->ip_proto, p->sport, p->dport) <
             PROTO_COUNT);
}

static void check_tree(const struct tree *t, const struct packet *p)
{
    must(t->count <= TREE_FIELDS_MAX && t->text_len <= TREE_TEXT_MAX);
    for (unsigned i = 0; i < t->count; i++) {
        const struct field *f = &t->field[i];
        const char *text = tree_text(t, i);

        must(f->name && f->text < t->text_len);
        must(f->off <= p->caplen && f->len <= p->caplen - f->off);
        must(f->depth <= TREE_DEPTH_MAX);
        for (; *text; text++)
            must((unsigned char)*text >= 0x20);
    }
}

/* A tree must not change what is known about the packet. */
static void check_same(const struct packet *a, const struct packet *b)
{
    must(a->events == b->events && a->flags == b->flags);
    must(a->ip_proto == b->ip_proto && a->ip_len == b->ip_len);
    must(addr_eq(&a->src, &b->src) && addr_eq(&a->dst, &b->dst));
    must(a->sport == b->sport && a->dport == b->dport && a->app == b->app);
    must(a->l4_off == b->l4_off && a->payload_off == b->payload_off);
    must(a->payload_len == b->payload_len && a->vnet_len == b->vnet_len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint16_t linktype[] = { 1, 113, 276, 0, 108, 101, 228, 147 };
    static struct packet fast, slow;
    static struct tree tree;
    static bool ready;

    if (!ready)
        proto_init();
    ready = true;
    if (size < HEAD)
        return 0;
    memset(&fast, 0xa5, sizeof(fast));
    fast.data = data + HEAD;
    fast.caplen = (uint32_t)(size - HEAD);
    fast.wirelen = fast.caplen + be16_at(data + 1);
    fast.linktype = linktype[data[0] % 8];
    fast.flags = 0;
    slow = fast;
    packet_dissect(&fast, NULL);
    check(&fast);
    packet_dissect(&slow, &tree);
    check(&slow);
    check_tree(&tree, &slow);
    check_same(&fast, &slow);
    return 0;
}
