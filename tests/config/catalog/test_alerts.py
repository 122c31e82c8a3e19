from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from config.catalog.load import load_catalog
from config.catalog.models import AlertsDefinition, Catalog

if TYPE_CHECKING:
    from tests.config.conftest import Load

ONE_VARIABLE = {
    "alerts.yaml": """\
    receivers: [{id: a, kind: feed, url: "${URL}"}]
    routes: [{receivers: [a]}]
    """
}
TOPIC = {"topics/n.yaml": "{id: nato-membership, query: NATO}"}


def alerts_of(catalog: Catalog | None) -> AlertsDefinition:
    assert catalog is not None
    return catalog.alerts


def test_without_the_file_everything_goes_to_the_console(load: Load) -> None:
    catalog, faults = load({})
    assert faults == []
    assert alerts_of(catalog) == AlertsDefinition()


def test_receivers_keep_their_options_as_texts_with_their_positions(load: Load) -> None:
    catalog, faults = load(
        {
            **TOPIC,
            "alerts.yaml": """\
            console_url: https://alerts.example.org
            receivers:
              - id: desk
                kind: webhook
                url: ${DESK_WEBHOOK}
                headers: {X-Desk: "${TEAM}/1", X-Plain: yes}
                ports: [587, "25", true, 1.5, ~]
            routes:
              - match: {topic: nato-*, severity: urgent}
                receivers: [desk, desk]
              - receivers: [console]
            """,
        },
        {"DESK_WEBHOOK": "https://hooks.example.org/s3cret", "TEAM": "north"},
    )
    assert faults == []
    alerts = alerts_of(catalog)
    assert alerts.console_url == "https://alerts.example.org"
    (desk,) = alerts.receivers
    assert (desk.id, desk.kind) == ("desk", "webhook")
    assert desk.options == {
        "url": "https://hooks.example.org/s3cret",
        "headers": {"X-Desk": "north/1", "X-Plain": "yes"},
        "ports": ("587", "25", "true", "1.5", ""),
    }
    assert (desk.positions["url"].line, desk.positions["url"].column) == (5, 10)
    first, default = alerts.routes
    assert first.match == {"topic": "nato-*", "severity": "urgent"}
    assert first.receivers == ("desk",)
    assert (default.match, default.receivers) == ({}, ("console",))


def test_all_faults_of_receivers_and_routes_are_found_at_once(load: Load) -> None:
    catalog, faults = load(
        {
            **TOPIC,
            "alerts.yaml": """\
            console_url: localhost
            receivers:
              - {id: console, kind: console}
              - id: desk
                kind: webhook
                url: ${DESK_URL}
              - {id: desk, kind: email, x: "${a b}"}
            routes:
              - match: {topc: a}
                receivers: [deks]
              - receivers: []
              - match: {severity: urgent}
                receivers: [console]
            """,
        }
    )
    assert catalog is None
    errors = [(f.line, f.code) for f in faults if f.is_error]
    assert errors == [
        (1, "E221"),
        (3, "E221"),
        (6, "E222"),
        (7, "E009"),
        (7, "E222"),
        (9, "E211"),
        (10, "E010"),
        (11, "E212"),
        (12, "E214"),
    ]
    assert "`desk`" in next(f for f in faults if f.code == "E010").mend


@pytest.mark.parametrize("match", ["", "match: {}"])
def test_a_default_route_before_the_last_is_a_warning(load: Load, match: str) -> None:
    early = f"{match}, " if match else ""
    catalog, faults = load(
        {"alerts.yaml": f"routes: [{{{early}receivers: [console]}}, {{receivers: [console]}}]"}
    )
    assert catalog is not None
    assert [f.code for f in faults] == ["W231"]


def test_a_route_that_matches_nothing_and_an_unused_receiver_are_warnings(load: Load) -> None:
    catalog, faults = load(
        {
            **TOPIC,
            "alerts.yaml": """\
            receivers: [{id: spare, kind: ntfy}]
            routes:
              - match: {topic: natto-*, outlet: heral?, country: FR, severity: hi*}
                receivers: [console]
              - receivers: [console]
            """,
        }
    )
    assert catalog is not None
    assert [(f.line, f.code) for f in faults] == [(1, "W232"), (3, "W110"), (3, "W110")]
    assert "country" in faults[2].message


@pytest.mark.parametrize(
    "text",
    ["[]", "receivers: {}", "routes: [a]", "routes: [{receivers: desk}]",
     "receivers: [{kind: feed}]",
     "routes: [{match: [a], receivers: [console]}]", "receivers: [{id: a}]"],
)  # fmt: skip
def test_values_of_another_shape_are_faults(load: Load, text: str) -> None:
    catalog, faults = load({"alerts.yaml": text})
    assert catalog is None
    assert all(f.line == 1 for f in faults)


def receiver_url(load: Load, environ: dict[str, str]) -> str:
    catalog, faults = load(
        ONE_VARIABLE,
        environ,
    )
    assert faults == []
    return str(alerts_of(catalog).receivers[0].options["url"])


def test_a_variable_is_read_from_the_environment_then_its_file_then_dotenv(
    load: Load, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("from the file\n")
    (tmp_path / ".env").write_text("URL='from dotenv'\n")
    named = {"URL_FILE": str(tmp_path / "secret")}
    assert receiver_url(load, {"URL": "from the environment", **named}) == "from the environment"
    assert receiver_url(load, named) == "from the file"
    assert receiver_url(load, {"URL": "", **named}) == "from the file"
    assert receiver_url(load, {}) == "from dotenv"
    (tmp_path / ".env").write_text(f"URL_FILE={tmp_path / 'secret'}\n")
    assert receiver_url(load, {}) == "from the file"


def test_a_value_that_looks_like_yaml_or_a_variable_is_not_changed(load: Load) -> None:
    assert receiver_url(load, {"URL": "${OTHER}: [1, #x"}) == "${OTHER}: [1, #x"
    assert receiver_url(load, {"URL": "123"}) == "123"


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe"])
def test_a_file_of_a_variable_that_cannot_be_used_is_a_fault(
    load: Load, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    catalog, faults = load(
        ONE_VARIABLE,
        {"URL_FILE": str(tmp_path / "secret")},
    )
    assert catalog is None
    assert [f.code for f in faults] == ["E222"]
    assert "URL_FILE" in faults[0].message


def test_a_bad_value_from_a_variable_is_not_shown(load: Load) -> None:
    catalog, faults = load({"alerts.yaml": "console_url: ${WHERE}"}, {"WHERE": "hunter2-token"})
    assert catalog is None
    assert "hunter2" not in str(faults[0])
    assert "${WHERE}" in faults[0].message


def test_a_missing_folder_is_one_fault(tmp_path: Path) -> None:
    catalog, faults = load_catalog(tmp_path / "gone", {})
    assert catalog is None
    assert [(f.code, f.line) for f in faults] == [("E201", 1)]
    assert "WIREWATCH_CONFIG_DIR" in faults[0].mend


def test_a_missing_sources_file_is_one_fault(tmp_path: Path) -> None:
    _, faults = load_catalog(tmp_path, {})
    assert [(f.file, f.code) for f in faults] == [(f"{tmp_path}/sources.yaml", "E201")]


# --- when: group wait, cap, quiet hours, silences --------------------------------------------
