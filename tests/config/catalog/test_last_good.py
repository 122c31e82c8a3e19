"""What is in force of the operator's files while some of them have errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.catalog.last_good import GoodFile, HeldFile
from config.catalog.models import Catalog
from config.catalog.reload import CatalogKeeper
from config.errors import CatalogError, StoreError
from processors import query_faults

Write = Callable[[Mapping[str, str]], Path]

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
USES = "{id: uses, query: $accession}"
PLAIN = "{id: plain, query: Wetter}"
WORDS = "{id: words, terms: {firms: {file: firms.txt}}, query: $firms}"
CONCEPTS = "[{id: accession, forms: {de: Beitritt}}]"
PEOPLE = "[{id: rutte, name: Mark Rutte}]"
MENTIONS = "{id: mentions, query: entity:rutte}"
BROKEN = '{id: plain, query: "(Wetter"}'
FIRST = {
    "topics/uses.yaml": USES,
    "topics/plain.yaml": PLAIN,
    "topics/mentions.yaml": MENTIONS,
    "topics/words.yaml": WORDS,
    "topics/firms.txt": "Rheinmetall",
    "vocabulary/v.yaml": CONCEPTS,
    "entities/e.yaml": PEOPLE,
    "alerts.yaml": "{receivers: [{id: log, kind: console}]}",
}
TOPICS = ("mentions", "plain", "uses", "words")


class Memory:
    """Stores files in memory; fails while ``fails`` is set."""

    def __init__(self) -> None:
        self.files: Mapping[str, GoodFile] = {}
        self.fails = False

    def load(self) -> Mapping[str, GoodFile]:
        if self.fails:
            raise StoreError("The store is away.")
        return dict(self.files)

    def save(self, files: Mapping[str, GoodFile]) -> None:
        if self.fails:
            raise StoreError("The store is away.")
        self.files = dict(files)


class Installation:
    """A folder of operator files, and keepers of it that share a store."""

    def __init__(self, write: Write, tmp_path: Path) -> None:
        self.write = write
        self.memory = Memory()
        self.now = START
        self.environ: dict[str, str] = {}
        self.tmp_path = tmp_path
        self.folder = write(FIRST)

    def start(self) -> CatalogKeeper:
        return CatalogKeeper(
            self.folder,
            self.environ,
            [query_faults],
            lambda: self.now,
            dotenv=self.tmp_path / ".env",
            good_files=self.memory,
        )

    def remove(self, name: str) -> None:
        (self.folder / name).unlink()


@pytest.fixture
def files(write: Write, tmp_path: Path) -> Installation:
    return Installation(write, tmp_path)


def queries(catalog: Catalog) -> dict[str, str]:
    return {topic.id: topic.rules[0].query.value for topic in catalog.topics}


def held(keeper: CatalogKeeper) -> dict[str, datetime | None]:
    parts = {Path(h.file).parts: h.good_at for h in keeper.held}
    return {"/".join(p[p.index("config") + 1 :]): good_at for p, good_at in parts.items()}


def errors(keeper: CatalogKeeper) -> set[tuple[str, str]]:
    return {(Path(f.file).name, f.code) for f in keeper.faults if f.is_error}


def test_a_file_with_an_error_keeps_its_last_good_content_and_the_others_are_used(
    files: Installation,
) -> None:
    """Each row: files written (None: removed), the errors, and the files that are held."""
    broken_concepts = '[{id: accession, forms: {de: "(Beitritt"}}]'
    more = "[{id: accession, forms: {de: Beitritt}}, {id: veto, forms: {de: Veto}}]"
    cases: list[tuple[dict[str, str | None], set[tuple[str, str]], set[str]]] = [
        ({"topics/plain.yaml": BROKEN}, {("plain.yaml", "E001")}, {"topics/plain.yaml"}),
        ({"topics/plain.yaml": "{id: plain"}, {("plain.yaml", "E204")}, {"topics/plain.yaml"}),
        ({"vocabulary/v.yaml": broken_concepts}, {("v.yaml", "E001")}, {"vocabulary/v.yaml"}),
        ({"vocabulary/v.yaml": "- {"}, {("v.yaml", "E204")}, {"vocabulary/v.yaml"}),
        # A concept, an entity and a file of words that a topic needs are gone: they stay.
        ({"vocabulary/v.yaml": "[]"}, {("uses.yaml", "E007")}, {"vocabulary/v.yaml"}),
        ({"vocabulary/v.yaml": None}, {("uses.yaml", "E007")}, {"vocabulary/v.yaml"}),
        ({"entities/e.yaml": None}, {("mentions.yaml", "E007")}, {"entities/e.yaml"}),
        ({"topics/firms.txt": None}, {("words.yaml", "E201")}, {"topics/firms.txt"}),
        ({"topics/firms.txt": "# none"}, {("firms.txt", "E212")}, {"topics/firms.txt"}),
        ({"sources.yaml": "outlets: x"}, {("sources.yaml", "E213")}, {"sources.yaml"}),
        ({"sources.yaml": None}, {("sources.yaml", "E201")}, {"sources.yaml"}),
        ({"alerts.yaml": "routes: x"}, {("alerts.yaml", "E213")}, {"alerts.yaml"}),
        # A topic that needs a new concept is used with it, although another file is broken.
        (
            {
                "vocabulary/v.yaml": more,
                "topics/uses.yaml": "{id: uses, query: $veto}",
                "topics/plain.yaml": BROKEN,
            },
            {("plain.yaml", "E001")},
            {"topics/plain.yaml"},
        ),
        # One that needs a concept of a broken file is held with it.
        (
            {"vocabulary/v.yaml": "- {", "topics/uses.yaml": "{id: uses, query: $veto}"},
            {("v.yaml", "E204"), ("uses.yaml", "E007")},
            {"vocabulary/v.yaml", "topics/uses.yaml"},
        ),
    ]
    running = files.start()
    assert running.held == ()
    good = running.current
    wrong = []
    for number, (changes, expected, names) in enumerate(cases):
        files.now += timedelta(hours=1)
        since = {name: file.at for name, file in files.memory.files.items()}
        files.write({"topics/new.yaml": f"{{id: new, query: N{number}}}"})
        for name, text in changes.items():
            files.write({name: text}) if text is not None else files.remove(name)
        running.refresh()
        restarted = files.start()
        good_at = {name: since[name] for name in names}
        for keeper in (running, restarted):
            catalog = keeper.current
            is_right = (
                errors(keeper) == expected
                and held(keeper) == good_at
                and queries(catalog)["new"] == f"N{number}"
                and queries(catalog).keys() == {*TOPICS, "new"}
                and (catalog.outlets, catalog.alerts) == (good.outlets, good.alerts)
                and catalog.entities == good.entities
            )
            if not is_right:
                wrong.append((changes, errors(keeper), held(keeper), queries(catalog)))
        files.write({**FIRST})
        running.refresh()
        assert (running.held, errors(running)) == ((), set()), changes
    assert wrong == []


def test_a_topic_that_never_was_good_is_off_and_named_and_on_as_soon_as_it_is_good(
    files: Installation,
) -> None:
    files.write({"topics/new.yaml": '{id: new, query: "(Nato"}'})
    keeper = files.start()
    assert keeper.held == (HeldFile(str(files.folder / "topics/new.yaml"), "topic", None),)
    assert queries(keeper.current).keys() == {*TOPICS}
    files.write({"topics/new.yaml": "{id: new, query: Nato}"})
    assert keeper.refresh()
    assert queries(keeper.current).keys() == {*TOPICS, "new"}
    assert "topics/new.yaml" in files.memory.files


def test_topics_that_use_a_vocabulary_that_never_was_good_are_off_with_it_and_no_others(
    files: Installation,
) -> None:
    files.write({"vocabulary/v.yaml": "- {", "topics/firms.txt": "# none"})
    keeper = files.start()
    assert held(keeper) == dict.fromkeys(
        ("topics/uses.yaml", "topics/words.yaml", "vocabulary/v.yaml")
    )
    assert errors(keeper) == {("v.yaml", "E204"), ("uses.yaml", "E007"), ("firms.txt", "E212")}
    assert queries(keeper.current).keys() == {"mentions", "plain"}
    files.write(FIRST)
    assert keeper.refresh()
    assert queries(keeper.current).keys() == {*TOPICS}


def test_without_a_good_file_of_outlets_or_alerts_the_program_does_not_start(
    files: Installation,
) -> None:
    for name in ("alerts.yaml", "sources.yaml"):
        files.write(FIRST | {name: "x: y"})
        with pytest.raises(CatalogError) as caught:
            files.start()
        assert {Path(fault.file).name for fault in caught.value.faults} == {name}
        files.write({"sources.yaml": "outlets: []"})
    assert files.memory.files == {}


def test_a_variable_that_is_not_set_any_more_changes_nothing_while_the_program_runs(
    files: Installation,
) -> None:
    files.environ["URL"] = "http://console.example/"
    files.write({"alerts.yaml": "console_url: ${URL}"})
    keeper = files.start()
    del files.environ["URL"]
    files.write({"alerts.yaml": "console_url: ${URL} # again", "topics/plain.yaml": BROKEN})
    keeper.refresh()
    assert keeper.current.alerts.console_url == "http://console.example/"
    assert held(keeper) == {"alerts.yaml": START, "topics/plain.yaml": START}
    with pytest.raises(CatalogError):
        files.start()


def test_of_two_versions_that_were_good_the_newer_one_of_another_process_is_used(
    files: Installation,
) -> None:
    behind = files.start()
    files.now += timedelta(hours=1)
    files.write({"topics/plain.yaml": "{id: plain, query: Schnee}"})
    files.start()
    files.write({"topics/plain.yaml": BROKEN})
    behind.refresh()
    assert queries(behind.current)["plain"] == "Schnee"


def test_good_files_are_stored_as_soon_as_the_store_is_back(files: Installation) -> None:
    files.memory.fails = True
    keeper = files.start()
    assert files.memory.files == {}
    files.memory.fails = False
    assert keeper.refresh() is False
    assert files.memory.files.keys() == {*FIRST, "sources.yaml"}
    files.remove("topics/plain.yaml")
    keeper.refresh()
    assert "topics/plain.yaml" not in files.memory.files


def test_a_folder_of_topics_that_cannot_be_read_changes_nothing(files: Installation) -> None:
    keeper = files.start()
    before = keeper.current
    (files.folder / "topics").rename(files.folder / "away")
    (files.folder / "topics").write_text("no folder")
    assert keeper.refresh() is False
    assert keeper.current is before
    assert queries(files.start().current) == queries(before)


def test_a_process_that_gets_the_store_later_keeps_when_each_file_came_into_force(
    files: Installation,
) -> None:
    files.start()
    files.now += timedelta(hours=1)
    late = CatalogKeeper(files.folder, {}, [query_faults], lambda: files.now)
    files.write({"topics/plain.yaml": "{id: plain, query: Schnee}"})
    late.refresh()
    late.store_in(files.memory)
    changed = {name for name, file in files.memory.files.items() if file.at != START}
    assert changed == {"topics/plain.yaml"}
    files.write({"topics/plain.yaml": BROKEN, "topics/uses.yaml": "{id: uses"})
    late.refresh()
    assert held(late) == {"topics/plain.yaml": files.now, "topics/uses.yaml": START}
