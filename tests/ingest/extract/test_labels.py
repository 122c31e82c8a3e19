"""Comments that a page labels by something other than a class or an id."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.extract.article import extract_page

BODY = [
    "Der Stadtrat hat am Montag den Umbau des Bahnhofs beschlossen, nach langer Debatte im Saal.",
    "Der Bau soll im Frühjahr beginnen und drei Jahre dauern, sagte die Baudezernentin am Abend.",
    "Die Kosten werden auf vierzig Millionen Euro geschätzt; das Land trägt davon die Hälfte mit.",
]
COMMENT = "Ich bin für den Nato-Beitritt der Schweiz und gegen diesen Bahnhof, das sage ich offen."


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<div aria-label="Kommentare">', "</div>"),
        ('<section aria-label="Reader comments">', "</section>"),
        ('<div aria-label="Комментарии">', "</div>"),
        ('<div aria-label="Коментарі">', "</div>"),
        ('<div aria-label="Commentaires">', "</div>"),
        ('<div data-testid="comments-section">', "</div>"),
        ('<div data-component="CommentList">', "</div>"),
        ("<user-comments><user-comment>", "</user-comment></user-comments>"),
        ("<div hidden>", "</div>"),
    ],
)
def test_comments_labelled_without_class_or_id_are_cut_even_inside_the_article(
    before: str, after: str
) -> None:
    body = "".join(f"<p>{p}</p>" for p in BODY)
    page = (
        f"<html lang=de><body><article><h1>Umbau des Bahnhofs beschlossen</h1>{body}"
        f"{before}<p>{COMMENT}</p><p>{COMMENT} Noch einmal.</p>{after}</article></body></html>"
    )
    extracted = extract_page(
        page.encode(), url="https://example.org/a", now=datetime(2026, 1, 1, tzinfo=UTC)
    )
    text = "\n".join([extracted.title, extracted.lead, extracted.text])
    assert "Nato-Beitritt" not in text
    assert all(paragraph in text for paragraph in BODY)


def test_an_aria_label_on_a_link_cuts_nothing() -> None:
    body = "".join(f"<p>{p}</p>" for p in BODY)
    page = (
        "<html lang=de><body><article><h1>Umbau des Bahnhofs beschlossen</h1>"
        f'<a aria-label="Zu den Kommentaren" href="#k">12</a>{body}</article></body></html>'
    )
    extracted = extract_page(
        page.encode(), url="https://example.org/a", now=datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert all(paragraph in f"{extracted.lead}\n{extracted.text}" for paragraph in BODY)
