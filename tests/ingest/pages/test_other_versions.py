"""A page without text is read by the version of it that has some, and never by another article."""

from __future__ import annotations

import pytest

from core.http import Response
from ingest.pages.other_versions import find_other_version
from tests.support.newsroom import Answer
from tests.support.scripted_publisher import (
    HTML,
    TEXT,
    Installation,
    ScriptedPublisher,
    html,
    item,
    rss,
)

URL = "https://www.bote-demo.de/politik/wahl-47113.html"
AMP = "https://amp.bote-demo.de/politik/wahl-47113.html"


def shell(head: str, *, amp: bool = False) -> bytes:
    """Return a page that a script fills."""
    return (
        f"<!doctype html><html{' amp' if amp else ''}><head><title>Bote</title>{head}"
        "<script src=/app.js></script></head><body><div id=root></div></body></html>"
    ).encode()


def test_another_version_is_what_a_page_names_on_its_own_site() -> None:
    cases: dict[str, tuple[bytes, str | None]] = {
        "amphtml": (shell(f"<link rel=amphtml href={AMP}>"), AMP),
        "order and quotes": (shell(f"<LINK href='{AMP}#a' data-x=1 rel='x AmpHtml'>"), AMP),
        "relative": (shell('<link rel="amphtml" href="/amp/1?a=1&amp;b=2">'),
                     "https://www.bote-demo.de/amp/1?a=1&b=2"),
        "another publisher": (shell("<link rel=amphtml href=https://cdn.amp-demo.org/c/1>"), None),
        "the homepage": (shell("<link rel=amphtml href=https://amp.bote-demo.de/>"), None),
        "no address": (shell("<link rel=amphtml>"), None),
        "canonical of a page": (shell(f"<link rel=canonical href={AMP}>"), None),
        "canonical of an AMP page": (shell(f"<link rel=canonical href={AMP}>", amp=True), AMP),
        "lightning": (shell(f"<link rel=canonical href={AMP}>").replace(
            b"<html", b"<html lang=de \xe2\x9a\xa1"), AMP),
        "a script that mentions it": (shell("<script>x='amphtml'</script>"), None),
    }  # fmt: skip
    found = {
        name: find_other_version(Response(URL, 200, {}, body)) for name, (body, _) in cases.items()
    }
    assert found == {name: expected for name, (_, expected) in cases.items()}


@pytest.mark.slow
def test_an_empty_page_is_read_by_its_other_version_of_the_same_article(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    titles = [f"{word} in Hasselwerder gebrochen" for word in ("Deich", "Damm", "Wehr", "Mole")]
    links = [publisher.url + f"/politik/artikel-471{n}0.html" for n in range(4)]
    amps = [link.replace("/politik/", "/amp/politik/") for link in links]
    amps[1] = publisher.url + "/amp/politik/anderer-99990.html"

    def serve(url: str, body: bytes) -> None:
        publisher.serve(url.removeprefix(publisher.url), Answer(body, headers=HTML))

    def amp_page(title: str, canonical: str) -> bytes:
        return html(title, TEXT, f"<link rel=canonical href={canonical}>").replace(
            b"<html", b"<html amp"
        )

    for link, amp in zip(links, amps, strict=True):
        serve(link, shell(f"<link rel=amphtml href={amp}>"))
    serve(amps[0], amp_page(titles[0], links[0]))
    serve(amps[1], amp_page(titles[1], publisher.url + "/politik/anderer-99990.html"))
    serve(amps[2], amp_page("Sieben Tipps für den Garten im Herbst", links[2]))
    serve(amps[3], shell(f"<link rel=canonical href={links[3]}>", amp=True))
    reverse = publisher.url + "/amp/politik/rueckweg-55550.html"
    whole = publisher.url + "/politik/rueckweg-55550.html"
    serve(reverse, shell(f"<link rel=canonical href={whole}>", amp=True))
    serve(whole, html("Rückweg nach Hasselwerder gesperrt"))
    items = [item(t, t, link) for t, link in zip(titles, links, strict=True)]
    items.append(item("r", "Rückweg nach Hasselwerder gesperrt", reverse))
    installation.subscribe(publisher.serve("/feed.xml", rss(*items)))
    installation.run()
    found = {article.title: article for article in installation.announced}
    assert {title: article.text_source for title, article in found.items()} == {
        titles[0]: "page",
        titles[1]: "feed",
        titles[2]: "feed",
        titles[3]: "feed",
        "Rückweg nach Hasselwerder gesperrt": "page",
    }
    assert "Die Bürgermeisterin kündigte an" in found[titles[0]].text
    assert [found[title].url for title in titles] == links
    assert found["Rückweg nach Hasselwerder gesperrt"].url == whole
    requested = [request.path for request in publisher.requests if "471" in request.path]
    assert len(requested) == len(set(requested)) == 7
