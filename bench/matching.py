"""The cost of matching: the engine, its floor, and engines that anybody would write first.

    python -P bench/matching.py ARTICLES [--rules 10,1000,10000] [--articles 1000]
                                [--measured 300] [--rounds 5] [--permissive]

ARTICLES is a JSON-lines file (may be gzipped) with ``title`` and ``text``; without it
WIREWATCH_BENCH_DATA names the file or a folder with an ``articles.jsonl.gz`` somewhere in it.

Rules are generated from the vocabulary of the articles: 62 % phrases, 25 % words, 13 % prefixes,
groups joined by AND, 22 % with NEAR/10, 28 % with NOT. Selective ones (three or four groups of one
or two) fire on less than 0.1 % of all articles; permissive ones (two or three groups of up to three
alternatives) on 0.6 % each, more than a monitoring team could read. Each rule is a topic. "With
forms" are the same rules with their words written without quotes, found in all their forms and in
compounds.

The floor is the work that every engine of this kind has to do: one normalisation and one pass of an
automaton over the same literals. A token set looks up words, pairs of words and prefixes in dicts;
it and the regular expressions evaluate neither NEAR nor NOT. Figures are CPU times: of each
article the best of the rounds, with the contenders taking turns, so that a busy machine changes
them little. Articles are in German for every contender.

100,000 rules take minutes to compile: ``--rules 100000 --measured 60 --rounds 3``.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import random
import re
import resource
import statistics
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import pairwise
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

MOST_DROPPED = 10_000
"""Up to this many rules are compiled twice, and tried as regular expressions."""


def articles_of(path: Path, limit: int) -> list[Article]:
    file = min(path.rglob("articles.jsonl.gz")) if path.is_dir() else path
    opener = gzip.open if file.suffix == ".gz" else open
    with opener(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for _, line in zip(range(limit), lines, strict=False)]
    return [(row["title"], row["text"]) for row in rows]


class Generator:
    """Generates queries from the vocabulary of articles; the same seed gives the same queries."""

    def __init__(
        self, articles: Sequence[Article], *, selective: bool, bare: bool = False, seed: int = 1
    ) -> None:
        self._random = random.Random(seed)
        self._bare = bare
        self._alternatives = (1, 1, 2) if selective else (1, 2, 2, 3)
        self._groups = (3, 3, 4) if selective else (2, 2, 3)
        texts = [tokens for _, text in articles if len(tokens := tokenise(text)) > 20]
        self._texts = [tokens.words for tokens in texts]
        self._written = {
            word: tokens.exact(at, at)
            for tokens in (texts if bare else ())
            for at, word in enumerate(tokens.words)
        }

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
        if kind > 0.87 and len(word) > 6:
            return f"{word[:6]}*"
        return self._written[word] if self._bare and word.isalpha() else f'"{word}"'


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
    return RuleSet(topics, languages=(GERMAN.language,))


def floor_of(rules: RuleSet) -> Callable[[Article], object]:
    automaton = BytesAhoCorasick(rules.literals.texts)

    def work(article: Article) -> object:
        folded = tokenise(f"{article[0]} \x1f  \x1f {article[1]}").folded.encode()
        return automaton.find_matches_as_indexes(folded, overlapping=True)

    return work


def engine_of(rules: RuleSet, *, evidence: bool) -> Callable[[Article], int]:
    def work(article: Article) -> int:
        index = ArticleIndex(
            (("title", article[0]), ("lead", ""), ("text", article[1])), (), GERMAN.language
        )
        rules.search(index)
        matches = rules.match(index, GERMAN)
        if evidence:
            for match in matches:
                for rule in match.fired:
                    evidence_of(rule.id, rule.program, index)
        return len(matches)

    return work


def wanted_terms(query: str) -> list[list[tuple[str, str]]]:
    """Return the groups of a generated query that are wanted: its quoted terms and prefixes."""
    groups = re.split(r" AND (?!NOT)|NEAR/10", query.split(" AND NOT ")[0])
    return [re.findall(r'"([^"]+)"|(\w+)\*', group) for group in groups]


def token_sets_of(queries: Sequence[str]) -> Callable[[Article], int]:
    """Return an engine of dicts and sets: rules by the terms of their first group."""
    rules = [
        [frozenset(a or f"{b}*" for a, b in group) for group in wanted_terms(query)]
        for query in queries
    ]
    by_term: dict[str, list[int]] = {}
    for number, groups in enumerate(rules):
        for term in groups[0]:
            by_term.setdefault(term, []).append(number)

    def work(article: Article) -> int:
        words = tokenise(f"{article[0]} \x1f  \x1f {article[1]}").words
        present = {*words, *map(" ".join, pairwise(words)), *(f"{w[:6]}*" for w in words)}
        first = {n for term in by_term.keys() & present for n in by_term[term]}
        return sum(not any(group.isdisjoint(present) for group in rules[n]) for n in first)

    return work


def regexes_of(queries: Sequence[str]) -> Callable[[Article], int]:
    """Return the naive engine: one regular expression per AND group, one alternative per term."""
    rules = []
    for query in queries:
        wanted = []
        for terms in wanted_terms(query):
            spelled = [rf"\b{re.escape(a)}\b" if a else rf"\b{re.escape(b)}" for a, b in terms]
            wanted.append(re.compile("|".join(spelled), re.IGNORECASE))
        rules.append(wanted)

    def work(article: Article) -> int:
        text = f"{article[0]}\n{article[1]}"
        return sum(all(r.search(text) for r in wanted) for wanted in rules)

    return work


def best_times(
    articles: Sequence[Article], contenders: dict[str, Callable[[Article], object]], rounds: int
) -> dict[str, float]:
    """Return the CPU time per article in microseconds: the mean of each article's best round."""
    best = {name: [math.inf] * len(articles) for name in contenders}
    names = list(contenders)
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            work, times = contenders[name], best[name]
            for at, article in enumerate(articles):
                start = time.process_time_ns()
                work(article)
                times[at] = min(times[at], time.process_time_ns() - start)
    return {name: statistics.fmean(times) / 1000 for name, times in best.items()}


