from __future__ import annotations

import re
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTPUTF8
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.notification_body import AlsoIn, NotificationBody, NotificationStory, NotificationTopic
from alerts.receivers.email.addresses import Mailbox, parse_mailbox
from alerts.receivers.email.mime import MAX_BYTES, MimeMessage, compose, html_part, text_part
from alerts.rendering.content import DeliveryContext, message_content
from config.i18n import Translator, translator
from tests.alerts.harness import NOON
from tests.alerts.receivers.notification_bodies import (
    TITLE,
    article,
    body,
    evidence,
    second_article,
    story_with,
)
from tests.support.lanes import examples

ENGLISH, GERMAN = translator("en"), translator("de")
GOLDEN = Path(__file__).parent / "golden"
DESK = DeliveryContext("mail", "desk@example.org")
REPEAT = DeliveryContext("mail", "desk@example.org", possible_repeat=True, late_since=NOON)
HOSTILE = (
    "</mark><script>alert(1)</script><img src=x onerror=alert(1)>\r\nBcc: all@example.org\r\n\r\n"
    "\u202egro.elpmaxe\u2066 =?utf-8?q?=0D=0ABcc=3A_x?= ]" + "ä" * 10_000
)


def box(text: str) -> Mailbox:
    mailbox = parse_mailbox(text, named=True)
    assert mailbox is not None
    return mailbox


def message(
    about: NotificationBody | None = None,
    context: DeliveryContext = DESK,
    t: Translator = ENGLISH,
    sender: str = "Wirewatch <alerts@example.org>",
    to: str = "desk@example.org",
) -> MimeMessage:
    about = about or body()
    return compose(about, context, t, sender=box(sender), recipient=box(to), created_at=NOON)


def parsed(made: MimeMessage) -> EmailMessage:
    email = BytesParser(policy=SMTPUTF8).parsebytes(made.data)
    assert isinstance(email, EmailMessage)
    assert [d for part in email.walk() for d in part.defects] == []
    return email


def part(made: MimeMessage, subtype: str) -> str:
    [part] = [p for p in parsed(made).iter_parts() if p.get_content_subtype() == subtype]
    return str(part.get_content()).replace("\r\n", "\n")


