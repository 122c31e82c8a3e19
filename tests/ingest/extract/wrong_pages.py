"""Pages that answer 200 and are no articles, and articles that look like them. All are invented."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from pathlib import Path

from ingest.extract.article import extract_page
from ingest.extract.models import ExtractedPage, PageHints

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
LINK = "https://www.hafenblatt.example/politik/deich-bricht-471130.html"
TEASERS = (
    "Kran stürzt in Hafenbecken: Der Betreiber prüft nun, wie es zu dem Unfall kommen konnte.",
    "Werft meldet Auftrag: Zwei Fähren sollen bis zum Herbst des nächsten Jahres fertig sein.",
    "Reederei sucht Lotsen: Der Verband verlangt bessere Bedingungen für die Ausbildung an Bord.",
    "Zoll findet Schmuggelware: In drei Containern lagen mehrere Tonnen gefälschter Schuhe.",
    "Fähre fährt seltener: Im Winter gilt zwischen den Inseln ein ausgedünnter Fahrplan für alle.",
    "Streit um Brücke: Die Gutachter sehen keine Gefahr, die Anwohner wollen trotzdem klagen.",
)

SAMPLES = Path(__file__).parent / "samples" / "wrong_pages.txt"

ENTRIES = {
    "de": PageHints(
        title="Deich bricht bei Sturm",
        summary="Bei Hasselwerder ist in der Nacht der Deich gebrochen, zwölf Höfe stehen unter "
        "Wasser. Die Feuerwehr bringt Bewohner mit Booten in Sicherheit.",
        published_at=NOW,
        url=LINK,
    ),
    "en": PageHints(
        title="Storm breaks the dyke at Hasselwerder",
        summary="Twelve farms are under water after the dyke broke during the night. Firefighters "
        "are bringing residents to safety by boat, officials said.",
        published_at=NOW,
        url=LINK,
    ),
    "fr": PageHints(
        title="La digue cède sous la tempête",
        summary="Douze fermes sont sous les eaux près de Hasselwerder. Les pompiers évacuent les "
        "habitants en bateau depuis la nuit dernière.",
        published_at=NOW,
        url=LINK,
    ),
    "uk": PageHints(
        title="Шторм прорвав дамбу",
        summary="Уночі біля Гассельвердера прорвало дамбу, дванадцять господарств затоплено. "
        "Рятувальники вивозять мешканців човнами.",
        published_at=NOW,
        url=LINK,
    ),
    "ru": PageHints(
        title="Шторм прорвал дамбу",
        summary="Ночью возле Хассельвердера прорвало дамбу, двенадцать хозяйств затоплены. "
        "Спасатели вывозят жителей на лодках.",
        published_at=NOW,
        url=LINK,
    ),
}


def _samples() -> dict[str, list[tuple[str, str, str]]]:
    """Return language, title and text of sample pages, by kind."""
    samples: dict[str, list[tuple[str, str, str]]] = {}
    for line in SAMPLES.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            rows = samples.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            language, title, text = line.split(" ¦ ")
            rows.append((language, title, text))
    return samples


NOTICES = _samples()
LOOKALIKES = NOTICES.pop("article")


def page(
    title: str, text: str, *, language: str = "de", head: str = "", more: str = "", h1: str = ""
) -> bytes:
    """Return a page with a headline and a text, between a menu and a footer."""
    paragraphs = "".join(f"<p>{escape(p)}</p>" for p in text.split("\n"))
    return (
        f"<!doctype html><html lang={language}><head><meta charset=utf-8>"
        f"<title>{escape(title)} | Hafenblatt</title>{head}</head><body><nav><a href=/>Start</a> "
        f"<a href=/politik>Politik</a></nav><main><h1>{escape(h1 or title)}</h1>{paragraphs}{more}"
        "</main><footer><p>Impressum</p></footer></body></html>"
    ).encode()


def teasers() -> str:
    """Return a list of articles, as helpful error pages have it."""
    items = "".join(
        f"<div class=t><h3><a href=/a-{n}>{one.partition(':')[0]}</a></h3><p>{one}</p></div>"
        for n, one in enumerate(TEASERS)
    )
    return f"<section><h2>Aktuelle Artikel</h2>{items}</section>"


def extract(body: bytes, hints: PageHints, url: str = LINK) -> ExtractedPage:
    """Extract a page with what the feed says."""
    return extract_page(body, url=url, hints=hints, now=NOW)
