from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from config.catalog.load import RawFile, assemble
from config.catalog.variables import Variables
from config.errors import ArticleFileError
from core.text import clean_line
from tests.support.cli_installation import CliInstallation
from wirewatch.topic_tools import files
from wirewatch.topic_tools.headlines import parse_labelled, unjudged_line

LABELLED = """\
\ufeff# what the topic must find, and what it must not
+ Nato-Beitritt: Schweden unterschreibt

- Nato-Beitritt im Film
+de: Schweden im Bündnis\tDer Antrag auf den Nato-Beitritt liegt vor.
- en: NATO watch straps on sale || They have nothing to do with a Nato-Beitritt.
+ Weg in das Bündnis ist frei
{"title": "Nato-Beitritt", "language": "de", "expected": true}
{"title": "Wetter", "text": "Es regnet.", "expected": "-"}
"""

TOPIC = """\
id: draft-nato
threshold: 30
languages: [de]
rules:
  - {id: direct, weight: 30, query: '"Nato Beitritt"'}
  - {id: never, weight: 30, query: Osterweiterung}
"""


ROW = """\
id: row
terms: {who: Koalition, falls: zerbrechen}
query: $who NEAR/S $falls
"""
ROW_LINES = """\
+ de: Heftiger Krach: Koalition rechnet beim Etat
+ de: In der Koalition am Abend Krach wegen Zeitung
- de: Etat ist fertig
- de: Die Koalition rechnet mit Regen
- de: Krach in der Oper, wegen Abend
"""


def try_lines(installation: CliInstallation, topic: str, lines: str, *args: str) -> str:
    source = ("topics", "try", topic, "-", *args)
    return installation.invoke(*source, stdin=lines.encode())


def test_try_reports_precision_recall_and_the_words_that_did_it(
    own_installation: CliInstallation, tmp_path: Path
) -> None:
    path = tmp_path / "elsewhere.yaml"
    path.write_text(TOPIC, encoding="utf-8")
    trial = json.loads(try_lines(own_installation, str(path), LABELLED, "--json"))
    assert (trial["topic"], trial["articles"], trial["expected"]) == ("draft-nato", 7, 4)
    assert (trial["precision"], trial["recall"], trial["f1"]) == (0.75, 0.75, 0.75)
    assert [(row["line"], row["score"]) for row in trial["missed"]] == [(7, 0)]
    assert trial["missed"][0]["lacks"] == [
        {"rule": "direct", "why": '`"nato beitritt"` does not occur.'},
        {"rule": "never", "why": "`Osterweiterung` does not occur."},
    ]
    assert [row["title"] for row in trial["false"]] == ["Nato-Beitritt im Film"]
    assert trial["false"][0]["lacks"] == []
    assert trial["words"] == [{"word": "nato-beitritt", "hits": 4, "wrong": 1}]
    assert trial["never_fired"] == ["never"]

    assert trial["remedies"] == [["bündnis", "frei"]], "words of four letters"
    shown = try_lines(own_installation, str(path), LABELLED)
    assert "would catch it: bündnis | frei" in shown
    assert "3 of 4 found, 1 false alarms. Precision 0.75, recall 0.75, F1 0.75." in shown
    assert "Weg in das Bündnis ist frei" in shown
    assert "never: `Osterweiterung` does not occur." in shown
    assert "Rules that never fired: never." in shown


ARMY = """\
id: army
threshold: 20
rules:
  - {id: army, weight: 30, query: Bundeswehr}
  - {id: past, weight: -100, query: 'title:(Hitler OR Museum)'}
  - {id: sport, weight: -10, query: 'title:Fußball'}
"""
ARMY_LINES = """\
+ de: Bundeswehr: Hitlergrüße in der Kaserne
+ de: Bundeswehr kauft Panzer
+ de: Truppe im Museum
- de: Bundeswehr eröffnet Museum
"""


