"""How each vendor's markup shows a text that would mean something in it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from alerts.receivers.discord import DiscordReceiver
from alerts.receivers.mattermost import MattermostReceiver
from alerts.receivers.ntfy import NtfyReceiver
from alerts.receivers.slack import SlackReceiver, mrkdwn
from alerts.receivers.teams import TeamsReceiver
from alerts.receivers.telegram import TelegramReceiver, html
from alerts.rendering.markdown import markdown
from alerts.rendering.text_runs import TextRun
from config.i18n import translator
from tests.alerts.harness import NOON
from tests.alerts.receivers.notification_bodies import article, evidence, story_with
from tests.alerts.receivers.test_chat_contract import attempt

EN, DE = translator("en"), translator("de")
HOSTILE = "<!channel> @everyone [x](https://evil.example) <b>*A* & B</b>"


def hostile() -> dict[str, Any]:
    story = story_with(title=HOSTILE)
    one = article(
        title=HOSTILE, outlet="@here", evidence=(evidence("Of <@U1> the NATO | EU.", "NATO"),)
    )
    return {"story": story, "articles": (one,)}


def test_slack_gets_sections_and_a_text_for_the_notification() -> None:
    message = SlackReceiver.render(attempt(), EN, NOON).payload
    assert message["text"] == (
        "[NATO membership negotiations | Urgent] "
        "Schweden unterzeichnet den Antrag auf NATO-Beitritt"
    )
    assert {block["text"]["verbatim"] for block in message["blocks"]} == {True}
    head, first, second, reason, links = (block["text"]["text"] for block in message["blocks"])
    url = "https://kurier.example.org/politik/schweden?a=1&amp;b=2"
    assert head == (
        f"*<{url}|Schweden unterzeichnet den Antrag auf NATO-Beitritt>*\n"
        "NATO membership negotiations · Urgent · New story"
    )
    assert first.splitlines() == [
        f"<{url}|kurier> · de · 22 Nov 2026, 12:00 UTC",
        "Den *NATO-Beitritt* hat die Außenministerin beantragt.",
        "Why: score 55; rules: direct, near",
        "Also in: <https://bote.example.org/1|bote>, <https://tagblatt.example.org/1|tagblatt>",
    ]
    assert second.startswith("*<https://post.example.org/world/sweden|Sweden signs application")
    assert reason.startswith("New story. The nearest article is in bote: 12% similar")
    assert links.split(" · ")[0] == f"<{url}|Read the article>"


def test_slack_reads_no_control_sequence_in_a_text() -> None:
    blocks = json.dumps(SlackReceiver.render(attempt(**hostile()), EN, NOON).payload)
    assert "<!" not in blocks
    assert "<@" not in blocks
    assert "&lt;!channel&gt;" in blocks
    link = mrkdwn(TextRun("a|b>*", is_bold=True, url="https://e.example/?a=*&b=x|y"))
    assert link == "*<https://e.example/?a=*&amp;b=x%7Cy|a|b&gt;∗>*"


def test_telegram_gets_html() -> None:
    payload = TelegramReceiver.render(attempt(), DE, NOON).payload
    assert payload["parse_mode"] == "HTML"
    lines = payload["text"].splitlines()
    assert lines[0] == (
        '<b><a href="https://kurier.example.org/politik/schweden?a=1&amp;b=2">'
        "Schweden unterzeichnet den Antrag auf NATO-Beitritt</a></b>"
    )
    assert "Den <b>NATO-Beitritt</b> hat die Außenministerin beantragt." in lines
    assert lines[-1].endswith('">In der Konsole öffnen</a>')


def test_telegram_reads_no_tag_and_no_mention_in_a_text() -> None:
    text = TelegramReceiver.render(attempt(**hostile()), EN, NOON).payload["text"]
    assert "<!" not in text
    assert "<b>*A*" not in text
    assert "@everyone" not in text
    assert "@\N{ZERO WIDTH SPACE}everyone" in text
    assert html(TextRun('a"<b>', url='https://e.example/"x')) == (
        '<a href="https://e.example/&quot;x">a"&lt;b&gt;</a>'
    )


def test_markdown_reads_no_markup_and_no_mention_in_a_text() -> None:
    for receiver in (MattermostReceiver, DiscordReceiver):
        text = json.dumps(receiver.render(attempt(**hostile()), EN, NOON).payload)
        assert "@everyone" not in text
        assert "@here" not in text
        assert r"\\[x\\]\\(https\\:" in text
        assert r"\\<\\!channel\\>" in text
    assert markdown(TextRun("*a* `b`", is_marked=True)) == r"**\*a\* \`b\`**"
    assert markdown(TextRun("x", url="https://e.example/(a)")) == "[x](https://e.example/%28a%29)"


def test_discord_gets_the_headline_and_an_embed_without_mentions() -> None:
    payload = DiscordReceiver.render(attempt(), EN, NOON).payload
    assert payload["allowed_mentions"] == {"parse": []}
    [embed] = payload["embeds"]
    assert payload["content"].startswith("**[Schweden unterzeichnet den Antrag auf NATO\\-Beitritt")
    assert embed["description"].startswith("[kurier](https://kurier.example.org/politik/schweden")
    assert embed["color"] == 0xC8102E


def test_teams_gets_a_card_whose_texts_have_no_markup() -> None:
    payload = TeamsReceiver.render(attempt(**hostile()), EN, NOON).payload
    [attachment] = payload["attachments"]
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    title = card["body"][0]["inlines"][0]
    assert (title["text"], title["weight"]) == (HOSTILE, "Bolder")
    marked = [r for b in card["body"] for r in b["inlines"] if r.get("highlight")]
    assert [run["text"] for run in marked] == ["NATO"]
    assert [action["title"] for action in card["actions"]] == [
        "Read the article",
        "Open in the console",
    ]


@pytest.mark.parametrize(
    ("severity", "priority"), [("low", 2), ("normal", 3), ("high", 4), ("urgent", 5)]
)
def test_ntfy_gets_plain_text_and_a_priority(severity: str, priority: int) -> None:
    payload = NtfyReceiver.render(attempt(severity=severity), EN, NOON).payload
    assert payload["priority"] == priority
    assert payload["title"] == "Schweden unterzeichnet den Antrag auf NATO-Beitritt"
    assert "Den »NATO-Beitritt« hat die Außenministerin beantragt." in payload["message"]
    assert payload["click"] == "https://kurier.example.org/politik/schweden?a=1&b=2"
    assert [action["label"] for action in payload["actions"]] == [
        "Read the article",
        "Open in the console",
    ]


def test_a_late_message_says_so_before_anything_else() -> None:
    later = NOON + timedelta(hours=2)
    blocks = SlackReceiver.render(attempt(), DE, later).payload["blocks"]
    assert blocks[0]["text"]["text"].startswith("Diese Nachricht kommt verspätet")


def test_an_article_without_an_outlet_begins_with_its_language_and_time() -> None:
    message = NtfyReceiver.render(attempt(articles=(article(outlet=""),)), EN, NOON)
    assert "\nde · 22 Nov 2026, 12:00 UTC\n" in message.payload["message"]


def test_a_reason_that_is_the_title_is_not_repeated() -> None:
    story = story_with(title="Held during quiet hours")
    message = NtfyReceiver.render(attempt(story=story, reason=story.title, articles=()), EN, NOON)
    assert message.payload["title"] == story.title
    assert story.title not in message.payload["message"]


def test_without_an_article_and_a_console_there_are_no_empty_parts() -> None:
    bare = attempt(articles=(), console_url="")
    for block in SlackReceiver.render(bare, EN, NOON).payload["blocks"]:
        assert block["text"]["text"]
    [card] = TeamsReceiver.render(bare, EN, NOON).payload["attachments"]
    assert card["content"]["actions"] == []
    assert "click" not in NtfyReceiver.render(bare, EN, NOON).payload
