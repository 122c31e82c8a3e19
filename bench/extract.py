"""Measure extraction: F1 and CPU time against trafilatura, comments that leak in, metadata.

    python bench/extract.py [DATA_FOLDER] [--pages N]

The folder contains ``html-scrapinghub``, ``html-german-marked`` and ``html-fundus``; the default is
WIREWATCH_BENCH_DATA. Both extractors run page by page in one process, so that the ratio of CPU
times is valid on a busy machine; the absolute times are not.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import trafilatura

from config.errors import ExtractionError
from ingest.extract import ExtractedPage
from ingest.extract.article import extract_page

NOW = datetime.now(UTC)
_TOKEN = re.compile(r"\w+", re.UNICODE | re.MULTILINE | re.IGNORECASE | re.DOTALL)


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Return 4-grams of tokens; a shorter text is one shingle (article-extraction-benchmark)."""
    tokens = _TOKEN.findall(text or "")
    size = min(4, len(tokens))
    return Counter(tuple(tokens[i : i + size]) for i in range(max(1, len(tokens) - size + 1)))


def score(true: str, found: str) -> tuple[float, float, float]:
    """Return true positives, false positives, false negatives, normalised as in evaluate.py."""
    a, b = shingles(true), shingles(found)
    tp = sum((a & b).values())
    fp, fn = sum(b.values()) - tp, sum(a.values()) - tp
    total = tp + fp + fn or 1
    return tp / total, fp / total, fn / total


def rates(parts: list[tuple[float, float, float]]) -> tuple[float, float, float]:
    """Return precision, recall and F1 of a set of pages, each with the same weight."""
    tp, fp, fn = (sum(column) for column in zip(*parts, strict=True))
    precision = tp / (tp + fp) if fp else 1.0
    recall = tp / (tp + fn) if fn else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if tp else 0.0


def ours(body: bytes, url: str) -> ExtractedPage | None:
    try:
        return extract_page(body, url=url, now=NOW)
    except ExtractionError:
        return None


def full(body: bytes, _url: str) -> str:
    document = trafilatura.bare_extraction(body, include_comments=False)
    return (getattr(document, "text", "") or "") if document else ""


def fast(body: bytes, _url: str) -> str:
    document = trafilatura.bare_extraction(body, fast=True, include_comments=False)
    return (getattr(document, "text", "") or "") if document else ""


def timed(work: Callable[[bytes, str], Any], body: bytes, url: str) -> tuple[Any, float]:
    start = time.process_time()
    result = work(body, url)
    return result, time.process_time() - start


def scrapinghub(folder: Path, pages: int) -> None:
    truth = json.loads((folder / "ground-truth.json").read_text())
    scores: dict[str, list[tuple[float, float, float]]] = {}
    cpu: dict[str, list[float]] = {}
    for name, gold in list(truth.items())[:pages]:
        body = gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes())
        want, url = gold["articleBody"], gold.get("url") or "https://www.example.com/a"
        for work in (full, fast, ours):
            result, seconds = timed(work, body, url)
            cpu.setdefault(work.__name__, []).append(seconds)
            texts = {
                work.__name__: result if isinstance(result, str) else result.text if result else ""
            }
            if work is ours:
                texts["ours, lead + text"] = f"{result.lead}\n{result.text}" if result else ""
            for label, text in texts.items():
                scores.setdefault(label, []).append(score(want, text))
    base = sum(cpu["full"])
    print(f"html-scrapinghub, {len(scores['full'])} pages")
    for label, parts in scores.items():
        precision, recall, f1 = rates(parts)
        times = cpu.get(label)
        ms = f"{1000 * sum(times) / len(times):7.1f} ms {sum(times) / base:6.2f} x" if times else ""
        print(f"  {label:20} P {precision:.3f} R {recall:.3f} F1 {f1:.3f} {ms}")


def german(folder: Path) -> None:
    labels = json.loads((folder / "labels.json").read_text())
    counts: dict[str, Counter[str]] = {"full": Counter(), "ours": Counter()}
    for url, page in labels.items():
        body = gzip.decompress((folder / "html" / f"{page['file']}.gz").read_bytes())
        extracted = ours(body, url)
        texts = {
            "full": full(body, url),
            "ours": f"{extracted.title}\n{extracted.lead}\n{extracted.text}" if extracted else "",
        }
        for label, text in texts.items():
            flat = " ".join(text.split())
            for kind in ("with", "without", "comments"):
                strings = [s for s in page.get(kind) or [] if s]
                counts[label][f"{kind} all"] += len(strings)
                counts[label][kind] += sum(" ".join(s.split()) in flat for s in strings)
    print(f"html-german-marked, {len(labels)} pages: strings found in the text")
    for label, count in counts.items():
        print(
            f"  {label:20}"
            + "".join(
                f" {k} {count[k]}/{count[f'{k} all']}" for k in ("with", "without", "comments")
            )
        )


