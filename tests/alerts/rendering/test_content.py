from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.notification_body import BundledTopic
from alerts.receivers import DeliveryAttempt
from alerts.rendering.content import MAX_ARTICLES, Room, attempt_content, delivery_context
from config.i18n import translator
from tests.alerts.harness import NOON
from tests.alerts.receivers.notification_bodies import TITLE, body, digest, second_article

ATTEMPT = DeliveryAttempt(
    id="1" * 32,
    receiver="chat",
    target="chat.example.org",
    kind="new_story",
    body=body().model_dump_json().encode(),
    attempt=1,
    possible_repeat=False,
    created_at=NOON,
)


@pytest.mark.parametrize(("minutes", "is_late"), [(0, False), (30, False), (31, True)])
def test_a_message_is_late_after_half_an_hour(minutes: int, is_late: bool) -> None:
    context = delivery_context(ATTEMPT, NOON + timedelta(minutes=minutes))
    assert context.late_since == (NOON if is_late else None)


def test_the_content_of_an_attempt_says_what_any_receiver_needs() -> None:
    content = attempt_content(ATTEMPT, translator("en"), NOON)
    assert content.title == TITLE
    assert content.labels == ("NATO membership negotiations", "Urgent", "New story")
    assert content.notices == ()
    assert [article.outlet for article in content.articles] == ["kurier", "post"]
    [sentence] = content.articles[0].sentences
    assert [piece.text for piece in sentence if piece.marked] == ["NATO-Beitritt"]
    assert content.read == "https://kurier.example.org/politik/schweden?a=1&b=2"
    assert content.footer.startswith("Wirewatch sent this to chat.example.org")


def test_a_repeat_and_a_late_message_say_so_first() -> None:
    repeat = replace(ATTEMPT, possible_repeat=True)
    content = attempt_content(repeat, translator("de"), NOON + timedelta(hours=2))
    assert [notice.split(":")[0] for notice in content.notices] == [
        "Diese Nachricht ist möglicherweise eine Wiederholung",
        "Diese Nachricht kommt verspätet",
    ]


@pytest.mark.parametrize(
    ("language", "notice", "subject"),
    [
        (
            "de",
            "Eskalation, Stufe 2: Um diese Meldung kümmert sich noch niemand.",
            "[Eskalation 2 | NATO membership negotiations | Dringend] ",
        ),
        (
            "en",
            "Escalation 2: nobody has taken care of this alert yet.",
            "[escalation 2 | NATO membership negotiations | Urgent] ",
        ),
    ],
)
def test_an_escalation_says_first_that_it_is_one(language: str, notice: str, subject: str) -> None:
    escalated = replace(ATTEMPT, body=body(escalation=2).model_dump_json().encode())
    content = attempt_content(escalated, translator(language), NOON)
    assert content.notices == (notice,)
    assert content.subject.startswith(subject)


def test_articles_beyond_the_limit_are_counted() -> None:
    articles = tuple(second_article(id=f"{n:032}") for n in range(MAX_ARTICLES + 3))
    many = replace(ATTEMPT, body=body(articles=articles).model_dump_json().encode())
    assert attempt_content(many, translator("en"), NOON).more == "… and 3 more in the console"
    assert len(attempt_content(many, translator("en"), NOON, Room(articles=2)).articles) == 2


def test_a_digest_names_every_message_with_the_reason_why_it_was_held() -> None:
    attempt = replace(ATTEMPT, kind="digest", body=digest(34).model_dump_json().encode())
    content = attempt_content(attempt, translator("de"), NOON)
    assert content.subject == "[Überblick] Zurückgehalten, weil viele auf einmal kamen: 34"
    assert [a.title for a in content.articles] == [f"Held {n}" for n in range(1, 35)]
    assert all(a.facts.startswith("Railways · de · ") for a in content.articles)
    assert all("6 Nachrichten zu diesem Thema" in a.why for a in content.articles)
    assert content.more == ""
    shorter = attempt_content(attempt, translator("en"), NOON, Room(articles=2))
    assert (len(shorter.articles), shorter.more) == (10, "… and 24 more in the console")


def test_a_message_about_several_topics_names_them() -> None:
    names = ("Trade", "Ports", "Rail", "Customs", "Tariffs")
    topics = tuple(
        BundledTopic(id=n, title=n, severity="normal", story_id=n, alert_id=n, article_id="a")
        for n in names
    )
    attempt = replace(ATTEMPT, body=body(topics=topics).model_dump_json().encode())
    content = attempt_content(attempt, translator("en"), NOON)
    assert content.labels[0] == "Trade, Ports, Rail, Customs +1"
    assert content.subject.startswith("[Trade, Ports, Rail, Customs +1 | Urgent] ")
