"""The workbench: a topic is edited, checked, tried on the archive and saved, without a script."""

from __future__ import annotations

import asyncio
import hashlib
import html
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config.catalog.load import load_partly
from config.catalog.models import Catalog
from config.errors import BusyError, StoreError
from config.faults import Fault
from core.archive.open import open_archive
from core.messages import ArticleRevision
from core.store.audit import list_entries
from core.store.cards import cards
from processors import article_from_fields
from processors.archive.words import words_of
from tests.support.console import HOSTILE, NATO, Console, add_story, open_console
from tests.support.web_server import WebServer
from wirewatch.web.app import create_app
from wirewatch.web.pages.workbench.archive import NewestArticles, ReadLimits
from wirewatch.web.runtime_status import RuntimeStatus
from wirewatch.web.turn import MOST_WAITING, Turn

pytestmark = pytest.mark.slow

EDIT = "/topics/nato/edit"
ARTICLES = (
    ("Schweden plant NATO Beitritt", "Der NATO Beitritt kommt."),
    ("Die Nato tagt in Rom", "Die Nato tagt. Es gibt Kuchen."),
    ("Kuchen <b>backen</b>", "Ein Rezept für Kuchen, Kuchenteig und Kuchengabeln."),
)


@pytest.fixture
def bench(
    server: WebServer, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Console]:
    """A console that may write topics, of a program that reads their files with each request."""
    monkeypatch.setenv("WIREWATCH_WEB_EDIT_FILES", "true")
    with open_console(server, tmp_path, lambda: now) as console:
        files = Files(console.settings.config_dir)
        runtime = RuntimeStatus(files.catalog, list, files.faults, console.settings)
        server.app = create_app(console.store, lambda: now, runtime)
        archive = open_archive(console.settings, words_of)
        archive.add([article(number, now) for number in range(len(ARTICLES))])
        archive.close()
        yield console


