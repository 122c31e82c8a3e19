"""The revision of a topic: what changes it, and what does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from config.catalog.aliases import EntityAlias
from config.catalog.models import AlertPolicy, Catalog, ConceptDefinition, TopicDefinition
from processors import Processors, revision
from tests.processors.definitions import POSITION, entity, source, topic

LANGUAGES = ("de", "en")


def concept(name: str, **forms: str) -> ConceptDefinition:
    sources = {code: source(query) for code, query in forms.items()}
    return ConceptDefinition(name, sources, (), POSITION)


ACCESSION = concept("accession", de="Beitritt AND $talks", en="accession")
TALKS = concept("talks", de="Gespräch", en="talks")
UNUSED = concept("unused", de="Wetter", en="weather")
NATO, RUTTE = entity("nato", "NATO"), entity("rutte", "Rutte")
TOPIC = topic("$accession AND entity:nato")
BASE = Catalog((), (TOPIC,), (NATO, RUTTE), vocabulary=(ACCESSION, TALKS, UNUSED))


def revision_of(catalog: Catalog = BASE, definition: TopicDefinition | None = None) -> str:
    catalog = replace(catalog, topics=(definition,)) if definition else catalog
    return Processors.compile(catalog, LANGUAGES).compiled.topics[0].revision


def test_the_revision_depends_on_the_concepts_and_entities_that_a_topic_uses_and_on_no_others() -> (
    None
):
    def with_concepts(*concepts: ConceptDefinition) -> str:
        return revision_of(replace(BASE, vocabulary=concepts))

    before = revision_of()
    aliases = (EntityAlias("Bündnis"),)
    changed = [
        with_concepts(concept("accession", de="$talks", en="accession"), TALKS),
        with_concepts(ACCESSION, concept("talks", de="Verhandlung", en="talks")),
        revision_of(replace(BASE, entities=(replace(NATO, aliases=aliases), RUTTE))),
        revision_of(replace(BASE, entities=(replace(NATO, deny=("NATO Draht",)), RUTTE))),
        revision_of(definition=replace(TOPIC, revision="r2")),
    ]
    assert len({before, *changed}) == 1 + len(changed)
    same = [
        with_concepts(ACCESSION, TALKS),
        with_concepts(ACCESSION, TALKS, concept("unused", de="Regen", en="rain")),
        with_concepts(ACCESSION, concept("talks", de="  Gespräch ", en="talks")),
        revision_of(replace(BASE, entities=(NATO, replace(RUTTE, aliases=aliases)))),
        revision_of(replace(BASE, entities=(NATO,))),
        revision_of(replace(BASE, entities=(replace(NATO, wikidata="Q7184"), RUTTE))),
        revision_of(definition=replace(TOPIC, title="Other", publish=True)),
        revision_of(definition=replace(TOPIC, alert=AlertPolicy("high", timedelta(1), "off"))),
    ]
    assert set(same) == {before}


def test_a_form_in_a_language_that_a_topic_does_not_read_does_not_change_its_revision() -> None:
    german = replace(TOPIC, languages=("de",))
    other = replace(BASE, vocabulary=(ACCESSION, concept("talks", de="Gespräch", en="chats")))
    assert revision_of(other, german) == revision_of(BASE, german)
    assert revision_of(other) != revision_of()


def test_other_dictionaries_change_the_revision(monkeypatch: pytest.MonkeyPatch) -> None:
    before = revision_of()
    monkeypatch.setattr(revision, "forms_version", lambda: "another")
    assert revision_of() != before
