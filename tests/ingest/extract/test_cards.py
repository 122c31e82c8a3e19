"""Teasers with a description are cut without a label; items of the article like them are not."""

from __future__ import annotations

from datetime import UTC, datetime

from ingest.extract.article import extract_page

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
TITLE = "Auberg baut die alte Werft am Fluss um"
OWN = (
    "Die alte Werft in Auberg wird umgebaut, wie der Rat der Stadt am Montagabend entschied.",
    "Dafür stehen im nächsten Jahr vier Millionen Euro bereit, die zur Hälfte das Land bezahlt.",
    "Mit dem Abriss der hinteren Halle soll schon im Mai begonnen werden, teilte Ina Berg mit.",
    "Der Verein der Bootsbauer zieht so lange in das Lager an der Schleuse, das lange leer war.",
    "Im Rat stimmten neun Mitglieder gegen den Umbau, weil die Straße am Ufer dafür gesperrt wird.",
)
OTHERS = (
    ("Lohfeld sucht neue Feuerwehrleute", "Wer mitmachen will, kommt am Sonntag zum Gerätehaus."),
    ("Der Marktplatz wird wieder grün", "Sechs Linden aus einer Schule im Norden sind gepflanzt."),
    ("Zwei Züge fallen bis Ostern aus", "Busse fahren so lange vom Bahnhof zur alten Brauerei."),
)
CARDS = {
    "headline and description": "<h3><a href=/a/{n}>{head}</a></h3><p>{text}</p>",
    "with a date": "<p>Sport 05.08.2024 13:53</p><b><a href=/a/{n}>{head}</a></b><p>{text}</p>",
    "with a byline": "<b><a href=/a/{n}>{head}</a></b><p>Von Uwe Tamm | vor 2 Stunden</p>"
    "<p>{text}</p>",
    "one link": "<a href=/a/{n}><h3>{head}</h3><p>{text}</p><i>05.08.2024</i></a>",
    "a word that leads on": "<h3>{head}</h3><p>{text} <a href=/a/{n}>mehr</a></p>",
}
LISTS = {
    "divisions": ("<div class=k>{}</div>", "<div class=g>{}</div>"),
    "items": ("<li>{}</li>", "<ul class=g>{}</ul>"),
}
ITEMS = {
    "entries of a ticker": "<div class=e><i>1{n}:15 Uhr</i><h3><a href=/a/{n}>{head}</a></h3>"
    "<p>{text}</p></div>",
    "entries with addresses": "<div class=e><i>05.08.2024</i><h3><a href='/a/1?e={n}'>{head}</a>"
    "</h3><p>{text}</p></div>",
    "items of a list article": "<section class=i><h2><a href=/a/{n}>{head}</a></h2><p>{text}</p>"
    "</section>",
    "items that lead on": "<div class=i><h2>{head}</h2><p>{text} <a href=/a/{n}>mehr</a></p></div>",
}


def text_of(inner: str, url: str = "https://bote.example/a/1") -> str:
    html = (
        f"<html lang=de><head><title>{TITLE} | Bote</title></head><body><main><h1>{TITLE}</h1>"
        f"{inner}</main></body></html>"
    )
    page = extract_page(html.encode(), url=url, now=NOW)
    return f"{page.lead}\n{page.text}"


def fill(markup: str, item: str = "{}") -> str:
    filled = (markup.format(n=n + 2, head=h, text=t) for n, (h, t) in enumerate(OTHERS))
    return "".join(item.format(one) for one in filled)


def test_cards_without_a_label_are_not_the_text_wherever_they_are() -> None:
    wrong = []
    own = [f"<p>{line}</p>" for line in OWN]
    for name, markup in CARDS.items():
        for kind, (item, around) in LISTS.items():
            cards = around.format(fill(markup, item))
            below, inside = (cards, "") if kind == "items" else ("", cards)
            text = text_of(f"<div class=b>{own[0]}{inside}{''.join(own[1:])}</div>{below}")
            wrong += [(name, kind, line) for line in OWN if line not in text]
            wrong += [(name, kind, t) for pair in OTHERS for t in pair if t in text]
    assert wrong == []


def test_cards_below_a_line_about_other_articles_may_be_more_than_a_flash() -> None:
    wrong: list[object] = []
    for line in ("Trending", "Top-Themen", "Around the web", "À lire aussi", "Вибір редакції"):
        cards = fill("<h4><a href=/a/{n}>{head}</a></h4><p>{text}</p>", "<div>{}</div>")
        text = text_of(f"<p>{OWN[0]}</p><div class=q><h3>{line}</h3>{cards}</div>")
        wrong += [line] if OWN[0] not in text else []
        wrong += [(line, t) for _, t in OTHERS if t in text]
    assert wrong == []


def test_cards_of_a_page_from_a_file_are_found_by_their_relative_links() -> None:
    own = "".join(f"<p>{line}</p>" for line in OWN)
    cards = fill(CARDS["headline and description"], "<div class=k>{}</div>")
    text = text_of(f"<div class=b>{own}</div><div class=g>{cards}</div>", url="")
    assert [line for line in OWN if line not in text] == []
    assert [t for _, t in OTHERS if t in text] == []


def test_entries_and_items_of_the_article_are_no_cards() -> None:
    wrong = []
    for name, markup in ITEMS.items():
        for own in (OWN[:1], OWN):
            text = text_of("".join(f"<p>{line}</p>" for line in own) + fill(markup))
            wrong += [(name, line) for line in own if line not in text]
            wrong += [(name, t) for _, t in OTHERS if t not in text]
    introduced = f"<p>{OWN[0]}</p><p>Die Beschlüsse im Einzelnen:</p>"
    items = fill("<li><a href=/a/{n}>{head}, 05.08.2024</a><p>{text}</p></li>")
    text = text_of(f"<div class=b>{introduced}<ul>{items}</ul></div>")
    assert wrong == []
    assert all(t in text for _, t in OTHERS)
