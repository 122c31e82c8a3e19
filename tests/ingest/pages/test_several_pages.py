"""Articles of several pages are joined, from a real server."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.messages import ArticleRevision
from core.store import rereads
from tests.support.newsroom import Answer
from tests.support.scripted_publisher import (
    HTML,
    Installation,
    ScriptedPublisher,
    html,
    item,
    rss,
)

pytestmark = pytest.mark.slow

TITLE = "Warum der Wald bei Altstadt verschwindet"
PARTS = [
    f"{subject} im Revier bei Altstadt, und die Zahlen der Forstverwaltung belegen es seit Jahren "
    f"deutlich.\n{other} sagte der Leiter des Amtes am Montag vor den Mitgliedern des Ausschusses."
    for subject, other in (
        ("Trockenheit schwächt die Fichten", "Niemand habe damit gerechnet,"),
        ("Der Borkenkäfer breitet sich aus", "Man habe zu spät reagiert,"),
        ("Neue Baumarten sollen es richten", "Das werde Jahrzehnte dauern,"),
    )
]
REPEATED = "Diese Serie erscheint mit Unterstützung der Stiftung für Wald und Flur in Altstadt."


class Magazine:
    """An outlet whose articles have several pages."""

    def __init__(self, publisher: ScriptedPublisher, installation: Installation) -> None:
        self.publisher, self.installation = publisher, installation
        self.names: list[str] = []

    def serve(self, path: str, text: str, *links: str, title: str = TITLE, head: str = "") -> str:
        """Serve a page with links to others below its text."""
        pager = "".join(f"<a href='{link}'>{label}</a>" for link, label in map(_split, links))
        page = html(title, text, head).replace(b"</article>", f"<p>{pager}</p></article>".encode())
        return self.publisher.serve(path, Answer(page, headers=HTML))

    def add(self, name: str, *links: str, text: str = PARTS[0]) -> None:
        """Serve the first page of an article, and list it."""
        self.names.append(name)
        self.serve(f"/{name}", f"{text}\n{REPEATED}", *links)

    def run(self, **span: float) -> dict[str, ArticleRevision]:
        self.installation.clock.advance(**span)
        items = [item(name, TITLE, f"{self.publisher.url}/{name}") for name in self.names]
        if not self.installation.catalog.outlets:
            self.installation.subscribe(self.publisher.serve("/feed.xml", rss(*items)))
        self.installation.run()
        return {a.url.rpartition("/")[2]: a for a in self.installation.announced}


def _split(link: str) -> tuple[str, str]:
    target, _, label = link.partition(" ")
    return target, label


def joined(*parts: str) -> str:
    first, *others = parts
    return "\n".join((first, REPEATED, *others))


@pytest.fixture
def magazine(publisher: ScriptedPublisher, installation: Installation) -> Magazine:
    return Magazine(publisher, installation)


def test_further_pages_are_joined_in_order_and_another_article_is_not(magazine: Magazine) -> None:
    serve = magazine.serve
    magazine.add("folge", "/folge/seite-2 weiter")
    serve("/folge/seite-2", f"{REPEATED}\n{PARTS[1]}", "/folge 1", "/folge/seite-3 weiter")
    serve("/folge/seite-3", f"{PARTS[2]}\n{REPEATED}", "/folge 1", "/folge/seite-2 2")
    whole = "/komplett/komplettansicht"
    magazine.add("komplett", "/komplett?page=2 2", f"{whole} Auf einer Seite lesen")
    serve(whole, joined(*PARTS))
    magazine.add("drucken", "/drucken-2 2", "/drucken?print=1 Drucken")
    serve("/drucken-2", PARTS[1])
    magazine.add("liste", "/liste?page=2 2", "/liste?page=3 3")
    serve("/liste?page=2", f"{PARTS[0]}\n{REPEATED}", "/liste 1", "/liste?page=3 3")
    magazine.add("weiter", "/anderer?page=2 weiter", "/weiter-2 Weiter")
    serve("/weiter-2", PARTS[1], title="Ein ganz anderer Artikel über den Hafen")
    magazine.add("fremd", "/fremd-2 2")
    own = "<link rel=canonical href=/kultur/neues-schiff-im-hafen-4711.html>"
    serve("/fremd-2", PARTS[1], title="Neues Schiff im Hafen", head=own)
    magazine.add("offen", "/offen/2 2")
    serve("/offen/2", PARTS[1], title="Seite zwei: Der Käfer")
    texts = {name: (article.text, article.flags) for name, article in magazine.run().items()}
    assert texts["folge"][0] == texts["komplett"][0] == joined(*PARTS)
    assert texts["drucken"][0] == texts["offen"][0] == joined(*PARTS[:2])
    assert texts["liste"][0] == texts["weiter"][0] == texts["fremd"][0] == joined(PARTS[0])
    assert not any("incomplete" in flags for _, flags in texts.values())
    requested = {request.path for request in magazine.publisher.requests}
    assert {"/weiter-2", "/anderer?page=2", "/liste?page=3"}.isdisjoint(requested)


def test_an_article_with_a_page_missing_says_so_until_it_is_complete(magazine: Magazine) -> None:
    magazine.add("luecke", "/luecke/seite-2 2", "/luecke/seite-3 3")
    magazine.publisher.serve("/luecke/seite-2", Answer(b"", 503))
    magazine.serve("/luecke/seite-3", PARTS[2], "/luecke/seite-2 2")
    first = magazine.run()["luecke"]
    assert (first.text, "incomplete" in first.flags) == (joined(PARTS[0], PARTS[2]), True)
    magazine.publisher.serve("/luecke/seite-3", Answer(b"", 503))
    assert magazine.run(minutes=16)["luecke"].revision == 1  # less than there was
    magazine.serve("/luecke/seite-2", PARTS[1], "/luecke/seite-3 3")
    magazine.serve("/luecke/seite-3", PARTS[2], "/luecke/seite-2 2")
    complete = magazine.run(hours=1)["luecke"]
    assert (complete.revision, complete.text) == (2, joined(*PARTS))
    assert "incomplete" not in complete.flags
    with magazine.installation.store.read() as connection:
        assert rereads.find(connection, complete.article_id, rereads.INCOMPLETE) is None
    magazine.publisher.serve("/luecke/seite-2", Answer(b"", 503))
    changed = item("luecke", TITLE, f"{magazine.publisher.url}/luecke", summary="Neu im Feed")
    magazine.publisher.serve("/feed.xml", rss(changed))
    for _ in range(4):
        assert magazine.run(hours=2)["luecke"].revision == 2  # the whole text stays
    assert magazine.installation.clock() - complete.fetched_at == timedelta(hours=8)
