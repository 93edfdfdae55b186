/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Known containers that are not pcap or pcapng, by the octets they start
 * with. Wireshark's tools convert most of them; that is what we tell.
 */
#include "captures/foreign.h"

#include <stdio.h>
#include <string.h>

#define CONVERT "convert it with: editcap -F pcapng IN OUT"

/** struct foreign - Octets @magic at @off mean @what; @todo is the way out */
struct foreign {
    uint16_t off;
    uint8_t len;
    const char *magic;
    const char *what;
    const char *todo;
};

#define AT(off, magic) off, sizeof(magic) - 1, magic

// clang-format off
static const struct foreign foreigns[] = {
    { AT(0, "snoop\0\0\0"),          "a snoop capture",                CONVERT },
    { AT(0, "btsnoop\0"),            "a Bluetooth snoop capture",      "it holds no network frames" },
    { AT(0, "RTSS"),                 "a Microsoft Network Monitor 1 capture", CONVERT },
    { AT(0, "GMBU"),                 "a Microsoft Network Monitor 2 capture", CONVERT },
    { AT(0, "TRSNIFF data    \x1a"), "a Sniffer (DOS) capture",        CONVERT },
    { AT(0, "XCP\0"),                "a Sniffer (Windows) or NetXRay capture", CONVERT },
    { AT(0, "iptrace "),             "an AIX iptrace capture",         CONVERT },
    { AT(0, "EyeSDN"),               "an EyeSDN trace",                CONVERT },
    { AT(0, "\x7fver"),              "an OmniPeek capture",            CONVERT },
    { AT(0, "\0\0\x02\0\x12\x05\0\x10"), "a Tektronix K12 capture",    CONVERT },
    { AT(0, "ObserverPktBuffer"),    "a Network Instruments Observer capture", CONVERT },
    { AT(0, "\x1f\x8b"),             "gzip data inside compressed data", "unpack it once first" },
    { AT(0, "\x28\xb5\x2f\xfd"),     "zstd data inside compressed data", "unpack it once first" },
    { AT(0, "\x04\x22\x4d\x18"),     "lz4 data inside compressed data", "unpack it once first" },
    { AT(0, "\x02\x21\x4c\x18"),     "lz4 data in the legacy format",  "unpack it first: lz4 -d IN OUT" },
    { AT(0, "BZh"),                  "bzip2 data",                     "unpack it first: bunzip2 IN" },
    { AT(0, "\xfd" "7zXZ\0"),        "xz data",                        "unpack it first: unxz IN" },
    { AT(0, "\x1f\x9d"),             "compress data",                  "unpack it first: uncompress IN" },
    { AT(0, "PK\x03\x04"),           "a zip archive",                  "unpack it first: unzip IN" },
    { AT(0, "7z\xbc\xaf\x27\x1c"),   "a 7-Zip archive",                "unpack it first" },
    { AT(0, "Rar!\x1a"),             "a RAR archive",                  "unpack it first" },
    { AT(257, "ustar"),              "a tar archive",                  "unpack it first: tar -xf IN" },
    { AT(0, "QFI\xfb"),              "a qcow2 disk image",             "name a capture of the guest's network" },
    { AT(0, "\x7f" "ELF"),           "a program",                      "name a capture file" },
};
// clang-format on

static bool has_magic(const struct foreign *row, struct cursor c)
{
    const uint8_t *p;

    cursor_skip(&c, row->off);
    p = cursor_take(&c, row->len);
    return p && memcmp(p, row->magic, row->len) == 0;
}

/*
 * Endace ERF has no magic: records of a time stamp, type, flags, record
 * length, loss counter and wire length. Three plausible ones in a row, or all
 * there are, will do for a message.
 */
static bool looks_like_erf(struct cursor c)
{
    enum { ERF_HEADER = 16, ERF_TYPE_MAX = 48, RECORDS = 3 };
    unsigned seen = 0;

    while (seen < RECORDS && cursor_left(&c) >= ERF_HEADER) {
        unsigned type, rlen, wlen;

        cursor_skip(&c, 8);
        type = cursor_u8(&c) & 0x7f;
        cursor_skip(&c, 1);
        rlen = cursor_be16(&c);
        cursor_skip(&c, 2);
        wlen = cursor_be16(&c);
        if (type == 0 || type > ERF_TYPE_MAX || rlen < ERF_HEADER || wlen == 0)
            return false;
        seen++;
        if (!cursor_skip(&c, rlen - ERF_HEADER))
            break;
    }
    return seen == RECORDS || (seen && cursor_left(&c) == 0);
}

static bool looks_like_text(struct cursor c)
{
    size_t n = cursor_left(&c);

    if (n < 4)
        return false;
    while (n--) {
        uint8_t b = cursor_u8(&c);

        if ((b < 0x20 && b != '\n' && b != '\r' && b != '\t') || b == 0x7f)
            return false;
    }
    return true;
}

static void describe_unknown(struct cursor c, char *text, size_t size)
{
    char hex[3 * 4 + 1] = "";
    size_t n = cursor_left(&c) < 4 ? cursor_left(&c) : 4;

    for (size_t i = 0; i < n; i++)
        snprintf(hex + 3 * i, sizeof(hex) - 3 * i, " %02x", cursor_u8(&c));
    snprintf(text, size,
             "not a pcap or pcapng capture (it starts with%s); if Wireshark "
             "opens it, " CONVERT,
             hex);
}

void foreign_describe(struct cursor c, char *text, size_t size)
{
    const size_t rows = sizeof(foreigns) / sizeof(foreigns[0]);

    if (cursor_left(&c) == 0) {
        snprintf(text, size, "empty file");
        return;
    }
    cursor_trim(&c, FOREIGN_PEEK);
    for (size_t i = 0; i < rows; i++) {
        const struct foreign *row = &foreigns[i];

        if (has_magic(row, c)) {
            snprintf(text, size, "%s, not pcap or pcapng; %s", row->what,
                     row->todo);
            return;
        }
    }
    if (looks_like_erf(c))
        snprintf(text, size, "an Endace ERF capture; " CONVERT);
    else if (looks_like_text(c))
        snprintf(text, size,
                 "text, not a capture; a hex dump becomes one with: text2pcap "
                 "IN OUT");
    else
        describe_unknown(c, text, size);
}
