"""French."""

from __future__ import annotations

from pathlib import Path

from core.text.languages.model import BylineWords, DateWords, Language, NameWord, word_pairs, words

_FEMININE = {"ien": "ienne", "ais": "aise", "ois": "oise", "ain": "aine", "and": "ande"}
"""Feminine forms of the endings of demonyms; other endings add nothing or an *e*."""


def name_forms(word: NameWord) -> frozenset[str]:
    """Return feminine and plural of a demonym: *ukrainienne*, *ukrainiens*."""
    if not word.is_adjective:
        return frozenset()
    stem, ending = word.folded[:-3], word.folded[-3:]
    if ending in _FEMININE:
        feminine = stem + _FEMININE[ending]
        return frozenset((f"{word.folded}s", feminine, f"{feminine}s"))
    return frozenset((f"{word.folded}s",)) if ending.endswith("e") else frozenset()


LANGUAGE = Language(
    code="fr",
    other_codes=words("fra fre"),
    elisions=words("l d j m t s c n qu jusqu lorsqu puisqu quoiqu"),
    abbreviations=words("mm mme mlle mgr av janv févr juil déc env"),
    sentence_starters=words("le la les il elle ils un une mais et ce cette"),
    age_words=words("ans"),
    outcome_words=words(
        """
        abandonne acquitte acquittee adopte adoptee annule annulee arrete arretee arretes condamne
        condamnee demission demissionne desamorcee echoue echouent elu elue evacue evacues
        interpelle interpelles levee libere liberee liberes quitte rejete rejetee relaxe relaxee
        retrouve retrouvee retrouves rompu rompue signe signee suspendu suspendue
        """
    ),
    toll_words=word_pairs(
        """
        morts dead mort dead tues dead tue dead victimes dead deces dead blesses hurt blesse hurt
        disparus missing
        """
    ),
    number_words=word_pairs(
        """
        deux 2 trois 3 quatre 4 cinq 5 six 6 huit 8 neuf 9 dix 10 onze 11 douze 12 quinze 15
        vingt 20 trente 30 dizaine dozens dizaines dozens centaine hundreds centaines hundreds
        milliers thousands
        """
    ),
    function_words=words(
        """
        le la les un une des du de et en à au aux dans par pour sur avec est sont a ont été qui que
        ne pas plus ce cette ces se sa son ses il elle ils leur leurs mais ou où comme après selon
        fait être avait
        """
    ),
    name_forms=name_forms,
    dates=DateWords(
        months=(
            words("janv janvier"),
            words("fév févr fevr février fevrier"),
            words("mars"),
            words("avr avril"),
            words("mai"),
            words("juin"),
            words("juil juillet"),
            words("août aout"),
            words("sept septembre"),
            words("oct octobre"),
            words("nov novembre"),
            words("déc décembre decembre"),
        ),
        weekdays=words("lundi mardi mercredi jeudi vendredi samedi dimanche"),
        short_weekdays=words("lun mar mer jeu ven sam dim"),
        relative_days={"aujourd'hui": 0, "hier": 1},
        fillers=words("à le"),
        joiners=words("à le"),
        clock_endings=("h", "min"),
        ordinal_endings=words("er"),
        elapsed=(r"il y a\s(?:\d+|une?|quelques)\s\w+",),
        elapsed_units={"sec": 1, "min": 60, "heure": 3600, "jour": 86400, "semaine": 604800},
        elapsed_cues=("il y a",),
        just_now=("à l'instant",),
        published_words=words("publié publiée"),
    ),
    bylines=BylineWords(
        openers=("par",),
        conjunctions=words("et"),
        particles=words("de"),
        agency_fillers=words("avec de et"),
        says=(r"dit", r"a\sdit", r"a\sécrit", "écrit"),
        comment_nouns=words("commentaire"),
        comment_prepositions=words("de"),
        signature_endings=("h", "répondre", "signaler"),
    ),
    plural_endings=words("s x"),
    operator_words={"et": "AND", "ou": "OR", "sauf": "AND NOT"},
    page_phrases=Path(__file__).parent / "fr.page.txt",
)
