"""The entries of a live page and the parts of a long text belong to the article beside them."""

from __future__ import annotations

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
PARTS = (
    ("Die Nacht am Hang", "Gegen zehn Uhr ging der erste Anruf ein, danach fiel das Netz aus."),
    ("Der Hund und sein Mann", "Hubert Kohl führt seit Jahren Hunde und kennt jeden Stein dort."),
    ("Was nun geschieht", "Der Kreis will die Wege erst öffnen, wenn kein neuer Schnee fällt."),
)
FORMS = {
    "entries": "<article class=e><p>2{n}:15 Uhr</p><h2>{head}</h2><p>{text}</p></article>",
    "entries with time elements": "<div class=t><time>2{n}:15</time><h3>{head}</h3><p>{text}</p>"
    "</div>",
    "entries of an author": "<article class=e><i>Ina Berg, 12.03.2024, 2{n}:15 Uhr</i><h2>{head}"
    "</h2><p>{text}</p></article>",
    "items": "<li><b>2{n}:15</b><h3>{head}</h3><p>{text}</p></li>",
    "sections": "<section class=p{n}><h2>{head}</h2><p>{text}</p></section>",
    "articles without headings": "<article class=part><p>{text}</p></article>",
}  # fmt: skip


def text_of(around: str, form: str, own: tuple[str, ...]) -> str:
    parts = "".join(form.format(n=n, head=head, text=text) for n, (head, text) in enumerate(PARTS))
    body = "".join(f"<p>{line}</p>" for line in own)
    html = f"<html lang=de><head><title>{TITLE} | Bote</title></head><body>{around}</body></html>"
    page = extract_page(
        html.format(t=TITLE, body=body, parts=parts).encode(),
        url="https://bote.example/a/b",
        now=NOW,
    )
    return f"{page.lead}\n{page.text}"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "around",
    [
        "<main><article><h1>{t}</h1>{body}</article>{parts}</main>",
        "<div role=main><article><h1>{t}</h1>{body}</article><ol>{parts}</ol></div>",
        "<article><h1>{t}</h1>{body}{parts}</article>",
    ],
    ids=["siblings", "list", "inside"],
)
def test_parts_beside_the_article_stay(around: str, form: str) -> None:
    for own in (OWN[:1], OWN):
        text = text_of(around, FORMS[form], own)
        assert all(line in text for line in own)
        assert all(line in text for _, line in PARTS)


@pytest.mark.parametrize(
    "form",
    [
        "<div class=c><h3><a href=/{n}>{head}</a></h3><p>{text}</p></div>",
        "<section class=c><a href=/{n}>{head}</a><p>{text}</p></section>",
        "<article><p>1{n}.10.2022</p><h3><a href=/{n}>{head}</a></h3><p>{text}</p></article>",
    ],
)
def test_teasers_beside_the_article_are_no_parts(form: str) -> None:
    around = "<main><article><h1>{t}</h1>{body}</article>{parts}</main>"
    text = text_of(around, form, OWN)
    assert all(line in text for line in OWN)
    assert not any(line in text for _, line in PARTS)
