"""Comments with nothing but names are distinguished from the speakers of an interview."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from ingest.extract import ExtractedPage
from ingest.extract.article import extract_page

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
TITLE = "Bäckerei in der Mühlgasse schließt"
BODY = (
    "Nach 103 Jahren hat die Bäckerei in der Mühlgasse geschlossen. Niemand fand sich für sie.",
    "Das letzte Brot kam am Samstag um zehn vor elf aus dem Ofen, die Schlange war sehr lang.",
)
READERS = ("Semmelfee", "GerdT", "Ofenrohr", "Semmelfee", "GerdT")
SPEAKERS = ("Anna Brandt", "Jörg Weide", "Anna Brandt", "Jörg Weide", "Anna Brandt")
PANEL = ("McKay", "von Weide", "DeVries", "McKay", "von Weide")


def conversation(names: Sequence[str], name: str, text: str) -> str:
    line = "Das sehe ich anders, und ich sage auch gern, warum das so ist, Nummer {}."
    return "".join(
        f"<div class=a><{name}>{who}</{name}><{text} class=c>{line.format(n)}</{text}></div>"
        for n, who in enumerate(names)
    )


def page(below: str, after: str = "") -> ExtractedPage:
    body = "".join(f"<p>{p}</p>" for p in BODY)
    html = (
        f"<html lang=de><title>{TITLE}</title><body><main><h1>{TITLE}</h1>{body}{below}{after}"
        "</main></body></html>"
    )
    return extract_page(html.encode(), url="https://auberg.example/a/b", now=NOW)


@pytest.mark.parametrize(("name", "text"), [("div", "div"), ("b", "p"), ("span", "p")])
def test_a_conversation_of_readers_with_forum_names_is_comments(name: str, text: str) -> None:
    extracted = page(conversation(READERS, name, text))
    assert "sehe ich anders" not in f"{extracted.lead} {extracted.text}"
    assert all(p in f"{extracted.lead} {extracted.text}" for p in BODY)
    [zone] = [z for z in extracted.zones if z.zone == "comments"]
    assert zone.text.count("sehe ich anders") == len(READERS)


def test_text_in_the_markup_of_the_body_after_comments_is_body() -> None:
    last = "Der Ofen bleibt, wo er ist, denn er lässt sich nicht bewegen, ohne dass er zerbricht."
    extracted = page(conversation(READERS, "div", "div"), f"<p>{last}</p>")
    assert last in extracted.text
    assert "sehe ich anders" not in extracted.text


@pytest.mark.parametrize("names", [SPEAKERS, PANEL, READERS[:3]], ids=["two", "panel", "few"])
def test_interviews_panels_and_lists_of_names_are_no_comments(names: Sequence[str]) -> None:
    assert page(conversation(names, "div", "div")).text.count("sehe ich anders") == len(names)


def test_a_page_laid_out_with_tables_has_no_cell_borders_in_its_text() -> None:
    cells = "".join(f"<p>{p}</p>" for p in BODY)
    html = (
        f"<html lang=de><title>{TITLE}</title><body><table><tr><td>Start</td><td><table><tr><td>"
        f"<font size=5><b>{TITLE}</b></font>{cells}</td></tr></table></td></tr></table>"
    )
    extracted = extract_page(html.encode(), url="https://auberg.example/a/b", now=NOW)
    assert all(p in f"{extracted.lead} {extracted.text}" for p in BODY)
    assert "|" not in extracted.text
