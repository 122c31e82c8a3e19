"""The workbench in a real browser: marks, completion and results while somebody types."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.browser import Browser, Page
from tests.support.console import NATO, serve_console

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

END = "const t = document.querySelector('#text'); t.focus(); t.setSelectionRange({0}, {0});"


def put_cursor(page: Page, at: int) -> None:
    page.run(f"(() => {{ {END.format(at)} }})()")


def test_a_topic_is_edited_with_the_keyboard(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREWATCH_WEB_EDIT_FILES", "true")
    with serve_console(tmp_path, lambda: datetime.now(UTC)) as console, browser.page() as page:
        file = console.settings.config_dir / "topics" / "nato.yaml"
        page.open(f"{console.url}/topics/nato/edit")
        assert page.text(".gutter").split() == [str(n + 1) for n in range(NATO.count("\n") + 1)]

        # A fault is marked in the margin by itself, and its link leads to its line.
        put_cursor(page, NATO.index("Fussball"))
        page.ask("Input.insertText", text="(")
        page.wait("document.querySelector('.gutter span:nth-child(9).bad')")
        assert page.run("document.activeElement.id") == "text"
        assert page.axe() == []
        put_cursor(page, 0)
        page.click("#faults a")
        assert page.run("document.activeElement.selectionStart") >= NATO.index("  - {id: against")

        # Names are offered after `$`, chosen with the arrows, accepted with Enter.
        put_cursor(page, NATO.index("Fussball"))
        page.press("Delete")
        page.run(f"document.querySelector('#text').value = {NATO!r}")
        put_cursor(page, NATO.index("Fussball"))
        page.ask("Input.insertText", text="$unu")
        page.wait("document.querySelector('#names li')")
        assert page.run("document.querySelector('#text').getAttribute('role')") == "combobox"
        assert page.run("document.querySelector('#text').ariaExpanded") == "true"
        assert page.axe() == []
        page.press("ArrowDown", "Enter")
        assert "query: $unusedFussball" in page.run("document.querySelector('#text').value")
        assert page.run("document.querySelector('#names').hidden")
        page.ask("Input.insertText", text=" OR ")

        # A trial puts the focus on its result; the page is not loaded again.
        page.run("window.same = true")
        page.click("[value=try]")
        page.wait("document.activeElement.id === 'results'")
        page.wait(
            "document.querySelector('#results [role=status]').innerText.includes('no article')"
        )
        assert page.run("window.same")

        # Saving leads to the page with the file as it is now.
        with page.leaving():
            page.click(".save")
        assert "The file was saved." in page.text("#flash")
        assert "query: $unused OR Fussball" in file.read_text("utf-8")
        assert page.problems == []
