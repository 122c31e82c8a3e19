"""The form in which a language's file says what is known of the language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

Words = frozenset[str]
Patterns = tuple[str, ...]


def words(text: str) -> Words:
    """Return the words of a text, for lists that read better as one."""
    return frozenset(text.split())


def word_pairs(text: str) -> dict[str, str]:
    """Return the mapping written as alternating keys and values.

    Raises:
        ValueError: The last key has no value.
    """
    found = text.split()
    return dict(zip(found[::2], found[1::2], strict=True))


@dataclass(frozen=True, slots=True)
class NameWord:
    """A word of an entity's name or alias.

    Attributes:
        folded: As texts are compared: without case and accents.
        exact: As the operator wrote it.
        is_last: Whether it is the last word of the name.
        is_person: Whether the name is a person's.
        is_demonym: Whether it is a word for people, or an adjective if it is written small.
    """

    folded: str
    exact: str
    is_last: bool
    is_person: bool
    is_demonym: bool = False

    @property
    def is_adjective(self) -> bool:
        """Whether it is a demonym that is written small: *ukrainisch*."""
        return self.is_demonym and self.exact[:1].islower()


def no_forms(_: object) -> AbstractSet[str]:
    """Return no inflected forms: the rule of a language that has none or whose are not known."""
    return frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class DateWords:
    """How dates and times are written. Everything is lower-case; patterns are regexes.

    Attributes:
        months: The names and abbreviations of each month, January first: twelve sets, or none.
        weekdays: The names of weekdays.
        short_weekdays: Their abbreviations, without a full stop.
        relative_days: Words such as *today*, by how many days ago that is.
        fillers: Words that a date means the same without: *um 12:30* is *12:30*.
        joiners: Words between a name, a date and a time of day: *on*, *at*.
        hours: Words behind a full hour: *12 Uhr*, *12 pm*.
        clock_endings: Patterns of what else may follow hours and minutes.
        ordinal_endings: Endings of a day of the month: *9th*.
        year_prefixes: Words that may precede a year.
        year_endings: Patterns of what may follow a year.
        elapsed: Patterns of the time since: *3 hours ago*.
        elapsed_units: Beginnings of the units in ``elapsed``, with their seconds.
        elapsed_cues: Strings, one of which is in every text that ``elapsed`` matches.
        just_now: Phrases for a moment ago.
        published_words: Beginnings of words before the time of publication: *published*.
        dotted: Whether a date such as 9.3.2025 counts as written in this language.
        local_time: Converts a local time without a zone to UTC. It is used for dates written in
            the language, and for those of publishers who declare it. Where it is None such a time
            is taken for UTC.
    """

    months: tuple[Words, ...] = ()
    weekdays: Words = frozenset()
    short_weekdays: Words = frozenset()
    relative_days: Mapping[str, int] = field(default_factory=dict)
    fillers: Words = frozenset()
    joiners: Words = frozenset()
    hours: Words = frozenset()
    clock_endings: Patterns = ()
    ordinal_endings: Words = frozenset()
    year_prefixes: Words = frozenset()
    year_endings: Patterns = ()
    elapsed: Patterns = ()
    elapsed_units: Mapping[str, int] = field(default_factory=dict)
    elapsed_cues: tuple[str, ...] = ()
    just_now: tuple[str, ...] = ()
    published_words: Words = frozenset()
    dotted: bool = False
    local_time: Callable[[datetime], datetime] | None = None

    def __post_init__(self) -> None:
        if len(self.months) not in (0, 12):
            raise ValueError(f"a year has 12 months, not {len(self.months)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BylineWords:
    """How articles and reader comments say who wrote them. Lower-case; patterns are regexes.

    Attributes:
        openers: Patterns that open a byline: *by* Jane Doe.
        prefixes: Further words before a name in a field that holds an author: *text:* Jane Doe.
        conjunctions: Words between two names: *and*.
        particles: Words inside a name that are written small: Ursula *von der* Leyen.
        agency_fillers: Words that may stand beside the name of a news agency in a credit.
        says: Patterns between a reader's name and the comment: *wrote*.
        comment_nouns: Words for a comment: *comment* by …
        comment_prepositions: Words between such a noun and a name: comment *by* …
        signature_endings: Patterns of what may follow a comment's name and time: *reply*.
    """

    openers: Patterns = ()
    prefixes: Words = frozenset()
    conjunctions: Words = frozenset()
    particles: Words = frozenset()
    agency_fillers: Words = frozenset()
    says: Patterns = ()
    comment_nouns: Words = frozenset()
    comment_prepositions: Words = frozenset()
    signature_endings: Patterns = ()


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Language:
    """What is known of one language; blank where nothing is.

    Words are folded as :mod:`core.text.tokens` folds them, unless said otherwise. A language is
    equal to itself alone, so that a tuple of languages is a cheap key of a cache.

    Attributes:
        code: ISO 639-1, two letters.
        other_codes: Codes that pages use for it beside ``code``, lower-case.
        own_letters: Letters with a mark that are letters of their own: folding keeps the mark.
        folded_letters: Letters that are compared as another one, beside what Unicode decomposes.
        spellings: Letters, small and capital, by how they are written where they cannot be typed.
        elisions: Words that an apostrophe joins to the next word: *l'*.
        clitics: Endings that an apostrophe joins to a word they are no part of: *'s*.
        abbreviations: Words whose full stop ends no sentence; case folded, not accents.
        sentence_starters: Words that begin a sentence even after such a full stop; likewise.
        numbered_abbreviations: Words whose full stop ends no sentence before a number: *Art. 5*.
        closing_abbreviations: Ends of abbreviations with a letter of their own, without their last
            full stop, that may end a sentence, unlike initials: *p.m*.
        ordinal_openers: Words before an ordinal with a full stop: *am 3. Mai*.
        ordinal_nouns: Words behind one, beside months: *3. Liga*.
        counted_nouns: Words that a letter names one of, with no full stop of its own: *Gruppe A*.
        suspension_words: Words between the parts of a compound that share one of theirs: *und* in
            *Ost- und Südukraine*.
        function_words: Words that say nothing about what a text is about.
        outcome_words: Words of headlines for what has come of something: *resigns*, *arrested*.
        outcome_phrases: The same in two words: *steps down*.
        toll_words: Words, also two in a row, for people who died, were hurt or are missing, by the
            one for it.
        age_words: Words behind a figure that is an age or a time: *29-jähriger*, *12 Uhr*.
        death_words: Words for outcomes that say that somebody died, and count nobody: *dies*.
        opinion_words: Labels of headlines of pieces that report nothing new: *comment*, *analysis*.
        number_words: Words for small numbers and amounts, by the figure: *two* by *2*.
        negations: Words that turn what a sentence says into its opposite.
        unit_words: Words behind a figure that is an amount, and no counter: *percent*.
        update_words: Words of a note that says when a page was changed: *updated*.
        background_words: Words that begin a passage about what was before.
        correction_words: Words by which an article says that it corrects or withdraws something.
        operator_words: Words that are mistaken for operators of the query language, and those.
        misleading_stems: Stems that, as ``stem*``, find more than their author thinks, and
            examples of it.
        english_stems: Beginnings of words by the beginning of the English word for them.
        capitalises_nouns: Whether nouns have a capital inside a sentence.
        joints: Letters between the parts of a compound: *Beitritt-s-gesuch*.
        short_nouns: Nouns of two or three letters that form compounds.
        simple_words: Words that only look like compounds: *Trans-port*, *Wolf-gang*.
        adjective_suffixes: Nouns that are endings of adjectives and adverbs too: *rätsel-haft*.
        no_parts: Words that are no parts of compounds: *nein* in *Waffeneinsatz*.
        compound_prefixes: What may precede a word in a compound although it is no noun: *Ost*.
        combining_forms: Beginnings of compounds that are no form of the word: *ost* for *osten*.
        clause_starters: Words before which a clause may end without a mark: *und*.
        verb_particles: Particles that part from their verb, *bei* in *tritt ... bei*, and make a
            noun another word: *Auslieferung* is no kind of *Lieferung*. What else parts from a
            verb is known from the dictionary: *sicher* in *stellt ... sicher*.
        verb_adverbs: Adverbs that begin such words, and stand before a particle of the verb where
            it is apart: *wieder* in *stellt … wieder her*.
        verb_prefixes: Prefixes that never part from their verb: *ver*.
        feminine_endings: Endings that make the word for a woman: *Präsident-in*.
        declension: Endings of adjectives and participles.
        noun_endings: Endings of nouns that no dictionary has.
        plural_endings: Endings of plurals, where nouns are written small.
        irregular_forms: Forms of verbs that dictionaries take for other words, by infinitive.
        gerund_ending: Ending of the form of a verb that is a noun: *buy-ing*.
        gerund_nouns: Words with that ending that mean something else: *building*.
        name_forms: Returns the other forms a word of a name takes, folded.
        acronym_forms: Returns the other forms of a word in capitals, as they are written.
        dates: How dates and times are written.
        bylines: How authors are named.
        page_phrases: The file of phrases that part a page into zones
            (:mod:`ingest.extract.vocabulary`); None where there is none.
    """

    code: str
    other_codes: Words = frozenset()
    own_letters: str = ""
    folded_letters: Mapping[str, str] = field(default_factory=dict)
    spellings: Mapping[str, str] = field(default_factory=dict)
    elisions: Words = frozenset()
    clitics: Words = frozenset()
    abbreviations: Words = frozenset()
    sentence_starters: Words = frozenset()
    numbered_abbreviations: Words = frozenset()
    closing_abbreviations: tuple[str, ...] = ()
    ordinal_openers: Words = frozenset()
    ordinal_nouns: Words = frozenset()
    counted_nouns: Words = frozenset()
    suspension_words: Words = frozenset()
    function_words: Words = frozenset()
    outcome_words: Words = frozenset()
    outcome_phrases: Words = frozenset()
    toll_words: Mapping[str, str] = field(default_factory=dict)
    age_words: Words = frozenset()
    death_words: Words = frozenset()
    opinion_words: Words = frozenset()
    number_words: Mapping[str, str] = field(default_factory=dict)
    negations: Words = frozenset()
    unit_words: Words = frozenset()
    update_words: Words = frozenset()
    background_words: Words = frozenset()
    correction_words: Words = frozenset()
    operator_words: Mapping[str, str] = field(default_factory=dict)
    misleading_stems: Mapping[str, str] = field(default_factory=dict)
    english_stems: Mapping[str, str] = field(default_factory=dict)
    capitalises_nouns: bool = False
    joints: Words = frozenset()
    short_nouns: Words = frozenset()
    simple_words: Words = frozenset()
    adjective_suffixes: Words = frozenset()
    no_parts: Words = frozenset()
    compound_prefixes: Words = frozenset()
    combining_forms: Mapping[str, str] = field(default_factory=dict)
    clause_starters: Words = frozenset()
    verb_particles: Words = frozenset()
    verb_adverbs: Words = frozenset()
    verb_prefixes: Words = frozenset()
    feminine_endings: Words = frozenset()
    declension: Words = frozenset()
    noun_endings: Words = frozenset()
    plural_endings: Words = frozenset()
    irregular_forms: Mapping[str, str] = field(default_factory=dict)
    gerund_ending: str = ""
    gerund_nouns: Words = frozenset()
    name_forms: Callable[[NameWord], AbstractSet[str]] = no_forms
    acronym_forms: Callable[[NameWord], AbstractSet[str]] = no_forms
    dates: DateWords = field(default_factory=DateWords)
    bylines: BylineWords = field(default_factory=BylineWords)
    page_phrases: Path | None = None
