from __future__ import annotations

import json

import pytest

from config.settings import Settings
from core.clock import utc_now
from core.store import Store
from core.store.disputed_pages import save_disputed
from tests.support.cli_installation import CliInstallation
from tests.support.disputes import disputed_page
from wirewatch.cli.articles import outlet_of_url
from wirewatch.run.bootstrap import load_outlets

KEYS = {
    "input", "url", "title", "lead", "text", "language", "published_at", "authors", "access",
    "zones", "published_source", "published_precision", "published_confidence",
    "published_before", "time_zone",
}  # fmt: skip


def test_extract_prints_a_line_for_each_input(installation: CliInstallation) -> None:
    inputs = ["page.html", "nope.html", ".", "bytes", "-", "http://127.0.0.1:1/x"]
    out = installation.invoke(
        "articles", "extract", "--json", *inputs, code=3, stdin=b"\x00\xff\x1b[2J"
    )
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["input"] for row in rows] == inputs
    assert all(row.keys() >= KEYS for row in rows)
    assert ["error" in row for row in rows] == [False, True, True, True, True, True]
    assert "Nato-Beitritt" in rows[0]["lead"] + rows[0]["text"]


@pytest.mark.parametrize(("source", "code"), [("page.html", 0), ("bytes", 1), ("nope.html", 2)])
def test_extract_prints_safe_text_and_its_exit_code_tells_the_outcome(
    installation: CliInstallation, source: str, code: int
) -> None:
    done = installation.execute("articles", "extract", source)
    assert done.code == code
    assert done.out.strip()
    assert done.err == ""
    assert not set(done.out) & set("\x1b\x9b\x00\u2028")


def test_an_unknown_article_is_wrong_usage(installation: CliInstallation) -> None:
    done = installation.execute("articles", "show", "nope")
    assert (done.code, done.out) == (2, "")
    assert "There is no article 'nope'." in done.err


def test_disputed_pages_are_listed_and_shown_side_by_side(
    own_installation: CliInstallation,
) -> None:
    page = disputed_page("a", utc_now().replace(microsecond=0), title="Titel\x1b[2J")
    assert "No page is disputed in " in own_installation.invoke("articles", "review")
    store = Store.open(f"sqlite:///{own_installation.data}/store.db")
    store.transact(lambda connection: save_disputed(connection, page))
    store.close()
    [row] = json.loads(own_installation.invoke("articles", "review", "--json"))
    assert (row["text"], row["other"], row["reason"]) == (page.text, page.other, "cut_within")
    assert (
        json.loads(own_installation.invoke("articles", "review", "--outlet", "x", "--json")) == []
    )
    shown = own_installation.invoke("articles", "review", page.article_id)
    [line] = [line for line in shown.splitlines() if "Der ganze Text." in line]
    assert line.endswith("| Der halbe Text.")
    assert "\x1b" not in shown
    done = own_installation.execute("articles", "review", "nope")
    assert (done.code, done.out) == (2, "")


def test_pages_are_extracted_with_the_selectors_of_an_outlet(
    own_installation: CliInstallation,
) -> None:
    own_installation.write(
        "sources.yaml",
        "outlets: [{id: kurier, country: AT, feeds: [], selectors: {body: p:last-of-type}}]",
    )
    out = own_installation.invoke(
        "articles", "extract", "--json", "--outlet", "kurier", "page.html"
    )
    row = json.loads(out)
    assert row["text"].startswith("Die Regierung in Stockholm")
    assert row["text"].endswith("Ende.")
    assert "\n" not in row["text"]
    assert row["time_zone"] == "Europe/Vienna"
    shown = own_installation.invoke("articles", "extract", "--outlet", "kurier", "page.html")
    assert "-- published: unknown, times without a zone read in Europe/Vienna" in shown
    assert own_installation.execute("articles", "extract", "--outlet", "x", "page.html").code == 2


def test_the_outlet_of_a_url_is_the_only_one_with_a_feed_on_its_site(
    own_installation: CliInstallation,
) -> None:
    own_installation.write(
        "sources.yaml",
        "outlets: [{id: kurier, feeds: [https://kurier.example/a]},"
        " {id: bote, feeds: [https://bote.example/a]},"
        " {id: bote-sport, feeds: [https://bote.example/b]}]",
    )
    outlets = load_outlets(Settings(config_dir=own_installation.config)).outlets
    found = outlet_of_url("https://kurier.example/artikel/1", outlets)
    assert found is not None
    assert found.id == "kurier"
    assert outlet_of_url("https://bote.example/1", outlets) is None
    assert outlet_of_url("https://anzeiger.example/1", outlets) is None
