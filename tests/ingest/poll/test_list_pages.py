"""A page that lists articles is polled like a feed."""

from __future__ import annotations

from tests.ingest.poll.polls import poll
from tests.support.newsroom import Answer
from tests.support.scripted_publisher import HTML, Installation, ScriptedPublisher


def list_page(*numbers: int) -> Answer:
    items = "".join(
        f"<li><time datetime='2026-11-16T08:0{n}:00Z'></time><a href='/m/{n}'>Meldung {n} des "
        f"Ministeriums</a></li>"
        for n in numbers
    )
    body = (
        f"<html lang=de><title>Presse</title><nav><a href='/'>Start</a></nav><main>{items}</main>"
    )
    return Answer(body.encode(), headers=HTML)


def test_new_links_become_articles_and_a_redesign_is_a_failure(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    for number in (1, 2, 3):
        publisher.serve_page(f"/m/{number}", f"Meldung {number} des Ministeriums")
    url = publisher.serve("/presse", list_page(2, 1), list_page(3, 2, 1), list_page(3, 2, 1))
    (feed,) = installation.subscribe(url, kind="page", links="main a")
    assert [counts.new for counts in poll(installation, 3)] == [2, 1, 0]
    assert sorted(a.title for a in installation.announced) == [
        f"Meldung {number} des Ministeriums" for number in (1, 2, 3)
    ]
    assert {a.origin.value for a in installation.announced} == {"live"}
    publisher.serve("/presse", Answer(b"<html><title>Neu</title><div>anders</div>", headers=HTML))
    (counts,) = poll(installation)
    assert counts.failed == 1
    assert installation.state(feed).state == "failing"
