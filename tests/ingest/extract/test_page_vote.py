"""Whether a page that answered is the page of the entry."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ingest.extract.models import PageHints
from ingest.extract.page_vote import (
    OTHER_PAGE,
    REDIRECT_STUB,
    SECTION_PAGE,
    PageFacts,
    judge_page,
)
from ingest.pages.wrong_pages import WRONG_PAGES
from tests.ingest.extract.wrong_pages import (
    ENTRIES,
    LINK,
    LOOKALIKES,
    NOTICES,
    NOW,
    extract,
    page,
    teasers,
)

pytestmark = pytest.mark.slow

ENTRY = ENTRIES["de"]
CASES = [(kind, *row) for kind, rows in NOTICES.items() for row in rows]
NAMES = [f"{kind}: {title}" for kind, _, title, _ in CASES]
OTHER_LINK = "https://www.hafenblatt.example/wirtschaft/kran-stuerzt-998871.html"
ARTICLE = (
    "Bei Hasselwerder ist in der Nacht der Deich gebrochen. Zwölf Höfe stehen unter Wasser, sagte "
    "ein Sprecher der Feuerwehr, die Bewohner mit Booten in Sicherheit bringt.\n"
    "Der Wasserstand soll am Abend noch einmal steigen."
)
FOREIGN = (
    "Im Containerhafen ist ein Kran umgestürzt. Verletzt wurde niemand, teilte der Betreiber mit.\n"
    "Wie es zu dem Unfall kam, prüft nun die Gewerbeaufsicht des Landes."
)


def kinds_of(body: bytes, hints: PageHints, url: str = LINK) -> list[str]:
    return [flag for flag in extract(body, hints, url).flags if flag in WRONG_PAGES]


@pytest.mark.parametrize(("kind", "language", "title", "text"), CASES, ids=NAMES)
def test_a_page_that_speaks_to_a_visitor_is_not_the_article(
    kind: str, language: str, title: str, text: str
) -> None:
    entry = ENTRIES[language]
    plain = page(title, text, language=language)
    assert kinds_of(plain, entry) == [kind]
    assert kinds_of(plain, PageHints(title=entry.title, url=LINK)) == [kind]
    assert kinds_of(page(title, text, language=language, more=teasers()), entry) == [kind]


@pytest.mark.parametrize(("kind", "language", "title", "text"), CASES[::4], ids=NAMES[::4])
def test_a_page_that_has_the_headline_only_in_its_head_is_not_the_article(
    kind: str, language: str, title: str, text: str
) -> None:
    entry = ENTRIES[language]
    assert kinds_of(page(entry.title, text, language=language, h1=title), entry) == [kind]


@pytest.mark.parametrize(
    ("language", "title", "text"), LOOKALIKES, ids=[row[1] for row in LOOKALIKES]
)
def test_an_article_whose_headline_sounds_like_a_notice_is_the_article(
    language: str, title: str, text: str
) -> None:
    body = page(title, text, language=language)
    for hints in (
        PageHints(title=title, summary=text[:120], published_at=NOW, url=LINK),
        PageHints(title=title, url=LINK),
        PageHints(title="Ganz andere Zeile hier", summary=text[:160], published_at=NOW, url=LINK),
        PageHints(),
    ):
        assert kinds_of(body, hints) == []


def facts(**values: object) -> PageFacts:
    base = PageFacts(
        titles=["Kran stürzt in Hafenbecken"],
        headings=["Kran stürzt in Hafenbecken"],
        text=FOREIGN,
        all_text=FOREIGN,
        url=LINK,
    )
    return replace(base, **values)  # type: ignore[arg-type]


BARE = PageHints(title=ENTRY.title, url=LINK)
SECTION = "https://www.hafenblatt.example/politik/"
LIST = {
    "titles": ["Politik | Hafenblatt"],
    "headings": ["Politik"],
    "subheadings": ["Politik", "Kran stürzt in Hafenbecken", ENTRY.title],
    "text": f"{FOREIGN}\n{ENTRY.summary}\n{FOREIGN}",
}
OWN_TITLE = ["Deich bricht bei Sturm: zwölf Höfe unter Wasser"]


@pytest.mark.parametrize(
    ("about", "page", "entry", "kind"),
    [
        ("redirected to another article", facts(url=OTHER_LINK), ENTRY, OTHER_PAGE),
        ("redirected, the feed has a title alone", facts(url=OTHER_LINK), BARE, OTHER_PAGE),
        (
            "redirected to its section",
            facts(url="https://www.hafenblatt.example/politik/"),
            ENTRY,
            SECTION_PAGE,
        ),
        ("redirected to a list that has it", facts(url=SECTION, **LIST), ENTRY, SECTION_PAGE),
        (
            "redirected to a list without a heading that has it first",
            facts(url=SECTION, **(LIST | {"headings": [ENTRY.title]})),
            ENTRY,
            SECTION_PAGE,
        ),
        ("a list at its address", facts(own_urls=[SECTION], **LIST), ENTRY, SECTION_PAGE),
        (
            "an article that names its section as its address",
            facts(own_urls=[SECTION], **(LIST | {"headings": [ENTRY.title]})),
            ENTRY,
            None,
        ),
        (
            "an article at the address of a section",
            facts(url=SECTION, **(LIST | {"titles": OWN_TITLE})),
            ENTRY,
            None,
        ),
        ("it names another address", facts(own_urls=[OTHER_LINK]), ENTRY, OTHER_PAGE),
        (
            "another article's address and text, under the same kicker",
            facts(
                headings=["Eilmeldung: Kran stürzt in Hafenbecken"],
                titles=["Eilmeldung: Kran stürzt in Hafenbecken"],
                own_urls=[OTHER_LINK],
            ),
            replace(ENTRY, title=f"Eilmeldung: {ENTRY.title}"),
            OTHER_PAGE,
        ),
        (
            "the same kicker and another article's address alone",
            facts(
                headings=["Eilmeldung: Kran stürzt in Hafenbecken"],
                titles=["Eilmeldung: Kran stürzt in Hafenbecken"],
                text=ARTICLE,
                own_urls=[OTHER_LINK],
            ),
            replace(ENTRY, title=f"Eilmeldung: {ENTRY.title}"),
            None,
        ),
        ("no word of a long summary", facts(), ENTRY, OTHER_PAGE),
        (
            "another address and another date",
            facts(own_urls=[OTHER_LINK], published_at=NOW - timedelta(days=400)),
            replace(BARE, published_at=NOW),
            OTHER_PAGE,
        ),
        (
            "a script leads away",
            facts(text="Moment", all_text="Moment", leads_away=True),
            ENTRY,
            REDIRECT_STUB,
        ),
        ("the same", facts(titles=OWN_TITLE, headings=OWN_TITLE, text=ARTICLE), ENTRY, None),
        ("rewritten headline", facts(text=ARTICLE), ENTRY, None),
        ("rewritten headline and new address", facts(text=ARTICLE, url=OTHER_LINK), ENTRY, None),
        (
            "renamed, with the same id",
            facts(text=ARTICLE, url="https://www.hafenblatt.example/flut-im-dorf-471130"),
            BARE,
            None,
        ),
        (
            "the page says that it is at the link",
            facts(text=FOREIGN * 4, own_urls=[LINK]),
            ENTRY,
            None,
        ),
        ("another headline alone", facts(), BARE, None),
        (
            "another headline and date",
            facts(published_at=NOW - timedelta(days=90)),
            replace(BARE, published_at=NOW),
            None,
        ),
        ("another address alone", facts(own_urls=[OTHER_LINK]), BARE, None),
        ("the feed says nothing", facts(url=OTHER_LINK), PageHints(url=LINK), None),
        (
            "a title in letters without spaces",
            facts(url=LINK),
            PageHints(title="台风登陆", url=LINK),
            None,
        ),
        (
            "a short article with an analytics script",
            facts(titles=OWN_TITLE, headings=OWN_TITLE, text=ARTICLE[:170], leads_away=True),
            ENTRY,
            None,
        ),
    ],
)
def test_a_page_is_refused_only_if_several_votes_agree(
    about: str, page: PageFacts, entry: PageHints, kind: str | None
) -> None:
    assert judge_page(page, entry).kind == kind, about


def test_a_verdict_names_its_votes() -> None:
    verdict = judge_page(facts(url=OTHER_LINK), ENTRY)
    assert verdict.votes == ("headline no", "words no", "address no", "date unknown")


def test_an_article_of_one_paragraph_that_the_feed_has_too_is_not_empty() -> None:
    text = ARTICLE.split("\n")[0]
    article = extract(page(ENTRY.title, text), replace(ENTRY, summary=text))
    assert f"{article.lead}{article.text}" == text


def test_the_heading_of_a_login_form_beside_the_headline_is_no_notice() -> None:
    form = "<div><h1>Log in</h1><p>Don't have an account? Forgot your password?</p></div>"
    body = page("Flut im Dorf", f"{FOREIGN}\n{ARTICLE}", more=form)
    for hints in (PageHints(), BARE, ENTRY):
        assert kinds_of(body, hints) == []
