"""``wirewatch topics suggest``: words to add to a topic, and to exclude from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import UsageError
from core.clock import utc_now
from wirewatch.cli.output import print_json, say, write
from wirewatch.cli.terminal import with_progress
from wirewatch.cli.topics.options import (
    ArticlesOption,
    JsonOption,
    SinceOption,
    TopicArgument,
    read_articles,
)
from wirewatch.run.bootstrap import open_settings
from wirewatch.run.reading import read_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.catalog.models import TopicDefinition
    from config.settings import Settings
    from processors import Processors
    from wirewatch.topic_tools.headlines import LabelledArticle
    from wirewatch.topic_tools.remedies import Remedies, Remedy
    from wirewatch.topic_tools.suggestions import Suggestion

SHOWN = 10
"""Words of each kind that the report for people shows; ``--json`` has more."""


def suggest(
    topic: TopicArgument,
    *,
    judged: Annotated[
        bool, typer.Option("--judged", help="Also learn from judged alerts and missed articles.")
    ] = False,
    file: Annotated[
        str, typer.Option(metavar="FILE", help="Also learn from labelled headlines.")
    ] = "",
    since: SinceOption = "30d",
    articles: ArticlesOption = "",
    as_json: JsonOption = False,
) -> None:
    """Suggest what to add to a topic and to exclude from it. A person decides.

    Learns from the topic's tests, and from judged alerts and labelled headlines where asked. Each
    word comes with the articles it would put right and wrong, and with what it would cost: how many
    stored articles would match besides, or no longer. For each missed article it names what would
    catch it: a word, a concept of the vocabulary, or a word beside a concept.
    """
    from processors import Processors
    from wirewatch.cli.times import parse_since
    from wirewatch.topic_tools.corpus import open_corpus
    from wirewatch.topic_tools.files import load_sound_topic, topic_of
    from wirewatch.topic_tools.matching import ScoredTopic
    from wirewatch.topic_tools.probe import ConceptProbe
    from wirewatch.topic_tools.remedies import Remedies
    from wirewatch.topic_tools.suggestions import suggest as find_suggestions
    from wirewatch.topic_tools.trial import try_topic

    settings = open_settings()
    now = utc_now()
    catalog = load_sound_topic(settings, topic)
    definition = topic_of(catalog)
    processors = Processors.compile(catalog, settings.language_codes)
    labelled = _known_answers(settings, definition, processors, judged=judged, file=file)
    trial = try_topic(processors, definition.id, (), labelled)
    scored = ScoredTopic(catalog, settings.language_codes)
    probe = ConceptProbe(catalog, settings.language_codes, topic=definition)
    remedies = Remedies(trial.results, probe)
    start, content = parse_since(since, now), read_articles(articles)
    with open_corpus(settings, catalog, start, now, content) as corpus:
        stored = with_progress(corpus, "articles")
        suggestions = find_suggestions(trial.results, scored, stored, remedies)
    if as_json:
        print_json({"topic": definition.id, **suggestions.as_json()})
        return
    write(
        f"{suggestions.judged:,} articles with a known answer: {suggestions.missed:,} missed, "
        f"{suggestions.false_alarms:,} false alarms. Cost on {suggestions.stored:,} stored ones."
    )
    if not suggestions.add and not suggestions.exclude:
        write(
            "No word would help. Where nothing is missed or wrong, judge alerts and add --judged, "
            "or label other headlines and add --file."
        )
    _print_missed(suggestions.remedies)
    _print_words("Add:", suggestions.add, "more would match")
    _print_words("Exclude:", suggestions.exclude, "would match no longer")


def _known_answers(
    settings: Settings,
    topic: TopicDefinition,
    processors: Processors,
    *,
    judged: bool,
    file: str,
) -> list[LabelledArticle]:
    """Return the articles whose right answer is known.

    Raises:
        UsageError: There are none.
    """
    from wirewatch.cli.topics.trial import read_bytes
    from wirewatch.judged_tests import load_tests
    from wirewatch.topic_tools.headlines import labelled_by_fields, parse_labelled

    known = [labelled_by_fields(test.article, expected=test.match) for test in topic.tests]
    if judged:
        with read_store(settings) as store:
            made = load_tests(store, topic, processors)
        fields = [{k: v for k, v in test.items() if k not in ("name", "match")} for test in made]
        known += [
            labelled_by_fields(each, expected=bool(test["match"]))
            for each, test in zip(fields, made, strict=True)
        ]
    if file:
        known += parse_labelled(read_bytes(file), file, settings.language_codes)
    if not known:
        mend = "Add tests to its file, or --judged, or --file with labelled headlines."
        raise UsageError("There is no article whose right answer is known.", mend=mend)
    return known


def _print_missed(remedies: Remedies) -> None:
    from wirewatch.cli.topics.trial import print_outweighed

    if each := remedies.of_each():
        write("\nMissed, and what would catch it:")
        for result, best in each:
            say(result.labelled.article.title, indent="  ")
            print_outweighed(result)
            for remedy in best:
                say(f"{remedy.query}: {_cost(remedy)}", indent="      ")


def _cost(remedy: Remedy) -> str:
    wrong = f", {len(remedy.wrong)} wrong" if remedy.wrong else ""
    example = f", as: {remedy.examples[0]}" if remedy.examples else ""
    return f"{len(remedy.right)} right{wrong}; {remedy.stored:,} more would match{example}"


def _print_words(head: str, suggestions: Sequence[Suggestion], cost: str) -> None:
    if suggestions:
        write(f"\n{head}")
    for each in suggestions[:SHOWN]:
        near = f" ({each.near:,} are near misses)" if each.near else ""
        harm = f", {len(each.harmed)} wrong" if each.harmed else ""
        say(f"{each.word}: {len(each.articles)} right{harm}; {each.stored:,} {cost}{near}")
        for title in each.articles[:3]:
            say(f"+ {title}", indent="    ")
        for title in each.examples:
            say(f"? {title}", indent="    ")
