from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from core.store import Store, deliveries
from tests.support.cli_installation import CliInstallation

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_check_lint_and_test_report_faults_alike(own_installation: CliInstallation) -> None:
    own_installation.write("topics/bad.yaml", "id: bad\ntitle: Bad\nquery: '(a'\n")
    own_installation.write(
        "topics/weak.yaml",
        "id: weak\ntitle: Weak\nquery: Haus\ntests:\n"
        "  - {name: a house, title: Haus, match: false}\n",
    )
    for command in (("check",), ("topics", "lint", "bad")):
        faults = json.loads(own_installation.invoke(*command, "--json", code=1))
        errors = [f for f in faults if f["code"].startswith("E")]
        [fault] = [f for f in errors if Path(f["file"]).name == "bad.yaml"]
        failed = [f for f in errors if f["code"] == "E020"]
        assert len(failed) == (command == ("check",))
        assert fault.keys() == {"file", "line", "column", "code", "message", "mend"}
        assert (Path(fault["file"]).name, fault["line"]) == ("bad.yaml", 3)
    [result] = json.loads(own_installation.invoke("topics", "test", "weak", "--json", code=1))
    assert (Path(result["file"]).name, result["line"]) == ("weak.yaml", 5)


def test_warnings_alone_exit_with_0(installation: CliInstallation) -> None:
    faults = json.loads(installation.invoke("check", "--json"))
    assert [f["code"] for f in faults] == ["W107"]
    out = installation.invoke("check")
    last = f"0 errors, 1 warning in {installation.config}."
    assert out.splitlines()[-1] == last


def test_deliveries_that_wait_for_a_receiver_that_is_gone_are_a_warning(
    own_installation: CliInstallation,
) -> None:
    note = deliveries.Notification("n" * 32, "a" * 32, "desk", "new_story", 0, "{}", NOON)
    store = Store.open(f"sqlite:///{own_installation.data}/store.db")
    with store.write() as connection:
        deliveries.add_notification(connection, note, ["host"], due=NOON)
    store.close()

    def stranded(alerts: str) -> list[str]:
        own_installation.write("alerts.yaml", alerts)
        faults = json.loads(own_installation.invoke("check", "--json"))
        return [f["message"] for f in faults if f["code"] == "W234"]

    hook = "kind: webhook, url: 'http://127.0.0.1:1/'"
    routes = "routes:\n  - receivers: [desk2]\n"
    assert stranded(f"receivers:\n  - {{id: desk2, {hook}}}\n{routes}") == [
        "Deliveries to the receiver 'desk', which is gone: 1 waiting."
    ]
    assert stranded(f"receivers:\n  - {{id: desk2, was: desk, {hook}}}\n{routes}") == []


def test_a_receiver_that_inherits_nothing_is_a_warning(own_installation: CliInstallation) -> None:
    hook = "kind: webhook, url: 'http://127.0.0.1:1/'"
    own_installation.write(
        "alerts.yaml",
        f"receivers:\n  - {{id: a, was: gone, {hook}}}\n  - {{id: b, was: gone, {hook}}}\n"
        f"  - {{id: c, was: a, {hook}, max_per_minute: 30}}\nroutes:\n  - receivers: [a, b, c]\n",
    )
    faults = json.loads(own_installation.invoke("check", "--json"))
    assert [(f["code"], f["line"]) for f in faults if f["code"] == "W233"] == [
        ("W233", 3),
        ("W233", 4),
    ]


def test_a_limit_is_a_whole_number_above_zero(own_installation: CliInstallation) -> None:
    hook = "kind: webhook, url: 'http://127.0.0.1:1/'"
    own_installation.write(
        "alerts.yaml",
        f"receivers:\n  - {{id: a, {hook}, max_per_minute: 0}}\nroutes:\n  - receivers: [a]\n",
    )
    faults = json.loads(own_installation.invoke("check", "--json", code=1))
    assert [f["line"] for f in faults if f["code"].startswith("E")] == [2]


def canary_faults(installation: CliInstallation, *receivers: str) -> list[str]:
    """Return the codes of faults about canaries; each receiver is its keys besides the id."""
    lines = [f"  - {{id: r{n}, canary: true, {keys}}}\n" for n, keys in enumerate(receivers)]
    names = ", ".join(f"r{n}" for n in range(len(receivers)))
    text = f"receivers:\n{''.join(lines)}routes:\n  - receivers: [{names}]\n"
    installation.write("alerts.yaml", text)
    found = json.loads(installation.execute("check", "--json").out)
    return [f["code"] for f in found if f["code"] in ("R010", "W236", "E221")]


def test_a_canary_needs_a_receiver_that_sends_and_another_one_that_reports(
    own_installation: CliInstallation,
) -> None:
    hook = "kind: webhook, url: 'http://127.0.0.1:1/'"
    assert canary_faults(own_installation, hook, hook) == []
    assert canary_faults(own_installation, hook) == ["W236"]
    assert canary_faults(own_installation, hook, "kind: feed") == ["R010"]
    assert canary_faults(own_installation, hook, "kind: console") == ["R010"]
    own_installation.write_sources(**{"wirewatch-canary": "https://x.example/feed"})
    assert canary_faults(own_installation, hook, hook) == ["E221"]
