"""What stories compare of a text: its words with their weights, and the parts of the words. Pure.

::

    headline (counted twice), beginning of the text, entities
        ──▶ words, German ones by their English counterpart ──▶ weight x (1 + log count)
        ──▶ runs of four letters: *Tresoreinbruch* shares most of *Einbruch*, *Einbrüche* of both

Runs of letters find compounds and inflected forms without a dictionary; figures, words with a
figure in them, and entities are one part each.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from alerts.story_vocabulary import english_stem, rarity_weight

STEM = 6
RUN = 4
"""Letters of a part. Measured with the rest of :mod:`alerts.stories`: B-cubed F1 with 3, 4 and 5
letters .84, .85 and .83."""
TITLE_COUNT = 2
TOPICAL = 0.8
"""Words that the topic's rules matched count a little less: every article of the topic has them."""
ENTITY_WEIGHT = 1.0


def weigh_terms(
    title: Sequence[str],
    text: Sequence[str],
    language: str,
    topical: Iterable[str] = (),
    entities: Iterable[str] = (),
) -> dict[str, float]:
    """Return the weight of each word and entity.

    Args:
        title: Folded words of the headline.
        text: Folded words of lead and body.
        language: ISO 639-1.
        topical: Stems of the words that the topic's rules matched.
        entities: Ids of the entities in the article.
    """
    counts = Counter({word: TITLE_COUNT * n for word, n in Counter(title).items()})
    counts.update(text)
    topical = tuple(sorted(set(topical)))
    weights: dict[str, float] = {}
    for word, count in counts.items():
        base = rarity_weight(word, language) * (
            TOPICAL if any(part in word for part in topical) else 1.0
        )
        if base:
            key = (english_stem(word, language) or word) if word.isalpha() else word
            weights[key] = max(weights.get(key, 0.0), (1 + math.log(count)) * base)
    return {k: round(v, 4) for k, v in weights.items()} | {
        f"@{entity}": ENTITY_WEIGHT for entity in entities
    }


def stem(word: str, language: str) -> str:
    """Return the key that a word's inflected forms share.

    A word whose English counterpart is known shares its key too; a word with a figure in it (F16,
    2026) is its own key.
    """
    if not word.isalpha():
        return word
    return (english_stem(word, language) or word)[:STEM]


def stem_weights(terms: Mapping[str, float]) -> dict[str, float]:
    """Return the weight of each stem of an article's terms."""
    weights: dict[str, float] = {}
    for word, weight in terms.items():
        key = stem_of_term(word)
        weights[key] = max(weights.get(key, 0.0), weight)
    return weights


def stem_of_term(word: str) -> str:
    """Return the stem of a word of an article's terms."""
    return word[:STEM] if word.isalpha() else word


def part_weights(terms: Mapping[str, float]) -> dict[str, float]:
    """Return the weight of each part of an article's terms; a word's parts share its weight."""
    weights: dict[str, float] = {}
    for word, weight in terms.items():
        parts = _parts(word)
        share = weight / math.sqrt(len(parts))
        for part in parts:
            weights[part] = weights.get(part, 0.0) + share
    return weights


@lru_cache(maxsize=50_000)
def _parts(word: str) -> tuple[str, ...]:
    marked = f"<{word}>"
    if not word.isalpha() or len(marked) <= RUN:
        return (word,)
    return tuple(marked[i : i + RUN] for i in range(len(marked) - RUN + 1))