class Files:
    """The operator's files as they are; those with an error are not taken over."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._content: tuple[bytes, ...] = ()
        self._read()

    def _read(self) -> None:
        content = tuple(path.read_bytes() for path in sorted(self._folder.rglob("*.yaml")))
        if content != self._content:
            self._content = content
            catalog, self._faults = load_partly(self._folder, {})
            if not any(fault.is_error for fault in self._faults):
                self._catalog = catalog

    def catalog(self) -> Catalog:
        self._read()
        return self._catalog

    def faults(self) -> list[Fault]:
        self._read()
        return self._faults


def article(number: int, now: datetime) -> ArticleRevision:
    title, text = ARTICLES[number]
    return article_from_fields(
        {
            "title": title,
            "text": text,
            "url": f"https://kurier.example/{number}",
            "outlet": "kurier",
            "language": "de",
            "fetched_at": now - timedelta(hours=number + 1),
        }
    )


def topic_file(console: Console) -> Path:
    return console.settings.config_dir / "topics" / "nato.yaml"


def send(console: Console, text: str, *fields: tuple[str, str], path: str = EDIT) -> str:
    """Submit the form with the file as it is, another text and one button."""
    base = digest(console) if path == EDIT else ""
    pairs = [("base", base), ("seen", base), ("text", text.replace("\n", "\r\n")), *fields]
    return console.submit(path, pairs)


def digest(console: Console) -> str:
    return hashlib.sha256(topic_file(console).read_bytes()).hexdigest()


def text_of(page: str) -> str:
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    assert found is not None
    return html.unescape(found[1])


def test_a_text_is_checked_with_the_line_and_the_mend_of_each_fault(bench: Console) -> None:
    page = send(bench, NATO.replace("Fussball", "(Fussball <b>"), ("do", "check"))
    assert "Line 9" in page
    assert "E001" in page
    assert "Fussball &lt;b&gt;" in page
    assert "<b>" not in page
    assert 'aria-invalid="true"' in page
    assert "Correct the errors first" in send(bench, "id: [", ("do", "try"))
    tests = "{name: a, title: Nato, language: de, match: true}, {name: b, title: x, match: false}"
    assert "No faults." in send(bench, f"id: nato\nquery: Nato\ntests: [{tests}]\n")


def test_a_change_shows_what_it_gains_and_loses_in_the_archive(bench: Console) -> None:
    page = send(bench, NATO.replace('"Nato tagt"', "Rezept"), ("do", "try"))
    assert "2 articles match, 2 matched the saved version: 1 gained, 1 lost." in page
    assert "3 articles of the chosen days contain such words; all of them were read." in page
    gained, lost = page.index("<strong>Gained"), page.index("<strong>Lost")
    assert gained < page.index("Kuchen &lt;b&gt;backen") < lost < page.index("Die Nato tagt in Rom")
    assert "Ein <mark>Rezept</mark> für Kuchen" in page
    assert "Score 30" in page
    bench.language = "de"
    assert "1 kommen hinzu, 1 fallen weg" in send(
        bench, NATO.replace('"Nato tagt"', "Rezept"), ("do", "try")
    )


def test_reading_ends_at_its_limits(bench: Console, now: datetime) -> None:
    archive = open_archive(bench.settings, words_of)
    since = now - timedelta(days=1)
    few = NewestArticles(archive, since, ReadLimits(articles=2))
    assert [article.title for article in few.articles()] == [title for title, _ in ARTICLES[:2]]
    assert (few.read, few.is_complete) == (2, False)
    seconds = iter(range(100))
    short = NewestArticles(archive, since, ReadLimits(seconds=2.5), lambda: next(seconds))
    assert [article.title for article in short.articles()] == [ARTICLES[0][0]]
    assert not short.is_complete
    whole = NewestArticles(archive, since, ReadLimits())
    assert len(list(whole)) == 3
    assert whole.is_complete
    archive.close()


def test_a_word_is_expanded_and_denied_on_a_click(bench: Console) -> None:
    text = NATO.replace("unused: =OTAN", "cake: Kuchen").replace("query: Fussball", "query: $cake")
    page = send(bench, text, ("expand", "$cake"))
    assert "Kuchenteig" in page
    page = send(bench, text, ("term", "$cake"), ("deny", "Kuchen\tKuchenteig"))
    assert 'deny: {cake: ["Kuchenteig"]}' in text_of(page)
    page = send(bench, text_of(page), ("term", "$cake"), ("deny", "Kuchen\tKuchengabeln"))
    assert 'deny: {cake: ["Kuchenteig", "Kuchengabeln"]}' in text_of(page)
    assert "Exclude “Kuchenteig”" not in page
    text = NATO.replace("query: Fussball", "query: Kuchen AND Nato")
    page = send(bench, text, ("term", "Kuchen"), ("deny", "Kuchen\tKuchenteig"))
    assert 'query: (Kuchen EXCEPT ("Kuchenteig")) AND Nato' in text_of(page)
    page = send(bench, text_of(page), ("term", "Kuchen"), ("deny", "Kuchen\tKuchengabeln"))
    assert 'query: (Kuchen EXCEPT ("Kuchengabeln" OR "Kuchenteig")) AND Nato' in text_of(page)


def test_a_judged_story_becomes_a_test_on_a_click(bench: Console, now: datetime) -> None:
    alert = add_story(bench.store, "one", now, title="Nato tagt: <i>Ball</i>", texts=["Nato tagt."])
    assert "No judged stories that could become tests." in bench.page(EDIT)
    with bench.store.write() as connection:
        values = {"verdict": "irrelevant", "verdict_reason": "old", "verdict_at": now}
        connection.execute(cards.update().values(**values))
    page = bench.page(EDIT)
    assert "Add as a test: “Nato tagt: &lt;i&gt;Ball&lt;/i&gt;”" in page
    text = text_of(send(bench, NATO, ("test", alert)))
    assert text.startswith(NATO)
    assert 'tests:\n  - name: "irrelevant old: Nato tagt: <i>Ball</i>"\n    match: false\n' in text
    more = text_of(send(bench, f"{NATO}tests:\n- {{name: a, title: b, match: false}}\n"
                        "# end\n", ("test", alert)))  # fmt: skip
    assert 'match: false}\n- name: "irrelevant old' in more
    assert more.endswith("# end\n")
    assert "nothing to add" in send(bench, text, ("test", alert))


def test_a_story_that_was_already_reported_does_not_become_a_test(
    bench: Console, now: datetime
) -> None:
    alert = add_story(bench.store, "one", now, title="Nato tagt", texts=["Nato tagt."])
    with bench.store.write() as connection:
        values = {"verdict": "irrelevant", "verdict_reason": "duplicate", "verdict_at": now}
        connection.execute(cards.update().values(**values))
    assert "No judged stories that could become tests." in bench.page(EDIT)
    assert "nothing to add" in send(bench, NATO, ("test", alert))


def test_saving_replaces_the_file_and_shows_that_the_program_uses_it(bench: Console) -> None:
    file = topic_file(bench)
    file.chmod(0o640)
    before = digest(bench)
    text = NATO.replace("Fussball", "Handball")
    page = send(bench, text, ("do", "save"))
    assert "The file was saved." in page
    assert f'name="base" value="{digest(bench)}"' in page
    assert "The running program uses this version" in page
    assert file.read_text("utf-8") == text
    assert file.stat().st_mode & 0o777 == 0o640
    with bench.store.read() as connection:
        [entry] = list_entries(connection)
    change = f"nato.yaml {before[:12]} → {digest(bench)[:12]}"
    assert (entry.action, entry.subject, entry.detail) == ("topic_saved", "nato", change)
    assert sorted(path.name for path in file.parent.iterdir()) == ["nato.yaml", "talks.yaml"]
    file.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    send(bench, NATO, ("do", "save"))
    assert file.read_bytes() == NATO.replace("\n", "\r\n").encode()
    file.write_text(f"{NATO}rulez: x\n", "utf-8")
    page = bench.page(EDIT)
    assert "The running program does not use this version of the file" in page
    assert "Line 11" in page
    assert 'href="/topics/nato/edit"' in bench.page("/topics")


def test_one_request_works_at_a_time_and_few_wait() -> None:
    async def ask(turn: Turn, number: int) -> int | None:
        return await turn.run(lambda: number)

    async def ask_all(number: int) -> list[int | None]:
        turn = Turn("workbench")
        return await asyncio.gather(*(ask(turn, n) for n in range(number)))

    answers = asyncio.run(ask_all(MOST_WAITING + 2))
    assert answers == [0, 1, 2, 3, None, None]


def test_work_that_is_refused_elsewhere_does_not_count_as_too_many_that_wait() -> None:
    def work() -> None:
        raise BusyError("Too many searches at once.")

    with pytest.raises(BusyError, match="Too many searches"):
        asyncio.run(Turn("workbench").run(work))


def test_a_text_with_errors_or_another_id_is_not_saved(bench: Console) -> None:
    page = send(bench, NATO.replace("Fussball", "("), ("do", "save"))
    assert "Not saved: correct the errors first (1)." in page
    assert "the id must stay nato" in send(
        bench, NATO.replace("id: nato\n", "id: other\n"), ("do", "save")
    )
    assert topic_file(bench).read_text("utf-8") == NATO


def test_a_file_that_was_changed_meanwhile_is_not_overwritten_unseen(bench: Console) -> None:
    opened, page = digest(bench), bench.page(EDIT)
    assert f'name="base" value="{opened}"' in page
    disk, text = NATO.replace("Fussball", "Hockey"), NATO.replace("Fussball", "Tennis")
    topic_file(bench).write_text(disk, "utf-8")
    page = bench.submit(EDIT, [("base", opened), ("text", text), ("do", "save")])
    assert "somebody else has changed the file meanwhile" in page
    assert "query: Hockey" in page
    assert topic_file(bench).read_text("utf-8") == disk
    assert f'name="seen" value="{digest(bench)}"' in page
    fields = [("base", opened), ("seen", digest(bench)), ("text", text), ("do", "overwrite")]
    assert "The file was saved." in bench.submit(EDIT, fields)
    assert topic_file(bench).read_text("utf-8") == text


def test_only_the_folder_of_topics_is_written(bench: Console, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.yaml"
    elsewhere.write_text(NATO, "utf-8")
    topic_file(bench).unlink()
    topic_file(bench).symlink_to(elsewhere)
    page = send(bench, NATO.replace("Fussball", "Tennis"), ("do", "save"))
    assert "the file is a link" in page
    assert elsewhere.read_text("utf-8") == NATO
    for name in ("..%2Fsources", "%2e%2e", "none", "Nato", "a" * 200):
        assert bench.request(f"/topics/{name}/edit")[0] == 404, name
    page = send(
        bench, NATO.replace("id: nato", "id: ../sources"), ("do", "save"), path="/workbench"
    )
    assert "correct the errors first" in page


def test_a_new_topic_gets_the_file_of_its_id(bench: Console) -> None:
    page = bench.page("/workbench")
    text = (
        text_of(page)
        .replace("id: new-topic", "id: cakes")
        .replace("    word\n", "    Kuchen\n")
        .replace("text: 10", "text: 30")
    )
    page = send(bench, text, ("do", "try"), path="/workbench")
    assert "2 articles match. There is no sound saved version to compare with." in page
    assert "The file was saved." in send(bench, text, ("do", "save"), path="/workbench")
    assert (topic_file(bench).parent / "cakes.yaml").read_text("utf-8") == text
    with bench.store.read() as connection:
        assert list_entries(connection)[0].detail.startswith("cakes.yaml - → ")
    page = send(bench, text.replace("id: cakes", "id: nato"), ("do", "save"), path="/workbench")
    assert "Not saved" in page


def test_without_permission_the_change_is_shown_to_copy(console: Console) -> None:
    page = send(console, NATO.replace("Fussball", HOSTILE[:60]), ("do", "check"))
    assert 'value="save"' not in page
    assert "WIREWATCH_WEB_EDIT_FILES" in page
    assert "<ins>+++ b/topics/nato.yaml</ins>" in page
    assert "<script>document" not in page
    page = send(console, NATO.replace("Fussball", "Tennis"), ("do", "save"))
    assert "the console may not write topics here" in page
    assert "query: Tennis" in page
    assert topic_file(console).read_text("utf-8") == NATO


def test_a_form_from_elsewhere_or_too_long_changes_nothing(bench: Console) -> None:
    status, _ = bench.request(EDIT, "POST", "csrf=wrong&do=save&text=id%3A+nato")
    assert status == 403
    page = send(bench, NATO + "# " + "x" * 160_000, ("do", "save"))
    assert "more than 150,000 characters" in page
    assert len(text_of(page)) > 160_000
    assert topic_file(bench).read_text("utf-8") == NATO


def test_names_to_complete_are_those_of_the_files(bench: Console) -> None:
    for folder, text in (
        ("vocabulary", "- {id: cake, forms: {de: Kuchen}}\n"),
        ("entities", "- {id: rome, type: place, name: Rom}\n"),
    ):
        (bench.settings.config_dir / folder).mkdir()
        (bench.settings.config_dir / folder / "a.yaml").write_text(text, "utf-8")
    names = json.loads(bench.page("/workbench/names"))
    assert names == {"concepts": ["cake"], "entities": [["rome", "Rom"]]}


def test_without_an_entry_in_the_audit_log_nothing_is_saved(
    bench: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_work: object) -> None:
        raise StoreError("The store is away.")

    monkeypatch.setattr(bench.store, "transact", fail)
    page = send(bench, NATO.replace("Fussball", "Handball"), ("do", "save"))
    assert "Not saved: the audit log cannot be written" in html.unescape(page)
    assert topic_file(bench).read_text("utf-8") == NATO
