/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The yardstick: the least a program can do that looks at every packet of a
 * pcap file. Maps it, walks the record headers, reads each frame's Ethernet
 * type, IPv4 header and ports, and counts packets and octets in a hash table
 * by 5-tuple. No check beyond what keeps it inside the file, no timestamps, no
 * state of any protocol. What tapscope takes longer than this is the price of
 * its analysis.
 *
 *     bareloop FILE
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/** struct entry - A 5-tuple and its counts; packets 0: free */
struct entry {
    uint64_t addrs; /* source << 32 | destination */
    uint64_t ports; /* source << 32 | destination << 16 | protocol */
    uint64_t packets, octets;
};

static struct entry *table;
static uint64_t size = 1 << 14, used;

static uint64_t hash(uint64_t a, uint64_t b)
{
    uint64_t h = (a ^ 0x9e3779b97f4a7c15u) * 0xff51afd7ed558ccdu;

    h = (h ^ (h >> 32) ^ b) * 0xc4ceb9fe1a85ec53u;
    return h ^ (h >> 29);
}

static struct entry *probe(uint64_t addrs, uint64_t ports)
{
    uint64_t i = hash(addrs, ports) & (size - 1);

    while (table[i].packets &&
           (table[i].addrs != addrs || table[i].ports != ports))
        i = (i + 1) & (size - 1);
    return &table[i];
}

static void grow(void)
{
    struct entry *old = table;
    uint64_t n = size;

    size *= 2;
    table = calloc(size, sizeof(*table));
    if (!table)
        exit(1);
    for (uint64_t i = 0; i < n; i++)
        if (old[i].packets)
            *probe(old[i].addrs, old[i].ports) = old[i];
    free(old);
}

static uint32_t be32(const uint8_t *p)
{
    uint32_t v;

    memcpy(&v, p, 4);
    return __builtin_bswap32(v);
}

static uint32_t be16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static void count(const uint8_t *p, uint32_t caplen, uint32_t wirelen)
{
    uint64_t addrs, ports;
    uint32_t ihl;
    struct entry *e;

    if (caplen < 34 || be16(p + 12) != 0x0800)
        return;
    ihl = (p[14] & 15u) * 4;
    addrs = (uint64_t)be32(p + 26) << 32 | be32(p + 30);
    ports = p[23];
    if ((p[23] == 6 || p[23] == 17) && caplen >= 14 + ihl + 4)
        ports |= (uint64_t)be16(p + 14 + ihl) << 32 |
                 (uint64_t)be16(p + 14 + ihl + 2) << 16;
    e = probe(addrs, ports);
    if (!e->packets) {
        if (used * 2 >= size) {
            grow();
            e = probe(addrs, ports);
        }
        used++;
        e->addrs = addrs;
        e->ports = ports;
    }
    e->packets++;
    e->octets += wirelen;
}

int main(int argc, char **argv)
{
    struct stat st;
    const uint8_t *p, *end;
    void *map;
    uint64_t packets = 0;
    int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;

    if (fd < 0 || fstat(fd, &st)) {
        fputs("usage: bareloop FILE.pcap\n", stderr);
        return 2;
    }
    map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    table = calloc(size, sizeof(*table));
    if (map == MAP_FAILED || !table) {
        perror(argv[1]);
        return 1;
    }
    madvise(map, (size_t)st.st_size, MADV_SEQUENTIAL);
    p = (const uint8_t *)map + 24;
    end = (const uint8_t *)map + st.st_size;
    while (end - p >= 16) {
        uint32_t caplen, wirelen;

        memcpy(&caplen, p + 8, 4);
        memcpy(&wirelen, p + 12, 4);
        p += 16;
        if (caplen > (uint64_t)(end - p))
            break;
        count(p, caplen, wirelen);
        p += caplen;
        packets++;
    }
    printf("%llu packets, %llu one-way flows\n", (unsigned long long)packets,
           (unsigned long long)used);
    return 0;
}
