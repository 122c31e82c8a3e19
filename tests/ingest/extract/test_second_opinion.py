"""The article is not lost: another reading of a page wins where something supports it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from ingest.extract import ExtractedPage, PageHints
from ingest.extract.article import extract_page
from ingest.extract.blocks import collect_blocks
from ingest.extract.markup import parse_markup
from ingest.extract.opinion.decide import Support, Verdict
from ingest.extract.opinion.review import FirstOpinion, ask
from tests.ingest.extract.sample_pages import DE, EN, RU, UK, Story, page

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
URL = "https://www.auberger-bote.example/politik/bruecke"
STORIES = (DE, EN, RU, UK)
MENU = ("Der Hafen von Norderau erhält im Sommer zwei neue Kräne aus Finnland. " * 2).strip()


def paragraphs(lines: tuple[str, ...]) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def opinion(
    story: Story,
    *,
    body: str = "",
    cut: dict[str, str] | None = None,
    linked: str = "",
    linked_title: str = "",
    feed: str = "",
    marked_short: bool = False,
) -> Verdict | None:
    """Ask about a page of which the blocks that contain a text are cut into a zone."""
    html = body or f"<h1>{story.title}</h1><div class=text>{paragraphs(story.body)}</div>"
    markup = page(story, html)
    blocks = collect_blocks(parse_markup(markup))
    for block in blocks:
        if block.text == story.title or block.text.startswith(story.title + " |"):
            block.zone = "title"
        block.zone = next((z for text, z in (cut or {}).items() if text in block.text), block.zone)
    kept = [b.text for b in blocks if b.zone is None]
    return ask(
        FirstOpinion(
            markup=markup,
            blocks=blocks,
            titles=lambda: [story.title],
            text="\n".join(kept),
            lead="",
            linked_title=linked_title,
            linked=linked,
            feed=feed,
            marked_short=marked_short,
        )
    )


def outcome(verdict: Verdict | None) -> tuple[str, str]:
    return (verdict.chosen.source, verdict.reason.value) if verdict else ("", "")


@pytest.mark.parametrize("zone", ["comments", "related", "service", "advert", "chrome"])
@pytest.mark.parametrize("story", STORIES, ids=lambda s: s.language)
def test_a_body_that_was_cut_whole_is_taken_back(story: Story, zone: str) -> None:
    verdict = opinion(story, cut={line[:40]: zone for line in story.body})
    assert outcome(verdict) == ("plain", Support.NOTHING_KEPT)
    assert verdict is not None
    assert all(line in verdict.chosen.text.value for line in story.body)


@pytest.mark.parametrize("story", STORIES, ids=lambda s: s.language)
def test_paragraphs_cut_from_between_kept_ones_are_taken_back(story: Story) -> None:
    verdict = opinion(story, cut={line[:40]: "service" for line in story.body[1:-1]})
    assert outcome(verdict) == ("plain", Support.CUT_WITHIN)


def test_the_rest_of_a_body_cut_as_comments_is_taken_back() -> None:
    verdict = opinion(DE, cut={line[:40]: "comments" for line in DE.body[1:]})
    assert outcome(verdict) == ("plain", Support.CUT_WITHIN)


def test_signed_comments_in_the_element_of_the_body_stay_cut() -> None:
    signed = "".join(
        f"<p>Gast{i} 01.01.2026 um 1{i}:05 Uhr</p><p>{MENU} Das sagt Gast{i}.</p>" for i in range(8)
    )
    body = f"<h1>{DE.title}</h1><div>{paragraphs(DE.body[:1])}{signed}</div>"
    verdict = opinion(DE, body=body, cut={"Gast": "comments"})
    assert outcome(verdict) in (("", ""), ("page", Support.NOT_SUPPORTED))


def test_a_flash_of_one_sentence_is_not_replaced_by_its_neighbours() -> None:
    flash = f"{DE.title}, teilte die Stadt am Freitag mit."
    boxes = "".join(f"<div class=box{i}><p>{MENU} Kasten {i}.</p></div>" for i in range(9))
    body = f"<h1>{DE.title}</h1><article><p>{flash}</p></article>{boxes}"
    verdict = opinion(DE, body=body, cut={"Kasten": "related"})
    assert outcome(verdict) in (("", ""), ("page", Support.NOT_SUPPORTED))


def test_pages_of_which_enough_is_left_have_no_second_opinion() -> None:
    assert opinion(DE, cut={DE.body[-1][:40]: "related"}) is None


TEASER = f"<h1>{DE.title}</h1><p>{DE.body[0][:60]}</p>"
WHOLE = "\n".join(DE.body)
OTHER = "\n".join(EN.body)


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ({"linked": WHOLE, "linked_title": DE.title}, ("jsonld", Support.PAGE_SHORT)),
        ({"linked": WHOLE}, ("jsonld", Support.PAGE_SHORT)),
        ({"feed": WHOLE}, ("feed", Support.PAGE_SHORT)),
        ({"linked": OTHER, "linked_title": EN.title}, ("", "")),
        ({"feed": OTHER}, ("", "")),
        ({"linked": DE.body[0], "linked_title": DE.title}, None),
    ],
    ids=[
        "json-ld",
        "json-ld without headline",
        "feed",
        "another article",
        "another feed",
        "teaser",
    ],
)
def test_a_page_with_a_teaser_gets_the_text_of_its_own_article_only(
    sources: dict[str, str], expected: tuple[str, str] | None
) -> None:
    found = outcome(opinion(DE, body=TEASER, **sources))  # type: ignore[arg-type]
    assert found == expected if expected else found[0] in ("", "jsonld")


@pytest.mark.parametrize("source", ["linked", "feed"])
def test_what_json_ld_or_the_feed_confirms_is_taken_back_with_its_paragraphs(source: str) -> None:
    comments = paragraphs(tuple(f"{text} {MENU}" for _, text in DE.comments))
    body = (
        f"<h1>{DE.title}</h1><article>{paragraphs(DE.body[:1])}</article>"
        f"<section>{paragraphs(DE.body[1:])}</section><div class=comments>{comments}</div>"
    )
    cut = {line[:40]: "related" for line in DE.body[1:]} | {MENU[:40]: "comments"}
    verdict = opinion(DE, body=body, cut=cut, **{source: WHOLE})  # type: ignore[arg-type]
    assert verdict is not None
    assert verdict.reason is Support.CONFIRMED
    assert "\n".join(DE.body[1:]) in verdict.chosen.text.value
    assert MENU not in verdict.chosen.text.value


def test_a_feed_text_of_several_articles_does_not_replace_the_article() -> None:
    digest = "\n".join((*DE.body, *EN.body, *RU.body, *UK.body))
    verdict = opinion(DE, feed=digest)
    assert outcome(verdict) == ("page", Support.NOT_SUPPORTED)


def extract_with_json_ld(body: str, **fields: object) -> ExtractedPage:
    data = {"@type": "NewsArticle", "headline": DE.title, "articleBody": WHOLE} | fields
    head = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    return extract_page(page(DE, body, head), url=URL, now=NOW)


def test_a_disputed_page_is_flagged_and_keeps_both_texts() -> None:
    teaser = f"<h1>{DE.title}</h1>{paragraphs(DE.body[:1])}"
    extracted = extract_with_json_ld(teaser, author={"name": "Maria Holm"})
    assert extracted.text == WHOLE
    assert "disputed" in extracted.flags
    assert "thin" not in extracted.flags
    assert extracted.authors == ("Maria Holm",)
    assert extracted.dispute is not None
    assert (extracted.dispute.source, extracted.dispute.other_source) == ("jsonld", "page")
    assert extracted.dispute.other == DE.body[0]


def test_the_whole_text_of_a_paid_article_is_used_and_stays_paid() -> None:
    extracted = extract_with_json_ld(
        f"<h1>{DE.title}</h1>{paragraphs(DE.body[:1])}{paragraphs(DE.paywall)}",
        articleBody="\n".join((*DE.body, *DE.body[1:])),
        isAccessibleForFree=False,
    )
    assert DE.body[-1] in extracted.text
    assert extracted.access == "paid"


def test_the_feed_gives_the_text_that_the_page_lacks() -> None:
    hints = PageHints(title=DE.title, content=WHOLE)
    extracted = extract_page(page(DE, TEASER), url=URL, hints=hints, now=NOW)
    assert extracted.text == WHOLE
    assert extracted.dispute is not None
    assert extracted.dispute.source == "feed"


def test_what_was_taken_back_is_no_longer_among_what_was_cut() -> None:
    body = f"<h1>{DE.title}</h1><div class=comments><h3>Kommentare</h3>{paragraphs(DE.body)}</div>"
    extracted = extract_with_json_ld(body)
    assert DE.body[-1] in extracted.text
    assert not any(DE.body[-1] in zone.text for zone in extracted.zones)


@pytest.mark.parametrize(
    "inserted",
    [
        "<p>Ihre E-Mail-Adresse wird nicht veröffentlicht. Erforderliche Felder sind markiert</p>",
        "<p>Your email address will not be published. Required fields are marked *</p>",
        "<h3>Kommentare</h3>",
        "<h3>3 Comments</h3>",
    ],
)
@pytest.mark.parametrize("story", STORIES, ids=lambda s: s.language)
def test_what_follows_a_form_or_head_of_comments_in_the_text_is_not_lost(
    story: Story, inserted: str
) -> None:
    comments = "".join(f"<p>{name}</p><p>{text}</p>" for name, text in story.comments)
    first, rest = paragraphs(story.body[:1]), paragraphs(story.body[1:] * 2)
    for after in ("", f"<div id=c>{comments}</div>"):
        body = f"<h1>{story.title}</h1><div class=x>{first}{inserted}{rest}</div>{after}"
        extracted = extract_page(page(story, body), url=URL, now=NOW)
        text = f"{extracted.lead}\n{extracted.text}"
        assert [line for line in story.body if line not in text] == []
        assert [one for _, one in story.comments if one in text] == []


@pytest.mark.parametrize("label", ["user-comments", "kommentar-bereich", "reader-comments-x"])
def test_a_long_text_labelled_as_comments_that_nobody_signed_is_the_article(label: str) -> None:
    intro = f"<section><p>{DE.title}: Was bisher bekannt ist, im Überblick.</p></section>"
    body = f"<h1>{DE.title}</h1>{intro}<div class='{label}'>{paragraphs(DE.body)}</div>"
    extracted = extract_page(page(DE, body), url=URL, now=NOW)
    assert [x for x in DE.body if x not in f"{extracted.lead}\n{extracted.text}"] == []