def fundus_body(value: Any) -> str:
    """Return the expected body, with or without sections, as one text."""
    body = value.get("body") or {}
    parts = list(body.get("summary") or [])
    for section in body.get("sections") or []:
        parts += [*section.get("headline", []), *section.get("paragraphs", [])]
    return "\n".join(parts)


def fundus(folder: Path) -> None:
    tally: Counter[str] = Counter()
    scores: dict[str, list[tuple[float, float, float]]] = {"full": [], "ours": []}
    cpu: dict[str, list[float]] = {"full": [], "ours": []}
    for path, want, meta in _fundus_pages(folder):
        body = gzip.decompress(path.read_bytes())
        page, seconds = timed(ours, body, meta["url"])
        text, base = timed(full, body, meta["url"])
        cpu["ours"].append(seconds)
        cpu["full"].append(base)
        tally["pages"] += 1
        _compare(tally, page, want)
        if expected := fundus_body(want):
            scores["full"].append(score(expected, text))
            scores["ours"].append(score(expected, f"{page.lead}\n{page.text}" if page else ""))
    print(f"html-fundus, {tally['pages']} pages")
    for label, parts in scores.items():
        precision, recall, f1 = rates(parts)
        print(
            f"  {label:20} P {precision:.3f} R {recall:.3f} F1 {f1:.3f} median page F1"
            f" {statistics.median(rates([p])[2] for p in parts):.3f}"
            f" {sum(cpu[label]) / sum(cpu['full']):.2f} x"
        )
    print(
        "  "
        + ", ".join(
            f"{k} {tally[k]}/{tally[f'{k} all']}"
            for k in ("title", "day", "minute", "authors", "free")
        )
    )


def _fundus_pages(folder: Path) -> Any:
    for expected in sorted(folder.glob("*/*.json")):
        urls = json.loads((expected.parent / "meta.info").read_text())
        versions = json.loads(expected.read_text())
        for path in sorted(expected.parent.glob(f"{expected.stem}_2*.html.gz")):
            taken = path.name.removesuffix(".html.gz").removeprefix(f"{expected.stem}_")
            for version in versions.values():
                if version.get("__file__", path.name) == path.name and (
                    len(versions) == 1 or _same(version, path, urls)
                ):
                    yield (
                        path,
                        version,
                        urls.get(path.name) or {"url": f"https://www.example.com/{taken}"},
                    )
                    break


def _same(version: dict[str, Any], path: Path, _urls: dict[str, Any]) -> bool:
    """Return whether an expected version belongs to a page: its title must be on the page."""
    html = gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
    title = str(version.get("title") or "")
    return bool(title) and title.split(" ")[0] in html and title[:25] in html


def _compare(tally: Counter[str], page: ExtractedPage | None, want: dict[str, Any]) -> None:
    def count(name: str, holds: bool) -> None:
        tally[f"{name} all"] += 1
        tally[name] += holds

    if title := want.get("title"):
        count(
            "title",
            page is not None
            and _TOKEN.findall(title.lower()) == _TOKEN.findall(page.title.lower()),
        )
    if date := want.get("publishing_date"):
        moment = datetime.fromisoformat(date)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        got = page.published_at if page else None
        count("day", got is not None and abs((got - moment).total_seconds()) < 86400)
        count("minute", got is not None and abs((got - moment).total_seconds()) < 60)
    if authors := want.get("authors"):
        count(
            "authors",
            page is not None and {a.lower() for a in authors} == {a.lower() for a in page.authors},
        )
    if want.get("free_access") is not None:
        count("free", page is not None and (page.access.value != "paid") == want["free_access"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "data", nargs="?", type=Path, default=os.environ.get("WIREWATCH_BENCH_DATA")
    )
    parser.add_argument(
        "--pages", type=int, default=10_000, help="how many pages of html-scrapinghub at most"
    )
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the data folder or set WIREWATCH_BENCH_DATA")
    scrapinghub(Path(options.data) / "html-scrapinghub", options.pages)
    german(Path(options.data) / "html-german-marked")
    fundus(Path(options.data) / "html-fundus")


if __name__ == "__main__":
    main()
