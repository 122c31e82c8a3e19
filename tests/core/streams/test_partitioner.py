import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.streams.partitioner import murmur2, partition_of

with warnings.catch_warnings():  # kafka-python 3.0 reads its schemas by a deprecated function
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka.partitioner.default import murmur2 as _murmur2


def reference(key: bytes) -> int:
    return int(_murmur2(key))


@pytest.mark.parametrize(
    ("key", "signed"),
    [  # the vectors of Apache Kafka's own UtilsTest.testMurmur2
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_04_murmur2_gives_the_published_vectors(key: bytes, signed: int) -> None:
    assert murmur2(key) == signed & 0xFFFFFFFF


@given(st.binary(max_size=200), st.integers(1, 1024))
def test_a_key_goes_to_the_partition_that_kafkas_python_client_chooses(
    key: bytes, partitions: int
) -> None:
    assert murmur2(key) == reference(key)
    assert partition_of(key, partitions) == (reference(key) & 0x7FFFFFFF) % partitions


def test_keys_keep_their_partitions() -> None:
    """A change here would separate every key from its earlier records."""
    keys = (b"", b"nato-membership", b"00112233445566778899aabbccddeeff", "Größe".encode())
    assert [partition_of(k, 12) for k in keys] == [9, 7, 9, 7]