def built(name: str, queries: Sequence[str]) -> RuleSet:
    """Compile rules; print what it costs, and what dropping them after a reload does."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    compiled(queries[:1])  # loads dictionaries
    loaded = time.process_time()
    rules = compiled(queries)
    ready = time.process_time()
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"  {name}: {rules.literal_count} literals, "
        f"compiled in {ready - loaded:.2f} s CPU (dictionaries {loaded - start:.2f} s), "
        f"+{peak:.0f} MB at the peak"
    )
    if len(queries) <= MOST_DROPPED:
        dropped = compiled(queries)
        start = time.process_time()
        del dropped
        freed = (time.process_time() - start) * 1000
        print(f"    a set that a reload replaces is freed in {freed:.1f} ms")
    return rules


def report(
    count: int,
    articles: Sequence[Article],
    sample: Sequence[Article],
    rounds: int,
    *,
    selective: bool,
) -> None:
    print(f"\n{count} {'selective' if selective else 'permissive'} rules")
    written, bare = (Generator(articles, selective=selective, bare=bare) for bare in (False, True))
    queries = [written.query() for _ in range(count)]
    rules = built("as written", queries)
    forms = built("with forms", [bare.query() for _ in range(count)])
    contenders: dict[str, Callable[[Article], object]] = {
        "floor": floor_of(rules),
        "engine": engine_of(rules, evidence=False),
        "engine with forms": engine_of(forms, evidence=False),
        "engine with evidence": engine_of(rules, evidence=True),
        "token set": token_sets_of(queries),
    }
    for work in contenders.values():
        deque(map(work, sample), 0)  # what words of texts are is remembered
    times = best_times(sample, contenders, rounds)
    if count <= MOST_DROPPED:
        few = sample[: max(2, 20_000 // count // 10)] if count > 100 else sample[:100]
        times["regex per rule"] = best_times(few, {"": regexes_of(queries)}, 1)[""]
    matches = sum(map(engine_of(rules, evidence=False), sample)) / len(sample)
    with_forms = sum(map(engine_of(forms, evidence=False), sample)) / len(sample)
    print(f"  {matches:.1f} matches per article as written, {with_forms:.1f} with forms")
    for name, took in times.items():
        print(
            f"  {name:22} {took:9.0f} us  {took / times['floor']:7.2f} x floor"
            f"  {took / times['engine']:7.2f} x engine"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="CPU per article of topic matching.")
    parser.add_argument("articles", nargs="?", default=os.environ.get("WIREWATCH_BENCH_DATA"))
    parser.add_argument("--rules", default="10,1000,10000")
    parser.add_argument("--articles", dest="limit", type=int, default=1000)
    parser.add_argument(
        "--measured", type=int, default=300, help="articles that are matched; rules are made of all"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--permissive", action="store_true")
    options = parser.parse_args()
    if not options.articles:
        parser.error("name the articles, or set WIREWATCH_BENCH_DATA")
    articles = articles_of(Path(options.articles), options.limit)
    size = sum(len(title) + len(text) for title, text in articles) / len(articles)
    print(f"{len(articles)} articles of {size:.0f} characters")
    for count in options.rules.split(","):
        sample = articles[: options.measured]
        report(int(count), articles, sample, options.rounds, selective=not options.permissive)


if __name__ == "__main__":
    main()
