/* SPDX-License-Identifier: BSD-3-Clause
 *
 * pcapng time stamps: units of 10^-n or 2^-n seconds since an offset, to ns
 * since 1970. draft-ietf-opsawg-pcapng section 4.2, if_tsresol, if_tsoffset.
 * What does not fit is the nearest that does.
 */
#include "captures/pcapfile.h"

#define NS_PER_S 1000000000u

/* 146 years either way. Half of the range, so that the difference of any two
   times, and a time and a timeout, fit as well. */
#define TS_LIMIT (INT64_MAX / 2)

/*
 * if_tsresol, section 4.2: the top bit clear means 10^-n s, set means 2^-n s.
 * Most clocks make a whole number of ns; units_to_ns() does the others.
 */
uint64_t pcapng_tick_ns(uint8_t tsresol)
{
    static const uint32_t pow10[] = { 1,         10,      100,     1000,
                                      10000,     100000,  1000000, 10000000,
                                      100000000, NS_PER_S };

    return tsresol <= 9 ? pow10[9 - tsresol] : 0;
}

static uint64_t binary_to_ns(uint64_t units, unsigned n)
{
    uint64_t s = n < 64 ? units >> n : 0;
    uint64_t frac = n < 64 ? units & ((UINT64_C(1) << n) - 1) : units;

    if (s > INT64_MAX / NS_PER_S)
        return INT64_MAX;
    /* 2^-34 s is 58 ps: finer bits change nothing, and would overflow. */
    if (n > 34) {
        frac = n - 34 < 64 ? frac >> (n - 34) : 0;
        n = 34;
    }
    return s * NS_PER_S + (frac * NS_PER_S >> n);
}

static uint64_t units_to_ns(const struct pcapfile_interface *iface,
                            uint64_t units)
{
    if (iface->tick_ns) {
        uint64_t ns;

        return __builtin_mul_overflow(units, iface->tick_ns, &ns) ? INT64_MAX
                                                                  : ns;
    }
    if (iface->tsresol & 0x80)
        return binary_to_ns(units, iface->tsresol & 0x7f);
    for (unsigned n = iface->tsresol; n > 9 && units; n--)
        units /= 10;
    return units;
}

int64_t pcapng_timestamp(const struct pcapfile_interface *iface, uint32_t high,
                         uint32_t low)
{
    uint64_t units = (uint64_t)high << 32 | low;
    uint64_t ns = units_to_ns(iface, units);
    int64_t offset_ns, sum;

    if (ns > TS_LIMIT)
        ns = TS_LIMIT;
    if (__builtin_expect(iface->tsoffset_s == 0, 1))
        return (int64_t)ns;
    if (__builtin_mul_overflow(iface->tsoffset_s, (int64_t)NS_PER_S,
                               &offset_ns) ||
        __builtin_add_overflow((int64_t)ns, offset_ns, &sum))
        return iface->tsoffset_s < 0 ? -TS_LIMIT : TS_LIMIT;
    if (sum > TS_LIMIT)
        return TS_LIMIT;
    return sum < -TS_LIMIT ? -TS_LIMIT : sum;
}
