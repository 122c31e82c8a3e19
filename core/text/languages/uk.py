"""Ukrainian."""

from __future__ import annotations

from pathlib import Path

from core.text.languages.east_slavic import name_forms
from core.text.languages.model import BylineWords, DateWords, Language, word_pairs, words

LANGUAGE = Language(
    code="uk",
    other_codes=words("ukr ua"),
    abbreviations=words(
        "вул д обл р тис млн млрд т п см др проф акад ст рис напр м грн пл просп св"
    ),
    sentence_starters=words("він вона вони це але у й та в на"),
    age_words=words("річна річний річного річному річну річної"),
    outcome_words=words(
        """
        арештовано арештували виправдали виправдано врятовано врятували відхилено відхилили
        евакуювали загинув загинула засуджено засудили затримали затримано звільнено звільнився
        звільнили знайдено знайшли знешкоджено знешкодили зник зникла зупинено зупинили зірвано
        обрали обрано подав подала помер померла порушено призначено призупинено припинено підписали
        підписано пішла пішов розірвано скасовано скасували ухвалено ухвалили
        """
    ),
    toll_words=word_pairs(
        """
        жертв dead жертви dead загиблих dead загиблі dead загинули dead загинуло dead вбито dead
        вбиті dead поранених hurt поранені hurt поранено hurt постраждалих hurt постраждали hurt
        зниклих missing зникли missing
        """
    ),
    number_words=word_pairs(
        """
        один 1 одна 1 два 2 дві 2 двоє 2 двох 2 три 3 троє 3 трьох 3 чотири 4 четверо 4 чотирьох 4
        п'ять 5 п'ятеро 5 п'яти 5 шість 6 шестеро 6 шести 6 сім 7 семеро 7 семи 7 вісім 8 восьмеро 8
        восьми 8 дев'ять 9 дев'ятеро 9 дев'яти 9 десять 10 десятеро 10 десяти 10 одинадцять 11
        дванадцять 12 десятки dozens десятків dozens сотні hundreds сотень hundreds тисячі thousands
        тисяч thousands
        """
    ),
    function_words=words(
        """
        і у з та що не на до за про від як це його її вони він вона був була було були або для
        після також який яка які році
        """
    ),
    name_forms=name_forms,
    dates=DateWords(
        months=(
            words("січня січ"),
            words("лютого лют"),
            words("березня бер"),
            words("квітня кві"),
            words("травня тра"),
            words("червня чер"),
            words("липня лип"),
            words("серпня сер"),
            words("вересня вер"),
            words("жовтня жов"),
            words("листопада лис"),
            words("грудня гру"),
        ),
        weekdays=words("понеділок вівторок середа четвер п'ятниця субота неділя"),
        short_weekdays=words("пн вт ср чт пт сб нд"),
        relative_days={"сьогодні": 0, "вчора": 1},
        joiners=words("о об в"),
        year_endings=(r"р\.?", "року"),
        elapsed=(
            (
                r"(?:\d+\s)?(?:секунд\w*|хвилин\w*|годин\w*|дн\w+|день|тиж\w+|місяц\w*|рок\w*|рік)"
                r"\sтому"
            ),
        ),
        elapsed_units={
            "секунд": 1,
            "хвилин": 60,
            "годин": 3600,
            "дн": 86400,
            "день": 86400,
            "тиж": 604800,
        },
        elapsed_cues=("тому",),
        just_now=("щойно",),
        published_words=words("опубліковано створено"),
    ),
    bylines=BylineWords(
        openers=("автор:?",),
        prefixes=words("від"),
        conjunctions=words("та"),
        agency_fillers=words("за матеріалами та текст"),
        says=("каже", "пише", "написа(?:в|ла)"),
        comment_nouns=words("коментар"),
        comment_prepositions=words("від"),
        signature_endings=(r"р\.", "відповісти"),
    ),
    operator_words={"та": "AND", "або": "OR", "не": "NOT"},
    page_phrases=Path(__file__).parent / "uk.page.txt",
)
