"""HDR histograms, written in the format V2 + deflate + base64 that HdrHistogram libraries of every language read.

Format: https://github.com/HdrHistogram/HdrHistogram (AbstractHistogram.encodeIntoCompressedByteBuffer): a header, then
the counts by bucket in ZigZag LEB128, a run of n empty buckets being the number -n.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections import Counter
from typing import Iterable, Iterator

LOWEST = 1
HIGHEST = 60_000_000_000
FIGURES = 3

# The first bucket has 2048 values of one unit each (the least power of two above 2 * 10^FIGURES); each next one doubles
# the unit. Only the upper half of a later bucket is counted in, for the lower one repeats the bucket before.
HALF_BITS = 10

COOKIE = 0x1C849303 | 0x10
COMPRESSED_COOKIE = 0x1C849304 | 0x10


def place(value: int) -> int:
    """The index of the count that `value` belongs to."""
    bucket = max(0, value.bit_length() - (HALF_BITS + 1))
    return (bucket << HALF_BITS) + (value >> bucket)


def zigzag(number: int) -> bytes:
    """ZigZag LEB128, in the variant with a ninth byte of eight bits."""
    left = (number << 1) ^ (number >> 63)
    left &= (1 << 64) - 1
    out = bytearray()
    while left > 0x7F and len(out) < 8:
        out.append(left & 0x7F | 0x80)
        left >>= 7
    out.append(left)
    return bytes(out)


def payload(values: Iterable[int]) -> Iterator[bytes]:
    """The counts of `values`, encoded."""
    counts = Counter(place(min(max(value, LOWEST), HIGHEST)) for value in values)
    following = 0
    for index in sorted(counts):
        if index > following:
            yield zigzag(following - index)
        yield zigzag(counts[index])
        following = index + 1


def encode(values: Iterable[int]) -> str:
    """The histogram of `values`: from 1 to 60e9 (those outside are clamped), three significant figures."""
    counts = b"".join(payload(values))
    header = struct.pack(">IiiiQQd", COOKIE, len(counts), 0, FIGURES, LOWEST, HIGHEST, 1.0)
    packed = zlib.compress(header + counts)
    return base64.b64encode(struct.pack(">Ii", COMPRESSED_COOKIE, len(packed)) + packed).decode("ascii")
