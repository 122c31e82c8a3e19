"""Figures for stories and copies: ``python bench/stories.py pairs|groups|copies [FILE]``.

``pairs FILE``   JSON lines (gzip) of article pairs with ``lang1 lang2 text1 text2 overall`` (1 the
                 same story ... 4 different): precision, recall and F1 at the thresholds in force,
                 and the best there is.
``groups``       invented events in several wordings (tests/alerts/sample_events.py), assigned in
                 twenty random orders: stories made and wrong merges.
``copies FILE``  JSON lines (gzip) of articles with ``title text url``: recall on synthetic copies
                 of the first 400 with 0 to 30 % of the sentences edited and boilerplate added, and
                 every real pair of two outlets that passes, to be read.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

from alerts import copies, stories, story_terms
from alerts.subjects import report_of
from core.text.fingerprint import fingerprint, parse_fingerprint, shingles
from core.text.tokens import folded_words
from tests.alerts.sample_events import TOPICS, SampleArticle

WINDOW = timedelta(hours=72)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TITLE_WORDS = 12
BOILERPLATE = [
    (
        "Lesen Sie auch: Die wichtigsten Nachrichten des Tages in unserem Newsletter. Jetzt "
        "kostenlos anmelden und nichts mehr verpassen. Es gelten unsere Bedingungen."
    ),
    (
        "Dieser Artikel ist zuerst in unserer App erschienen. Laden Sie die App jetzt herunter und "
        "lesen Sie alle Artikel ohne Werbung. Sie haben bereits ein Abo? Dann hier anmelden."
    ),
    (
        "Hinweis: Die Kommentarfunktion unter diesem Artikel ist geschlossen. Die Redaktion behält "
        "sich vor, Beiträge zu kürzen. Alle Rechte vorbehalten."
    ),
]

Scored = list[tuple[float, bool]]


def _features(
    language: str, title: list[str], text: list[str], topical: set[str]
) -> stories.StoryFeatures:
    return stories.StoryFeatures(
        language=language,
        terms=story_terms.weigh_terms(title, text, language, topical),
        title=tuple(title),
        words=tuple(sorted({*title, *text})),
    )


def _prf(scored: Scored, threshold: float) -> tuple[float, float, float]:
    hit = sum(same for found, same in scored if found >= threshold)
    said = sum(found >= threshold for found, _ in scored)
    meant = sum(same for _, same in scored)
    if not hit:
        return 0.0, 0.0, 0.0
    precision, recall = hit / said, hit / meant
    return precision, recall, 2 * precision * recall / (precision + recall)


def pairs(path: Path) -> None:
    scored: dict[tuple[str, str], Scored] = defaultdict(list)
    for row in _rows(path):
        both = []
        for side in "12":
            words = folded_words(row["text" + side])
            text = words[TITLE_WORDS : TITLE_WORDS + stories.WORDS]
            both.append(_features(row["lang" + side], words[:TITLE_WORDS], text, set()))
        known = stories.RecentArticles([_recent("1", "s", both[0])])
        found = known.assign(both[1], NOW, WINDOW).similarity / stories.threshold(*both)
        scored[row["lang1"], row["lang2"]].append((found, row["overall"] <= 2))
    for (one, two), rows in sorted(scored.items()):
        best = max((s for s, _ in rows), key=lambda t: _prf(rows, t)[2])
        print(f"{one}-{two} {len(rows):4} pairs", end="  ")
        print(_figures(*_prf(rows, 1.0)), end="  ")
        print(f"best at {best:.2f} times the threshold: {_figures(*_prf(rows, best))}")


def _figures(precision: float, recall: float, f1: float) -> str:
    return f"P {precision:.2f} R {recall:.2f} F1 {f1:.2f}"


def groups(orders: int = 20) -> None:
    for name, (events, topical) in TOPICS.items():
        own = {story_terms.stem(w, "") for words in topical for w in folded_words(words)}
        articles = [(e, w) for e, group in events.items() for w in group]
        made = wrong = 0
        for seed in range(orders):
            shuffled = random.Random(seed).sample(articles, len(articles))
            told = assign_all(shuffled, own)
            made += len(told)
            wrong += sum(len(inside) - 1 for inside in told.values())
        print(
            f"{name}: {len(events)} events in {len(articles)} articles make "
            f"{made / orders:.2f} stories, {wrong / orders:.2f} wrong merges"
        )


def assign_all(articles: list[tuple[str, SampleArticle]], topical: set[str]) -> dict[str, set[str]]:
    """Return the events in each story."""
    recent = stories.RecentArticles()
    events: dict[str, set[str]] = {}
    for number, (event, wording) in enumerate(articles):
        words = folded_words(wording.title), folded_words(wording.lead)
        own = _features(wording.language, *words, topical)
        story = recent.assign(own, NOW, WINDOW).story_id or str(number)
        events.setdefault(story, set()).add(event)
        recent.add(_recent(str(number), story, own))
    return events


def _recent(number: str, story: str, own: stories.StoryFeatures) -> stories.RecentArticle:
    return stories.RecentArticle(number, story, "x", NOW, own, is_told=True, seen_at=NOW)


def _comparable(number: int, title: str, text: str, outlet: str) -> copies.Comparable:
    words, headline = folded_words(text), folded_words(title)
    mark = parse_fingerprint(fingerprint(words))
    assert mark is not None
    return copies.Comparable(
        str(number),
        "",
        outlet,
        mark.exact,
        shingles(words),
        frozenset(headline),
        frozenset(headline + words[: stories.WORDS]),
        report_of(headline, words[: stories.WORDS], (), (), ""),
    )


def _is_copy(article: copies.Comparable, other: copies.Comparable) -> bool:
    return copies.find_original(article, [other]) is not None


def _sentences(text: str) -> list[str]:
    return [s for s in re.split(r"(?<=[.!?])\s+", text) if s]


def _exchange(sentence: str, words: list[str], dice: random.Random) -> str:
    own = sentence.split()
    for _ in range(dice.randint(1, 3)):
        own[dice.randrange(len(own))] = dice.choice(words)
    return " ".join(own)


def _edits(pool: list[str], dice: random.Random) -> dict[str, Callable[[str], str]]:
    words = [w for s in pool[:2000] for w in s.split()]
    edits: dict[str, Callable[[str], str]] = {
        "words": lambda s: _exchange(s, words, dice),
        "replaced": lambda _: dice.choice(pool),
        "deleted": lambda _: "",
        "added": lambda s: f"{s} {dice.choice(pool)}",
    }
    return edits | {"mixed": lambda s: dice.choice(list(edits.values()))(s)}


def _copied(text: str, share: float, edit: Callable[[str], str], dice: random.Random) -> str:
    sentences = _sentences(text)
    chosen = set(dice.sample(range(len(sentences)), round(share * len(sentences))))
    edited = [edit(s) if i in chosen else s for i, s in enumerate(sentences)]
    return " ".join([*edited, *dice.sample(BOILERPLATE, 2)])


def copies_(path: Path) -> None:
    rows = [r for r in _rows(path) if 80 <= len(r["text"].split()) <= 1500]
    dice = random.Random(3)
    dice.shuffle(rows)
    chosen, others = rows[:400], rows[400:]
    pool = [s for r in others for s in _sentences(r["text"])]
    for name, edit in _edits(pool, dice).items():
        for share in (0.0, 0.1, 0.2, 0.3):
            with_title = without = 0
            for number, row in enumerate(chosen):
                own = _comparable(number, row["title"], row["text"], "a")
                text = _copied(row["text"], share, edit, dice)
                strange = dice.choice(others)["title"]
                with_title += _is_copy(_comparable(0, row["title"], text, "b"), own)
                without += _is_copy(_comparable(0, strange, text, "b"), own)
            print(
                f"{name:9} {share:.0%} edited: recall {with_title / len(chosen):.3f}, "
                f"under a strange headline {without / len(chosen):.3f}"
            )
    _real_pairs(rows)


def _real_pairs(rows: list[dict[str, Any]]) -> None:
    began = time.perf_counter()
    known = [
        _comparable(i, r["title"], r["text"], r["url"].split("/")[2]) for i, r in enumerate(rows)
    ]
    index: dict[bytes, list[int]] = defaultdict(list)
    for number, article in enumerate(known):
        for hashed in sorted(article.shingles)[: copies.INDEXED_HASHES]:
            index[hashed].append(number)
    near = {pair for numbers in index.values() for pair in combinations(numbers[:200], 2)}
    found = [
        (copy.similarity, rows[a]["title"], rows[b]["title"], known[a].outlet, known[b].outlet)
        for a, b in near
        if known[a].outlet != known[b].outlet
        and (copy := copies.find_original(known[a], [known[b]])) is not None
    ]
    print(f"{len(known)} articles, {len(near)} candidates, {len(found)} pairs of two outlets pass")
    for line in sorted(found):
        print("  {:.2f}  {} | {}  ({}, {})".format(*line))
    print(f"{time.perf_counter() - began:.1f} s")


def _rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def main() -> None:
    match sys.argv[1:]:
        case ["pairs", path]:
            pairs(Path(path))
        case ["groups"]:
            groups()
        case ["copies", path]:
            copies_(Path(path))
        case _:
            print(__doc__)


if __name__ == "__main__":
    main()