def test_a_negative_rule_that_costs_a_wanted_article_is_named(
    own_installation: CliInstallation,
) -> None:
    own_installation.write("topics/army.yaml", ARMY)
    trial = json.loads(try_lines(own_installation, "army", ARMY_LINES, "--json"))
    outweighed = [row["outweighed_by"] for row in trial["missed"]]
    assert outweighed == [{"past": ["hitlergrüsse"]}, {}]
    assert trial["remedies"][0] == [], "no word would help"
    assert trial["remedies"][1]
    assert [row["lacks"] == [] for row in trial["missed"]] == [True, False]
    named = "      would match without the negative rule past: hitlergrüsse\n"
    assert named in try_lines(own_installation, "army", ARMY_LINES)
    source = ("topics", "suggest", "army", "--file", "-", "--articles", "/dev/null")
    assert named in own_installation.invoke(*source, stdin=ARMY_LINES.encode())


def test_try_puts_pairs_with_a_term_of_the_topic_first(own_installation: CliInstallation) -> None:
    own_installation.write("vocabulary/v.yaml", "- {id: money, forms: {de: Haushalt OR Etat}}\n")
    own_installation.write("topics/row.yaml", ROW)
    trial = json.loads(try_lines(own_installation, "row", ROW_LINES, "--json"))
    assert trial["remedies"] == [
        ["krach NEAR/S $who", "$money NEAR/S $who"],
        ["krach NEAR/S $who"],
    ], "words that only one headline has are left out where something else would catch it"


def test_try_joins_headline_and_teaser_where_no_sentence_has_both(
    own_installation: CliInstallation,
) -> None:
    own_installation.write("vocabulary/v.yaml", "- {id: money, forms: {de: Haushalt OR Etat}}\n")
    own_installation.write("topics/row.yaml", ROW)
    lines = "+ de: Die Koalition rechnet || Im Etat fehlt Geld.\n- de: Regen am Abend\n"
    trial = json.loads(try_lines(own_installation, "row", lines, "--json"))
    assert trial["remedies"][0][0] == "$money NEAR/H $who"


def test_try_says_why_a_gate_stopped_an_article(
    own_installation: CliInstallation, tmp_path: Path
) -> None:
    path = tmp_path / "elsewhere.yaml"
    path.write_text(TOPIC, encoding="utf-8")
    trial = json.loads(try_lines(own_installation, str(path), "+ en: Nato-Beitritt", "--json"))
    assert (trial["precision"], trial["recall"], trial["f1"]) == (0.0, 0.0, 0.0)
    (missed,) = trial["missed"]
    assert (missed["score"], missed["language"]) == (30, "en")
    assert any("en" in why for why in missed["stopped_by"])
    nothing = json.loads(try_lines(own_installation, str(path), "- Wetter", "--json"))
    assert (nothing["precision"], nothing["recall"], nothing["f1"]) == (1.0, 1.0, 1.0)


def test_lines_that_nobody_has_judged_are_left_out_and_counted(
    own_installation: CliInstallation,
) -> None:
    lines = "+ de: Nato-Beitritt kommt\n? de: Regen || Nato-Beitritt\n ? Schnee\n"
    trial = json.loads(try_lines(own_installation, "nato-membership", lines, "--json"))
    assert (trial["articles"], trial["f1"], trial["unjudged"]) == (1, 1.0, 2)
    shown = try_lines(own_installation, "nato-membership", lines)
    assert "Not judged (?), and left out: 2 lines." in shown


@pytest.mark.parametrize(
    ("title", "lead", "language"),
    [
        ("Regen in Kiew", "", "de"),
        ("Kiew || Moskau", "Es regnet\tseit gestern.\nNoch immer.", "de"),
        ("Rain", "It rains || still.", ""),
    ],
)
def test_an_article_written_as_a_line_to_label_is_read_as_it_was(
    title: str, lead: str, language: str
) -> None:
    line = unjudged_line(title, lead, language).replace("?", "+", 1)
    [labelled] = parse_labelled(line.encode(), "-", ("de", "en"))
    assert labelled.article.title == title.replace("||", "|")
    assert labelled.article.lead == clean_line(lead).replace("||", "|")
    assert (labelled.language or "") == language


