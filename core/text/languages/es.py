"""Spanish: the months, and words for what has come of something."""

from __future__ import annotations

from core.text.languages.model import DateWords, Language, word_pairs, words

LANGUAGE = Language(
    code="es",
    age_words=words("anos"),
    outcome_words=words(
        """
        absuelta absuelto aprobado condenada condenado destituido detenida detenido detenidos
        dimision dimite elegido fallece firmado fracasa liberada liberado liberados muere rescatado
        rescatados roto suspendido
        """
    ),
    toll_words=word_pairs(
        """
        muertos dead muerto dead fallecidos dead victimas dead heridos hurt herido hurt
        desaparecidos missing
        """
    ),
    number_words=word_pairs(
        """
        dos 2 tres 3 cuatro 4 cinco 5 seis 6 siete 7 ocho 8 nueve 9 diez 10 decenas dozens
        centenares hundreds
        """
    ),
    dates=DateWords(
        months=(
            words("ene enero"),
            words("feb febrero"),
            words("mar marzo"),
            words("abr abril"),
            words("mayo"),
            words("jun junio"),
            words("jul julio"),
            words("ago agosto"),
            words("sep sept septiembre"),
            words("oct octubre"),
            words("nov noviembre"),
            words("dic diciembre"),
        ),
        year_prefixes=words("de"),
    ),
)
