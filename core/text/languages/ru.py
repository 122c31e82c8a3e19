"""Russian."""

from __future__ import annotations

from pathlib import Path

from core.text.languages.east_slavic import name_forms
from core.text.languages.model import BylineWords, DateWords, Language, word_pairs, words

LANGUAGE = Language(
    code="ru",
    other_codes=words("rus"),
    folded_letters={"ё": "е"},
    abbreviations=words(
        "г гг им ул д обл р тыс млн млрд руб т п см др проф акад ст стр рис пл просп"
    ),
    sentence_starters=words("он она они это но и в на мы его"),
    age_words=words("летнего летней летнему летний летнюю летняя"),
    outcome_words=words(
        """
        арестовали арестован арестована задержали задержан задержана задержаны избрали избран исчез
        исчезла найден найдена найдены нашли обезврежен обезврежена одобрили оправдан оправдана
        освободили освобожден освобождена осужден осуждена отклонен отклонили отменен отменена
        отменили отозвали погиб погибла подал подала подписали подписан подписано прекращен
        прекращены приговорен приговорена приостановлен приостановлено распущен расторгнут сорван
        сорвано спасены спасли уволен уволена умер умерла ушел ушла эвакуировали эвакуированы
        """
    ),
    toll_words=word_pairs(
        """
        жертв dead жертвы dead погибших dead погибшие dead погибли dead погибло dead убиты dead
        убито dead раненых hurt раненые hurt ранены hurt ранено hurt пострадавших hurt пострадали
        hurt пропавших missing пропали missing
        """
    ),
    number_words=word_pairs(
        """
        один 1 одна 1 два 2 две 2 двое 2 двух 2 три 3 трое 3 трех 3 четыре 4 четверо 4 четырех 4
        пять 5 пятеро 5 пяти 5 шесть 6 шестеро 6 шести 6 семь 7 семеро 7 семи 7 восемь 8 восьми 8
        девять 9 девяти 9 десять 10 десяти 10 десятки dozens десятков dozens сотни hundreds сотен
        hundreds тысячи thousands тысяч thousands
        """
    ),
    function_words=words(
        """
        и в во не на что он она они с со как а то все его но да к у же вы за бы по от о из ему до
        для это быть был была были или при после который которые сообщил также году
        """
    ),
    name_forms=name_forms,
    dates=DateWords(
        months=(
            words("января январь янв"),
            words("февраля февраль фев"),
            words("марта март мар"),
            words("апреля апрель апр"),
            words("мая май"),
            words("июня июнь июн"),
            words("июля июль июл"),
            words("августа август авг"),
            words("сентября сентябрь сен"),
            words("октября октябрь окт"),
            words("ноября ноябрь ноя"),
            words("декабря декабрь дек"),
        ),
        weekdays=words("понедельник вторник среда четверг пятница суббота воскресенье"),
        short_weekdays=words("пн вт ср чт пт сб вс"),
        relative_days={"сегодня": 0, "вчера": 1},
        joiners=words("в"),
        year_endings=(r"г\.?", "года"),
        elapsed=(
            (
                r"(?:\d+\s)?(?:секунд\w*|минут\w*|час\w*|дн\w+|день|недел\w+|месяц\w*|лет|год\w*)"
                r"\sназад"
            ),
        ),
        elapsed_units={
            "секунд": 1,
            "минут": 60,
            "час": 3600,
            "дн": 86400,
            "день": 86400,
            "недел": 604800,
        },
        elapsed_cues=("назад",),
        just_now=("только что",),
        published_words=words("опубликован создан"),
    ),
    bylines=BylineWords(
        openers=("автор:?",),
        prefixes=words("от"),
        conjunctions=words("и"),
        agency_fillers=words("по материалам и текст"),
        says=("говорит", "пишет", "написал[аи]?", "сказал[аи]?"),
        comment_nouns=words("комментарий"),
        comment_prepositions=words("от"),
        signature_endings=(r"г\.", "ответить"),
    ),
    operator_words={"и": "AND", "или": "OR", "не": "NOT"},
    page_phrases=Path(__file__).parent / "ru.page.txt",
)