def test_try_refuses_what_it_cannot_use(own_installation: CliInstallation, tmp_path: Path) -> None:
    failures = []
    for lines, message in (
        (b"Nato-Beitritt", "-, line 1: it does not begin with +, - or ?."),
        (b"+ a\n+  ", "line 2: there is no headline after the sign."),
        (b"+ a\n{]", "line 2: it is not JSON"),
        (b'{"title": "a"}', 'line 1: it has no "expected".'),
        (b'{"title": "a", "expected": "maybe"}', '"expected" is not true or false'),
        (b'{"title": 7, "expected": true}', "line 1: This is no article"),
        (b"+ a\n+ \xff", "line 2: it is not UTF-8."),
        (b"\n# nothing", "there is no labelled headline"),
    ):
        with pytest.raises(ArticleFileError) as refused:
            parse_labelled(lines, "-", ("de", "en"))
        if message not in refused.value.message:
            failures.append((lines, refused.value.message))
    wrong = own_installation.execute("topics", "try", "nato-membership", "-", stdin=b"Nato")
    assert (wrong.code, "Write `+ headline`" in wrong.err) == (1, True)
    missing = own_installation.execute("topics", "try", "nato-membership", "nowhere.txt")
    unknown = own_installation.execute("topics", "try", "nope", "-", stdin=b"+ a")
    no_file = own_installation.execute("topics", "try", "./nope.yaml", "-", stdin=b"+ a")
    assert (missing.code, unknown.code, no_file.code) == (2, 2, 2)
    broken = tmp_path / "broken.yaml"
    broken.write_text("id: broken\nquery: nato gas\n", encoding="utf-8")
    done = own_installation.execute("topics", "try", str(broken), "-", stdin=b"+ a")
    assert (done.code, "E002" in done.err) == (1, True)
    assert not failures


