"""Measure extraction: text, CPU time, lost articles, leaked strings and metadata.

    python bench/extract.py [DATA_FOLDER] [--pages N] [--lost] [--all]

The folder contains ``html-scrapinghub``, ``html-german-marked`` and ``html-fundus``; the default is
WIREWATCH_BENCH_DATA. All extractors run page by page in one process, so that the ratio of CPU times
to trafilatura's is valid on a busy machine; the absolute times are not. With ``--all`` its other
modes, readability-lxml, resiliparse and newspaper4k are measured too, those that are installed.

An article is *lost* if less than half of its 4-grams are found. The last column says how many of
them another extractor has; ``--lost`` names the pages and who has them.
"""

from __future__ import annotations

import argparse
import os
import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench._extractors import (
    BASELINE,
    OURS,
    Extract,
    extract,
    optional_extractors,
    page_text,
    trafilaturas,
)
from bench._pages import SETS, AnnotatedPage, read_set
from ingest.extract import ExtractedPage

_TOKEN = re.compile(r"\w+")

Score = tuple[float, float, float]


@dataclass(slots=True)
class Result:
    """What one extractor made of a set."""

    seconds: float = 0.0
    scores: dict[str, Score] = field(default_factory=dict)
    strings: Counter[str] = field(default_factory=Counter)

    def recall(self, name: str) -> float:
        """Return the share of a page's article that was found."""
        found, _, missed = self.scores[name]
        return found / (found + missed) if found + missed else 1.0

    def lost(self) -> set[str]:
        """Return the names of pages of whose article less than half was found."""
        return {name for name in self.scores if self.recall(name) < 0.5}


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Return 4-grams of tokens; a shorter text is one shingle (article-extraction-benchmark)."""
    tokens = _TOKEN.findall(text or "")
    size = min(4, len(tokens))
    return Counter(tuple(tokens[i : i + size]) for i in range(max(1, len(tokens) - size + 1)))


def score(true: str, found: str) -> Score:
    """Return true positives, false positives, false negatives, normalised as in evaluate.py."""
    a, b = shingles(true), shingles(found)
    tp = sum((a & b).values())
    fp, fn = sum(b.values()) - tp, sum(a.values()) - tp
    total = tp + fp + fn or 1
    return tp / total, fp / total, fn / total


def rates(parts: Sequence[Score]) -> tuple[float, float, float]:
    """Return precision, recall and F1 of a set of pages, each with the same weight."""
    tp, fp, fn = (sum(column) for column in zip(*parts, strict=True))
    precision = tp / (tp + fp) if fp else 1.0
    recall = tp / (tp + fn) if fn else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if tp else 0.0


def measure(pages: Sequence[AnnotatedPage], others: Mapping[str, Extract]) -> dict[str, Result]:
    """Return the result of each extractor; prints what it found besides the text."""
    results = {name: Result() for name in (OURS, *others)}
    facts: Counter[str] = Counter()
    for page in pages:
        start = time.process_time()
        ours = extract(page.body, page.url)
        results[OURS].seconds += time.process_time() - start
        _count(results[OURS], page, page_text(ours), ours.title if ours else "")
        _compare(facts, ours, page.facts)
        for name, run in others.items():
            start = time.process_time()
            try:
                text = run(page.body, page.url)
            except Exception:  # noqa: BLE001 whatever another library raises: it has no text then
                text = ""
            results[name].seconds += time.process_time() - start
            _count(results[name], page, text)
    if facts:
        names = ("title", "day", "minute", "authors", "free")
        print("  " + ", ".join(f"{name} {facts[name]}/{facts[name + ' all']}" for name in names))
    return results


def _count(result: Result, page: AnnotatedPage, text: str, title: str = "") -> None:
    if page.text:
        result.scores[page.name] = score(page.text, text)
    if page.present:
        flat = " ".join(f"{title}\n{text}".split())
        present = sum(" ".join(s.split()) in flat for s in page.present)
        result.strings["present"] += present
        result.strings["missing"] += len(page.present) - present
        result.strings["leaked"] += sum(" ".join(s.split()) in flat for s in page.absent)
        result.scores[page.name] = (present, 0, len(page.present) - present)


def _compare(facts: Counter[str], page: ExtractedPage | None, want: Mapping[str, Any]) -> None:
    def count(name: str, holds: bool) -> None:
        facts[f"{name} all"] += 1
        facts[name] += holds

    if title := want.get("title"):
        words = _TOKEN.findall(page.title.lower()) if page else []
        count("title", _TOKEN.findall(title.lower()) == words)
    if date := want.get("publishing_date"):
        moment = datetime.fromisoformat(date)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        got = page.published_at if page else None
        count("day", got is not None and abs((got - moment).total_seconds()) < 86400)
        count("minute", got is not None and abs((got - moment).total_seconds()) < 60)
    if authors := want.get("authors"):
        people = {a.lower() for a in page.authors} if page else set()
        count("authors", {a.lower() for a in authors} == people)
    if want.get("free_access") is not None:
        count("free", page is not None and (page.access.value != "paid") == want["free_access"])


def show(results: Mapping[str, Result]) -> None:
    """Print one row for each extractor."""
    base = results[BASELINE].seconds
    had = {
        name: {page for page in result.scores if result.recall(page) >= 0.5}
        for name, result in results.items()
    }
    for name, result in results.items():
        lost = result.lost()
        elsewhere = sum(any(p in had[n] for n in results if n != name) for p in lost)
        baseline = sum(p in had[BASELINE] for p in lost)
        if result.strings:
            text = "  ".join(f"{k} {result.strings[k]}" for k in ("present", "missing", "leaked"))
        else:
            precision, recall, f1 = rates(list(result.scores.values()))
            text = f"P {precision:.3f} R {recall:.3f} F1 {f1:.3f}"
        print(
            f"  {name:22} {text}  {result.seconds / base:5.2f} x"
            f"  lost {len(lost)}, {BASELINE} has {baseline}, any has {elsewhere}"
        )


def show_lost(results: Mapping[str, Result]) -> None:
    """Print the pages that Wirewatch loses, with the recall of every extractor."""
    for page in sorted(results[OURS].lost()):
        recalls = ", ".join(f"{name} {r.recall(page):.2f}" for name, r in results.items())
        print(f"    lost: {page}: {recalls}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "data", nargs="?", type=Path, default=os.environ.get("WIREWATCH_BENCH_DATA")
    )
    parser.add_argument("--pages", type=int, default=10_000, help="pages of each set at most")
    parser.add_argument("--lost", action="store_true", help="name the pages that are lost")
    parser.add_argument("--all", action="store_true", help="measure all extractors")
    parser.add_argument("--set", choices=sorted(SETS), action="append", help="one set only")
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the data folder or set WIREWATCH_BENCH_DATA")
    others = dict(list(trafilaturas().items())[: None if options.all else 2])
    if options.all:
        optional, missing = optional_extractors()
        others |= optional
        if missing:
            print("not installed:", ", ".join(missing))
    for name in options.set or SETS:
        pages = read_set(Path(options.data), name, options.pages)
        print(f"{name}, {len(pages)} pages")
        results = measure(pages, others)
        show(results)
        if options.lost:
            show_lost(results)


if __name__ == "__main__":
    main()
