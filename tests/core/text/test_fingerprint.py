from __future__ import annotations

import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.fingerprint import (
    SKETCH_SIZE,
    Fingerprint,
    containment,
    fingerprint,
    jaccard,
    overlap,
    parse_fingerprint,
    shingles,
)

words = st.lists(st.text(min_size=1, max_size=6), max_size=40)


PINNED = "s2:ded34067db2889304fbf3222a8a27aa2:6:2:DeSC-MdzXgL7O7487K3u7A=="


def parsed_of(tokens: list[str]) -> Fingerprint:
    parsed = parse_fingerprint(fingerprint(tokens))
    assert parsed is not None
    return parsed


def numbered(start: int, end: int) -> list[str]:
    return [f"wort{n}" for n in range(start, end)]


@pytest.mark.processes
def test_a_fingerprint_is_the_same_in_every_process() -> None:
    code = (
        "from core.text.fingerprint import fingerprint; print(fingerprint(['a'] * 3 + ['b', 'c']))"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == fingerprint(["a", "a", "a", "b", "c"])


def test_a_fingerprint_of_this_version_never_changes() -> None:
    assert fingerprint(["der", "rat", "der", "stadt", "tagt", "heute"]) == PINNED


def test_a_word_of_any_length_is_hashed() -> None:
    long = "x" * 100_000
    assert shingles([long]) != shingles([long + "x"])
    assert len(shingles(["ab", "c"]) | shingles(["a", "bc"]) | shingles(["abc"])) == 3


def test_any_string_is_hashed() -> None:
    assert len(shingles(["\ud800", "", "\0", "𝒳", "a b", "c"])) == 2


@given(words)
def test_a_fingerprint_can_be_parsed(tokens: list[str]) -> None:
    found = parsed_of(tokens)
    hashes = shingles(tokens)
    assert (found.words, found.shingles) == (len(tokens), len(hashes))
    assert found.sketch == tuple(sorted(hashes)[:SKETCH_SIZE])


@given(words, words)
def test_the_estimate_is_exact_for_short_texts(one: list[str], other: list[str]) -> None:
    exact = overlap(shingles(one), shingles(other))
    if one and other:
        assert jaccard(parsed_of(one), parsed_of(other)) == pytest.approx(exact.jaccard)
        assert containment(parsed_of(one), parsed_of(other)) == pytest.approx(exact.containment)


@pytest.mark.parametrize("shared", [100, 300, 500, 900])
def test_the_estimate_is_close_for_long_texts(shared: int) -> None:
    dice = random.Random(shared)
    off = []
    for _ in range(20):
        base = dice.randrange(10**6)
        one = numbered(base, base + 1000)
        other = numbered(base + 1000 - shared, base + 2000 - shared)
        exact = overlap(shingles(one), shingles(other))
        off.append(jaccard(parsed_of(one), parsed_of(other)) - exact.jaccard)
    assert abs(sum(off) / len(off)) < 0.03
    assert max(map(abs, off)) < 0.15


def test_a_part_is_contained_in_the_whole() -> None:
    whole, part = parsed_of(numbered(0, 1000)), parsed_of(numbered(0, 300))
    assert containment(part, whole) == pytest.approx(1.0, abs=0.2)
    assert jaccard(part, whole) == pytest.approx(0.3, abs=0.1)


def test_texts_without_words_are_alike_and_like_nothing_else() -> None:
    assert jaccard(parsed_of([]), parsed_of([])) == 1.0
    assert containment(parsed_of([]), parsed_of(["a"])) == 0.0
    assert overlap(shingles([]), shingles([])).jaccard == 0.0


def test_equal_texts_have_one_exact_hash_and_order_matters() -> None:
    assert parsed_of(["a", "b"]).exact == parsed_of(["a", "b"]).exact != parsed_of(["b", "a"]).exact


@pytest.mark.parametrize(
    "text",
    ["", "s2", "s1:aa:1:1:", "s2:aa:x:1:", "s2:aa:1:1:!!!", "s2:aa:1:1:AAAA", "s2:" + ":" * 9],
)
def test_a_fingerprint_that_is_damaged_or_of_another_version_is_none(text: str) -> None:
    assert parse_fingerprint(text) is None
