from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.receivers import DeliveryAttempt
from alerts.rendering.content import MAX_ARTICLES, Room, attempt_content, delivery_context
from config.i18n import translator
from tests.alerts.harness import NOON
from tests.alerts.receivers.notification_bodies import TITLE, body, second_article

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


def test_articles_beyond_the_limit_are_counted() -> None:
    articles = tuple(second_article(id=f"{n:032}") for n in range(MAX_ARTICLES + 3))
    many = replace(ATTEMPT, body=body(articles=articles).model_dump_json().encode())
    assert attempt_content(many, translator("en"), NOON).more == "… and 3 more in the console"
    assert len(attempt_content(many, translator("en"), NOON, Room(articles=2)).articles) == 2
