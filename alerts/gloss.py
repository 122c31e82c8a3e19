"""German news words and their English counterparts: what two languages' articles share in sight.

Not a translation: places, peoples, offices and the verbs and nouns events are told by. Keys and
values are beginnings of folded words, so that inflected forms are found (``schwed`` is Schweden,
schwedisch, schwedische). The longest key that begins a word counts.
"""

from __future__ import annotations

_PAIRS = """
afghan afghan  ägypt egypt  albani albani  algeri algeri  amerika americ  armeni armeni
asien asia  athen athens  australi austral  aserbaid azerba  belarus belarus  belgi belgi
belgrad belgra  bosni bosnia  brasil brazil  britis britis  brüssel brusse  budapest budape
bukarest buchar  bulgari bulgar  bundestag bundes  china china  chines chines  dänemark denmar
dänis danish  deutschland german  deutsch german  estland estoni  estnis estoni  europa europe
europä europe  finnland finlan  finnis finnis  frankreich france  französ french  genf geneva
georgi georgi  griechenland greece  griechis greek  großbritannien britai  helsinki helsin
indien india  indis indian  irak iraq  iran iran  irland irelan  irisch irish  israel israel
italien italy  italieni italia  japan japan  jemen yemen  jordani jordan  kanada canada
kanadis canadi  kasachs kazakh  katar qatar  kiew kyiv  köln cologn  kopenhagen copenh
kosovo kosovo  kroati croati  kuba cuba  lettland latvia  lettis latvia  libanon lebano
libyen libya  litau lithua  london london  luxemburg luxemb  mailand milan  mazedoni macedo
mexiko mexico  moldau moldov  mongol mongol  montenegro monten  moskau moscow  münchen munich
neuseeland zealan  niederlande nether  niederländ dutch  nordkorea korea  norweg norway
nürnberg nuremb  österrei austri  ostsee baltic  pakistan pakist  palästin palest  paris paris
peking beijin  persis persia  polen poland  polnis polish  portugal portug  prag prague
rom rome  rumäni romani  russland russia  russis russia  saudi saudi  schwed sweden
schweiz switze  serbi serbia  slowak slovak  sloweni sloven  spani spain  stockholm stockh
südafrika africa  südkorea korea  syri syria  taiwan taiwan  tiflis tbilis  tschechi czech
tunesi tunisi  türkei turkey  türkis turkis  ukrain ukrain  ungarn hungar  ungaris hungar
usa us  venezuel venezu  vereinte united  vereinigte united  warschau warsaw  washington washin
weißruss belaru  wien vienna  zürich zurich  zypern cyprus

abgeordnet lawmak  abkommen agreem  abschieb deport  absturz crash  abstimm vote  anklage charge
angriff attack  anschlag attack  antrag applic  anzeige compla  armee army  arzt doctor
atom nuclea  außenminist foreig  autobahn highwa  beben earthq  behörde author  bericht report
besuch visit  botschaft embass  botschafter ambass  brand fire  brandenburg brande
brücke bridge  bundeskanzler chance
bundeswehr milita  bürgermeister mayor  demonstr protes  drohne drone  drohung threat  droht threat
eilverfahren fasttr  einladung invita  entlass fired  entgleis derail  erdbeben earthq
erdrutsch landsl  ermittl invest  ermordet murder  explosion explos  fabrik factor
festgenommen arrest  festnahme arrest  feuer fire  flüchtling refuge  flugabwehr airdef
flughafen airpor  flugzeug plane  forscher resear  forschung resear  friede peace  gas gas
gefallen fallen  gefangen prison  gefängnis prison  geisel hostag  general genera  gericht court
gesetz law  gespräch talks  gewerkschaft union  gipfel summit  grenze border  hauptstadt capita
hochwasser flood  hubschrauber helico  impf vaccin  innenminist interi  inzidenz incide
kampf fight  kanzler chance  kirche church  klima climat  koalition coalit  könig king
krankenhaus hospit  krieg war  kritik critic  landwirt farmer  lokführer driver  mehrheit majori
mensch people  minister minist  ministerpräsident premie  mord murder  musiker musici
neuinfekt infect  opposition opposi  papst pope  parlament parlia  partei party  passagier passen
patient patien  polizei police  polizist police  präsident presid  prozent cent  prozess trial
rakete missil  regierung govern  rücktritt resign  sänger singer  sanktion sancti  schauspiel actor
schiff ship  schließ close  schule school  schüler pupil  schuss shot  schüsse shots
senat senate  sicherheit securi  sieg win  soldat soldie  sperr close  spieler player
spion spy  sprecher spokes  staatsanwalt prosec  sterb die  gestorben died  starb died
streik strike  strom power  studie study  sturm storm  super super  täter suspec  tod death
tote killed  getötet killed  trainer coach  überschwemm flood  umfrage survey  unfall accide
universität univer  unterschr sign  unterzeichn sign  unwetter storm  urteil verdic
verdächtig suspec  verhandl negoti  verletz injure  verletzt injure  versicher insura
verteidig defenc  vertrag treaty  veto veto  vermisst missin  virus virus  vorstand board
vorwurf accuse  waffe weapon  waffenruhe ceasef  wahl electi  wald forest  warnung warn  warnt warn
wasser water  wirtschaft econom  wissenschaft scient  zeuge witnes  zoll tariff  zug train
zusammenstoß collis  zustimm approv
januar januar  februar februa  märz march  mai may  juni june  juli july  oktober octobe
dezember decemb  montag monday  dienstag tuesda  mittwoch wednes  donnerstag thursd  freitag friday
samstag saturd  sonntag sunday
"""


def _table() -> dict[str, str]:
    words = _PAIRS.split()
    return dict(zip(words[::2], words[1::2], strict=True))


_TABLE = _table()
_LENGTHS = sorted({len(key) for key in _TABLE}, reverse=True)
_WHOLE = 5
"""Shorter keys stand for whole words only: ``rom`` is not Roman."""


def english(word: str) -> str | None:
    """The beginning of the English word for a folded German one; None where there is none."""
    for length in _LENGTHS:
        found = _TABLE.get(word[:length])
        if found is not None and (length >= _WHOLE or len(word) <= length + 1):
            return found
    return None
