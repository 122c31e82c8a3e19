"""``archive search``, and the stage that fills the archive, on the embedded log and SQLite."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.settings import Settings
from core.archive.index_version import INDEX_VERSION
from core.archive.open import open_archive
from core.store import Store
from core.store.articles import ArticleRecord, add_revision
from processors import article_from_fields
from processors.archive.words import words_of
from tests.support.cli_installation import CliInstallation
from tests.support.stream_installation import NOW, StreamInstallation, new_stream_installation


@pytest.fixture(params=["embedded"])
def streams(request: pytest.FixtureRequest, tmp_path: Path) -> StreamInstallation:
    installation = new_stream_installation(request, tmp_path)
    installation.create()
    return installation


@pytest.fixture
def installation(streams: StreamInstallation) -> CliInstallation:
    return streams.installation


def archive_once(installation: CliInstallation, code: int = 0) -> dict[str, int]:
    done = installation.execute("run", "--once", "--only", "archive", "--json")
    assert done.code == code, done
    counts: dict[str, int] = json.loads(done.out)["dispositions"]["archive"]
    return counts


def test_every_article_is_archived_once_and_found_whether_it_matched_or_not(
    streams: StreamInstallation, installation: CliInstallation
) -> None:
    streams.append("Nato-Beitritt der Ukraine", "Regen in Kiew", "Der Haushalt ist beschlossen")
    streams.process()
    assert archive_once(installation) == {"archived": 3}
    assert archive_once(installation) == {}

    rows = json.loads(installation.invoke("archive", "search", '"nato" OR "kiew"', "--json"))
    assert {row["title"]: row["topics"] for row in rows} == {
        "Regen in Kiew": [],
        "Nato-Beitritt der Ukraine": ["nato-membership"],
    }
    [spans] = [row["evidence"] for row in rows if row["title"] == "Regen in Kiew"]
    assert [(span["surface"], span["sentence"]) for span in spans] == [("Kiew", "Regen in Kiew")]

    text = installation.execute("archive", "search", '"kiew" OR "haushalt"', "--limit", "1")
    assert "https://a.example/" in text.out
    assert "There may be more" in text.err
    none = f"No article matches in {installation.data}/archive.db.\n"
    assert installation.invoke("archive", "search", '"nichts"', "--since", "7d") == none
    unanchored = installation.execute("archive", "search", "outlet:bote")
    assert unanchored.out == none
    simulated = json.loads(installation.invoke("alerts", "simulate", "--since", "7d", "--json"))
    assert [d["topic"] for d in simulated["decisions"]] == ["nato-membership"]
    wrong = installation.execute("archive", "search", "=kiew AND entity:nobody")
    assert wrong.code == 2
    assert "column 18: There is no entity `nobody`" in wrong.err


def test_an_index_of_another_version_is_named_and_rebuilt(installation: CliInstallation) -> None:
    archive = open_archive(Settings(data_dir=installation.data), words_of)
    archive.add([article_from_fields({"title": "Regen in Kiew", "url": "https://a.example/1"})])
    archive.set_note(INDEX_VERSION, "0-other")
    assert "W251" in installation.execute("check").out
    assert "archive rebuild" in installation.execute("archive", "search", '"kiew"').err

    assert installation.invoke("archive", "rebuild") == (
        f"The index is of this program's version, {words_of.version}.\n"
    )
    assert archive.index_state().is_current
    archive.close()
    assert "W251" not in installation.execute("check").out
    found = installation.execute("archive", "search", '"kiew"')
    assert ("Regen in Kiew" in found.out, found.err) == (True, "")
    forced = json.loads(installation.invoke("archive", "rebuild", "--force", "--json"))
    assert forced == {"version": words_of.version, "current": True, "rebuilt": None}


def test_found_articles_have_their_teaser_and_both_times_or_are_lines_to_label(
    installation: CliInstallation,
) -> None:
    archive = open_archive(Settings(data_dir=installation.data), words_of)
    texts = (
        ("Regen in Kiew", "Es regnet seit gestern.", "2026-11-20T08:00:00Z"),
        ("Regen in Kiew ", "Noch immer.", "2026-11-20T07:00:00Z"),
        ("Kiew wartet", "", None),
    )
    for number, (title, lead, published) in enumerate(texts):
        fields: dict[str, object] = {"title": title, "lead": lead, "published_at": published}
        at = NOW.replace(minute=59 - number)
        fields |= {"url": f"https://a.example/{number}", "fetched_at": at, "language": "de"}
        archive.add([article_from_fields(fields)])
    archive.close()
    rows = json.loads(installation.invoke("archive", "search", '"kiew"', "--json"))
    assert [row["lead"] for row in rows] == ["Es regnet seit gestern.", "Noch immer.", ""]
    shown = installation.invoke("archive", "search", '"kiew"')
    assert "published 2026-11-20T08:00:00Z, fetched 20" in shown
    assert "published at an unknown time, fetched 20" in shown
    assert "    Es regnet seit gestern.\n" in shown
    labels = installation.execute("archive", "search", '"kiew"', "--labels")
    assert [line.removeprefix("? de: ") for line in labels.out.splitlines()] == [
        "Regen in Kiew || Es regnet seit gestern.",
        "Kiew wartet",
    ]
    assert "Left out: 1 copies of these headlines." in labels.err
    assert installation.execute("archive", "search", "x", "--labels", "--json").code == 2


@pytest.mark.slow
def test_a_damaged_archive_is_named_and_a_new_one_is_filled_from_store_and_streams(
    streams: StreamInstallation, installation: CliInstallation
) -> None:
    streams.append("Nato-Beitritt der Ukraine", "Regen in Kiew")
    streams.process()
    fields = {"title": "Alter Bericht", "url": "https://a.example/old", "fetched_at": NOW}
    old = article_from_fields(fields)
    store = Store.open(streams.settings.database_location)
    with store.write() as connection:
        record = ArticleRecord(
            article_id=old.article_id,
            url_key=old.url,
            url=old.url,
            outlet="kurier",
            feed_id="f",
            first_seen_at=NOW,
            origin="live",
            revision=1,
            revised_at=NOW,
            text_source="page",
            title_hash="t",
            text_hash="t",
        )
        add_revision(connection, record, old)
    store.close()
    assert archive_once(installation) == {"archived": 2}

    archive = installation.data / "archive.db"
    archive.write_bytes(b"no database" * 1000)
    done = installation.execute("run", "--once", "--json")
    assert done.code == 3
    [trouble] = [t for t in json.loads(done.out)["troubles"] if "archive.db is damaged" in t]
    assert "move archive.db" in trouble
    search = installation.execute("archive", "search", "=kiew")
    assert (search.code, "is damaged" in search.err) == (3, True)

    for file in installation.data.glob("archive.db*"):
        file.unlink()
    archive_once(installation)
    rows = json.loads(
        installation.invoke("archive", "search", '*eric* OR "nato" OR "kiew"', "--json")
    )
    assert {row["title"]: row["topics"] for row in rows} == {
        "Alter Bericht": [],
        "Regen in Kiew": [],
        "Nato-Beitritt der Ukraine": ["nato-membership"],
    }
