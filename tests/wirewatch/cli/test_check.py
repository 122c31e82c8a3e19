from __future__ import annotations

import json
from pathlib import Path

from tests.support.cli_installation import CliInstallation


def test_check_lint_and_test_report_faults_alike(own_installation: CliInstallation) -> None:
    own_installation.write("topics/bad.yaml", "id: bad\ntitle: Bad\nquery: '(a'\n")
    own_installation.write(
        "topics/weak.yaml",
        "id: weak\ntitle: Weak\nquery: Haus\ntests:\n"
        "  - {name: a house, title: Haus, match: false}\n",
    )
    for command in (("check",), ("topics", "lint", "bad")):
        faults = json.loads(own_installation.invoke(*command, "--json", code=1))
        [fault] = [f for f in faults if f["code"].startswith("E")]
        assert fault.keys() == {"file", "line", "column", "code", "message", "mend"}
        assert (Path(fault["file"]).name, fault["line"]) == ("bad.yaml", 3)
    [failed] = json.loads(own_installation.invoke("topics", "test", "weak", "--json", code=1))
    assert (Path(failed["file"]).name, failed["line"]) == ("weak.yaml", 5)


def test_warnings_alone_exit_with_0(installation: CliInstallation) -> None:
    faults = json.loads(installation.invoke("check", "--json"))
    assert {f["code"][0] for f in faults} == {"W"}
    out = installation.invoke("check")
    assert out.splitlines()[-1] == f"0 error(s), {len(faults)} warning(s)."
