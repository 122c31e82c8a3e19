"""The cost of matching: the engine, its floor, and one regular expression per rule.

    python bench/matching.py ARTICLES [--rules 1000,10000] [--articles 1000] [--rounds 5]

ARTICLES is a JSON-lines file (may be gzipped) with ``title`` and ``text``; without it
WIREWATCH_BENCH_DATA names the file or a folder with an ``articles.jsonl.gz`` somewhere in it.

Rules are generated from the vocabulary of the articles: 62 % phrases, 25 % words, 13 % prefixes,
groups joined by AND, 22 % with NEAR/10, 28 % with NOT. Permissive ones (two or three groups of up
to three alternatives) fire on 0.6 % of all articles each, more than a monitoring team could read;
selective ones (three or four groups of one or two) on less than 0.1 %. Each rule is a topic.

The floor is the work that every engine of this kind has to do: one normalisation and one pass of an
automaton over the same literals. Figures are CPU times, with the contenders interleaved, and the
median over the rounds; ratios are taken within a round.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ahocorasick_rs import BytesAhoCorasick

from config.catalog.models import (
    AlertPolicy,
    Catalog,
    FilePosition,
    RuleDefinition,
    SourceText,
    TopicDefinition,
    TopicState,
)
from core.text.tokens import tokenise
from processors.engine.article_index import ArticleIndex
from processors.engine.rules import ResolvedRule, TopicRules
from processors.engine.ruleset import RuleSet
from processors.evidence import evidence_of
from processors.gates import ArticleLabels
from processors.query import resolve

Article = tuple[str, str]
GERMAN = ArticleLabels("de", "detected")


def articles_of(path: Path, limit: int) -> list[Article]:
    file = min(path.rglob("articles.jsonl.gz")) if path.is_dir() else path
    opener = gzip.open if file.suffix == ".gz" else open
    with opener(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for _, line in zip(range(limit), lines, strict=False)]
    return [(row["title"], row["text"]) for row in rows]


class Generator:
    """Generates queries from the vocabulary of articles; the same seed gives the same queries."""

    def __init__(self, articles: Sequence[Article], *, selective: bool, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._alternatives = (1, 1, 2) if selective else (1, 2, 2, 3)
        self._groups = (3, 3, 4) if selective else (2, 2, 3)
        self._texts = [words for _, text in articles if len(words := tokenise(text).words) > 20]

    def query(self) -> str:
        pick = self._random
        groups = [self._group() for _ in range(pick.choice(self._groups))]
        if pick.random() < 0.22:
            groups[:2] = [f"({groups[0]} NEAR/10 {groups[1]})"]
        if pick.random() < 0.28:
            groups.append(f"NOT {self._term()}")
        return " AND ".join(groups)

    def _group(self) -> str:
        terms = [self._term() for _ in range(self._random.choice(self._alternatives))]
        return f"({' OR '.join(terms)})"

    def _term(self) -> str:
        pick = self._random
        words = pick.choice(self._texts)
        kind = pick.random()
        if kind < 0.62:
            at = pick.randrange(len(words) - 2)
            return '"' + " ".join(words[at : at + 2]) + '"'
        word = max(pick.sample(words, 3), key=len)
        return f"{word[:6]}*" if kind > 0.87 and len(word) > 6 else f'"{word}"'


def generated_catalog(
    articles: Sequence[Article], count: int, *, selective: bool = True
) -> Catalog:
    """Return a catalog of ``count`` topics with one generated rule each."""
    generator = Generator(articles, selective=selective)
    return Catalog((), tuple(_topic(number, generator.query()) for number in range(count)))


def _topic(number: int, query: str) -> TopicDefinition:
    place = FilePosition("bench.yaml", 1, 1)
    rule = RuleDefinition("r", 1, SourceText(query, place))
    name = f"t{number}"
    state = TopicState.LIVE
    policy = AlertPolicy()
    return TopicDefinition(
        name, name, name, (), 1, state, {}, (rule,), (), policy, False, (), place
    )


def compiled(queries: Sequence[str]) -> RuleSet:
    topics = []
    for number, query in enumerate(queries):
        node = resolve(query, {}, ()).node
        if node is not None:
            topics.append(TopicRules(str(number), 1, (), (ResolvedRule("r", 1, node),)))
    return RuleSet(topics)


def timed(articles: Sequence[Article], work: Callable[[Article], object]) -> float:
    """Return the CPU time per article in microseconds."""
    start = time.process_time()
    for article in articles:
        work(article)
    return (time.process_time() - start) / len(articles) * 1e6


def floor_of(rules: RuleSet) -> Callable[[Article], object]:
    automaton: BytesAhoCorasick = rules._automaton  # noqa: SLF001

    def work(article: Article) -> object:
        folded = tokenise(f"{article[0]} \x1f  \x1f {article[1]}").folded.encode()
        return automaton.find_matches_as_indexes(folded, overlapping=True)

    return work


def engine_of(rules: RuleSet, *, evidence: bool) -> Callable[[Article], int]:
    def work(article: Article) -> int:
        index = ArticleIndex((("title", article[0]), ("lead", ""), ("text", article[1])))
        rules.search(index)
        matches = rules.match(index, GERMAN)
        if evidence:
            for match in matches:
                for rule in match.fired:
                    evidence_of(rule.id, rule.program, index)
        return len(matches)

    return work


def regexes_of(queries: Sequence[str]) -> Callable[[Article], int]:
    """Return the naive engine: one regular expression per AND group, one alternative per term."""
    rules = []
    for query in queries:
        wanted = []
        for group in re.split(r" AND (?!NOT)|NEAR/10", query.split(" AND NOT ")[0]):
            terms = re.findall(r'"([^"]+)"|(\w+)\*', group)
            spelled = [rf"\b{re.escape(a)}\b" if a else rf"\b{re.escape(b)}" for a, b in terms]
            wanted.append(re.compile("|".join(spelled), re.IGNORECASE))
        rules.append(wanted)

    def work(article: Article) -> int:
        text = f"{article[0]}\n{article[1]}"
        return sum(all(r.search(text) for r in wanted) for wanted in rules)

    return work


def report(count: int, articles: Sequence[Article], rounds: int, *, selective: bool) -> None:
    generator = Generator(articles, selective=selective)
    queries = [generator.query() for _ in range(count)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    rules = compiled(queries)
    built = time.process_time() - start
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    contenders = {
        "floor": floor_of(rules),
        "engine": engine_of(rules, evidence=False),
        "engine with evidence": engine_of(rules, evidence=True),
    }
    took: dict[str, list[float]] = {name: [] for name in contenders}
    for round_ in range(rounds):
        names = list(contenders)
        for name in names[round_ % 3 :] + names[: round_ % 3]:
            took[name].append(timed(articles, contenders[name]))
    few = articles[:5] if count > 1000 else articles[:20]
    regex = timed(few, regexes_of(queries))
    matches = sum(map(engine_of(rules, evidence=False), articles)) / len(articles)
    kind = "selective" if selective else "permissive"
    print(
        f"\n{count} {kind} rules, {rules.literal_count} literals, {matches:.1f} matches per article"
    )
    print(f"  compiled in {built:.2f} s CPU, +{memory:.0f} MB at the peak")
    for name, figures in took.items():
        ratio = statistics.median(f / b for f, b in zip(figures, took["floor"], strict=True))
        print(f"  {name:22} {statistics.median(figures):8.0f} us  {ratio:6.2f} x floor")
    engine = statistics.median(took["engine"])
    print(f"  {'regex per rule':22} {regex:8.0f} us  {regex / engine:6.0f} x engine")


def main() -> None:
    parser = argparse.ArgumentParser(description="CPU per article of topic matching.")
    parser.add_argument("articles", nargs="?", default=os.environ.get("WIREWATCH_BENCH_DATA"))
    parser.add_argument("--rules", default="1000,10000")
    parser.add_argument("--articles", dest="limit", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if not options.articles:
        parser.error("name the articles, or set WIREWATCH_BENCH_DATA")
    articles = articles_of(Path(options.articles), options.limit)
    size = sum(len(title) + len(text) for title, text in articles) / len(articles)
    print(f"{len(articles)} articles of {size:.0f} characters")
    for count in options.rules.split(","):
        for selective in (True, False):
            report(int(count), articles, options.rounds, selective=selective)


if __name__ == "__main__":
    main()
