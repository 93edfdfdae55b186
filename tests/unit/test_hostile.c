/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Every scenario as a hostile or careless capture would bring it: cut at each
 * snap length and with octets of its headers changed. Nothing may crash (the
 * sanitizer build proves it), nothing may be called certain, and a capture cut
 * short must not show an error that the whole one does not.
 *
 * All cuts and flips of all scenarios take minutes; each scenario takes its
 * share of them, chosen so that together they cover every length and offset.
 * HOSTILE=all in the environment runs them all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "dissect/model.h"
#include "dissect/proto/proto.h"
#include "dissect/symptom/symptom.h"
#include "tests/gen/scenario.h"

#define SNAPLEN_MAX 256
#define FLIP_MAX    128
#define SHARE       4 /* each scenario takes every 4th length or offset */
#define BUDGET_S    5 /* for each of the two tests */
#define MEMORY      (8u << 20)

/** struct change - What is done to each frame before it is read */
struct change {
    uint32_t snaplen; /* UINT32_MAX: whole */
    uint32_t offset;  /* octet to flip, UINT32_MAX: none */
    uint8_t bits;
    uint32_t every; /* flip it in each so many frames */
};

static const struct change none = { UINT32_MAX, UINT32_MAX, 0, 1 };

static void read_frame(const struct gen *g, uint32_t i, const struct change *c,
                       uint8_t *copy, struct packet *pkt)
{
    const struct gen_frame *f = &g->frame[i];

    memset(pkt, 0, sizeof(*pkt));
    pkt->wirelen = f->len;
    pkt->caplen = f->len < c->snaplen ? f->len : c->snaplen;
    memcpy(copy, g->arena + f->off, pkt->caplen);
    if (c->offset < pkt->caplen && i % c->every == 0)
        copy[c->offset] ^= c->bits;
    pkt->data = copy;
    pkt->ts_ns = f->ts_ns;
    pkt->number = i + 1;
    pkt->linktype = GEN_ETHERNET;
    if (pkt->caplen < pkt->wirelen)
        pkt->flags |= PKT_TRUNCATED;
}

/* Findings of a scenario under a change; the model is the caller's to free. */
static struct model *read_changed(const struct gen *g, const struct change *c)
{
    const struct model_config config = { .mem_limit = MEMORY, .hash_seed = 1 };
    struct model *m = model_new(&config);
    struct source_facts *source;
    struct packet pkt;

    assert_non_null(m);
    source = model_source(m, 0);
    source->kind = "file";
    source->format = "pcap";
    source->linktype = GEN_ETHERNET;
    source->snaplen = c->snaplen == UINT32_MAX ? 262144 : c->snaplen;
    for (uint32_t i = 0; i < g->count; i++) {
        /* A block of its own size, so that ASan sees the first octet read
         * too far. */
        uint32_t len = g->frame[i].len;
        uint8_t *copy =
            malloc((len < c->snaplen ? len : c->snaplen) + !c->snaplen);

        read_frame(g, i, c, copy, &pkt);
        packet_dissect_batch(&pkt, 1);
        model_observe(m, &pkt, 1);
        free(copy);
    }
    model_conclude(m, true);
    return m;
}

static bool has_error(const struct findings *f, const char *id)
{
    for (unsigned i = 0; i < f->count; i++)
        if (f->item[i].severity == SEVERITY_ERROR &&
            !strcmp(f->item[i].symptom->id, id))
            return true;
    return false;
}

/* Is there a finding that is called certain? Facts about the capture itself
 * (severity info) may be: they are counted, not concluded. */
static const char *certain(const struct findings *f)
{
    for (unsigned i = 0; i < f->count; i++)
        if (f->item[i].severity != SEVERITY_INFO &&
            f->item[i].confidence >= 100)
            return f->item[i].symptom->id;
    return NULL;
}

static bool run_all(void)
{
    const char *how = getenv("HOSTILE");

    return how && !strcmp(how, "all");
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static unsigned check_cut(const struct scenario *s, const struct gen *g,
                          const struct findings *whole, uint32_t snaplen)
{
    struct change c = none;
    struct model *m;
    const struct findings *f;
    unsigned bad = 0;

    c.snaplen = snaplen;
    m = read_changed(g, &c);
    f = model_findings(m);
    if (certain(f)) {
        print_error("%s cut to %u: %s is certain\n", s->name, snaplen,
                    certain(f));
        bad++;
    }
    for (unsigned i = 0; i < f->count; i++) {
        if (f->item[i].severity != SEVERITY_ERROR ||
            has_error(whole, f->item[i].symptom->id))
            continue;
        print_error("%s cut to %u: new error %s\n", s->name, snaplen,
                    f->item[i].symptom->id);
        bad++;
    }
    model_free(m);
    return bad;
}

static void test_cut(void **state)
{
    const struct scenario *s = NULL;
    double end = seconds() + BUDGET_S;
    uint32_t share = run_all() ? 1 : SHARE;
    uint32_t turn = 0;
    unsigned bad = 0, runs = 0;

    (void)state;
    while ((s = scenario_next(s))) {
        struct gen *g = scenario_make(s);
        struct model *whole = read_changed(g, &none);

        assert_null(certain(model_findings(whole)));
        for (uint32_t n = turn++ % share; n <= SNAPLEN_MAX; n += share) {
            if (share > 1 && seconds() > end)
                break;
            bad += check_cut(s, g, model_findings(whole), n);
            runs++;
        }
        model_free(whole);
        gen_free(g);
    }
    print_message("%u cut captures\n", runs);
    assert_int_equal(bad, 0);
}

static void test_flip(void **state)
{
    const struct scenario *s = NULL;
    double end = seconds() + BUDGET_S;
    uint32_t share = run_all() ? 1 : SHARE;
    uint32_t turn = 0;
    unsigned bad = 0, runs = 0;

    (void)state;
    while ((s = scenario_next(s))) {
        struct gen *g = scenario_make(s);

        for (uint32_t n = turn++ % share; n < FLIP_MAX; n += share) {
            static const uint8_t bits[] = { 0xff, 0x01, 0x80, 0x40 };
            struct change c = { UINT32_MAX, n, bits[runs % sizeof(bits)],
                                1 + runs / sizeof(bits) % 3 };
            struct model *m;

            if (share > 1 && seconds() > end)
                break;
            m = read_changed(g, &c);
            if (certain(model_findings(m))) {
                print_error("%s octet %u flipped by 0x%02x: %s is certain\n",
                            s->name, n, c.bits, certain(model_findings(m)));
                bad++;
            }
            model_free(m);
            runs++;
        }
        gen_free(g);
    }
    print_message("%u changed captures\n", runs);
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_flip),
    };

    proto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
