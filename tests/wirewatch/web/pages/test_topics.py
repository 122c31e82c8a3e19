"""The topics pages, and the form that tests a topic with an article."""

from __future__ import annotations

import json
import re
from datetime import datetime

import pytest

from config.catalog.last_good import HeldFile
from config.faults import Fault
from tests.support.console import Console, add_story
from tests.support.faultserver import FaultServer, reply
from wirewatch.web.language import preferred_translator

PAGE = """<html lang="de"><head><title>Die Nato tagt in Rom</title></head><body><article>
<h1>Die Nato tagt in Rom</h1>
<p>Die Außenminister der Nato haben am Montag in Rom mit ihren Beratungen über die Lage
begonnen.</p>
<p>Auf der Tagesordnung stehen nach Angaben von Diplomaten die Hilfe für die Ukraine und das
Verhältnis zu den Nachbarn im Süden. Beschlüsse werden erst zum Ende der Woche erwartet.</p>
<p>Die Gastgeberin sagte, die Nato tagt so lange, bis alle Fragen beantwortet sind, und niemand
solle vorher abreisen. Aus mehreren Hauptstädten hieß es, man sei zuversichtlich.</p>
</article></body></html>"""

MATCH = '<span class="badge good">Match</span>'
NO_MATCH = '<span class="badge bad">No match</span>'


def test_a_topic_shows_its_volume_its_precision_and_its_file_with_faults(
    console: Console, now: datetime
) -> None:
    add_story(console.store, "v", now, copies=1)
    path = str(console.settings.config_dir / "topics" / "nato.yaml")
    message = "The term <unused> is not used."
    console.faults.append(
        Fault(file=path, line=6, column=3, code="W201", message=message, mend="Delete it.")
    )
    listed = console.page("/topics")
    assert "1 warning" in listed
    assert 'aria-label="2 matching articles in 30 days"' in listed
    body = console.page("/topics/nato")
    assert body.count("<rect") >= 30
    assert re.search(r'<li class="marked">  unused: =OTAN<div[^>]*>W201 The term &lt;unused', body)
    assert "none judged yet" in body


def test_topics_show_their_owner_and_can_be_listed_by_it(console: Console) -> None:
    listed, owned = console.page("/topics"), console.page("/topics?owner=NEWSDESK+nord")
    link = 'Owner: <a href="/topics?owner=Newsdesk%20Nord"><bdi>Newsdesk Nord</bdi></a>'
    assert [page.count(link) for page in (listed, owned, console.page("/topics/nato"))] == [1] * 3
    assert ("/topics/talks" in listed, "/topics/talks" in owned) == (True, False)
    names = {}
    for owner in ("", "newsdesk Nord", "Ada"):
        rows = json.loads(console.page(f"/api/v1/topics?owner={owner.replace(' ', '+')}"))["topics"]
        names[owner] = [(row["id"], row["owner"]) for row in rows]
    assert names == {
        "": [("nato", "Newsdesk Nord"), ("talks", "")],
        "newsdesk Nord": [("nato", "Newsdesk Nord")],
        "Ada": [],
    }


def test_a_topic_shows_how_its_matches_ended(console: Console, now: datetime) -> None:
    add_story(console.store, "v", now, copies=1)
    add_story(console.store, "w", now, alerted=False)
    body = console.page("/topics/nato")
    rows = body.partition('<h2 id="ends">')[2].partition("</section>")[0]
    cells = re.findall(r'<td class="number"[^>]*>(.*?)</td>', rows)
    assert [re.sub("<[^>]*>", "", cell) for cell in cells] == [
        *("3", "0", "1", "0", "0"),
        "2 no receiver 1, too old 1",
    ]
    listed = console.page("/topics")
    assert 'data-label="Held back in 7 days">0</td>' in listed


def test_a_topic_shows_the_precision_of_its_rules(console: Console, now: datetime) -> None:
    first, _ = (add_story(console.store, name, now) for name in "xy")
    console.submit("/act", [("act", "irrelevant"), ("pick", first), ("reason", "old")])
    rules = console.page("/topics/nato").partition('<h2 id="rules">')[2]
    assert "2 told, 1 judged, 1 irrelevant" in rules


def test_an_error_in_the_newest_files_is_shown_on_every_page(console: Console) -> None:
    console.faults.append(
        Fault(file="x.yaml", line=1, column=1, code="E1", message="Bad.", mend="")
    )
    assert "x.yaml:1:1" in console.page("/topics")
    assert "An operator file has an error" in console.page("/feeds")


def test_tests_that_fail_are_counted_with_their_topic_and_listed_with_those_of_concepts(
    console: Console,
) -> None:
    nato = str(console.settings.config_dir / "topics/nato.yaml")
    for file in (nato, "vocabulary/v.yaml"):
        failed = Fault(file=file, line=2, column=5, code="W111", message="It fails.", mend="Mend.")
        console.faults.append(failed)
    listed = console.page("/topics")
    assert "<summary>2 tests fail</summary>" in listed
    assert "vocabulary/v.yaml:2:5</code> W111 It fails. Mend." in listed
    assert listed.count(">1 test fails</span>") == 1
    page = console.page("/topics/nato")
    assert '<a href="#file"><span class="badge warn">1 test fails</span></a>' in page
    assert "W111 It fails. Mend." in page


