"""What the console says of all processes: their health, their metrics, their operator files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.parser import text_string_to_metric_families

from config.i18n import Phrase, in_english, verbatim
from config.settings import Settings
from core.processes.slots import claim_slot
from wirewatch.run.health import ProcessHealth, ended_report, report, starting_report
from wirewatch.run.process_reports import RELOAD_PATIENCE, ProcessReports, merge_reasons
from wirewatch.run.process_snapshot import merge_metrics, parse_snapshot, take_snapshot
from wirewatch.run.supervisor import explain_exit

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
LONG_AGO = AT - timedelta(days=1)


class Scene:
    """The console in slot ``desk-2`` and a process of the stages in slot ``desk-1``."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.stages, self.console = claim_slot(settings), claim_slot(settings)
        self.now = AT
        self.ill: list[Phrase] = []
        self.reports = ProcessReports(
            settings, self.console.slot, lambda: self.ill, lambda: ("a", LONG_AGO), lambda: self.now
        )

    def write(self, text: str, revision: str = "a", since: datetime = LONG_AGO) -> None:
        """Report as the process of the stages does."""
        self.stages.write_status(text)
        registry = CollectorRegistry()
        Counter("wirewatch_feed_polls", "Polls.", registry=registry).inc(3)
        self.stages.write_snapshot(take_snapshot((revision, since), registry))

    def wrong(self) -> list[str]:
        """Return what is wrong, in English."""
        return [in_english(reason) for reason in self.reports.ill()]

    def up(self) -> dict[str, float]:
        """Return ``wirewatch_process_up`` by slot."""
        return metric(self.reports.metrics(), "wirewatch_process_up")


def metric(text: bytes, name: str) -> dict[str, float]:
    """Return the samples of a metric by slot."""
    return {
        sample.labels.get("slot", ""): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
        if sample.name == name
    }


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    running = Scene(Settings(slot="desk", data_dir=tmp_path))
    yield running
    for claim in (running.stages, running.console):
        claim.close()


def test_all_processes_are_healthy_and_measured_while_they_report(scene: Scene) -> None:
    scene.write(report([], AT))
    assert [(p.slot, p.wrong) for p in scene.reports.processes()] == [
        ("desk-1", ()),
        ("desk-2", ()),
    ]
    assert scene.reports.ill() == []
    assert scene.up() == {"desk-1": 1, "desk-2": 1}
    polls = metric(scene.reports.metrics(), "wirewatch_feed_polls_total")
    assert polls["desk-1"] == 3
    assert metric(scene.reports.metrics(), "wirewatch_pages_due") != {}
    without = scene.reports.metrics(with_shared=False)
    assert metric(without, "wirewatch_feed_polls_total") == polls
    assert metric(without, "wirewatch_pages_due") == {}


@pytest.mark.parametrize(
    ("text", "seconds", "wrong"),
    [
        (report([], AT), 16, "desk-1: It has not reported for 16 s."),
        (starting_report(AT), 16, "desk-1: It has not reported for 16 s."),
        (
            ended_report(explain_exit(-9), AT),
            0,
            "desk-1: It was ended by SIGKILL and is restarted.",
        ),
    ],
)
def test_a_process_that_is_frozen_dead_or_never_ready_is_ill_and_not_measured(
    scene: Scene, text: str, seconds: int, wrong: str
) -> None:
    scene.write(text)
    scene.now += timedelta(seconds=seconds)
    assert scene.wrong() == [wrong]
    assert scene.up() == {"desk-1": 0, "desk-2": 1}
    healthy = metric(scene.reports.metrics(), "wirewatch_process_healthy")
    assert healthy == {"desk-1": 0, "desk-2": 1}
    assert "desk-1" not in metric(scene.reports.metrics(), "wirewatch_feed_polls_total")


def test_a_process_that_is_just_starting_is_not_shown_yet(scene: Scene) -> None:
    scene.stages.write_status(starting_report(AT))
    assert [process.slot for process in scene.reports.processes()] == ["desk-2"]
    assert scene.up() == {"desk-2": 1}


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"families": [1]}', b"\xff", b"7"])
def test_a_damaged_snapshot_makes_its_process_ill_and_nothing_fails(
    scene: Scene, raw: bytes
) -> None:
    scene.write(report([], AT))
    scene.stages.write_snapshot(raw)
    assert scene.wrong() == ["desk-1: Its snapshot cannot be read."]
    assert scene.up() == {"desk-1": 0, "desk-2": 1}


def test_a_process_that_keeps_other_operator_files_is_ill(scene: Scene) -> None:
    scene.write(report([], AT), revision="b", since=AT)
    scene.now += RELOAD_PATIENCE
    scene.stages.write_status(report([], scene.now))
    assert scene.reports.ill() == []
    scene.now += timedelta(seconds=1)
    other = "desk-1: It has used other operator files than the console for a minute."
    assert scene.wrong() == [other]


def test_the_own_state_is_newer_than_the_own_report(scene: Scene) -> None:
    scene.console.write_status(report([], LONG_AGO))
    scene.ill = [verbatim("console: away")]
    assert scene.wrong() == ["console: away"]
    assert metric(scene.reports.metrics(), "wirewatch_process_healthy") == {"desk-2": 0}


def test_without_its_slots_the_console_speaks_for_itself_and_says_so(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    [reason] = scene.wrong()
    assert "cannot be used" in reason
    assert scene.up() == {"desk-2": 1}


def test_reasons_name_their_process_where_there_are_several() -> None:
    def process(slot: str, *wrong: Phrase) -> ProcessHealth:
        return ProcessHealth(slot, wrong, AT)

    def merged(*processes: ProcessHealth, known: tuple[Phrase, ...] = ()) -> list[str]:
        return [in_english(reason) for reason in merge_reasons(processes, known)]

    unread = [
        Phrase("health.idle", stage="relay", lasts=timedelta(minutes=2, seconds=n)) for n in (1, 2)
    ]
    away, canary = verbatim("relay: away"), verbatim("no canary" + "." * 200)
    one, two = process("a-1", unread[0], away, canary), process("a-2", unread[1])
    first = in_english(unread[0])
    assert merged(one) == [first, "relay: away", in_english(canary)]
    assert merged(one, two, known=(canary,)) == [first, "a-1: relay: away"]


def test_metrics_of_several_processes_keep_their_values_apart() -> None:
    families = {}
    for number, slot in enumerate(("a-1", "a-2"), 1):
        registry = CollectorRegistry()
        Counter("polls", "Polls.", ["outcome"], registry=registry).labels("ok").inc(number)
        Histogram("seconds", "Time.", buckets=(1, 2), registry=registry).observe(number)
        Gauge("wirewatch_feeds", "Feeds.", ["state"], registry=registry).labels("ok").set(number)
        snapshot = parse_snapshot(take_snapshot(("r", AT), registry))
        assert (snapshot.revision, snapshot.since) == ("r", AT)
        families[slot] = snapshot.families
    up = {"a-1": True, "a-2": True}
    lines = merge_metrics(families, "a-2", up, up).decode().splitlines()
    assert 'polls_total{outcome="ok",slot="a-1"} 1.0' in lines
    assert 'polls_total{outcome="ok",slot="a-2"} 2.0' in lines
    assert 'seconds_bucket{le="1.0",slot="a-1"} 1.0' in lines
    assert 'seconds_bucket{le="1.0",slot="a-2"} 0.0' in lines
    assert [line for line in lines if line.startswith("wirewatch_feeds")] == [
        'wirewatch_feeds{state="ok"} 2.0'
    ]
    assert len([line for line in lines if line.startswith("# TYPE polls_total")]) == 1
