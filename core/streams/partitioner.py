"""Which partition a key goes to: murmur2, as Java's Kafka client computes it.

Every engine uses this one function, so a key keeps its partition number when a site moves from
the embedded log to Kafka with the same number of partitions, and consumers written for the JVM
find the same key in the same place.
"""

from __future__ import annotations

import struct

_SEED = 0x9747B28C
_MIX = 0x5BD1E995
_WORD = 0xFFFFFFFF


def murmur2(data: bytes) -> int:
    """32-bit MurmurHash2 with Kafka's seed (org.apache.kafka.common.utils.Utils.murmur2).

    Returns:
        The hash as an unsigned number (Java shows the same bits signed).
    """
    length = len(data)
    whole = length & ~3
    h = (_SEED ^ length) & _WORD
    for (k,) in struct.iter_unpack("<I", data[:whole]):
        k = (k * _MIX) & _WORD
        k = ((k ^ (k >> 24)) * _MIX) & _WORD
        h = ((h * _MIX) & _WORD) ^ k
    if length > whole:
        h = ((h ^ int.from_bytes(data[whole:], "little")) * _MIX) & _WORD
    h = ((h ^ (h >> 13)) * _MIX) & _WORD
    return h ^ (h >> 15)


def partition_of(key: bytes, partitions: int) -> int:
    """The partition of a key: the hash without its sign bit, modulo the number of partitions."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions
