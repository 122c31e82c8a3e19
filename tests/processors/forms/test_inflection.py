"""Forms of words: what the dictionary gives, what is added to it, and what stays as written."""

from __future__ import annotations

from core.text.languages import language
from processors.forms.dictionary import Dictionary
from processors.forms.inflection import Inflection
from processors.forms.model import WordForms

LEMMAS = {
    "Beschluss": "Beschluss",
    "Beschlüsse": "Beschluss",
    "Beschlusses": "Beschluss",
    "Flieger": "Flieger",
    "Fliegers": "Flieger",
    "Fliegerin": "Fliegerin",
    "fliegen": "fliegen",
    "Kriegen": "Krieg",
    "Krieg": "Krieg",
    "kriegen": "kriegen",
    "zusagen": "zusagen",
    "zugesagt": "zusagen",
    "zuzusagen": "zusagen",
    "zusagte": "zusagen",
    "sagen": "sagen",
    "sagt": "sagen",
    "sagte": "sagen",
    "gesagt": "sagen",
    "absagen": "absagen",
    "abgesagt": "absagen",
    "versagen": "versagen",
    "versagte": "versagen",
    "heben": "heben",
    "gehoben": "heben",
    "entheben": "entheben",
    "enthob": "entheben",
    "probieren": "probieren",
    "probiere": "probieren",
    "probierst": "probieren",
    "probierte": "probieren",
    "probierten": "probieren",
    "probiertest": "probieren",
    "probiertet": "probieren",
    "probierend": "probieren",
    "probieret": "probieren",
    "probiert": "probiert",
    "klarmachen": "klarmachen",
    "klarzumachen": "klarmachen",
    "machen": "machen",
    "macht": "machen",
    "gemacht": "machen",
    "knattern": "knattern",
    "knatterte": "knattern",
    "überraschen": "überraschen",
    "überraschte": "überraschen",
    "Quorzens": "Quorzens",
    "aussagen": "aussagen",
    "leer": "leer",
    "holzern": "holzern",
    "zollfrei": "zollfrei",
    "zollfreie": "zollfrei",
    "zollfreien": "zollfrei",
    "zollfreier": "zollfrei",
    "zollfreies": "zollfrei",
    "zollfreiem": "zollfrei",
}


def german(word: str) -> WordForms:
    return Inflection(language("de"), Dictionary.of(LEMMAS)).forms(word)


def test_a_noun_has_its_paradigm_in_both_spellings_and_the_word_for_a_woman() -> None:
    forms = german("Beschluss")
    assert forms.in_any_case >= {"beschluss", "beschlüsse", "beschluesse", "beschlusses"}
    assert forms.is_noun
    assert forms.tails == forms.in_any_case
    assert german("Flieger").in_any_case >= {"flieger", "fliegers", "fliegerin"}


def test_a_form_that_another_word_shares_needs_a_capital() -> None:
    forms = german("Krieg")
    assert "kriegen" in forms.capitalised
    assert "krieg" in forms.in_any_case


def test_a_separable_verb_has_the_forms_of_its_verb_and_its_particle() -> None:
    forms = german("zusagen")
    assert forms.particle == "zu"
    assert forms.finite == {"sagen", "sagt", "sagte"}
    assert forms.in_any_case >= {"zugesagt", "zuzusagen", "zugesagten"}
    assert german("sagen").particle == ""


def test_whatever_the_dictionary_parts_from_a_verb_is_its_particle() -> None:
    forms = german("klarmachen")
    assert forms.particle == "klar"
    assert forms.finite == {"machen", "macht"}
    assert forms.in_any_case >= {"klarmacht", "klargemacht", "klargemachten", "klarzumachen"}


def test_an_adverb_before_a_particle_is_a_word_of_its_own_where_the_verb_is_apart() -> None:
    forms = german("wiederzusagen")
    assert forms.particle == "wieder-zu"
    assert forms.in_two_words >= {"wieder-zusagen", "wieder-zugesagt", "wieder-zuzusagen"}
    assert forms.in_any_case >= {"wiederzusagte", "wiederzugesagten"}
    assert not german("zusagen").in_two_words


