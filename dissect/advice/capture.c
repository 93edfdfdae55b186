/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Words for capture quality. The "fix" is always for the next capture; nothing
 * is wrong with the guest's network.
 */
#include <stddef.h>

#include "dissect/advice.h"

/* clang-format off */
#define END_STEP { NULL, 0, WHERE_HOST, false, false, NULL, NULL }
#define END_CAUSE { NULL, NULL }
#define END_SUMMARY { NULL, NULL, NULL }

static const struct advice_step no_steps[] = { END_STEP };

/* ---- capture-vnet-header ---- */

static const struct advice_summary vnet_summaries[] = {
    { NULL,
      "a virtio-net header begins {count:frame} ({frames_10_bytes} of 10 "
      "octets, {frames_12_bytes} of 12); it was read and taken off",
      "The capture carries virtio-net headers, which were taken off." },
    END_SUMMARY,
};
static const struct advice_cause vnet_causes[] = {
    { "qemu-filter-dump",
      "QEMU before 8 writes the header of tap with virtio into filter-dump "
      "files, though their link type says Ethernet; it grows from 10 to 12 "
      "octets when the guest's driver starts. Other tools show garbage" },
    END_CAUSE,
};
static const struct advice_step vnet_fixes[] = {
    { NULL, ANY_BACKEND, WHERE_HOST, true, false,
      "tcpdump --immediate-mode -i tap0 -w guest.pcap",
      "for other tools: capture on the tap, without the header" },
    END_STEP,
};
static const char *const vnet_refs[] = {
    "QEMU 7.2 net/dump.c", "virtio 1.2 section 5.1.6", NULL,
};
const struct advice capture_vnet_header_advice = {
    "capture-vnet-header", vnet_summaries, vnet_causes, no_steps, vnet_fixes,
    vnet_refs,
};

/* ---- capture-gso-frames ---- */

static const struct advice_summary gso_summaries[] = {
    { NULL,
      "{gso_frames:super-frame} of up to {largest_bytes} octets that a later "
      "stage cuts (offload); not an MTU fault",
      "Some frames are super-frames by offload; sizes are not those of the "
      "wire." },
    END_SUMMARY,
};
static const struct advice_cause gso_causes[] = {
    { "segmentation-offload",
      "TCP segmentation is left to a later stage (GSO, TSO, GRO), so the "
      "capture holds frames that never cross a wire" },
    END_CAUSE,
};
static const struct advice_step gso_fixes[] = {
    { NULL, ANY_BACKEND, WHERE_HOST, true, false,
      "ethtool -K tap0 gso off gro off tso off",
      "to see the frames of the wire; costs speed; until reboot" },
    END_STEP,
};
static const char *const gso_refs[] = {
    "Linux Documentation/networking/segmentation-offloads.rst", NULL,
};
const struct advice capture_gso_frames_advice = {
    "capture-gso-frames", gso_summaries, gso_causes, no_steps, gso_fixes,
    gso_refs,
};

/* ---- capture-checksum-offload ---- */

static const struct advice_summary csum_summaries[] = {
    { NULL,
      "{unfinished_checksums} of {checked} TCP and UDP checksums are left to "
      "hardware; not corruption",
      "Some checksums are unfinished because hardware would finish them." },
    END_SUMMARY,
};
static const struct advice_cause csum_causes[] = {
    { "checksum-offload",
      "the sender put the sum of the pseudo-header into the field and leaves "
      "the rest to the network card, which a virtual one never has to do" },
    END_CAUSE,
};
static const struct advice_step csum_fixes[] = {
    { NULL, ANY_BACKEND, WHERE_HOST, true, false,
      "ethtool -K tap0 tx off",
      "to see finished checksums; in the guest: ethtool -K eth0 tx off" },
    END_STEP,
};
static const char *const csum_refs[] = {
    "Linux Documentation/networking/checksum-offloads.rst", NULL,
};
const struct advice capture_checksum_offload_advice = {
    "capture-checksum-offload", csum_summaries, csum_causes, no_steps,
    csum_fixes, csum_refs,
};

/* ---- capture-duplicates ---- */

static const struct advice_summary dup_summaries[] = {
    { NULL,
      "{copies:frame} ({copies_percent} %) captured twice, not counted as "
      "sent again",
      "The capture holds many frames twice." },
    END_SUMMARY,
};
static const struct advice_cause dup_causes[] = {
    { "captured-twice",
      "the capture ran on several interfaces the frames pass (bridge and tap, "
      "or \"any\"), or before and after routing" },
    END_CAUSE,
};
static const struct advice_step dup_fixes[] = {
    { NULL, ANY_BACKEND, WHERE_HOST, true, false,
      "tcpdump --immediate-mode -i tap0 -w guest.pcap",
      "capture on one interface, best the guest's own tap" },
    END_STEP,
};
static const char *const dup_refs[] = { "tcpdump(8)", NULL };
const struct advice capture_duplicates_advice = {
    "capture-duplicates", dup_summaries, dup_causes, no_steps, dup_fixes,
    dup_refs,
};

