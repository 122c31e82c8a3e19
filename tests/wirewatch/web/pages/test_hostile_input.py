"""Text from feeds, articles and addresses is shown as text and nothing else."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from tests.support.console import HOSTILE, Console, add_delivery, add_story

OWN_SCRIPT = re.compile(r'<script src="/static/[a-z]+\.js" defer>')


def foreign_scripts(body: str) -> list[str]:
    """Return the scripts of a page that are not the console's own files."""
    scripts = re.findall(r"<script[^>]*>?", body)
    return [script for script in scripts if not OWN_SCRIPT.fullmatch(script)]


@pytest.fixture
def alert_id(console: Console, now: datetime) -> str:
    """Id of the alert of a hostile feed's story."""
    alert = add_story(console.store, "hostile", now, title=HOSTILE, url="javascript:alert(1)",
                      copies=1, texts=(HOSTILE, HOSTILE[::-1]), outlet="<b>evil</b>",
                      language='de" onclick="x')  # fmt: skip
    add_delivery(console.store, alert, "</td><script>x</script>\u202e", "failed", now)
    return alert


@pytest.mark.parametrize("path", ["/", "/alerts/{}", "/deliveries", "/topics/nato"])
def test_hostile_text_is_escaped_cleaned_and_cut(
    console: Console, alert_id: str, path: str
) -> None:
    body = console.page(path.format(alert_id))
    assert foreign_scripts(body) == []
    assert "<img src=x" not in body
    assert "<b>evil" not in body
    assert "\u202e" not in body
    assert "\x1b" not in body
    assert not re.search(r'(?:href|src|action)="(?!/|#)', body)
    assert not re.search(r'\slang="(?!(?:de|en)")', body)
    assert "&lt;script&gt;" in body
    assert "{{7*7}}" in body
    assert len(body) < 120_000


def test_a_headline_is_cut_and_isolated_from_the_text_around_it(
    console: Console, alert_id: str
) -> None:
    body = console.page("/")
    title = re.search(r'<h2 id="t-\w+"([^>]*)><a [^>]*>(.*?)</a>', body)
    assert title
    assert 'dir="auto"' in title[1]
    assert len(title[2]) < 600
    assert title[2].endswith("…")
    assert alert_id in body


@pytest.mark.parametrize(
    "query",
    ["q=%3Cscript%3Ealert(1)%3C/script%3E", "topic=%22%3E%3Cscript%3E", "q=%00%1b%E2%80%AE",
     "done=%3Cscript%3E&at=1", "done=ack&n=9&at=1795348800&undo=%22%3E%3Cb%3E", "q=%25_%5C",
     "done=why&pick=%22%3E%3Cscript%3E,a", "n=99999999999999999999&at=9e99&done=ack",
     "at=99999999999999999999&done=ack", "from=9999-12-31&to=9999-12-31", "q=" + "x" * 5000],
)  # fmt: skip
def test_a_hostile_address_puts_nothing_into_the_page(empty: Console, query: str) -> None:
    body = empty.page(f"/?{query}")
    assert foreign_scripts(body) == []
    assert "<b>" not in body
