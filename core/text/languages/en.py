"""English."""

from __future__ import annotations

from pathlib import Path

from core.text.languages.model import BylineWords, DateWords, Language, word_pairs, words

LANGUAGE = Language(
    code="en",
    other_codes=words("eng"),
    clitics=words("s"),
    abbreviations=words(
        """
        mr mrs ms messrs gen col lt sgt capt cpt maj adm gov rep hon rev jr inc ltd corp co dept est
        fig jun oct dec approx al ave blvd mt ft st prof dr vs
        jan feb apr jul aug sep sept nov
        """
    ),
    sentence_starters=words(
        "the a an it he she they we but and this that these in on at for with after"
    ),
    numbered_abbreviations=words("art ch fig no nos p pp para sec vol"),
    closing_abbreviations=("a.m", "p.m", "a. m", "p. m"),
    counted_nouns=words("class group grade hepatitis option plan type version vitamin zone"),
    suspension_words=words("and or to nor but as well the a than"),
    age_words=words("am pm year years yr"),
    outcome_words=words(
        """
        acquits acquitted admits adopted adopts agreed agrees apologises apologizes approve approved
        approves arrested averted bankrupt bankruptcy banned bans bars blocked blocks broken
        cancelled capsized capsizes captured charged cleared collapsed collapses concedes confessed
        confesses confirms convicted convicts cuts dead defused denies deported deposed derailed
        derails died dies dismissed dropped drown drowned drowns elected ends escaped escapes
        evacuated exonerated expelled explodes extradited fails fired found freed halted hikes
        identified impeached imposes indicted jailed killed landfall lifted lifts loses murdered
        ousted ousts overturned overturns pardoned pardons passes perish perished postponed quashed
        quit quits raises ratified ratifies recaptured recovered reinstated reinstates reject
        rejected rejects released reopen reopened reopens rescued resign resigned resigns restored
        resumed resumes sacked sank scrapped scraps sentenced settles shut shuts sign signed signs
        sinks slain stranded surrendered surrenders survives suspended suspends toppled topples
        vetoed vetoes walks wins withdrawn withdraws
        """
    ),
    outcome_phrases=frozenset(
        {
            "all clear",
            "backs down",
            "breaks out",
            "broke out",
            "call off",
            "called off",
            "calls off",
            "fallen to",
            "falls to",
            "gave way",
            "gives way",
            "goes bust",
            "gone bust",
            "in custody",
            "martial law",
            "no deal",
            "not guilty",
            "pleads guilty",
            "pull out",
            "pulled out",
            "pulls out",
            "runs aground",
            "set free",
            "stands down",
            "step down",
            "stepped down",
            "steps aside",
            "steps down",
            "strikes down",
            "struck down",
            "sworn in",
            "to safety",
            "turn down",
            "turned down",
            "turns down",
            "under control",
            "went bust",
            "without agreement",
            "without deal",
        }
    ),
    toll_words=word_pairs(
        """
        casualties victims dead dead deaths dead died dead injured hurt hurt hurt killed dead
        missing missing toll dead victims victims wounded hurt bodies dead fatalities dead kill dead
        kills dead injures hurt injuries hurt drowns dead drowned dead drown dead perished dead
        perish dead murdered dead slain dead
        """
    ),
    death_words=words("dies"),
    opinion_words=words(
        """
        analysis column comment commentary editorial essay explainer interview newsletter opinion
        podcast quiz review
        """
    ),
    number_words=word_pairs(
        """
        one 1 two 2 three 3 four 4 five 5 six 6 seven 7 eight 8 nine 9 ten 10 eleven 11 twelve 12
        dozen dozens dozens dozens hundred hundreds hundreds hundreds thousand thousands thousands
        thousands thirteen 13 fourteen 14 fifteen 15 sixteen 16 seventeen 17 eighteen 18 nineteen 19
        twenty 20 thirty 30 forty 40 fifty 50
        """
    ),
    negations=words("no nobody none not never without"),
    unit_words=words(
        """
        billion degrees dollars euros kilometers km miles million people percent persons pounds
        tons
        """
    ),
    update_words=words("last modified revised update updated"),
    background_words=words("background earlier previously"),
    correction_words=words("correction corrected retracted retraction"),
    function_words=words(
        """
        the of and to a in is that for on with as was at by it be from are this have has an not but
        had its were which will their or he his they been who after more said also about would up
        there when one all out than we she her over into new could can you some other so if no two
        first year last people time i my our your them these what him may do just like while how
        any only most where many now before did against during under since such s t re u
        """
    ),
    plural_endings=words("s"),
    irregular_forms=word_pairs(
        """
        bend bent break broke drink drunk feel felt ring rung rise rose shake shook shoot shot
        swear swore think thought win won cross crosses fix fixes
        """
    ),
    gerund_ending="ing",
    gerund_nouns=words("building evening morning offing outing stocking wedding"),
    operator_words={"and": "AND", "or": "OR", "not": "NOT", "andnot": "AND NOT", "near": "NEAR/5"},
    misleading_stems={
        "join": "joint, jointly",
        "gener": "generous",
        "general": "generally",
        "niger": "Nigeria",
        "austr": "Austria and Australia",
        "part": "particular",
        "trump": "trumpet",
        "mali": "malign, malicious",
        "port": "portfolio",
        "inter": "interest",
    },
    dates=DateWords(
        months=(
            words("jan january"),
            words("feb february"),
            words("mar march"),
            words("apr april"),
            words("may"),
            words("jun june"),
            words("jul july"),
            words("aug august"),
            words("sep sept september"),
            words("oct october"),
            words("nov november"),
            words("dec december"),
        ),
        weekdays=words("monday tuesday wednesday thursday friday saturday sunday"),
        short_weekdays=words("mon tue tu wed thu fri sat sun"),
        relative_days={"today": 0, "yesterday": 1},
        fillers=words("at"),
        joiners=words("at on"),
        hours=words("am pm"),
        clock_endings=(r"a\.m\.", r"p\.m\."),
        ordinal_endings=words("st nd rd th"),
        elapsed=(
            (
                r"(?:\d+|an?|a few)\s?"
                r"(?:[smhdw]|sec\w*|min\w*|hours?|hrs?|days?|weeks?|months?|years?|yrs?)\sago"
            ),
            r"\d+\s?[hdw](?=\s*$)",
        ),
        elapsed_units={"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800},
        elapsed_cues=("ago",),
        just_now=("just now",),
        published_words=words("published publication posted created first originally"),
    ),
    bylines=BylineWords(
        openers=("by",),
        conjunctions=words("and"),
        agency_fillers=words("source with reporting from by and agencies international media at"),
        says=("says?", "said", "wrote", "writes", "commented", "replied"),
        comment_nouns=words("comment"),
        comment_prepositions=words("by"),
        signature_endings=("permalink", "reply", "report", "edited", "likes?"),
    ),
    page_phrases=Path(__file__).parent / "en.page.txt",
)
