"""Which partition a record goes to: murmur2 of its key, as Kafka's Java client computes it.

Every engine uses these functions. So a key keeps its partition number when a site moves from the
embedded log to Kafka with the same number of partitions, and consumers on the JVM find a key in the
partition where they expect it.
"""

from __future__ import annotations

import itertools
import struct

_SEED = 0x9747B28C
_MULTIPLIER = 0x5BD1E995
_MASK = 0xFFFFFFFF

_keyless = itertools.count()


def choose_partition(key: bytes | None, partitions: int) -> int:
    """Return the partition of a record; records without a key take turns."""
    return next(_keyless) % partitions if key is None else partition_of(key, partitions)


def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition of a key: the hash without its sign bit, modulo the partitions."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def murmur2(data: bytes) -> int:
    """Return the 32-bit MurmurHash2 with Kafka's seed.

    The reference is ``org.apache.kafka.common.utils.Utils.murmur2``.

    Returns:
        The hash as an unsigned number; Java shows the same bits as a signed one.
    """
    length = len(data)
    whole = length & ~3
    h = (_SEED ^ length) & _MASK
    for (k,) in struct.iter_unpack("<I", data[:whole]):
        k = (k * _MULTIPLIER) & _MASK
        k = ((k ^ (k >> 24)) * _MULTIPLIER) & _MASK
        h = ((h * _MULTIPLIER) & _MASK) ^ k
    if length > whole:
        h = ((h ^ int.from_bytes(data[whole:], "little")) * _MULTIPLIER) & _MASK
    h = ((h ^ (h >> 13)) * _MULTIPLIER) & _MASK
    return h ^ (h >> 15)
