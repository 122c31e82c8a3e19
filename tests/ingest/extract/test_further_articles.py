"""Only the first of several whole articles on a page is the article."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from ingest.extract.article import extract_page

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
TITLE = "Drei Wanderer am Brocken gerettet"
OWN = (
    "Am Brocken haben Helfer drei Wanderer aus dem Schnee geholt, wie die Bergwacht mitteilte.",
    "Sie hatten in der Nacht den Weg verloren. Ein Hund fand sie kurz vor vier Uhr am Morgen.",
    "Der Landkreis rät seit Tagen von Touren auf den Gipfel ab, zwei Wege bleiben gesperrt.",
)
NEXT = "Zirkus zieht in die alte Werkhalle ein"
_STREET = (
    "sagt die Stadt, und danach haben die Nachbarn in der Quallengasse vier Wochen Zeit dafür."
)
OTHER = (
    f"Der Direktor hofft auf volle Ränge noch vor Ostern, doch so einfach wird es nicht, {_STREET}",
    f"Der Bescheid für die Halle kommt erst am Ende des Monats, jedenfalls nicht früher, {_STREET}",
    f"Im vorigen Sommer stand das Zelt auf dem Festplatz hinter dem Fluss, mit Trommeln, {_STREET}",
)


def tags(lines: tuple[str, ...]) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def text_of(inner: str, head: str = "") -> str:
    html = (
        f"<html lang=de><head><title>{TITLE} | Bote</title>{head}</head><body>{inner}</body></html>"
    )
    page = extract_page(html.encode(), url="https://bote.example/a/b", now=NOW)
    return f"{page.lead}\n{page.text}"


LAYOUTS = {
    "equal articles": "<main><article class=post>{own}</article><article class=post><h2>{next}</h2>"
    "{other}</article></main>",
    "scroll": "<div class=s><article>{own}</article></div><div class=s><article><h1>{next}</h1>"
    "<p>Von Ina Berg</p>{other}</article></div>",
    "headers": "<article><header>{head}</header><div class=b>{body}</div></article><article>"
    "<header><h1>{next}</h1></header><div class=b>{other}</div></article>",
    "divs": "<div class=post>{own}</div><div class=post><h2>{next}</h2><i>12.03.2024</i>{other}"
    "</div>",
    "section": "<main><article>{own}</article><section><h2>{next}</h2><p>Von Ina Berg</p>{other}"
    "</section></main>",
    "no elements": "<main>{own}<h1>{next}</h1><p>Von Ina Berg, 12.03.2024</p>{other}</main>",
    "inside the text": "<div class=c><header>{head}</header><div class=e>{body}<article><h1>{next}"
    "</h1>{other}</article></div></div>",
    "second column": "<div><div class=h>{head}</div><div class=g><div class=a>{body}</div><div"
    " class=z><article><h1>{next}</h1>{other}</article></div></div></div>",
    "linked heading outside": "<main><article>{own}</article><div class=post><h2><a href=/a/zirkus>"
    "{next}</a></h2>{other}</div><div class=post><h2><a href=/a/c>Der See trägt noch kein Eis</a>"
    "</h2><p>Ein zweiter älterer Bericht steht darunter, mit einem Absatz über den Waldsee und das"
    " Tal.</p></div></main>",
    "second h1 outside": "<main><article>{own}</article><section class=w><h1>{next}</h1><div>"
    "{other}</div></section></main>",
    "headline in a caption": "<article>{own}</article><article><figure><figcaption><h1>{next}</h1>"
    "</figcaption></figure>{other}</article>",
}  # fmt: skip


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_whole_article_below_the_article_is_not_the_article(layout: str, count: int) -> None:
    head, body = f"<h1>{TITLE}</h1>", tags(OWN[:count])
    text = text_of(
        LAYOUTS[layout].format(own=head + body, head=head, body=body, next=NEXT, other=tags(OTHER))
    )
    assert all(line in text for line in OWN[:count])
    assert "Quallengasse" not in text


STATED = (
    '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "'
    + TITLE + '", "articleBody": "' + " ".join(OWN + OTHER) + '"}</script>'
)  # fmt: skip
WHOLE = {
    "sections": "<article><h1>{t}</h1>{own}<section><h2>Wie es am Hang nun weitergeht</h2>{other}"
    "</section></article>",
    "articles without headline": "<article><h1>{t}</h1>{own}</article><article>{other}</article>",
    "sections of one rank": "<div><section><h1>{t}</h1>{own}</section><section>"
    "<h2>Was die Bergwacht nun rät</h2>{other}</section></div>",
    "a subheading": "<article><h1>{t}</h1>{own}<h2>Was die Bergwacht nun rät</h2>{other}</article>",
    "entries with times": "<main><article class=e><h1>{t}</h1>{own}</article><article class=e><p>"
    "20:15 Uhr</p><h2>Rettung am Hang beendet</h2>{other}</article></main>",
    "entries of a live blog": "<main><article class=live-post><h1>{t}</h1>{own}</article>"
    "<article class=live-post>"
    "<h2>Rettung am Hang beendet</h2><p>Von Ina Berg</p>{other}</article></main>",
    "a body that begins with a heading": "<div><header><h1>{t}</h1><p>{lead}</p></header><div"
    " class=b><h2>Eine Nacht im Schnee am Hang</h2><p>Von Ina Berg</p>{own}{other}</div></div>",
}  # fmt: skip


@pytest.mark.parametrize("layout", WHOLE)
def test_the_parts_and_entries_of_one_article_stay(layout: str) -> None:
    inner = WHOLE[layout].format(t=TITLE, lead=OWN[0], own=tags(OWN), other=tags(OTHER))
    assert all(line in text_of(inner) for line in (*OWN, *OTHER))


def test_what_the_stated_body_contains_is_no_further_article() -> None:
    inner = LAYOUTS["equal articles"].format(
        own=f"<h1>{TITLE}</h1>{tags(OWN)}", next=NEXT, other=tags(OTHER)
    )
    assert all(line in text_of(inner, STATED) for line in (*OWN, *OTHER))


def test_the_entries_of_a_page_that_says_it_is_live_stay() -> None:
    data = json.dumps({"@type": "LiveBlogPosting", "headline": TITLE})
    live = f'<script type="application/ld+json">{data}</script>'
    inner = LAYOUTS["scroll"].format(
        own=f"<h1>{TITLE}</h1>{tags(OWN)}", next=NEXT, other=tags(OTHER)
    )
    assert all(line in text_of(inner, live) for line in (*OWN, *OTHER))
