"""``topics list``, and what commands for topics say where there is nothing to read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.cli_installation import CliInstallation

TOPIC = """\
id: floods
title: Floods on the coast
languages: [de, en]
query: Sturmflut OR flood
alert: {severity: urgent}
tests:
  - {name: storm, language: de, title: Sturmflut an der Küste, match: true}
"""


def test_topics_are_listed_with_what_they_are(own_installation: CliInstallation) -> None:
    own_installation.write("topics/floods.yaml", TOPIC)
    rows = {r["id"]: r for r in json.loads(own_installation.invoke("topics", "list", "--json"))}
    floods = rows["floods"]
    assert (floods["title"], floods["state"], floods["severity"]) == (
        "Floods on the coast", "live", "urgent",
    )  # fmt: skip
    assert (floods["languages"], floods["rules"], floods["tests"]) == (["de", "en"], 1, 1)
    assert "Floods on the coast" in own_installation.invoke("topics", "list")


def test_a_file_that_cannot_be_used_is_named_beside_the_other_topics(
    own_installation: CliInstallation,
) -> None:
    own_installation.write("topics/floods.yaml", TOPIC)
    own_installation.write("topics/broken.yaml", "id: broken\nrules: [\n")
    done = own_installation.execute("topics", "list", "--json")
    assert done.code == 1
    assert "floods" in {row["id"] for row in json.loads(done.out)}
    assert "broken.yaml" in done.err


@pytest.mark.parametrize(
    "command", [("list",), ("lint",), ("test",), ("lint", "floods"), ("test", "floods")]
)
def test_a_mistyped_configuration_folder_is_no_success(
    command: tuple[str, ...], own_installation: CliInstallation, tmp_path: Path
) -> None:
    own_installation.environment["WIREWATCH_CONFIG_DIR"] = str(tmp_path / "confg")
    done = own_installation.execute("topics", *command)
    assert done.code == 1
    assert "E201" in done.out + done.err


def test_receivers_of_a_mistyped_configuration_folder_are_no_empty_list(
    own_installation: CliInstallation, tmp_path: Path
) -> None:
    own_installation.environment["WIREWATCH_CONFIG_DIR"] = str(tmp_path / "confg")
    done = own_installation.execute("receivers", "list")
    assert done.code == 1
    assert "E201" in done.out + done.err


def test_a_folder_that_holds_no_configuration_is_no_success(
    own_installation: CliInstallation, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    own_installation.environment["WIREWATCH_CONFIG_DIR"] = str(tmp_path / "elsewhere")
    done = own_installation.execute("topics", "test")
    assert done.code == 1
    assert "sources.yaml" in done.out + done.err
