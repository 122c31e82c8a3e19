"""The article goes on below a box in its middle, and ends with the last line of its element."""

from __future__ import annotations

from datetime import UTC, datetime

from ingest.extract.article import extract_page

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
TITLE = "Auberg baut die alte Werft am Fluss um"
LINES = (
    "Die alte Werft in Auberg wird umgebaut, wie der Rat der Stadt am Montagabend entschied.",
    "Dafür stehen im nächsten Jahr vier Millionen Euro bereit, die zur Hälfte das Land bezahlt.",
    "Mit dem Abriss der hinteren Halle soll schon im Mai begonnen werden, teilte Ina Berg mit.",
    "Der Verein der Bootsbauer zieht so lange in das Lager an der Schleuse, das lange leer war.",
)
OTHER = "Die Feuerwehr in Lohfeld sucht neue Mitglieder und lädt am Sonntag in ihr Gerätehaus ein."
LAYOUTS = {
    "paragraphs": "<p>{}</p>",
    "divisions": "<div>{}</div>",
    "wrapped": "<div class=cmp-text><p>{}</p></div>",
    "sections": "<section class=block><div class=tx><p>{}</p></div></section>",
}
BOXES = {
    "teasers with a word that leads on": "<h3>Weitere Meldungen</h3><ul class=g><li><div class=k>"
    "<b>Tag der offenen Tür</b><p>{} <a href=/a/7>mehr</a></p></div></li></ul>",
    "linked teasers": "<h3>Meistgelesen</h3><div class=g><div class=k><b><a href=/a/7>Tag der "
    "offenen Tür</a></b><p><a href=/a/7>{}</a></p></div></div>",
    "a comment": "<div class=g><h3>Kommentare</h3><div class=k><p><b>Uwe Tamm</b> | 05.08.2024 "
    "13:53</p><p>{}</p></div></div>",
    "comments with links": "<div class=g><h3>Leserpost</h3><div class=k><div>Uwe Tamm</div><div>"
    "05.08.2024 13:53</div><p>{}</p><a href=#>Antworten</a></div></div>",
    "an offer": "<div class=g><h3>Weiterlesen mit unserem Digital-Abo: vier Wochen für 1 Euro</h3>"
    "<p>Sie haben bereits ein Abo? Hier anmelden.</p></div>",
    "an author": "<div class=g><h4>Über den Autor</h4><p>Uwe Tamm schreibt seit Jahren.</p></div>",
}
ENDS = {
    "a list": ("<p>Die Folgen:</p><ul><li>{}</li><li>{}</li></ul>", "Ein Weg fällt weg."),
    "names": ("<p>Dort wird gesperrt:</p><ul><li>{}</li><li>{}</li></ul>", "Hafenweg 7"),
    "a quotation": ("<blockquote><p>{}</p></blockquote>", "Wir freuen uns sehr, sagte Berg."),
    "a table": ("<figure><table><tr><td>{}</td></tr></table></figure>", "Halle zwei: 740 qm"),
    "a correction": (
        "<aside class=note><b>Korrektur:</b> {}</aside>",
        "In einer früheren Fassung hieß es, die Halle werde verkauft. Das ist falsch.",
    ),
    "a subheading": ("<h2>Was wird aus dem Kran</h2><p>{}</p>", "Der Kran bleibt stehen."),
}


def text_of(pieces: list[str]) -> str:
    html = (
        f"<html lang=de><head><title>{TITLE} | Bote</title></head><body><main><div class=c><h1>"
        f"{TITLE}</h1>{''.join(pieces)}</div></main></body></html>"
    )
    page = extract_page(html.encode(), url="https://bote.example/a/1", now=NOW)
    return f"{page.lead}\n{page.text}"


