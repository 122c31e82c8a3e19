"""What words of texts a leaf of a query finds, as far as that can be listed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from config.catalog.models import EntityDefinition
from processors.engine.aliases import Alias, aliases_of
from processors.engine.patterns import has_wildcard
from processors.forms.inflection import word_forms
from processors.query.nodes import EntityNode, Node, Phrase, Word


class LeafTexts:
    """Returns what leaves of queries find: the names of an entity, the forms of a word, a phrase.

    Args:
        entities: The entities by id.
        languages: Those of the articles, for words that are found in any.
    """

    def __init__(
        self, entities: Mapping[str, EntityDefinition], languages: Collection[str]
    ) -> None:
        self._entities = entities
        self._languages = languages
        self._known: dict[Node, frozenset[str]] = {}

    def __call__(self, leaf: Node) -> frozenset[str]:
        """Return the folded texts; what must be written in one way, as it is written.

        Compounds are left out, and of names of several words all forms but the name itself.
        """
        if leaf not in self._known:
            self._known[leaf] = self._find(leaf)
        return self._known[leaf]

    def _find(self, leaf: Node) -> frozenset[str]:
        if isinstance(leaf, EntityNode):
            aliases = aliases_of(self._entities[leaf.id])
            return frozenset(text for one in aliases if not one.denies for text in _texts(one))
        if isinstance(leaf, Word):
            codes = [leaf.language] if leaf.language else self._languages
            forms = [word_forms(leaf.word, code) for code in codes]
            return frozenset().union(*(f.in_any_case | f.capitalised | f.exact for f in forms))
        if isinstance(leaf, Phrase) and not any(map(has_wildcard, leaf.words)):
            return frozenset((" ".join(leaf.words),))
        return frozenset()


def _texts(alias: Alias) -> frozenset[str]:
    if len(alias.words) == 1:
        return alias.words[0].exact or alias.words[0].forms
    return frozenset((" ".join(min(word.forms, key=len) for word in alias.words),))