class Page(HTMLParser):
    """What a page fetches, and its tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        values = dict(attrs)
        self.fetched += [str(values[k]) for k in ("src", "srcset", "background") if k in values]
        self.links += [str(values["href"])] if "href" in values else []
        assert not [k for k in values if k.startswith("on")]


@pytest.mark.parametrize(
    ("code", "context", "kind"), [("en", DESK, "new_story"), ("de", REPEAT, "update")]
)
def test_a_message_reads_like_the_golden_file(
    code: str, context: DeliveryContext, kind: str
) -> None:
    about = message_content(body(kind=kind), context, translator(code))
    assert text_part(about) == (GOLDEN / f"{code}.txt").read_text()
    assert html_part(about) == (GOLDEN / f"{code}.html").read_text()


def test_what_is_new_comes_before_the_title() -> None:
    story = story_with(development="Turkey <agrees>")
    about = message_content(body(story=story), DESK, ENGLISH)
    assert text_part(about).index("Turkey <agrees>") < text_part(about).index(TITLE)
    page = html_part(about)
    assert page.index("Turkey &lt;agrees&gt;") < page.index(f">{TITLE}</a>")


def test_the_reason_is_in_the_readers_language() -> None:
    english, german = message(), message(t=GERMAN)
    assert "New story. The nearest article is in bote: 12% similar" in part(english, "plain")
    assert "Neue Meldung. Am ähnlichsten ist ein Artikel bei bote: 12 %" in part(german, "plain")
    assert re.search(r' lang="de" dir="auto">Neue Meldung', part(german, "html"))


def test_a_reason_stored_by_an_older_version_is_shown_as_it_is_and_marked_as_english() -> None:
    old = NotificationBody.model_validate_json(
        body(reason="New story. Nobody knows it.").model_dump_json(exclude={"reason_phrase"})
    )
    german = message(old, t=GERMAN)
    assert "\nNew story. Nobody knows it.\n" in part(german, "plain")
    assert re.search(r' lang="en" dir="auto">New story. Nobody', part(german, "html"))


def test_every_header_is_set() -> None:
    email = parsed(message())
    assert email["From"].addresses[0].display_name == "Wirewatch"
    assert email["From"].addresses[0].addr_spec == "alerts@example.org"
    assert str(email["To"]) == "desk@example.org"
    assert email["Subject"] == f"[NATO membership negotiations | Urgent] {TITLE}"
    assert email["Date"].datetime == NOON
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.org>", email["Message-ID"])
    assert email["References"] == email["In-Reply-To"] != email["Message-ID"]
    assert email["List-Id"] == "<nato-membership.wirewatch.example.org>"
    assert email["Auto-Submitted"] == "auto-generated"
    assert email["Precedence"] == "bulk"
    assert email["X-Auto-Response-Suppress"] == "All"
    assert email["Importance"] == "high"
    assert email["Content-Language"] == "en"
    assert email["MIME-Version"] == "1.0"
    assert "List-Unsubscribe" not in email
    assert email.get_content_type() == "multipart/alternative"
    kinds = [p.get_content_type() for p in email.iter_parts()]
    assert kinds == ["text/plain", "text/html"]


def test_the_same_attempt_makes_the_same_bytes_and_a_repeat_is_marked() -> None:
    assert message() == message()
    again = message(context=REPEAT)
    assert again.id == message().id
    assert "may be a repeat" not in part(message(), "plain")
    for subtype in ("plain", "html"):
        assert "may be a repeat" in part(again, subtype)
        assert "22 Nov 2026, 12:00 UTC" in part(again, subtype)
    assert "Urgent | delayed | possible repeat] Schweden" in parsed(again)["Subject"]


def test_ids_depend_on_target_and_notification_and_the_thread_only_on_the_story() -> None:
    about = [body(), body(id="9" * 32, kind="update")]
    made = [message(b, to=to) for b in about for to in ("a@example.org", "b@example.org")]
    assert len({m.id for m in made}) == 4
    assert len({parsed(m)["References"] for m in made}) == 1
    other = body(story=NotificationStory(id="4" * 32, title=TITLE, first_seen=NOON, outlets=1))
    assert parsed(message(other))["References"] != parsed(made[0])["References"]


@pytest.mark.parametrize("kind", ["test", "digest", "spike"])
def test_a_message_that_is_not_about_one_story_has_no_thread(kind: str) -> None:
    email = parsed(message(body(kind=kind)))
    assert email["References"] is email["In-Reply-To"] is None


@pytest.mark.parametrize(
    ("kind", "english", "german"),
    [
        ("new_coverage", "New coverage", "Weitere Berichte"),
        ("update", "Update", "Neuer Stand"),
        ("correction", "Correction", "Korrektur"),
        ("retraction", "Retraction", "Rücknahme"),
        ("spike", "Spike", "Häufung"),
        ("digest", "Digest", "Überblick"),
        ("test", "Test", "Test"),
        ("something_new", "something new", "something new"),
    ],
)
def test_each_kind_is_explained_and_named_in_the_subject(
    kind: str, english: str, german: str
) -> None:
    for t, name in ((ENGLISH, english), (GERMAN, german)):
        made = message(body(kind=kind, severity="normal"), t=t)
        tag = f"[NATO membership negotiations | {name}] "
        assert parsed(made)["Subject"] == tag + TITLE
        assert name in part(made, "plain").splitlines()[0]
        meaning = f"notification.meaning.{kind}"
        assert not t.has(meaning) or t(meaning) in part(made, "html")
        assert "Importance" not in parsed(made)


def test_a_body_without_articles_or_links_makes_a_message_all_the_same() -> None:
    bare = body(articles=(), kind="test", reason="", console_url="")
    assert Page(part(message(bare), "html")).links == []
    assert TITLE in part(message(bare), "plain")


def test_a_message_without_a_title_says_so() -> None:
    story = NotificationStory(id="3" * 32, title="\u202e \n", first_seen=NOON, outlets=1)
    assert parsed(message(body(story=story), t=GERMAN))["Subject"].endswith("] (ohne Überschrift)")


def test_hostile_text_adds_no_header_tag_or_link() -> None:
    bad = article(
        title=HOSTILE,
        outlet=HOSTILE,
        language='de" onload="x',
        url="javascript:alert(1)",
        rules=(HOSTILE,),
        also_in=(AlsoIn(outlet=HOSTILE, url="data:text/html,x"), AlsoIn(outlet="b", url="//x")),
        evidence=(evidence(HOSTILE, "<script>"), evidence("a" * 2000, "")),
    )
    about = body(
        topic=NotificationTopic(id="nato-membership\r\nBcc: x", title=HOSTILE),
        story=NotificationStory(id="3" * 32, title=HOSTILE, first_seen=NOON, outlets=1),
        articles=(bad,),
        reason=HOSTILE,
        console_url="javascript:alert(1)",
        severity="urgent\r\nBcc: x",
        kind="update\r\nBcc: x",
    )
    made = message(about)
    email = parsed(made)
    assert "Bcc" not in email
    assert len(email["Subject"]) < 400
    assert email["Subject"].startswith("[</mark><script>")
    assert email["Subject"].count("]") == 2  # the bracket's own, and the title's
    assert "=?utf-8?q?=0D=0ABcc=3A_x?=" in email["Subject"]
    page = Page(part(made, "html"))
    assert (page.links, page.fetched) == ([], [])
    assert "script" not in page.tags
    assert "img" not in page.tags
    for subtype in ("plain", "html"):
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b]", part(made, subtype))
    assert len(made.data) < MAX_BYTES


def test_the_page_fetches_nothing_and_its_links_are_http() -> None:
    page = Page(part(message(), "html"))
    assert page.fetched == []
    assert set(page.links) == {
        "https://kurier.example.org/politik/schweden?a=1&b=2",
        "https://post.example.org/world/sweden",
        "https://bote.example.org/1",
        "https://tagblatt.example.org/1",
        "http://127.0.0.1:8080/alerts/" + "2" * 32,
    }
    assert "url(" not in part(message(), "html")


def test_a_huge_notification_makes_a_message_that_mail_programs_show_completely() -> None:
    long = "https://kurier.example.org/" + "x" * 2000
    many = tuple(AlsoIn(outlet=f"o{n}", url=f"{long}{n}") for n in range(50))
    sentences = tuple(evidence(f"{n} " + "Слово и дело. " * 70, "дело") for n in range(5))
    articles = tuple(article(url=long, also_in=many, evidence=sentences) for _ in range(20))
    made = message(body(articles=articles))
    assert len(made.data) <= MAX_BYTES
    assert re.search(r"… and 1\d more in the console", part(made, "plain"))
    assert "o11 and 38 more" in part(made, "plain")
    assert all(len(line) <= 998 for line in made.data.split(b"\r\n"))


@settings(max_examples=examples(60))
@given(st.text(max_size=400), st.text(max_size=80))
def test_any_title_survives_the_encoding_of_the_subject(title: str, topic: str) -> None:
    about = body(
        story=NotificationStory(id="3" * 32, title=title, first_seen=NOON, outlets=1),
        topic=NotificationTopic(id="x", title=topic),
    )
    made = message(about)
    head = made.data.partition(b"\r\n\r\n")[0]
    assert head.isascii()
    assert all(len(line) <= 998 for line in head.split(b"\r\n"))
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n|\r\n(?![ \t]|[A-Za-z-]+: )", head)
    subject = re.sub(r"\s+", " ", parsed(made)["Subject"]).strip()
    expected = re.sub(r"\s+", " ", message_content(about, DESK, ENGLISH).subject).strip()
    assert subject == expected


def test_long_names_break_neither_ids_nor_lines() -> None:
    domain = "a" * 60 + "." + "nachrichtenredaktion-des-nordens" + ".example.org"
    story = NotificationTopic(id="t" * 100, title="x")
    email = parsed(message(body(topic=story), sender=f"a@{domain}"))
    for name in ("Message-ID", "References", "In-Reply-To", "List-Id"):
        assert str(email[name]).endswith(f"{domain}>")
        assert "=?" not in str(email[name])


def test_a_quote_in_the_senders_name_stays_in_the_name() -> None:
    for name in ("Desk, north (old)", "Wächter; x", "a@b.c", "=?utf-8?q?x?="):
        [address] = parsed(message(sender=f"{name} <a@example.org>"))["From"].addresses
        assert address.addr_spec == "a@example.org"


def test_domains_beyond_ascii_are_encoded_by_idna() -> None:
    made = message(sender="alerts@müller.example", to="desk@zürich.example")
    assert (made.sender, made.needs_utf8) == ("alerts@xn--mller-kva.example", False)
    assert made.id.endswith("@xn--mller-kva.example>")
    assert made.data.split(b"\r\n\r\n")[0].isascii()
    local = message(to="bücher@zürich.example")
    assert local.needs_utf8
    assert str(parsed(local)["To"]) == "bücher@xn--zrich-kva.example"


def test_the_headline_is_not_repeated() -> None:
    text = part(message(), "plain")
    assert text.count(TITLE + "\n") == 1
    assert second_article().title in text
