from __future__ import annotations

import json

import pytest

from tests.support.cli_installation import CliInstallation

EXPLAIN = ("topics", "explain", "nato-membership", "-", "--json")
MATCH = b'\xef\xbb\xbf{"language": "de", "title": "Nato-Beitritt \\ud800", "text": "So."}'


def test_explain_exits_with_0_either_way(installation: CliInstallation) -> None:
    explanation = json.loads(installation.invoke(*EXPLAIN, stdin=MATCH))
    assert (explanation["match"], explanation["score"], explanation["threshold"]) == (True, 30, 30)
    (rule,) = explanation["rules"]
    assert rule.items() >= {"id": "direct", "weight": 30, "fired": True, "points": 30}.items()
    assert rule["places"] == {"title": 1, "lead": 0, "text": 0}
    assert explanation.keys() >= {"topic", "evidence", "gates"}
    assert json.loads(installation.invoke(*EXPLAIN, stdin=b'{"title": "Wetter"}'))["match"] is False


TOPIC = """\
id: rail
threshold: 20
rules:
  - {id: strike, weight: 30, query: Bahn NEAR/S Streik}
  - {id: sport, weight: -20, query: Fußball}
"""


def test_explain_says_what_rules_lacked_also_where_the_topic_matches_and_marks_the_words(
    own_installation: CliInstallation,
) -> None:
    own_installation.write("topics/rail.yaml", TOPIC)
    article = {"language": "de", "title": "Streik bei der Bahn endet", "lead": "Bahn: kein Streik."}
    source = json.dumps(article).encode()
    shown = own_installation.invoke("topics", "explain", "rail", "-", stdin=source)
    assert shown.splitlines()[3:] == [
        "    +30  strike",
        "      –  sport did not fire (weight -20)",
        "         `Fußball` does not occur.",
        "  strike, title: [Streik] bei der [Bahn] endet",
        "  strike, lead: [Bahn]: kein [Streik].",
    ]


def test_explain_refuses_what_is_no_article_or_no_topic(installation: CliInstallation) -> None:
    installation.invoke(*EXPLAIN, stdin=b'{"a":' + b"[" * 100_000, code=2)
    done = installation.execute("topics", "explain", "nope", "page.html")
    assert done.code == 2
    assert "There is no topic 'nope'. Topics: nato-membership." in done.err


@pytest.mark.processes
def test_explain_reads_stdin_as_a_process(installation: CliInstallation) -> None:
    out = installation.run_executable(
        *EXPLAIN, stdin='{"language": "de", "title": "Nato-Beitritt"}'
    )
    assert json.loads(out)["match"] is True
