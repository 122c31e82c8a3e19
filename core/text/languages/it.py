"""Italian: the months, and words for what has come of something."""

from __future__ import annotations

from core.text.languages.model import DateWords, Language, word_pairs, words

LANGUAGE = Language(
    code="it",
    age_words=words("anni"),
    outcome_words=words(
        """
        arrestata arrestati arrestato assolta assolto condannata condannato dimette dimissioni
        fallito firmato liberata liberati liberato muore rilasciato salvati salvi sospeso
        """
    ),
    toll_words=word_pairs(
        """
        morti dead vittime dead feriti hurt dispersi missing
        """
    ),
    dates=DateWords(
        months=(
            words("gen gennaio"),
            words("feb febbraio"),
            words("mar marzo"),
            words("apr aprile"),
            words("mag maggio"),
            words("giu giugno"),
            words("lug luglio"),
            words("ago agosto"),
            words("set settembre"),
            words("ott ottobre"),
            words("nov novembre"),
            words("dic dicembre"),
        ),
    ),
)
