"""German."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.text.languages.model import (
    BylineWords,
    DateWords,
    Language,
    NameWord,
    word_pairs,
    words,
)

_FOLDER = Path(__file__).parent
_NO_GENITIVE = ("s", "x", "z", "ß")
_MIN_ADJECTIVE = 4
"""Letters before the ending; shorter words are seldom adjectives."""
_ADJECTIVE_ENDINGS = {
    "e": ("en", "er", "es", "em"),
    "er": ("e", "en", "em", "es"),
    "es": ("e", "en", "er", "em"),
}


def name_forms(word: NameWord) -> frozenset[str]:
    """Return the genitive of a name's last word, the endings of an adjective inside a name.

    *Selenskyjs*, *des Bundestages*; *der Europäischen Union*. Demonyms are declined, and have a
    word for a woman: *ukrainische*, *Ukrainern*, *Ukrainerin*.
    """
    if word.is_demonym:
        return _demonym_forms(word)
    if word.is_last:
        return _genitives(word.folded, is_person=word.is_person)
    if word.exact[0].isupper() and not word.is_person:
        return _adjective_forms(word.folded)
    return frozenset()


def acronym_forms(word: NameWord) -> frozenset[str]:
    """Return the genitive or plural of an acronym that ends a name: *AKWs*."""
    return frozenset((f"{word.exact}s",)) if word.is_last and word.exact.isascii() else frozenset()


def central_european(local: datetime) -> datetime:
    """Return a naive local time of Berlin in UTC: summer time by the rule of the EU (2000/84/EC).

    Written out because the zone database may be missing where Python runs.
    """
    winter = local.replace(tzinfo=UTC) - timedelta(hours=1)
    begins, ends = (_last_sunday(local.year, month) + timedelta(hours=1) for month in (3, 10))
    summer = winter - timedelta(hours=1)
    return summer if begins <= summer < ends else winter


def _last_sunday(year: int, month: int) -> datetime:
    last = datetime(year, month, 31, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def _genitives(folded: str, *, is_person: bool) -> frozenset[str]:
    if len(folded) < 2 or not _is_latin(folded[-1]) or folded.endswith(_NO_GENITIVE):
        return frozenset()
    endings = ("s",) if is_person or folded[-1] in "aeiouyäöü" else ("s", "es")
    return frozenset(folded + ending for ending in endings)


def _demonym_forms(word: NameWord) -> frozenset[str]:
    stem = word.folded
    if word.is_adjective:
        return _with(stem, LANGUAGE.declension) if stem.endswith("sch") else frozenset()
    if stem.endswith("er"):
        return _with(stem, ("s", "n", "in", "innen"))
    if stem.endswith("e"):
        return _with(stem, ("n",)) | _with(stem[:-1], ("in", "innen"))
    return _genitives(stem, is_person=True)


def _with(stem: str, endings: Iterable[str]) -> frozenset[str]:
    return frozenset(stem + ending for ending in endings)


def _is_latin(character: str) -> bool:
    return unicodedata.name(character, "").startswith("LATIN")


def _adjective_forms(folded: str) -> frozenset[str]:
    for ending, others in _ADJECTIVE_ENDINGS.items():
        if folded.endswith(ending) and len(folded) - len(ending) >= _MIN_ADJECTIVE:
            return frozenset(folded.removesuffix(ending) + other for other in others)
    return frozenset()


LANGUAGE = Language(
    code="de",
    other_codes=words("deu ger"),
    own_letters="äöü",
    spellings={"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"},
    clitics=words("s"),
    abbreviations=words(
        """
        abs allg bd bzw ca dr dipl ehem einschl evtl exkl gem ggf hbf hl hr hrn ing inkl insb
        jh jhd kap lt mfg mind mio mrd nachf nr pkt prof qm sen sog std str tel ua verf
        verm vgl vs wg zb zt zzgl bspw sogen zw frl st stv phil med jur rer nat
        okt dez jan feb apr jul aug sep sept nov
        """
    ),
    sentence_starters=words(
        """
        der die das den dem ein eine es er sie wir ich in im am an auf auch aber und doch so zudem
        nach bei mit für seit während wenn dies diese dieser dort damit laut
        """
    ),
    numbered_abbreviations=words(
        "abb abs art artt az bd fn hft heft kap lfd nr nrn pos rn rz s seite tab tel teil ziff zif"
    ),
    closing_abbreviations=(
        *("u.v.m", "u. v. m", "v.m", "v. m", "u.ä", "u. ä", "o.ä", "o. ä", "u.a.m", "u. a. m"),
        *("i.r", "i. r", "a.d", "a. d", "d.j", "d. j"),
    ),
    ordinal_openers=words(
        """
        der die das dem den des am im vom zum zur beim ins ein eine einen einem einer eines jede
        dieser diese dieses seine ihre unsere erste und bis oder ab seit zwischen mein dein sein
        """
    ),
    ordinal_nouns=words(
        """
        jahrhundert jahrhunderts jahrhunderte jahrtausend liga bundesliga mal weltkrieg weltkriegs
        weltkrieges runde etage stock stockwerk klasse quartal spieltag platz rang senat armee
        division brigade bataillon regiment flotte geburtstag todestag jahrestag lebensjahr tag
        woche monat jahr amtszeit legislaturperiode wahlperiode parteitag auflage sinfonie fc sc
        sitzung sanktionspaket kammer zivilsenat strafsenat
        """
    ),
    counted_nouns=words(
        """
        gruppe klasse kategorie plan punkt typ vitamin hepatitis serie teil abschnitt anlage block
        gate halle linie stufe variante version zone
        """
    ),
    suspension_words=words(
        """
        und oder bzw beziehungsweise sowie wie als auch aber noch zu zum zur bis statt sondern plus
        samt mit in im vom von der die das den dem des ein eine einem einen einer nicht
        """
    ),
    age_words=words("jahre jahren uhr jährige jährigem jährigen jähriger jähriges"),
    outcome_words=words(
        """
        abberufen abgebrochen abgelehnt abgesagt abgeschaltet abgeschoben abgesetzt abgestürzt
        abgewählt abgewendet abgewiesen angeklagt angenommen aufgegeben aufgehoben aufgelöst
        aufgenommen ausgeliefert ausgewiesen ausnahmezustand beendet befreit begnadigt beschlagnahmt
        beschliesst beschlossen bestätigt beurlaubt billigt blockieren blockiert bricht dementiert
        eingestellt eingestürzt einig einigen einigt einigung entführt entgleist entkommen
        entlassen entmachtet entschärft entwarnung erfroren erhöht ermordet ernannt erobert
        erschiesst erschlagen erschossen erstickt erstochen ertrinken ertrinkt ertrunken evakuiert
        evakuierung explodiert festgenommen festnahme freigegeben freigekommen freigelassen
        freigesprochen freispruch geborgen gebrochen geeinigt gefasst geflohen gefunden gekentert
        gekippt gelöscht genehmigt geöffnet geplatzt gerettet gescheitert gesperrt gesprengt
        geständnis gesteht gestoppt gestorben gestürmt gestürzt gesunken getötet gewählt gewinnt
        hebt identifiziert insolvenz kandidiert kapitulation kapituliert katastrophenfall kippt
        lebend lehnt nachgewiesen notstand öffnet platzt ratifiziert rettet rücktritt scheitert
        senkt siegt stimmt stirbt stoppt suspendiert tot tritt überlebt übernommen umgekommen
        untersagt unterzeichnet verbietet verboten vereidigt vereinbart vereitelt verhaftet verhängt
        verlängert verlegt verliert verschiebt verschoben verständigt verstorben vertagt verurteilt
        verweigert widerruft widerspricht wiedereröffnet wiedergefunden zerbricht zerbrochen
        zerschlagen zugestimmt zurückerobert zurückgetreten zurückgezogen zusammengebrochen
        """
    ),
    outcome_phrases=frozenset(
        {
            "auf freiem",
            "auf grund",
            "ausser gefahr",
            "ausser kontrolle",
            "geben auf",
            "geht pleite",
            "gibt auf",
            "in gewahrsam",
            "ist pleite",
            "ohne einigung",
            "ohne ergebnis",
            "stellen sich",
            "stellt sich",
            "trennen sich",
            "trennt sich",
            "ums leben",
            "unter kontrolle",
            "vom tisch",
            "wieder frei",
            "wieder offen",
            "ziehen sich",
            "zieht sich",
            "zu ende",
        }
    ),
    toll_words=word_pairs(
        """
        opfer victims todesopfer dead tote dead toten dead getötet dead verletzte hurt verletzten
        hurt verletzt hurt vermisste missing vermissten missing vermisst missing todesopfern dead
        totes dead toter dead verletzter hurt verwundete hurt verwundeten hurt leichen dead
        vermisster missing erschlagen dead ertrunken dead ertrinkt dead ertrinken dead erstochen
        dead erfroren dead umgekommen dead erstickt dead
        """
    )
    | {"ums leben": "dead"},
    death_words=words("gestorben stirbt tot verstorben"),
    opinion_words=words(
        """
        analyse bilderstrecke essay fotostrecke gastbeitrag gastkommentar glosse hintergrund
        interview kolumne kommentar kommentare leitartikel meinung newsletter podcast portrait
        porträt presseschau pressestimmen quiz rezension überblick
        """
    ),
    number_words=word_pairs(
        """
        eins 1 zwei 2 drei 3 vier 4 fünf 5 sechs 6 sieben 7 acht 8 neun 9 zehn 10 elf 11 zwölf 12
        dutzend dozens dutzende dozens hundert hundreds hunderte hundreds tausend thousands tausende
        thousands dreizehn 13 vierzehn 14 fünfzehn 15 sechzehn 16 siebzehn 17 achtzehn 18 neunzehn
        19 zwanzig 20 dreißig 30 dreissig 30 vierzig 40 fünfzig 50
        """
    ),
    negations=words("nicht kein keine keinen keiner keinem nie niemals niemand ohne"),
    unit_words=words(
        """
        dollar euro grad kilometer menschen meter milliarden millionen mio mrd personen prozent
        tonnen
        """
    ),
    update_words=words("aktualisiert aktualisierung geändert letzte stand update zuletzt"),
    background_words=words("hintergrund hintergründe rückblick vorgeschichte zuvor"),
    correction_words=words("berichtigung gegendarstellung korrektur richtigstellung"),
    function_words=words(
        """
        der die das und in zu den von mit ist auf für im dem nicht ein eine des sich es an auch als
        bei nach aus wie am er hat dass sie werden wird einer um so noch nur war einem über sind
        oder zum haben einen aber vor kann durch wurde bis mehr zur sein worden gegen habe soll
        schon keine seit unter wenn was ihre ihr seine ich wir man dieser diese dieses alle wieder
        gibt uhr jahr jahre jahren sagte zwei drei beim vom ins sowie denn doch dann da hier jetzt
        zwischen damit deren dessen selbst während rund etwa ihren seinen ihrer seiner immer viele
        waren wurden hatte hatten sollen müssen können will wollen laut demnach bereits erst
        weitere neue neuen eines kein keinen ohne sei seien könnte würde möchte
        """
    ),
    operator_words={"und": "AND", "oder": "OR", "nicht": "NOT"},
    misleading_stems={
        "krim": "Krimi, Kriminalität",
        "gener": "generell, Generation",
        "general": "generell, generalisieren",
        "grün": "gründen, gründlich",
        "krieg": "kriegen",
        "part": "Partner, Party",
        "vertrag": "vertragen",
        "merz": "merzen",
        "port": "Porträt",
        "inter": "Internet, Interview",
    },
    english_stems=word_pairs((_FOLDER / "de.english.txt").read_text(encoding="utf-8")),
    capitalises_nouns=True,
    joints=words("s es n en er e ens"),
    short_nouns=words(
        """
        abo akt alm amt arm art ast bad bar bau box bus bär cup dom ehe eid eis erd erz eu fan fee
        gas gen gut hit hof hut jet job kai kuh kur lob mai mut not ohr ort pol rad rat ruf see
        sex ski tag tal tat tee tod tor typ tür uhr uni wal weg wut zar zoo zug öl
        """
    ),
    simple_words=words(
        """
        acrylamid agent akteur antisemit appstore assistent autogramm autograph bankrott churchill
        committee dasselbe dekoration demontage dienstag dieselbe dieselben dinosaurier donnerstag
        europol eurostat freitag friedhof fundamental gangster garderobe generation genital
        interesse international interpol kilogramm kombination kommerz kommunistisch lausanne
        legionelle madeleine marathon marianne material megaphon memorial metropole milchshake
        minister mittwoch moderation monopol montag nachbar nationalistisch passagier passant
        plantage polster portal präsent quadrat ratgeber register samstag schokolade sektion
        semester seminar sonntag stagnation talent taliban telegramm telegraph torrente transport
        transporter uniform universe vitamin vorrat zivilist
        """
    )
    # People and places, chosen from the lists of Faker (MIT) and GeoNames (CC BY 4.0).
    | words((_FOLDER / "de.names.txt").read_text(encoding="utf-8")),
    adjective_suffixes=words("bar haft los mal weise"),
    no_parts=words("dein eins mein nein raus rauf sein ster"),
    compound_prefixes=words(
        """
        ost west nord süd mittel zentral nordost nordwest südost südwest groß gross klein haupt
        neben sonder ex alt neu nicht wieder vize erst end ur fehl gesamt teil mit gegen binnen
        außen aussen inner innen ober unter vor nach über zwischen rück früh spät fern nah halb voll
        mini mega roh super anti pro neo post prä quasi pseudo inter trans cyber online digital bio
        elektro öko multi euro tele video auto spitzen lieblings
        """
    ),
    combining_forms={
        "osten": "ost",
        "westen": "west",
        "norden": "nord",
        "süden": "süd",
        "hilfe": "hilfs",
    },
    clause_starters=words("und oder sowie aber sondern als wie"),
    verb_particles=words(
        """
        ab an aneinander auf aus auseinander bei da dar davon dazu dazwischen durch ein empor
        entgegen entlang fehl fort gegen gegenüber her herab heran herauf heraus herbei herein
        herüber herum herunter hervor hin hinab hinauf hinaus hinein hinter hinüber hinunter hinweg
        hinzu ineinander los mit nach nieder ran rauf raus rüber runter über um umher unter vor
        voran voraus vorbei vorher weg weiter wieder zu zurecht zurück zusammen
        """
    ),
    verb_adverbs=words("mit wieder"),
    verb_prefixes=words("be emp ent er ge miss ver zer"),
    feminine_endings=words("in innen"),
    declension=words("e en er es em"),
    noun_endings=words("s es e en n"),
    name_forms=name_forms,
    acronym_forms=acronym_forms,
    dates=DateWords(
        months=(
            words("jan januar jänner"),
            words("feb februar feber"),
            words("mär märz maer maerz mrz"),
            words("apr april"),
            words("mai"),
            words("jun juni"),
            words("jul juli"),
            words("aug august"),
            words("sep sept september"),
            words("okt oktober"),
            words("nov november"),
            words("dez dezember"),
        ),
        weekdays=words("montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag"),
        short_weekdays=words("mo di mi do fr sa so"),
        relative_days={"heute": 0, "gestern": 1, "vorgestern": 2},
        fillers=words("um den uhr"),
        joiners=words("um am"),
        hours=words("uhr"),
        elapsed=(
            (
                r"vor\s(?:\d+|ein(?:er|em)?|wenigen|kurzem)\s?"
                r"(?:sek\w*|min\w*|stunden?|std\.?|tag(?:en)?|wochen?|monat(?:en)?|jahr(?:en)?)?"
            ),
        ),
        elapsed_units={"sek": 1, "min": 60, "st": 3600, "tag": 86400, "woche": 604800},
        elapsed_cues=("vor ",),
        just_now=("gerade eben",),
        published_words=words(
            "veröffentlicht publiziert erstellt erschienen online eingestellt erstmals"
        ),
        dotted=True,
        local_time=central_european,
    ),
    bylines=BylineWords(
        openers=("von",),
        prefixes=words("text:"),
        conjunctions=words("und"),
        particles=words("von der"),
        agency_fillers=words(
            "quelle quellen mit material von und der des agentur agenturen agenturmaterial text "
            "nachrichtenagentur"
        ),
        says=("sagte?", "schreibt", "schrieb", "meinte?", "kommentierte?"),
        comment_nouns=words("kommentar"),
        comment_prepositions=words("von"),
        signature_endings=("uhr", "antworten", "melden", "bearbeitet"),
    ),
    page_phrases=_FOLDER / "de.page.txt",
)