/* ---- capture-truncated ---- */

static const struct advice_summary trunc_summaries[] = {
    { NULL,
      "{truncated:frame} cut by the snap length, with whole headers",
      "Frames were cut by the snap length." },
    { "headers",
      "{truncated:frame} cut by the snap length, {truncated_headers} inside "
      "the headers",
      "Frames were cut by the snap length, some inside their headers." },
    END_SUMMARY,
};
static const struct advice_cause trunc_causes[] = {
    { "snap-length",
      "the capture kept only the first octets of each frame; names, DHCP "
      "options and quoted packets may be missing" },
    END_CAUSE,
};
static const struct advice_step trunc_fixes[] = {
    { NULL, ANY_BACKEND, WHERE_HOST, true, false,
      "tcpdump --immediate-mode -s 0 -i tap0 -w guest.pcap",
      "QEMU: leave maxlen= away from filter-dump" },
    END_STEP,
};
const struct advice capture_truncated_advice = {
    "capture-truncated", trunc_summaries, trunc_causes, no_steps, trunc_fixes,
    dup_refs,
};

/* ---- capture-dropped ---- */

static const struct advice_summary drop_summaries[] = {
    { NULL,
      "{unseen_acked:acknowledgment} of data that the capture does not hold",
      "The capture itself lost frames: what is missing here need not be "
      "missing on the wire." },
    { "told",
      "the capture says that it lost {dropped:frame}",
      "The capture itself lost frames: what is missing here need not be "
      "missing on the wire." },
    END_SUMMARY,
};
static const struct advice_cause drop_causes[] = {
    { "capture-too-slow",
      "the capturing program could not keep up, was stopped before its buffer "
      "was written, or a filter left packets out" },
    END_CAUSE,
};
static const struct advice_step drop_fixes[] = {
    { NULL, ANY_BACKEND, WHERE_HOST, true, false,
      "tcpdump --immediate-mode -B 65536 -s 128 -i tap0 -w guest.pcap",
      "a larger buffer and fewer octets of each frame" },
    END_STEP,
};
const struct advice capture_dropped_advice = {
    "capture-dropped", drop_summaries, drop_causes, no_steps, drop_fixes,
    dup_refs,
};

/* ---- capture-clock ---- */

static const struct advice_summary clock_summaries[] = {
    { NULL,
      "{backwards:frame} earlier than one before, by up to "
      "{worst_ms:duration}",
      "The timestamps are not in order." },
    { "nictrace",
      "timestamps count from the start of the VM, not from 1970 "
      "(VirtualBox nictrace)",
      "The timestamps count from the start of the VM." },
    END_SUMMARY,
};
static const struct advice_cause clock_causes[] = {
    { "unordered",
      "frames of several queues or processors were written out of order, "
      "files were merged, or the clock was set back during the capture" },
    { "since-vm-start",
      "VirtualBox's nictrace stamps frames with the time since the VM's "
      "process started" },
    END_CAUSE,
};
static const struct advice_step clock_fixes[] = {
    { "unordered", ANY_BACKEND, WHERE_HOST, false, false,
      "reordercap IN OUT", "sorts by time; comes with Wireshark" },
    END_STEP,
};
static const char *const clock_refs[] = {
    "QEMU 7.2 net/dump.c", "VirtualBox DrvNetSniffer.cpp", NULL,
};
const struct advice capture_clock_advice = {
    "capture-clock", clock_summaries, clock_causes, no_steps, clock_fixes,
    clock_refs,
};

/* ---- capture-one-sided ---- */

static const struct advice_summary one_summaries[] = {
    { NULL,
      "{one_sided_flows:TCP flow} with one direction only, while the "
      "acknowledgments prove the other existed",
      "Only one direction was captured: loss and silence cannot be judged." },
    END_SUMMARY,
};
static const struct advice_cause one_causes[] = {
    { "one-direction",
      "the capture point sees one direction: a mirror port, an asymmetric "
      "route, a filter, or an interface that only sends" },
    END_CAUSE,
};
static const struct advice_step one_fixes[] = {
    { NULL, ANY_BACKEND, WHERE_HOST, true, false,
      "tcpdump --immediate-mode -i tap0 -w guest.pcap",
      "the guest's own tap sees both directions" },
    END_STEP,
};
const struct advice capture_one_sided_advice = {
    "capture-one-sided", one_summaries, one_causes, no_steps, one_fixes,
    dup_refs,
};
/* clang-format on */