def test_the_text_goes_on_below_a_box_without_a_label() -> None:
    wrong = []
    for layout in ("paragraphs", "sections"):
        paragraph = LAYOUTS[layout]
        for name, box in BOXES.items():
            pieces = [paragraph.format(line) for line in LINES]
            text = text_of([*pieces[:2], box.format(OTHER), *pieces[2:]])
            wrong += [(layout, name, line) for line in LINES if line not in text]
            wrong += [(layout, name, "leaked")] * (OTHER in text)
    assert wrong == []


def test_the_last_lines_of_the_text_stay_whatever_their_markup() -> None:
    wrong = []
    for layout, paragraph in LAYOUTS.items():
        for name, (markup, end) in ENDS.items():
            lines = LINES * 3 if layout == "wrapped" else LINES[:2]
            pieces = [paragraph.format(line) for line in lines]
            text = text_of([*pieces, markup.format(end, f"{end} und mehr.")])
            wrong += [(layout, name, line) for line in (*lines, end) if line not in text]
    assert wrong == []


def test_parts_in_other_elements_than_the_paragraphs_are_kept() -> None:
    short = "Der Kran bleibt stehen."
    quoted = (
        "<blockquote class=twitter-tweet><p>{} <a href=//t.example/1>t.example/1</a></p>"
        "Ina Berg (@berg) <a href=//x.example/1>5. August</a></blockquote>"
    )
    lines = [f"{line}<br><br>" for line in LINES]
    paragraphs = [f"<p>{line}</p>" for line in LINES]
    divisions = [f"<div>{line}</div>" for line in LINES[:2]]
    more = "<p>More from the Bote:</p><p><a href=/a/7>Tag der offenen Tür in Lohfeld</a></p>"
    entries = "".join(f"<h3>{n}:20 Uhr</h3><p>{line}</p>" for n, line in enumerate(LINES[2:], 11))
    form = "<section class=x><h4>Newsletter</h4><p>{}</p></section>"
    asks = "Ihre E-Mail-Adresse wird nicht veröffentlicht."
    pages: dict[str, tuple[list[str], tuple[str, ...]]] = {
        "a section of a text with line breaks": (
            [*lines[:2], f"<section><h2>Was wird aus dem Kran</h2><p>{LINES[2]}</p></section>"],
            LINES[:3],
        ),
        "entries of a ticker below divisions": ([*divisions, entries], LINES),
        "a sentence below a link to more": ([*paragraphs, more, f"<p>{short}</p>"], (short,)),
        "a sentence below a form": (
            [*divisions, form.format(asks), f"<div>{LINES[2]}</div>"],
            LINES[:3],
        ),
    }
    for name in ("social-media-embed", "embed-social", "oembed social"):
        box = f"<div class='{name}'>{quoted.format(OTHER)}</div>"
        pages[name] = ([*paragraphs[:3], box, *paragraphs[3:]], (*LINES, OTHER))
    wrong = []
    for kind, (pieces, expected) in pages.items():
        text = text_of(pieces)
        wrong += [(kind, line) for line in expected if line not in text]
        wrong += [(kind, line) for line in ("Tag der offenen", asks) if line in text]
    assert wrong == []


def test_polls_and_offers_of_newsletters_are_not_the_text() -> None:
    question = "Soll die alte Werft in Auberg umgebaut werden?"
    offer = "Der Newsletter „Morgenpost“ bringt Ihnen jeden Werktag das Wichtigste ins Postfach."
    boxes = (
        f"<div class=poll><h4>{question}</h4><label><input type=radio>Ja</label></div>",
        f"<div class='umfrage-box'><p>{question}</p><ul><li>Ja</li><li>Nein</li></ul></div>",
        f"<div class=nl-box><h4>Newsletter</h4><p>{offer}</p><input type=email></div>",
        f"<section class=x><h3>Newsletter</h3><p>{offer}</p></section>",
    )
    wrong = []
    for box in boxes:
        text = text_of([*(f"<p>{line}</p>" for line in LINES[:2]), box, f"<p>{LINES[2]}</p>"])
        wrong += [(box, line) for line in LINES[:3] if line not in text]
        wrong += [(box, line) for line in (question, offer) if line in text]
    assert wrong == []
