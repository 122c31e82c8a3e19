"""Faults of topics: what is wrong in their queries, and which of their tests fail.

``query_faults`` is for a running program: errors of queries. ``topic_faults`` is for ``check`` and
``topics lint``: errors and warnings of every topic.
``run_topic_tests`` is for ``topics test``: one fault for every expectation that is not met.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from config.catalog.models import (
    Catalog,
    FilePosition,
    RuleDefinition,
    SourceText,
    TopicDefinition,
    TopicTest,
)
from config.catalog.values import nearest
from config.errors import UsageError
from config.faults import FAILED_TEST, Fault, in_file_order
from config.i18n import in_english
from core.text import clean_line
from core.text.languages import languages as known_languages
from processors.allowed import without_allowed
from processors.article_from_fields import article_from_fields
from processors.engine.patterns import glob
from processors.engine.rules import CompiledRule
from processors.explanation import Explanation
from processors.forms.inflection import inflects, word_forms
from processors.leaf_texts import LeafTexts
from processors.pipeline import Processors
from processors.query import parse
from processors.query.nearness import nearness_warnings
from processors.query.nodes import MANY, ONE, LabelNode, Node, Or, Phrase, Word, walk
from processors.topics import CompiledTopic, compile_topic, concepts_of, queries_of
from processors.vocabulary import Vocabulary

LANGUAGES = ("de", "en", "fr", "ru", "uk")
"""The languages of the default settings, which tests without a ``language`` may be in."""


def topic_faults(catalog: Catalog, languages: tuple[str, ...] = LANGUAGES) -> list[Fault]:
    """Return everything wrong in the topics of a catalog and the concepts they use.

    Args:
        catalog: The part of the operator's files that has no errors.
        languages: Languages an article may be detected to be in (``Settings.language_codes``).
    """
    ids = {entity.id for entity in catalog.entities}
    vocabulary = Vocabulary(catalog.vocabulary, ids)
    compiled = [compile_topic(topic, ids, vocabulary) for topic in catalog.topics]
    faults = [fault for topic in compiled for fault in topic.faults]
    for topic in compiled:
        faults.extend(_weight_faults(topic))
        faults.extend(_unknown_outlets(topic.definition, catalog))
    if sound := [topic for topic in compiled if topic.is_sound]:
        processors = Processors.of(catalog, sound, languages)
        texts = LeafTexts({entity.id: entity for entity in catalog.entities}, languages)
        for number, topic in enumerate(sound):
            faults.extend(_query_warnings(number, topic, processors))
            faults.extend(_nearness_warnings(topic, texts))
            faults.extend(_test_warnings(topic.definition, processors))
    return in_file_order(without_allowed(faults, catalog.topics))


def query_faults(catalog: Catalog) -> list[Fault]:
    """Return what keeps the topics and concepts of a catalog from being used, with few warnings.

    It is for programs that load the operator's files: it compiles queries but runs no tests.

    Args:
        catalog: The part of the operator's files that has no errors.
    """
    ids = {entity.id for entity in catalog.entities}
    vocabulary = Vocabulary(catalog.vocabulary, ids)
    faults = vocabulary.faults_of(vocabulary.concepts)
    for topic in catalog.topics:
        compiled = compile_topic(topic, ids, vocabulary)
        faults += [*compiled.faults, *_weight_faults(compiled)]
    return in_file_order(without_allowed(faults, catalog.topics))


def errors_of_topic(topic: TopicDefinition, catalog: Catalog) -> list[Fault]:
    """Return what keeps one topic from being used; its tests are not run.

    Args:
        topic: The topic.
        catalog: Defines its concepts and entities.
    """
    ids = {entity.id for entity in catalog.entities}
    compiled = compile_topic(topic, ids, Vocabulary(catalog.vocabulary, ids))
    faults = (*compiled.faults, *_weight_faults(compiled))
    return in_file_order(fault for fault in faults if fault.is_error)


def concept_faults(topic: TopicDefinition, catalog: Catalog) -> list[Fault]:
    """Return the faults in the queries of the concepts that a topic uses.

    Args:
        topic: The topic.
        catalog: Defines its concepts.
    """
    vocabulary = Vocabulary(catalog.vocabulary, {entity.id for entity in catalog.entities})
    return vocabulary.faults_of(concepts_of(topic, vocabulary), topic.languages)


def run_topic_tests(
    topic: TopicDefinition, catalog: Catalog, languages: tuple[str, ...] = LANGUAGES
) -> list[Fault]:
    """Run the tests of a topic, whatever its state.

    Args:
        topic: The topic; its queries must hold no error.
        catalog: Defines its entities.
        languages: Languages an article may be detected to be in.

    Returns:
        E020 for each test that fails, with what is missing and what is not expected; E021 for a
        test whose article cannot be used. Empty where all tests pass.

    Raises:
        CatalogError: A query of the topic holds an error.
    """
    ids = {entity.id for entity in catalog.entities}
    compiled = compile_topic(topic, ids, Vocabulary(catalog.vocabulary, ids))
    processors = Processors.of(catalog, [compiled], languages)
    return [f for test in topic.tests for f in _failures(topic, test, processors)]


def _explain(topic: TopicDefinition, test: TopicTest, processors: Processors) -> Explanation:
    article = article_from_fields(test.article)
    language = test.article.get("language")
    return processors.explain(topic.id, article, given_language=language)


def _failures(topic: TopicDefinition, test: TopicTest, processors: Processors) -> Iterator[Fault]:
    try:
        result = _explain(topic, test, processors)
    except UsageError as error:
        message = f"Test {test.name!r}: {error.message}"
        yield _fault(test.position, "E021", message, f"{error.mend}{_owned(topic)}")
        return
    wrong = list(_differences(test, result))
    if wrong:
        message = f"Test {clean_line(test.name)!r}: {'; '.join(wrong)}."
        closed = "".join(f" {in_english(g.why)}" for g in result.gates if not g.passed)
        fired = ", ".join(result.fired) or "none"
        score = f"Score {result.score} of {result.threshold}; rules that fired: {fired}.{closed}"
        mend = f"{score} Correct the rule or the test.{_owned(topic)}"
        yield _fault(test.position, "E020", message, mend)


def _owned(topic: TopicDefinition) -> str:
    """Return whom to ask about a topic, as a sentence that follows another one."""
    return f" The topic belongs to {topic.owner}." if topic.owner else ""


def _differences(test: TopicTest, result: Explanation) -> Iterator[str]:
    if test.match != result.match:
        yield f"match is {_yaml(result.match)}, expected {_yaml(test.match)}"
    wanted = (*(test.rules or ()), *test.rules_include)
    if missing := [r for r in dict.fromkeys(wanted) if r not in result.fired]:
        yield f"missing rules: {', '.join(missing)}"
    if test.rules is not None and (extra := [r for r in result.fired if r not in test.rules]):
        yield f"extra rules: {', '.join(extra)}"
    if test.score_max is not None and result.score > test.score_max:
        yield f"score is {result.score}, at most {test.score_max} expected"


def _failed_test(topic: TopicDefinition, test: TopicTest, why: str) -> Fault:
    message = f"Test {clean_line(test.name)!r} fails: {why}"
    mend = f"`wirewatch topics test` says more.{_owned(topic)}"
    return _fault(test.position, FAILED_TEST, message, mend)


def _yaml(value: bool) -> str:
    return "true" if value else "false"


def _weight_faults(compiled: CompiledTopic) -> Iterator[Fault]:
    topic = compiled.definition
    weights = {rule.id: rule.weight for rule in topic.rules}
    weights |= {rule.id: rule.weight for rule in compiled.rules.rules}
    reachable = sum(weight for weight in weights.values() if weight > 0)
    if reachable < topic.threshold:
        message = f"All rules together weigh {reachable}; the threshold is {topic.threshold}."
        yield _fault(topic.position, "E008", message, "Lower the threshold or raise weights.")


def _unknown_outlets(topic: TopicDefinition, catalog: Catalog) -> Iterator[Fault]:
    """Yield W110 for each outlet that a query names and no outlet of sources.yaml fits."""
    known = [outlet.id for outlet in catalog.outlets]
    for source in queries_of(topic) if known else ():
        labels = (n for n in _nodes(source.value) if isinstance(n, LabelNode))
        for node in labels:
            is_known = any(glob(outlet, node.pattern) for outlet in known)
            if node.field == "outlet" and not is_known:
                name = node.pattern.replace(MANY, "*").replace(ONE, "?")
                message = f"No outlet of sources.yaml is `{name}`."
                yield _fault(source.at(node.at), "W110", message, nearest(name, known))


def _query_warnings(number: int, topic: CompiledTopic, processors: Processors) -> Iterator[Fault]:
    compiled = [rule for rule in processors.compiled.rules.rules if rule.topic == number]
    rules = zip(topic.definition.rules, topic.rules.rules, compiled, strict=True)
    for rule, resolved, compiled_rule in rules:
        yield from _rule_warnings(topic.definition, rule, resolved.query, compiled_rule)
    yield from _exact_language_warnings(topic)
    texts = (*topic.definition.terms.values(), *(r.query for r in topic.definition.rules))
    for source in texts:
        yield from _quoted_word(source)
        for node in _nodes(source.value):
            if isinstance(node, Phrase) and (others := _misleading(node.words)):
                message = f"`{_query_text(node)}` also finds {others}."
                position = source.at(node.at)
                yield _fault(position, "W103", message, "List the words you mean, or use EXCEPT.")


def _nearness_warnings(topic: CompiledTopic, texts: LeafTexts) -> Iterator[Fault]:
    """Yield warnings for NEAR and ALL, each once although several rules use the same term."""
    problems: dict[str, Fault] = {}
    sources = topic.definition.terms.items()
    parsed = {name: parse(one.value, is_list=one.is_list).node for name, one in sources}
    terms = {name: node for name, node in parsed.items() if node is not None}
    for rule, resolved in zip(topic.definition.rules, topic.rules.rules, strict=True):
        node = parse(rule.query.value).node
        found = nearness_warnings(node, resolved.query, _parts, texts, terms) if node else ()
        for problem in found:
            problems.setdefault(problem.message, problem.fault(rule.query))
    yield from problems.values()


def _exact_language_warnings(topic: CompiledTopic) -> Iterator[Fault]:
    """Yield a warning for each language of a topic in which bare words have no other forms."""
    nodes = [node for rule in topic.rules.rules for node in walk(rule.query)]
    words = [node for node in nodes if isinstance(node, Word)]
    for code in topic.definition.languages:
        word = next((one.word for one in words if one.language in (None, code)), None)
        if word is not None and not inflects(code):
            message = f"Words are found only as they are written in `{code}`, such as `{word}`."
            mend = "List their forms with OR, or write `*` for the ending."
            yield _fault(topic.definition.position, "W122", message, mend)


def _parts(word: Word) -> bool:
    """Return whether a word is the infinitive of a verb that its particle parts from."""
    codes = [one.code for one in known_languages() if one.verb_particles]
    forms = [word_forms(word.word, code) for code in codes if word.language in (None, code)]
    return word.folded.endswith("n") and any(one.finite for one in forms)


def _quoted_word(source: SourceText) -> Iterator[Fault]:
    """Yield a warning for a value in quotes that is one word: YAML takes the quotes away."""
    node = parse(source.value).node
    if source.quoted and isinstance(node, Word):
        message = f"YAML takes the quotes away: `{node.word}` is found in all its forms."
        mend = f'Leave them out, or for this form alone write `>-` and `"{node.word}"` below it.'
        yield _fault(source.at(0), "W112", message, mend)


def _misleading(words: tuple[str, ...]) -> str:
    """Return what else a pattern ``stem*`` is known to find, in all languages; empty if nothing."""
    if len(words) != 1 or not words[0].endswith(MANY):
        return ""
    stem = words[0].removesuffix(MANY)
    return ", ".join(
        one.misleading_stems[stem] for one in known_languages() if stem in one.misleading_stems
    )


def _rule_warnings(
    topic: TopicDefinition, rule: RuleDefinition, node: Node, compiled: CompiledRule
) -> Iterator[Fault]:
    if not compiled.program.required:
        message = f"Rule `{rule.id}` requires no word: it is evaluated for every article."
        yield _fault(rule.query.at(0), "W101", message, "Add a word or phrase with AND.")
    words = _sufficient_words(node)
    if words and compiled.weight >= topic.threshold and len(topic.rules) > 1:
        message = f"Rule `{rule.id}` reaches the threshold with the one word `{words[0]}`."
        yield _fault(rule.query.at(0), "W102", message, "Lower its weight or ask for more.")


def _sufficient_words(node: Node) -> list[str]:
    """Return the words each of which makes a node match on its own."""
    if isinstance(node, Word):
        return [node.word]
    if isinstance(node, Phrase):
        return [_query_text(node)] if len(node.words) == 1 else []
    if isinstance(node, Or):
        return [word for child in node.children for word in _sufficient_words(child)]
    return []


def _query_text(node: Phrase) -> str:
    """Return a phrase as a query writes it."""
    plain = " ".join(node.words).replace(MANY, "*").replace(ONE, "?")
    return f"={plain}" if node.exact else plain


def _nodes(text: str) -> Iterable[Node]:
    node = parse(text).node
    return walk(node) if node else ()


def _test_warnings(topic: TopicDefinition, processors: Processors) -> Iterator[Fault]:
    if not topic.tests:
        mend = "Add a headline that it must find and one that it must not, under `tests:`."
        yield _fault(topic.position, "W107", "The topic has no test.", mend)
        return
    for wanted in (True, False):
        if not any(test.match is wanted for test in topic.tests):
            message = f"The topic has no test with `match: {_yaml(wanted)}`."
            mend = "Add one: a text it must find." if wanted else "Add a text it must not find."
            yield _fault(topic.position, "W107", message, mend)
    yield from _coverage_warnings(topic, processors)


def _coverage_warnings(topic: TopicDefinition, processors: Processors) -> Iterator[Fault]:
    """Yield warnings for rules that no test covers, or that a test contradicts."""
    fired: set[str] = set()
    contradicted: dict[str, str] = {}
    for test in topic.tests:
        try:
            result = _explain(topic, test, processors)
        except UsageError as error:
            yield _failed_test(topic, test, f"{error.message} {error.mend}")
            continue
        if wrong := list(_differences(test, result)):
            yield _failed_test(topic, test, f"{'; '.join(wrong)}.")
        fired.update(result.fired)
        if test.match:
            contradicted |= {r.id: test.name for r in result.rules if r.fired and r.weight < 0}
    for rule in topic.rules:
        if rule.id in contradicted:
            test_name = contradicted[rule.id]
            message = f"Rule `{rule.id}` is negative and fires in the test {test_name!r}."
            yield _fault(rule.query.at(0), "W104", message, "Narrow it with NEAR or EXCEPT.")
        if rule.id not in fired:
            message = f"No test makes rule `{rule.id}` fire."
            yield _fault(rule.query.at(0), "W107", message, "Add a test that does.")


def _fault(position: FilePosition, code: str, message: str, mend: str) -> Fault:
    return Fault(
        file=position.file,
        line=position.line,
        column=position.column,
        code=code,
        message=message,
        mend=mend,
    )
