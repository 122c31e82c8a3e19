"""Terms from files of words: how lines are read, where faults are, and what is refused."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.catalog.load import load_catalog
from config.catalog.reload import CatalogKeeper
from processors import topic_faults

SOURCES = (
    "outlets:\n  - {id: a, name: A, country: DE, language: de, feeds: [https://a.example/f]}\n"
)
TOPIC = "id: t\nterms:\n  companies: {file: NAME}\nquery: $companies\n"
WORDS = """\
# Companies of the beat
Rheinmetall
H&M            # the shop
  Deutsche Bank*
=Die Linke
"quoted"
NOT
Foo "Bar" AG
NATO-Partner
"""


def folder_with(folder: Path, words: bytes | None, name: str = "companies.txt") -> Path:
    (folder / "topics" / "lists").mkdir(parents=True, exist_ok=True)
    (folder / "sources.yaml").write_text(SOURCES)
    (folder / "topics" / "t.yaml").write_text(TOPIC.replace("NAME", name))
    if words is not None:
        (folder / "topics" / name).write_bytes(words)
    return folder


def faults_of(folder: Path) -> list[tuple[str, str, int, int]]:
    catalog, faults = load_catalog(folder, {})
    faults = faults or (topic_faults(catalog) if catalog else [])
    return [
        (f.code, Path(f.file).name, f.line, f.column) for f in faults if not f.code.startswith("W")
    ]


def test_each_line_is_a_word_or_a_phrase_of_the_term(tmp_path: Path) -> None:
    folder_with(tmp_path, WORDS.encode(), "lists/c.txt")
    catalog, faults = load_catalog(tmp_path, {})
    assert catalog is not None
    assert not faults
    (topic,) = catalog.topics
    source = topic.terms["companies"]
    assert source.value == (
        'Rheinmetall OR "H&M" OR "Deutsche Bank*" OR ="Die Linke" OR "quoted" OR "NOT" '
        'OR "Foo  Bar  AG" OR NATO-Partner'
    )
    for word in ("Rheinmetall", "H&M", "Deutsche", "NATO-"):
        at = source.at(source.value.index(word))
        assert WORDS.splitlines()[at.line - 1][at.column - 1 :].startswith(word)
    assert faults_of(tmp_path) == []


def test_a_fault_has_the_file_and_line_of_the_word(tmp_path: Path) -> None:
    assert faults_of(folder_with(tmp_path, b"a\nEU*\n\n&&\nx\n")) == [
        ("E005", "companies.txt", 2, 1),
        ("E001", "companies.txt", 4, 1),
    ]
    assert faults_of(folder_with(tmp_path, b"a\nb \xff\n")) == [("E203", "companies.txt", 2, 3)]
    assert faults_of(folder_with(tmp_path, b"# none\n")) == [("E212", "companies.txt", 1, 1)]
    many = "".join(f"word{n}\n" for n in range(5_001)).encode()
    assert faults_of(folder_with(tmp_path, many)) == [("E012", "companies.txt", 5_001, 1)]


def test_thousands_of_words_are_one_term(tmp_path: Path) -> None:
    many = "".join(f'"company {n} limited"\n' for n in range(2_000)).encode()
    assert faults_of(folder_with(tmp_path, many)) == []


def test_a_file_that_is_missing_or_outside_of_the_folder_is_a_fault_at_its_name(
    tmp_path: Path,
) -> None:
    secret = tmp_path.parent / "secret.txt"
    secret.write_text("secret\n")
    folder_with(tmp_path, None)
    (tmp_path / "topics" / "link.txt").symlink_to(secret)
    expected = {
        "companies.txt": "E201",
        "lists": "E201",
        "../../secret.txt": "E221",
        "lists/../../sources.yaml": "E221",
        str(secret): "E221",
        "link.txt": "E221",
        "x" * 5_000: "E201",
    }
    found = {}
    for name in expected:
        ((found[name], file, line, column),) = faults_of(folder_with(tmp_path, None, name))
        assert (file, line, column) == ("t.yaml", 3, 21)
    assert found == expected
    (tmp_path / "topics" / "t.yaml").write_text(TOPIC.replace("file: NAME", "files: x"))
    assert {code for code, *_ in faults_of(tmp_path)} == {"E211", "E212"}


def test_a_change_of_the_file_is_reloaded_and_changes_the_revision(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    clock = [now]
    keeper = CatalogKeeper(folder_with(tmp_path, b"a\n"), {}, (), lambda: clock[0])
    first = keeper.current.topics[0]
    words = tmp_path / "topics" / "companies.txt"
    for text, value in (("a\nb\n", "a OR b"), ("a # same\nb", "a OR b")):
        words.write_text(text)
        stamp = (now - timedelta(seconds=30)).timestamp()
        os.utime(words, (stamp, stamp))
        clock[0] += timedelta(minutes=1)
        keeper.refresh()
        assert keeper.current.topics[0].terms["companies"].value == value
    assert keeper.current.topics[0].revision != first.revision
    words.unlink()
    clock[0] += timedelta(minutes=1)
    assert not keeper.refresh()
    assert [fault.code for fault in keeper.faults] == ["E201"]
    assert keeper.current.topics[0].terms["companies"].value == "a OR b"
