/* SPDX-License-Identifier: BSD-3-Clause
 *
 * SCTP (RFC 9260): ports, verification tag and, for a person, the headers of
 * the chunks.
 */
#include "dissect/proto/sctp.h"

#include "dissect/proto/fields.h"

#define SCTP_LEN     12
#define CHUNK_HEADER 4
#define CHUNKS_SHOWN 32

const char *sctp_chunk_name(unsigned type)
{
    static const char *const names[] = {
        "DATA",  "INIT",        "INIT ACK",
        "SACK",  "HEARTBEAT",   "HEARTBEAT ACK",
        "ABORT", "SHUTDOWN",    "SHUTDOWN ACK",
        "ERROR", "COOKIE ECHO", "COOKIE ACK",
        "ECNE",  "CWR",         "SHUTDOWN COMPLETE",
    };

    return type < sizeof(names) / sizeof(names[0]) ? names[type] : "unknown";
}

static const struct field_row rows[] = {
    { "sctp.srcport", "Source port", 0, 2, FORM_DEC, 0, NULL },
    { "sctp.dstport", "Destination port", 2, 2, FORM_DEC, 0, NULL },
    { "sctp.verification_tag", "Verification tag", 4, 4, FORM_HEX, 0, NULL },
    { "sctp.checksum", "Checksum", 8, 4, FORM_HEX, 0, NULL },
};
static const struct field_row chunk_rows[] = {
    { "sctp.chunk_type", "Type", 0, 1, FORM_DEC, 0, sctp_chunk_name },
    { "sctp.chunk_flags", "Flags", 1, 1, FORM_HEX, 0, NULL },
    { "sctp.chunk_length", "Length", 2, 2, FORM_DEC, 0, NULL },
};

bool sctp_parse(struct cursor c, struct sctp_hdr *h)
{
    h->sport = cursor_be16(&c);
    h->dport = cursor_be16(&c);
    h->vtag = cursor_be32(&c);
    h->checksum = cursor_be32(&c);
    h->chunk = cursor_has(&c, 1) ? c.p[0] : SCTP_CHUNK_NONE;
    return !c.bad;
}

/* RFC 9260 section 3.2: the length leaves out padding to four octets. */
static void show_chunks(struct dissect *d, struct cursor c)
{
    for (unsigned i = 0; i < CHUNKS_SHOWN && cursor_has(&c, CHUNK_HEADER);
         i++) {
        struct cursor at = c;
        uint16_t len;

        cursor_skip(&c, 2);
        len = cursor_be16(&c);
        if (len < CHUNK_HEADER)
            return;
        tree_open(d->tree, "sctp.chunk", packet_off(d, &at),
                  captured_len(&at, len), "%s chunk", sctp_chunk_name(at.p[0]));
        fields_add(d, at, FIELD_ROWS(chunk_rows));
        tree_close(d->tree);
        cursor_skip(&c, ((size_t)len + 3) / 4 * 4 - CHUNK_HEADER);
    }
}

static void show(struct dissect *d, const struct layer *l,
                 const struct sctp_hdr *h, struct cursor start)
{
    tree_open(d->tree, "sctp", l->off, SCTP_LEN,
              "Stream Control Transmission Protocol, Src Port: %u, "
              "Dst Port: %u",
              h->sport, h->dport);
    fields_add(d, start, FIELD_ROWS(rows));
    show_chunks(d, d->c);
    tree_close(d->tree);
}

static enum proto sctp_dissect(struct dissect *d, struct layer *l)
{
    struct cursor start = d->c;
    struct sctp_hdr h;

    sctp_parse(d->c, &h);
    if (!d->inner && cursor_has(&d->c, 4)) {
        d->pkt->sport = h.sport;
        d->pkt->dport = h.dport;
    }
    if (!cursor_skip(&d->c, SCTP_LEN))
        return dissect_bad(d, l);
    dissect_done(d, l);
    if (!d->inner) {
        d->pkt->payload_off = l->off + l->header_len;
        d->pkt->payload_len = l->payload_len;
    }
    if (d->tree)
        show(d, l, &h, start);
    return PROTO_NONE;
}

const struct dissector sctp_dissector = {
    .name = "sctp",
    .title = "Stream Control Transmission Protocol",
    .ref = "RFC 9260",
    .proto = PROTO_SCTP,
    .dissect = sctp_dissect,
    .bind = { { BIND_IPPROTO, 132 } },
};