def test_the_pages_of_topics_say_what_is_in_force_of_files_with_errors(
    console: Console, now: datetime
) -> None:
    nato, new, shared = (
        str(console.settings.config_dir / name)
        for name in ("topics/nato.yaml", "topics/new.yaml", "vocabulary/v.yaml")
    )
    for file in (nato, new):
        bad = Fault(file=file, line=3, column=9, code="E001", message="<b>Bad.", mend="Mend it.")
        console.faults.append(bad)
    console.held += [
        HeldFile(nato, "topic", now),
        HeldFile(new, "topic", None),
        HeldFile(shared, "vocabulary", now),
    ]
    since = preferred_translator("en").moment(now)
    in_force = f"Its last good version, of {since}, is in force."
    listed = console.page("/topics").partition('aria-label="These errors keep files')[2]
    lines = re.findall(r"<li>(.*?)</li>", listed.partition("</section>")[0])
    assert [re.sub("<[^>]*>", "", line) for line in lines] == [
        f"{nato}:3:9 E001 &lt;b&gt;Bad. Mend it. {in_force} Edit on the workbench",
        (
            f"{new}:3:9 E001 &lt;b&gt;Bad. Mend it. "
            "None of it is in force: it has never been free of errors. Edit on the workbench"
        ),
        f"{shared} An unchanged topic needs the previous version. {in_force}",
    ]
    assert 'href="/topics/new/edit"' in lines[1]
    assert f"Mend it. <strong>{in_force}" in console.page("/topics/nato")
    assert "is in force" not in console.page("/topics/talks").partition("<h1>")[2]


def test_a_text_is_explained_as_the_command_explains_it(empty: Console) -> None:
    empty.language = "en"
    fields = [("source", "Der Rat der Nato tagt heute. Die Nato tagt in Rom."), ("title", "Rom")]
    body = empty.submit("/topics/nato", fields)
    assert f"{MATCH} Score 30, threshold 30" in body
    assert "<mark>Nato tagt</mark>" in body
    assert "&#34;threshold&#34;: 30" in body
    assert re.search(r"Passed</span> <span[^>]*>[^<]*\bGerman\b[^<]*detected", body)


def test_an_article_that_a_gate_rejects_does_not_match(empty: Console) -> None:
    empty.language = "en"
    article = '{"language": "fr", "title": "NATO membership"}'
    body = empty.submit("/topics/nato", [("source", article)])
    assert f"{NO_MATCH} Score 30, threshold 30" in body
    assert re.search(r"Not passed</span> <span[^>]*>[^<]*\bFrench\b", body)


def test_gates_are_explained_in_the_readers_language(empty: Console) -> None:
    fields = [("source", "Der Rat der Nato berät heute in Rom."), ("title", "Rom")]
    empty.language = "en"
    assert "0 is below the threshold of 30." in empty.submit("/topics/nato", fields)
    empty.language = "de"
    assert "0 liegt unter der Schwelle von 30." in empty.submit("/topics/nato", fields)


def test_points_places_and_what_a_rule_lacked_are_shown_in_the_readers_language(
    empty: Console,
) -> None:
    talks = '{"language": "de", "title": "Genf", "text": "Friedensgespräche. Morgen."}'
    shown = {
        "en": ("in 1 sentence of the text", "None of these occurs: `&#34;nato beitritt*&#34;"),
        "de": ("in 1 Satz des Textes", "Nichts davon kommt vor: `&#34;nato beitritt*&#34;"),
    }
    for language, (hits, lack) in shown.items():
        empty.language = language
        body = empty.submit("/topics/talks", [("source", talks)])
        assert hits in body
        assert '<td class="number">40</td><td class="number">20</td>' in body
        assert lack in empty.submit("/topics/nato", [("source", talks)])


def test_what_a_rule_lacked_is_shown_of_a_topic_that_matches_too(empty: Console) -> None:
    empty.language = "en"
    article = '{"language": "de", "title": "Nato-Beitritt"}'
    body = empty.submit("/topics/nato", [("source", article)])
    assert MATCH in body
    unfired = body.partition('<tr class="unfired">')[2].partition("</tr>")[0]
    assert "`Fussball` does not occur." in unfired


def test_what_is_no_article_is_refused_with_an_explanation(empty: Console) -> None:
    empty.language = "en"
    assert '<p class="bad">' in empty.submit("/topics/nato", [])
    assert "is not valid JSON" in empty.submit("/topics/nato", [("source", "{nonsense")])
    body = empty.submit("/topics/nato", [("source", "ftp://example.org/x")])
    assert NO_MATCH in body  # not an address to fetch, so it is a text


@pytest.mark.processes
def test_a_url_is_fetched_and_its_article_tested(console: Console, faults: FaultServer) -> None:
    url = faults.on("/a", reply(PAGE.encode(), content_type="text/html; charset=utf-8"))
    body = console.submit("/topics/nato", [("source", url)])
    assert MATCH in body
    assert "<bdi>Die Nato tagt in Rom</bdi>" in body
    assert MATCH in console.submit("/topics/nato", [("source", PAGE)])


def test_a_url_that_cannot_be_fetched_is_explained(console: Console, faults: FaultServer) -> None:
    body = console.submit("/topics/nato", [("source", faults.on("/gone", reply(b"", 404)))])
    assert "answered with HTTP 404" in body
    console.language = "de"
    body = console.submit("/topics/nato", [("source", faults.on("/gone", reply(b"", 404)))])
    assert "hat mit HTTP 404 geantwortet" in body


def test_no_url_of_the_operators_own_network_is_fetched(
    console: Console, faults: FaultServer
) -> None:
    console.settings.__dict__["http_allow_private"] = False
    url = faults.on("/secret", reply(PAGE.encode(), content_type="text/html"))
    body = console.submit("/topics/nato", [("source", url)])
    assert '<p class="bad">' in body
    assert "Die Nato tagt in Rom" not in body
    assert faults.requests_to("/secret") == []
