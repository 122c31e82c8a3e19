"""What a label takes away is weighed against what it leaves, for all elements with its token."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import pytest

from ingest.extract import ExtractedPage
from ingest.extract.article import extract_page
from ingest.extract.blocks import collect_blocks
from ingest.extract.label_families import LabelJudge, gather_families
from ingest.extract.models import PageHints
from ingest.extract.tree import parse_page

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
URL = "https://www.harzer-bote.example/brocken/rettung"
TITLES = {
    "de": "Drei Wanderer am Brocken gerettet",
    "en": "Three hikers rescued from Ben Macdui",
    "fr": "Trois randonneurs secourus au Ventoux",
    "uk": "Трьох туристів врятували на Говерлі",
}
SENTENCES = {
    "de": (
        "Am Brocken haben Helfer drei Wanderer aus dem Schnee geholt, wie die Bergwacht mitteilte.",
        "Sie hatten in der Nacht den Weg verloren. Ein Hund fand sie kurz vor vier Uhr am Morgen.",
        "Der Landkreis rät seit Tagen von Touren auf den Gipfel ab, zwei Wege bleiben gesperrt.",
    ),
    "en": (
        "Rescuers brought three hikers down from the snow on Ben Macdui, the mountain team said.",
        "They lost the path in the night. A search dog found them shortly before four o'clock.",
        "The council has warned against tours of the summit for days, and two paths stay closed.",
    ),
    "fr": (
        "Des secouristes ont ramené trois randonneurs surpris par la neige au mont Ventoux.",
        "Ils s'étaient égarés pendant la nuit. Un chien les a retrouvés peu avant quatre heures.",
        "La préfecture déconseille les sorties au sommet, et deux sentiers restent fermés.",
    ),
    "uk": (
        "На Говерлі рятувальники спустили зі снігу трьох туристів, повідомила гірська служба.",
        "Вони заблукали вночі. Пошуковий пес знайшов їх незадовго до четвертої години ранку.",
        "Область уже кілька днів радить не ходити на вершину, дві стежки залишаються закритими.",
    ),
}
_STREET = "der Lärm der Proben und die Zahl der Autos in der schmalen Quallengasse nehmen zu."
TEASERS = (
    ("Zirkus zieht in Werkhalle", f"Der Direktor hofft auf volle Ränge noch vor Ostern, {_STREET}"),
    ("Imker verliert Völker", f"Ein Gutachter nennt die Milbe als Ursache für den Tod, {_STREET}"),
    ("Chor sucht Stimmen", f"Seit dem Tod der Leiterin kommen nur noch acht zur Probe, {_STREET}"),
)
FORMS = {
    "linked head": "<div class=c><h3><a href={u}>{h}</a></h3><p>{p}</p></div>",
    "card": "<a href={u}><h4>{h}</h4><p>{p}</p></a>",
    "overlay": "<div class=c><a href={u}></a><h3>{h}</h3><p>{p}</p></div>",
    "list": "<li><a href={u}>{h}</a><p>{p}</p></li>",
    "time": "<div><i>Sport 05.08.2024 13:53</i><h3><a href={u}>{h}</a></h3><p>{p}</p></div>",
}
BOXES = {
    "aside": "<aside class=related-articles><h2>Auch das noch</h2>{}</aside>",
    "section": "<section class=related>{}</section>",
    "list": "<ul class=teaser-list>{}</ul>",
    "sidebar": "<div id=sidebar>{}</div>",
    "role": "<div role=complementary>{}</div>",
    "recommendations": "<div class=recommendations data-nosnippet>{}</div>",
}
SCORED_FIELDS = {
    "below": "<main><article>{head}{body}</article>{box}</main>",
    "inside": "<article>{head}{body}{box}</article>",
    "above": "<main>{box}<article>{head}{body}</article></main>",
    "without article": "<div><div class=t>{head}{body}</div>{box}</div>",
}
TOKENS = [
    *("cmp-text", "social-text", "consent-given", "Part--ads-{}", "signup-copy", "sponsor-free"),
    *("related-content", "recommended-width", "tags-body", "sidebar-main", "login-ok", "js-offer"),
]


def extract(inner: str, language: str = "de", head: str = "") -> ExtractedPage:
    html = (
        f"<html lang={language}><head><title>{TITLES[language]} | Harzer Bote</title>{head}</head>"
        f"<body><nav><a href=/>Start</a></nav>{inner}<footer><p>Impressum</p></footer></body>"
    )
    return extract_page(html.encode(), url=URL, now=NOW)


def whole(page: ExtractedPage) -> str:
    return f"{page.lead}\n{page.text}"


def box(kind: str, form: str) -> str:
    cards = (FORMS[form].format(u=f"/t{n}", h=h, p=p) for n, (h, p) in enumerate(TEASERS))
    return BOXES[kind].format("".join(cards))


@pytest.mark.parametrize("language", TITLES)
@pytest.mark.parametrize("kind", BOXES)
def test_a_flash_keeps_its_own_text_and_sheds_longer_neighbours(kind: str, language: str) -> None:
    head = f"<h1>{TITLES[language]}</h1>"
    turn = list(BOXES).index(kind) + list(TITLES).index(language)
    forms = [list(FORMS)[(turn + n) % len(FORMS)] for n in range(len(SCORED_FIELDS))]
    for ((place, layout), form), count in product(
        zip(SCORED_FIELDS.items(), forms, strict=True), (1, 3)
    ):
        own = SENTENCES[language][:count]
        body = "".join(f"<p>{one}</p>" for one in own)
        page = extract(layout.format(head=head, body=body, box=box(kind, form)), language)
        assert all(one in whole(page) for one in own), (place, form, count)
        assert "Quallengasse" not in whole(page), (place, form, count)


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("language", TITLES)
def test_a_token_on_every_paragraph_labels_nothing(token: str, language: str) -> None:
    own = SENTENCES[language]
    around = "<article><h1>" + TITLES[language] + "</h1>{}</article>"
    each = "".join(
        f"<div class='x {token.format(n)}'><p>{one}</p></div>" for n, one in enumerate(own)
    )
    headed = "".join(
        f"<section class='{token.format(n)}'><h2>Teil {n}</h2><p>{one}</p></section>"
        for n, one in enumerate(own)
    )
    one = f"<div class='{token.format(0)}'>" + "".join(f"<p>{p}</p>" for p in own) + "</div>"
    first = f"<div class='{token.format(0)}'><p>{own[0]}</p></div>" + "".join(
        f"<p>{p}</p>" for p in own[1:]
    )
    short = f"<div class='{token.format(0)}'><p>Kurz: alle leben.</p></div>"
    for body in (each, headed, one, first):
        page = extract(around.format(body), language)
        assert all(p in whole(page) for p in own)
    assert "alle leben" in whole(extract(around.format(each + short), language))


def test_a_family_stays_where_the_stated_body_is_inside() -> None:
    own = SENTENCES["de"]
    stated = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "'
        + TITLES["de"] + '", "articleBody": "' + " ".join(own) + '"}</script>'
    )  # fmt: skip
    body = f"<p>Ein Wort voraus an alle, die gern im Winter auf die Berge wollen: {'so ' * 60}.</p>"
    inner = f"<article><h1>{TITLES['de']}</h1>{body}<div class=newsletter>{{}}</div></article>"
    inner = inner.format("".join(f"<p>{one}</p>" for one in own[1:]))
    assert all(one in whole(extract(inner, head=stated)) for one in own[1:])


_JELLY = "Jeden Morgen das Wichtigste aus der Quallengasse, noch vor dem ersten Kaffee des Tages."


@pytest.mark.parametrize(
    "part",
    [
        f"<div class=newsletter-box><p>Abonnieren Sie unseren Newsletter. {_JELLY}</p></div>",
        f"<div class=author-box><p>Ina Berg schreibt seit zwölf Jahren. {_JELLY}</p></div>",
        f"<div class=signup><p>{_JELLY}</p><form><button>Los</button></form></div>",
        f"<figure><img src=x><figcaption>{_JELLY}</figcaption></figure>",
        f"<div hidden><p>{_JELLY[:-20]}.</p></div>",
    ],
)
def test_a_small_labelled_part_of_a_flash_is_cut(part: str) -> None:
    own = SENTENCES["de"][:1]
    page = extract(f"<article><h1>{TITLES['de']}</h1><p>{own[0]}</p>{part}</article>")
    assert own[0] in whole(page)
    assert "Quallengasse" not in whole(page)


def test_a_flash_that_is_only_a_lead_is_an_article() -> None:
    lead = SENTENCES["de"][0]
    page = extract(f"<article><h1>{TITLES['de']}</h1><p class=lead>{lead}</p></article>")
    assert lead in whole(page)


@pytest.mark.parametrize(
    ("inner", "reason"),
    [
        ("<div class=social-text><p>{0}</p></div><p>{1}</p>", "opening"),
        ("<div class=cmp-a><p>{1}</p><p>{2}</p></div>", "opening"),
        ("<p>{0}</p><p>{1}</p><p>{2}</p><div class=tags><p>{1}</p></div>", "small"),
        ("<p>{0}</p><div class=tags><a href=/x>Wetter</a></div>", "no_prose"),
        ("<p>{0}</p><div class=tags><p>{1}</p><p>{2}</p><p>{1}</p></div>", "main_run"),
        ("<p>{0}</p><div class=related><a href=/1>Hinauf</a><p>{1}</p></div>", "teasers"),
        ("<p>{0}</p></article><div class=related><p>{1}</p></div><article>", "apart"),
        ("<p>{0}</p><div class=comments><p>{1}</p><p>{2}</p></div>", "comments"),
        ("<p>{0}</p><div class=author-bio><p>{1}</p></div>", "cues"),
        ("<p>{0}</p><p>{1}</p><div class=paywall><p>{2}</p></div>", "no_cues"),
    ],
)
def test_every_verdict_has_a_reason(inner: str, reason: str) -> None:
    html = f"<article><h1>{TITLES['de']}</h1>{inner.format(*SENTENCES['de'])}</article>"
    blocks = collect_blocks(parse_page(html, URL, PageHints()).root)
    judge = LabelJudge(blocks, 0, "")
    assert [judge.judge(family).reason for family in gather_families(blocks, 0)] == [reason]