def test_try_parses_only_files_that_may_have_the_topic(
    own_installation: CliInstallation, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_installation.write("topics/row.yaml", ROW)
    own_installation.write("topics/other.yaml", "id: other\nquery: Regen\n")
    parsed: list[str] = []

    def assemble_and_note(raw: list[RawFile], variables: Variables) -> Any:
        parsed.extend(file.path.name for file in raw if file.kind == "topic")
        return assemble(raw, variables)

    monkeypatch.setattr(files, "assemble", assemble_and_note)
    assert "2 found" in try_lines(own_installation, "row", "+ de: Regen\n+ de: Koalition zerbricht")
    assert parsed == ["row.yaml"]
    unknown = own_installation.execute("topics", "try", "nope", "-", stdin=b"+ a")
    assert "other, row" in unknown.err


def test_try_can_fail_a_build(own_installation: CliInstallation) -> None:
    args = ("topics", "try", "nato-membership", "-", "--fail-under", "0.9")
    assert own_installation.execute(*args, stdin=b"+ Nato-Beitritt").code == 0
    assert own_installation.execute(*args, stdin=b"+ Wetter").code == 1


def test_explain_lint_and_test_accept_the_path_of_a_topic(
    own_installation: CliInstallation, tmp_path: Path
) -> None:
    path = tmp_path / "elsewhere.yaml"
    path.write_text(TOPIC, encoding="utf-8")
    args = ("topics", "explain", str(path), "-", "--json")
    article = b'{"language": "de", "title": "Osterweiterung"}'
    explanation = json.loads(own_installation.invoke(*args, stdin=article))
    assert (explanation["topic"], explanation["match"]) == ("draft-nato", True)
    assert "W107" in own_installation.invoke("topics", "lint", str(path))
    assert "0 passed, 0 failed." in own_installation.invoke("topics", "test", str(path))


@pytest.mark.slow
def test_new_topics_pass_every_check_and_overwrite_nothing(
    own_installation: CliInstallation,
) -> None:
    for topic in ("2024-eu-wahl", "and-or"):
        own_installation.invoke("topics", "new", topic)
        lint = json.loads(own_installation.invoke("topics", "lint", topic, "--json"))
        assert lint == []
        assert "2 passed, 0 failed." in own_installation.invoke("topics", "test", topic)
    vocabulary = """\
- {id: strike, forms: {de: Streik, en: strike}}
- {id: government, forms: {de: Regierung, en: government}}
- {id: actor, forms: {de: $government OR entity:afd, en: $government}}
- {id: wide, forms: {de: Druck OR fordern OR Forderung, en: pressure}}
- {id: demand, forms: {de: fordern OR Forderung OR verlangen OR Appell, en: demand}}
- {id: ban, forms: {de: Verbot OR verbieten, en: ban}}
- {id: retirement, forms: {de: Rente, en: pension}}
- {id: party, forms: {de: entity:afd OR Partei, en: entity:afd OR party}}
- {id: america, forms: {de: entity:usa OR entity:trump, en: entity:usa OR entity:trump}}
"""
    own_installation.write("vocabulary/v.yaml", vocabulary)
    own_installation.write("vocabulary/one_topic.yaml", "- {id: other, forms: {en: strike}}\n")
    entities = "- {id: usa, name: United States, aliases: [USA]}\n- {id: trump, name: Trump}\n"
    entities += "- {id: afd, name: AfD}\n"
    own_installation.write("entities/more.yaml", entities)
    for topic, words, wanted in (
        ("strike-in-usa", (), ("$strike", "$america", "($parties OR $actor)")),
        (
            "two-things",
            ("Warnstreik, walkout", "Bahn, Trump"),
            ("$strike OR walkout OR Warnstreik", "entity:trump", "# Warnstreik = $strike\n"),
        ),
        (
            "one-party",
            ("Warnstreik, mass walkout, Streik", "AfD, eastern USA"),
            (
                '$strike OR "mass walkout" OR Warnstreik OR Streik',
                'entity:afd OR "eastern USA"',
                "#      words that say all of it\n",
                "($parties OR $actor)",
            ),
        ),
        ("both", ("Bahn, Bus", "Bahn, Flug"), ("    Bahn OR Bus\n", "    Flug\n")),
        (
            "retirement-ban",
            ("Rente, Betriebsrente", "Forderung, Verbot, Rentenverbot, Rentenalter"),
            (
                "    $retirement OR Rente OR Betriebsrente\n",
                "# Forderung = $demand, Verbot = $ban, Rentenverbot = $ban\n",
                "    $demand OR $ban OR Rentenalter OR Forderung OR Verbot OR Rentenverbot\n",
                "#      Rentenverbot OR Rentenalter\n",
                "#    query: $subject NEAR/H $beside\n",
                "#    query: (word OR verb) NEAR/S $actor\n",
            ),
        ),
        ("government", ("Regierung, Amt", "AfD"), ("#  - id: headline",)),
        (
            "lines",
            ("Bahn", '"Bus \n stop"', "Streik"),
            ('"Bus stop"', "ALL/S($subject, $beside, $third)", "($beside NEAR/S $third)"),
        ),
    ):
        own_installation.invoke("topics", "new", topic, *words)
        assert json.loads(own_installation.invoke("topics", "lint", topic, "--json")) == []
        assert "2 passed, 0 failed." in own_installation.invoke("topics", "test", topic)
        text = (own_installation.config / "topics" / f"{topic}.yaml").read_text(encoding="utf-8")
        assert [part for part in wanted if part not in text] == []
    many = [f"word{n}" for n in range(7)]
    assert own_installation.execute("topics", "new", "many", *many).code == 2
    assert own_installation.execute("topics", "new", "none", ",", '"').code == 2
    out = own_installation.invoke("topics", "new", "ad", "--title", 'A "b": c', "--query", "$nix")
    assert "E007" in out
    assert "wirewatch topics try ad FILE" in out
    text = (own_installation.config / "topics" / "ad.yaml").read_text(encoding="utf-8")
    assert 'title: "A \\"b\\": c"' in text
    assert own_installation.execute("topics", "new", "and-or").code == 2
    assert own_installation.execute("topics", "new", "../evil").code == 2
    assert own_installation.execute("topics", "new", "two", "--query", "a b").code == 2
    assert not (own_installation.config / "topics" / "two.yaml").exists()
