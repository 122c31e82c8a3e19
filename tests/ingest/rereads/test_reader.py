"""Pages of told articles are read again, from a real server."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.store import rereads
from core.store.rereads import RereadRecord
from tests.support.newsroom import Answer
from tests.support.postgres import ON_EVERY_DATABASE
from tests.support.scripted_publisher import (
    HTML,
    TEXT,
    Installation,
    ScriptedPublisher,
    html,
    item,
    rss,
)

pytestmark = pytest.mark.slow

TITLE = "Bürgermeister von Altstadt festgenommen"
OTHER = "/kultur/buch-2.html"
PATH = "/politik/wahl-1.html"
GONE = Answer(b"no", 404)


class Desk:
    """An installation whose first article was told, and the pages of its publisher."""

    def __init__(
        self, publisher: ScriptedPublisher, installation: Installation, *first: Answer
    ) -> None:
        self.publisher = publisher
        self.installation = installation
        self.link = publisher.serve(PATH, *(first or (Answer(html(TITLE), headers=HTML),)))
        other = publisher.serve_page(OTHER, "Ein neues Buch über die Uferstraße")
        feed = publisher.serve("/feed.xml", rss(item("1", TITLE, self.link), item("2", "B", other)))
        installation.subscribe(feed)
        installation.run()
        self.article_id = next(a.article_id for a in installation.announced if a.title == TITLE)

    def tell(self) -> None:
        """Schedule the re-reads as alerts does when people are told of the article."""
        now = self.installation.clock()
        due = now + timedelta(minutes=15)
        with self.installation.store.write() as connection:
            rereads.schedule(connection, self.article_id, reason=rereads.TOLD, now=now, due_at=due)

    def row(self) -> RereadRecord | None:
        with self.installation.store.read() as connection:
            return rereads.find(connection, self.article_id)

    def run_after(self, **span: float) -> list[tuple[int, str, bool]]:
        """Run ingest after a time; return what it announced of the article since the first."""
        self.installation.clock.advance(**span)
        self.installation.run()
        return [
            (a.revision, a.title, a.gone)
            for a in self.installation.announced
            if a.article_id == self.article_id and a.revision > 1
        ]

    def requests(self) -> int:
        return len(self.publisher.requests_for(PATH))


@pytest.fixture
def desk(publisher: ScriptedPublisher, installation: Installation) -> Desk:
    desk = Desk(publisher, installation)
    desk.tell()
    return desk


@ON_EVERY_DATABASE
def test_a_changed_page_is_a_new_revision_and_an_unchanged_one_nothing(desk: Desk) -> None:
    assert desk.run_after(minutes=14) == []
    assert desk.requests() == 1
    assert desk.run_after(minutes=2) == []
    assert desk.requests() == 2
    changed = "Korrektur: Bürgermeister von Altstadt nicht festgenommen"
    desk.publisher.serve_page(PATH, changed)
    assert desk.run_after(hours=1) == [(2, changed, False)]
    assert desk.installation.dispositions.of("ingest")["article_revised"] == 1
    desk.run_after(hours=6)
    desk.run_after(hours=24)
    assert (desk.requests(), desk.row()) == (5, None)
    desk.run_after(hours=24)
    assert desk.requests() == 5


def test_two_headlines_that_an_outlet_shows_in_turn_are_one_revision(desk: Desk) -> None:
    other = "Razzia im Rathaus von Altstadt"
    for hours, title in ((0.3, other), (1, TITLE), (6, other), (24, TITLE)):
        desk.publisher.serve_page(PATH, title)
        assert desk.run_after(hours=hours) == [(2, other, False)]
    assert desk.requests() == 5


def test_validators_are_sent_and_a_304_shows_that_nothing_changed(desk: Desk) -> None:
    page = Answer(html(TITLE), headers={**HTML, "ETag": '"v1"'})
    desk.publisher.serve(PATH, page, Answer(b"", 304))
    assert desk.run_after(minutes=16) == []
    assert desk.run_after(hours=1) == []
    first, second = desk.publisher.requests_for(PATH)[1:]
    assert first.headers.get("if-none-match") is None
    assert second.headers.get("if-none-match") == '"v1"'


@ON_EVERY_DATABASE
def test_a_page_that_is_missing_twice_an_hour_apart_has_vanished(desk: Desk) -> None:
    desk.publisher.serve(PATH, GONE)
    assert desk.run_after(minutes=16) == []
    assert desk.run_after(minutes=50) == []
    assert desk.run_after(minutes=10) == [(2, TITLE, True)]
    gone = desk.installation.announced[-1]
    assert (gone.text, gone.origin) == (TEXT, "live")
    assert gone.fetched_at == desk.installation.clock()
    assert desk.installation.dispositions.of("ingest")["page_gone"] == 1
    desk.run_after(hours=6)
    assert len(desk.run_after(hours=24)) == 1
    assert desk.row() is None


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"no", 410),
        Answer(b"", 302, {"Location": "/"}),
        Answer(b"", 301, {"Location": "/politik/"}),
        Answer(html("Seite nicht gefunden"), headers=HTML),
    ],
    ids=["410", "homepage", "section", "soft 404"],
)
def test_other_answers_that_count_as_missing(desk: Desk, answer: Answer) -> None:
    desk.publisher.serve_page("/", "Kurier")
    desk.publisher.serve_page("/politik/", "Politik")
    desk.publisher.serve(PATH, answer)
    desk.run_after(minutes=16)
    assert desk.run_after(hours=1) == [(2, TITLE, True)]


def test_a_page_that_comes_back_in_time_has_not_vanished(desk: Desk) -> None:
    desk.publisher.serve(PATH, GONE, Answer(html(TITLE), headers=HTML))
    desk.run_after(minutes=16)
    assert desk.run_after(hours=1) == []
    row = desk.row()
    assert row is not None
    assert (row.missing_since, row.outcome) == (None, "unchanged")


def test_a_page_that_comes_back_later_is_a_new_revision(desk: Desk) -> None:
    desk.publisher.serve(PATH, GONE, GONE, Answer(html(TITLE), headers=HTML))
    desk.run_after(minutes=16)
    desk.run_after(hours=1)
    assert desk.run_after(hours=6) == [(2, TITLE, True), (3, TITLE, False)]


@pytest.mark.parametrize("answer", [GONE, Answer(b"", 503)], ids=["404", "503"])
def test_no_page_vanishes_while_all_pages_of_the_outlet_fail(desk: Desk, answer: Answer) -> None:
    for path in (PATH, OTHER):
        desk.publisher.serve(path, answer)
    for hours in (0.3, 1, 6, 24):
        assert desk.run_after(hours=hours) == []


def test_an_outlet_without_other_articles_answers_with_its_homepage(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    link = publisher.serve_page(PATH, TITLE)
    desk = Desk(publisher, installation)
    with installation.store.write() as connection:
        connection.exec_driver_sql("UPDATE articles SET outlet = 'bote' WHERE url <> ?", (link,))
    desk.tell()
    publisher.serve_page("/", "Kurier")
    publisher.serve(PATH, GONE)
    desk.run_after(minutes=16)
    assert desk.run_after(hours=1) == [(2, TITLE, True)]


@pytest.mark.parametrize("location", [OTHER, "/login"], ids=["known article", "unknown page"])
def test_a_redirect_to_another_page_changes_nothing(desk: Desk, location: str) -> None:
    desk.publisher.serve_page("/login", "Der Bürgermeister liest mit: bitte anmelden")
    desk.publisher.serve(PATH, Answer(b"", 301, {"Location": location}))
    assert desk.run_after(minutes=16) == []
    assert desk.run_after(hours=1) == []


def test_a_page_about_maintenance_is_no_revision(desk: Desk) -> None:
    text = (
        "Wir arbeiten gerade an unserem Angebot, damit Sie es bald wieder wie gewohnt nutzen "
        "können. Bitte versuchen Sie es in wenigen Minuten noch einmal. Danke für Ihre Geduld!"
    )
    desk.publisher.serve_page(PATH, "Wartungsarbeiten", text)
    assert desk.run_after(minutes=16) == []
    row = desk.row()
    assert row is not None
    assert (row.outcome, row.missing_since) == ("maintenance_page", None)
    rewritten = "Neues zum Fall"
    desk.publisher.serve_page(PATH, rewritten, TEXT + "\nDer Fall wird nun neu untersucht.")
    assert desk.run_after(hours=1) == [(2, rewritten, False)]


def test_people_who_are_told_again_begin_the_times_anew(desk: Desk) -> None:
    desk.run_after(hours=7)
    desk.tell()
    assert desk.requests() == 2
    for hours in (0.3, 1, 6, 24):
        desk.run_after(hours=hours)
    assert desk.requests() == 6


def test_a_page_of_a_removed_feed_is_not_read_again(desk: Desk) -> None:
    desk.installation.catalog = type(desk.installation.catalog)(())
    desk.run_after(minutes=16)
    assert (desk.requests(), desk.row()) == (1, None)


def test_a_page_that_only_leads_to_the_article_is_compared_by_what_is_behind_it(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    behind = "/politik/neu/wahl-1.html"
    stub = b"<html><head><meta http-equiv=refresh content='0;url=%s'>" % behind.encode()
    page, changed = (
        Answer(html(title), headers={**HTML, "ETag": '"v1"'})
        for title in (TITLE, "Korrektur: Bürgermeister von Altstadt nicht festgenommen")
    )
    publisher.serve(behind, page, page, changed, GONE)
    desk = Desk(publisher, installation, Answer(stub, headers={**HTML, "ETag": '"stub"'}))
    desk.tell()
    assert desk.run_after(minutes=16) == []
    assert [(number, gone) for number, _, gone in desk.run_after(hours=1)] == [(2, False)]
    desk.run_after(hours=6)
    assert [gone for _, _, gone in desk.run_after(hours=1, minutes=1)] == [False, True]
    sent = {r.headers.get("if-none-match") for r in publisher.requests if r.path in (PATH, behind)}
    assert sent == {None}