def test_a_verb_of_which_the_dictionary_has_few_forms_has_those_of_the_verb_in_it() -> None:
    forms = german("aussagen")
    assert forms.particle == "aus"
    assert forms.in_any_case >= {"aussagt", "ausgesagt", "auszusagen"}
    assert german("leersagen").particle == "leer"
    assert not german("holzern").finite


def test_a_weak_verb_has_the_participle_that_the_dictionary_lacks() -> None:
    assert german("knattern").in_any_case >= {"geknattert", "geknatterten"}
    assert not any(form.startswith("ge") for form in german("überraschen").in_any_case)


def test_a_verb_that_the_dictionary_lacks_is_weak() -> None:
    forms = german("quorzeln")
    wanted = {"quorzelt", "quorzelst", "quorzelte", "quorzelten", "gequorzelt", "gequorzelte"}
    assert forms.in_any_case >= {*wanted, "quorzelnd", "quorzelnden"}
    assert not forms.is_known
    assert german("vorquaden").in_any_case >= {"vorquadete", "vorgequadet"}
    assert "verquorzelt" in german("verquorzeln").in_any_case
    assert "geverquorzelt" not in german("verquorzeln").in_any_case
    assert "quorzt" not in german("quorz").in_any_case


def test_an_unknown_verb_with_a_particle_has_the_forms_of_the_verb_without_it() -> None:
    forms = german("wegsagen")
    assert forms.particle == "weg"
    assert forms.in_any_case >= {"wegsagte", "weggesagt", "wegzusagen"}
    assert forms.finite == {"sagen", "sagt", "sagte"}


def test_a_verb_with_a_prefix_has_the_forms_of_the_verb_without_it() -> None:
    assert german("absagen").in_any_case >= {"absagt", "absagte", "abgesagt"}
    assert german("versagen").in_any_case == {"versagen", "versagte", "versagt"}
    assert german("entheben").in_any_case == {"entheben", "enthob", "enthoben"}


def test_a_noun_with_a_capital_has_its_plural_where_nouns_are_written_small() -> None:
    lemmas = {"grant": "grant", "grants": "grant", "granted": "grant", "Bush": "Bush"}
    english = Inflection(language("en"), Dictionary.of(lemmas))
    assert english.forms("Grant").in_any_case == {"grant", "grants"}
    assert english.forms("Bush").in_any_case == {"bush"}


def test_a_participle_that_the_dictionary_takes_for_another_word_is_a_form_of_the_verb() -> None:
    assert german("probieren").in_any_case >= {"probiert", "probierten", "probierter"}


def test_an_adjective_is_found_with_a_prefix_and_forms_no_compounds() -> None:
    forms = german("zollfrei")
    assert forms.tails == {"zollfrei", *(f"zollfrei{e}" for e in ("e", "en", "er", "es", "em"))}
    assert not forms.heads


def test_short_acronyms_are_found_as_they_are_written_and_long_ones_in_compounds() -> None:
    assert german("UN") == WordForms(exact=frozenset(("UN", "UNs")))
    assert german("NATO").in_any_case == {"nato", "natos"}
    assert german("NATO").heads == {"nato"}


def test_a_noun_written_small_is_found_as_a_noun() -> None:
    assert german("beschluss") == german("Beschluss")


def test_an_unknown_noun_has_the_endings_of_nouns_and_a_function_word_none() -> None:
    assert german("Quorzel").in_any_case >= {"quorzel", "quorzels", "quorzeln"}
    assert not german("Quorzel").is_known
    assert german("Der").in_any_case == {"der"}


def test_a_compound_that_the_dictionary_lacks_inflects_as_its_last_part() -> None:
    wanted = {"quorzelbeschluss", "quorzelbeschlüsse", "quorzelbeschlusses", "quorzelbeschluesse"}
    assert german("Quorzelbeschluss").in_any_case >= wanted


def test_an_unknown_name_has_a_genitive_also_where_the_dictionary_takes_it_for_a_name() -> None:
    assert "quorzens" in german("Quorzen").in_any_case


def test_a_language_without_a_dictionary_has_words_as_they_are_written() -> None:
    spanish = Inflection(language("es"), None)
    assert spanish.forms("casa").in_any_case == {"casa"}
    assert spanish.forms("OTAN").in_any_case == {"otan", "otans"}
