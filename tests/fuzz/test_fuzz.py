"""A sample of `make fuzz`, everything that it once found, and the fuzzer itself."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.mutations import MAX_SIZE, SIZE, decode, mutations
from tests.fuzz.run import Notebook, plan, read_round, run_round
from tests.fuzz.targets import TARGETS, Target
from tests.support import fork_server
from tests.support.lanes import examples

FOUND = Path(__file__).parent / "found"


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_inputs_that_are_nearly_valid_are_read_or_refused(name: str) -> None:
    @settings(max_examples=1, deadline=None, suppress_health_check=list(HealthCheck))
    @given(TARGETS[name].inputs)
    def check(batch: tuple[bytes, ...]) -> None:
        for data in batch:
            TARGETS[name].check(data)

    check()


@pytest.mark.parametrize(
    "path",
    sorted(p for p in FOUND.glob("*/*") if p.is_file()),
    ids=lambda p: f"{p.parent.name}-{p.name}",
)
def test_what_was_found_once_is_mended(path: Path) -> None:
    TARGETS[path.parent.name].check(path.read_bytes())


def _refuse_long(data: bytes) -> None:
    if len(data) > 20:
        raise ZeroDivisionError("too long")


@pytest.mark.slow
def test_a_finding_is_the_smallest_input_that_shows_it(tmp_path: Path) -> None:
    target = Target(_refuse_long, mutations(("<a>text</a>",), ("xy", "0123456789")), 1)
    guard = run_round(target, 1, 300, Notebook(tmp_path / "note"))
    ((place, (data, what)),) = guard.findings.by_field.items()
    assert place.startswith("ZeroDivisionError test_fuzz.py:")
    assert 20 < len(data) < 40
    assert "too long" in what
    assert guard.count > 2


@pytest.mark.slow
@pytest.mark.processes
def test_an_input_that_never_ends_kills_its_child_and_is_a_finding(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as log:
        process = fork_server.start(
            [str(tmp_path)], main="tests.fuzz.endless:main", stdout=log, stderr=log
        )
        code = process.wait(60)
    assert code == -signal.SIGPROF
    done = read_round("queries", tmp_path, code, "")
    assert done.findings["killed"][0].count(b"b") == 2
    assert done.count > 1


def test_all_inputs_are_divided_among_the_targets_by_their_shares() -> None:
    rounds = list(plan(("dates", "console"), 38_000, 7))
    assert [number for _, number, _ in rounds] == list(range(7, 7 + len(rounds)))
    assert {n: sum(c for name, _, c in rounds if name == n) for n in ("dates", "console")} == {
        "dates": 37_500,
        "console": 500,
    }


@settings(max_examples=examples(50))
@given(st.binary(min_size=SIZE, max_size=SIZE))
def test_every_string_of_bytes_is_a_document_of_bounded_size(entropy: bytes) -> None:
    document = decode(entropy, ("<a>text</a>" * 2_000, "x"), ("y" * 90, "\ud800"))
    assert len(document) <= 3 * MAX_SIZE
