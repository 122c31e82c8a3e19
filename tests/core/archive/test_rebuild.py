"""The version of the archive's index, and its rebuild, on both databases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from config.settings import Settings
from core.archive import Archive, ArchiveFilter, IndexTerm
from core.archive.open import open_archive
from core.archive.rebuild import rebuild_index
from core.messages import ArticleRevision
from core.text.tokens import Tokens
from processors import article_from_fields
from processors.archive.words import IndexedWords, words_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Words:
    """Words of a tokeniser that splits, or of an older one that does not."""

    version: str
    splits: bool

    def __call__(self, article: ArticleRevision) -> frozenset[str]:
        words = article.title.casefold().split()
        return frozenset(words if self.splits else ["-".join(words)])


OLD, NEW = Words("1", splits=False), Words("2", splits=True)


def article(number: int, title: str, *, revision: int = 1) -> ArticleRevision:
    at = NOON + timedelta(minutes=number)
    made = article_from_fields(
        {"title": title, "url": f"https://a.example/{number}", "fetched_at": at}
    )
    return made.model_copy(update={"revision": revision})


def find(archive: Archive, word: str) -> set[str]:
    page = archive.page(ArchiveFilter(proposal=((((IndexTerm.of(word)),),),)))
    return {revision.article.title for revision in page}


def test_an_index_of_another_version_is_rebuilt_in_steps_while_articles_come_and_go(
    settings: Settings,
) -> None:
    old = open_archive(settings, OLD)
    articles = [article(number, f"Kiew Bericht {number}") for number in range(8)]
    old.add([*articles, article(3, "Kiew Nachtrag", revision=2)])
    assert old.index_state().is_current
    old.close()

    archive = open_archive(settings, NEW)
    state = archive.index_state()
    assert (state.version, state.wanted, state.is_current) == ("1", "2", False)
    assert find(archive, "kiew") == set()
    steps: list[int] = []
    assert rebuild_index(archive, lambda: len(steps) == 2, steps.append, step=3) is None
    assert steps == [3, 6]
    archive.close()

    archive = open_archive(settings, NEW)  # another process, after the first one was killed
    state = archive.index_state()
    assert state.rebuild is not None
    assert (state.is_current, state.rebuild.articles) == (False, 6)
    assert len(find(archive, "kiew")) >= 6, "the articles that were rebuilt"
    assert archive.words("kiew"), "so that a part of a word finds them"
    late = [article(number, "Kiew meldet") for number in range(20, 26)]
    archive.add([*late, article(5, "Paris Nachtrag", revision=2)])
    assert archive.forget(NOON + timedelta(minutes=2)) == 2
    done = rebuild_index(archive, lambda: False, steps.append, step=3)
    assert done is not None
    assert archive.index_state().is_current
    assert archive.index_state().rebuild is None

    counts = {"kiew": 12, "meldet": 6, "bericht": 6, "nachtrag": 2, "paris": 1}
    counts |= {str(number): 1 for number in range(2, 8)}
    assert dict(archive.words("*")) == counts, "as if all had been added by the new version"
    assert {len(find(archive, "kiew")), len(find(archive, "bericht"))} == {8, 6}
    archive.close()


def test_the_version_of_words_changes_with_what_the_tokeniser_makes_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    version = IndexedWords().version
    assert version == words_of.version
    whole = Tokens.whole
    monkeypatch.setattr(Tokens, "whole", lambda tokens, chain: whole(tokens, chain).upper())
    assert IndexedWords().version != version
