"""Invented events, each reported by several outlets in their own wording.

Every group is one event. All events of a topic happen on the same day, so grouping by the topic's
words alone would merge them.
"""

from __future__ import annotations

from typing import NamedTuple


class SampleArticle(NamedTuple):
    """The beginning of an outlet's article."""

    language: str
    title: str
    lead: str


Groups = dict[str, list[SampleArticle]]

NATO_WORDS = (
    "nato",
    "beitritt",
    "mitgliedschaft",
    "membership",
    "accession",
    "bündnis",
    "alliance",
)
RAIL_WORDS = ("bahn", "deutsche bahn", "rail", "zug", "train")

NATO: Groups = {
    "application": [
        SampleArticle(
            "de",
            "Ukraine beantragt beschleunigten Nato-Beitritt",
            "Präsident Selenskyj hat am Montag in Kiew den Antrag auf ein verkürztes "
            "Aufnahmeverfahren unterzeichnet. Die Ukraine wolle sofort Mitglied "
            "werden, sagte er in einer Videoansprache.",
        ),
        SampleArticle(
            "de",
            "Selenskyj unterschreibt Aufnahmeantrag",
            "Kiew will im Eilverfahren in das Bündnis: Der ukrainische Präsident "
            "setzte am Montag seine Unterschrift unter einen Antrag auf beschleunigte"
            " Aufnahme und verbreitete ein Video davon.",
        ),
        SampleArticle(
            "de",
            "Kiew stellt Antrag auf schnelle Aufnahme in die Nato",
            "Die Ukraine hat offiziell um eine rasche Mitgliedschaft gebeten. "
            "Selenskyj unterzeichnete das Gesuch vor laufender Kamera und sprach von "
            "einem entscheidenden Schritt.",
        ),
        SampleArticle(
            "en",
            "Ukraine applies for fast-track NATO membership, Zelenskyy says",
            "Volodymyr Zelenskyy signed an application for accelerated accession in "
            "Kyiv on Monday, saying in a video address that Ukraine was already a de "
            "facto ally.",
        ),
        SampleArticle(
            "en",
            "Zelenskyy signs bid for accelerated accession",
            "Ukraine formally asked to join the alliance under an expedited procedure"
            " on Monday. The president signed the application on camera outside his "
            "office in Kyiv.",
        ),
    ],
    "ratification": [
        SampleArticle(
            "de",
            "Türkisches Parlament stimmt Schwedens Nato-Beitritt zu",
            "Nach monatelanger Blockade hat die Nationalversammlung in Ankara das "
            "Beitrittsprotokoll für Schweden ratifiziert. 287 Abgeordnete stimmten "
            "dafür, 55 dagegen.",
        ),
        SampleArticle(
            "de",
            "Ankara gibt grünes Licht für Schweden",
            "Die Abgeordneten der türkischen Nationalversammlung billigten am "
            "Dienstagabend die Aufnahme Schwedens. Nun muss Präsident Erdogan das "
            "Protokoll noch unterzeichnen.",
        ),
        SampleArticle(
            "de",
            "Türkei ratifiziert Aufnahme Schwedens in die Nato",
            "Mit großer Mehrheit votierte das Parlament in Ankara für das Protokoll. "
            "Damit fehlt Stockholm nur noch die Zustimmung Ungarns.",
        ),
        SampleArticle(
            "en",
            "Turkey's parliament ratifies Sweden's NATO membership",
            "Lawmakers in Ankara voted 287 to 55 in favour of Sweden's accession "
            "protocol after months of delay. President Erdogan is expected to sign it"
            " within days.",
        ),
        SampleArticle(
            "en",
            "Turkish lawmakers approve Swedish accession",
            "Ankara's Grand National Assembly backed Sweden's entry on Tuesday, "
            "removing a major hurdle for Stockholm and leaving Hungary as the last "
            "holdout.",
        ),
    ],
    "visit": [
        SampleArticle(
            "de",
            "Rutte in Kiew: Weg der Ukraine in die Nato ist unumkehrbar",
            "Bei einem unangekündigten Besuch hat der Nato-Generalsekretär der "
            "Ukraine weitere Flugabwehr zugesagt. Rutte traf in Kiew auch verwundete "
            "Soldaten.",
        ),
        SampleArticle(
            "de",
            "Generalsekretär Rutte reist überraschend in die Ukraine",
            "Der Nato-Chef sagte in Kiew zusätzliche Patriot-Systeme zu und besuchte "
            "ein Militärkrankenhaus. Die Mitgliedschaft der Ukraine bleibe das Ziel.",
        ),
        SampleArticle(
            "de",
            "Rutte verspricht bei Besuch in Kiew mehr Flugabwehr",
            "Überraschungsbesuch des Nato-Generalsekretärs: Rutte kündigte weitere "
            "Patriot-Batterien an und bekräftigte die Beitrittsperspektive des "
            "Landes.",
        ),
        SampleArticle(
            "en",
            "NATO chief Rutte makes surprise visit to Kyiv",
            "Secretary General Mark Rutte pledged more Patriot air defence systems "
            "during an unannounced trip and called Ukraine's path to membership "
            "irreversible.",
        ),
    ],
    "poll": [
        SampleArticle(
            "de",
            "Umfrage: Mehrheit der Österreicher gegen Nato-Beitritt",
            "61 Prozent der Befragten wollen an der Neutralität festhalten, wie eine "
            "Erhebung des Instituts Market im Auftrag des Standard ergab. Nur 21 "
            "Prozent sind für eine Mitgliedschaft.",
        ),
        SampleArticle(
            "de",
            "Österreicher halten an der Neutralität fest",
            "Laut einer neuen Umfrage lehnen 61 Prozent einen Beitritt zum Bündnis "
            "ab. Besonders groß ist die Ablehnung unter Anhängern der FPÖ.",
        ),
        SampleArticle(
            "de",
            "Neutralität bleibt beliebt: Nur jeder Fünfte will Österreich in der Nato",
            "21 Prozent der Österreicherinnen und Österreicher befürworten laut "
            "Market-Institut eine Mitgliedschaft, 61 Prozent sind dagegen.",
        ),
        SampleArticle(
            "en",
            "Most Austrians oppose joining NATO, survey finds",
            "Some 61 per cent of respondents want to keep Austria's neutrality and "
            "only 21 per cent favour membership, according to a Market institute "
            "survey.",
        ),
    ],
    "protests": [
        SampleArticle(
            "de",
            "Zehntausende protestieren in Tiflis gegen Kurs der Regierung",
            "Georgiens Ministerpräsident Kobachidse will Gespräche über einen "
            "Beitritt zu Nato und EU bis 2028 aussetzen. Die Polizei setzte in der "
            "Nacht Wasserwerfer ein.",
        ),
        SampleArticle(
            "de",
            "Georgien setzt Beitrittsgespräche aus: Proteste in Tiflis",
            "Nach der Ankündigung von Regierungschef Kobachidse gingen in der "
            "Hauptstadt Zehntausende auf die Straße. Es gab mehr als 40 Festnahmen "
            "und Verletzte.",
        ),
        SampleArticle(
            "de",
            "Wasserwerfer gegen Demonstranten in Georgien",
            "In Tiflis ist die Polizei gegen Menschen vorgegangen, die gegen die "
            "Abkehr der georgischen Regierung vom Westen protestierten. Auslöser war "
            "der Stopp der Beitrittsgespräche bis 2028.",
        ),
        SampleArticle(
            "en",
            "Georgia suspends accession talks, sparking protests in Tbilisi",
            "Police fired water cannon at tens of thousands of demonstrators after "
            "Prime Minister Kobakhidze said talks on joining would be frozen until "
            "2028.",
        ),
    ],
    "veto": [
        SampleArticle(
            "de",
            "Orban droht mit Veto gegen Einladung an die Ukraine",
            "Ungarns Ministerpräsident will auf dem Gipfel in Den Haag jede "
            "Formulierung verhindern, die Kiew eine Einladung in die Nato in Aussicht"
            " stellt. Das sagte Orban dem Sender Kossuth.",
        ),
        SampleArticle(
            "de",
            "Ungarn will Nato-Einladung für Kiew blockieren",
            "Budapest werde in Den Haag nicht zustimmen, kündigte Regierungschef "
            "Viktor Orban im Radio an. Eine Aufnahme der Ukraine bedeute Krieg mit "
            "Russland.",
        ),
        SampleArticle(
            "de",
            "Orban kündigt Blockade auf Gipfel in Den Haag an",
            "Ungarns Regierungschef lehnt eine Einladung der Ukraine ab. Im "
            "Radiosender Kossuth sagte er, Budapest werde von seinem Veto Gebrauch "
            "machen.",
        ),
        SampleArticle(
            "en",
            "Orban vows to veto NATO invitation for Ukraine",
            "Hungary's prime minister told Kossuth radio he would block any summit "
            "wording in The Hague that offers Kyiv an invitation to join.",
        ),
    ],
    "senate": [
        SampleArticle(
            "de",
            "US-Senat stimmt Beitrittsprotokoll mit 95 zu 1 Stimmen zu",
            "Mit 95 zu 1 Stimmen hat der Senat in Washington das Protokoll gebilligt."
            " Der Republikaner Josh Hawley stimmte als Einziger dagegen.",
        ),
        SampleArticle(
            "en",
            "US Senate approves protocol in 95-1 vote",
            "The Senate in Washington overwhelmingly backed the accession protocol on"
            " Wednesday; Republican Josh Hawley cast the only no vote.",
        ),
        SampleArticle(
            "en",
            "Senate votes 95-1 for alliance protocol; Hawley lone dissenter",
            "Senators from both parties backed the measure in Washington, sending it "
            "to the president's desk. Missouri Republican Josh Hawley opposed it.",
        ),
    ],
    "threat": [
        SampleArticle(
            "de",
            "Kreml droht Finnland wegen Nato-Stützpunkt in Lappland",
            "Moskau werde auf die Einrichtung eines multinationalen Hauptquartiers in"
            " Rovaniemi militärisch reagieren, sagte Sprecher Peskow. Helsinki wies "
            "die Drohung zurück.",
        ),
        SampleArticle(
            "de",
            "Peskow: Russland wird auf Hauptquartier in Rovaniemi antworten",
            "Die geplante Nato-Basis im finnischen Lappland sei eine Bedrohung, sagte"
            " der Kremlsprecher in Moskau. Finnlands Verteidigungsminister Häkkänen "
            "gab sich gelassen.",
        ),
        SampleArticle(
            "de",
            "Moskau warnt Helsinki vor Nato-Basis",
            "Russland kündigt Gegenmaßnahmen für den Fall an, dass in Rovaniemi ein "
            "Hauptquartier entsteht. Finnland spricht von üblicher Rhetorik des "
            "Kreml.",
        ),
        SampleArticle(
            "en",
            "Kremlin threatens response to NATO base in Finnish Lapland",
            "Spokesman Dmitry Peskov said Moscow would react militarily to a planned "
            "multinational headquarters in Rovaniemi; Helsinki dismissed the warning.",
        ),
    ],
}

RAIL: Groups = {
    "strike": [
        SampleArticle(
            "de",
            "GDL ruft zu 35-stündigem Streik bei der Bahn auf",
            "Die Lokführergewerkschaft will von Donnerstag 18 Uhr an den Güterverkehr"
            " und ab Freitag 2 Uhr den Personenverkehr bestreiken. Gewerkschaftschef "
            "Weselsky warf der Bahn Wortbruch vor.",
        ),
        SampleArticle(
            "de",
            "Lokführer streiken ab Donnerstagabend",
            "Bahnreisende müssen sich erneut auf Ausfälle einstellen: Die GDL legt "
            "für 35 Stunden die Arbeit nieder. Weselsky kündigte weitere "
            "Wellenstreiks an.",
        ),
        SampleArticle(
            "de",
            "Neuer Bahnstreik: Was Reisende jetzt wissen müssen",
            "Die GDL bestreikt ab Freitag 2 Uhr den Personenverkehr der Deutschen "
            "Bahn. Der Konzern will mit einem Notfahrplan fahren, rund 20 Prozent der"
            " Fernzüge sollen verkehren.",
        ),
        SampleArticle(
            "en",
            "German train drivers call 35-hour strike",
            "The GDL union said drivers would walk out from Thursday evening, hitting"
            " Deutsche Bahn freight first and passenger services from early Friday.",
        ),
    ],
    "derailment": [
        SampleArticle(
            "de",
            "Regionalzug in Oberschwaben entgleist: drei Tote",
            "Bei Riedlingen ist nach einem Erdrutsch ein Zug der Deutschen Bahn von "
            "den Gleisen gesprungen. Mindestens drei Menschen starben, Dutzende "
            "wurden verletzt.",
        ),
        SampleArticle(
            "de",
            "Drei Tote bei Zugunglück nahe Riedlingen",
            "Ein Regionalexpress mit rund 100 Fahrgästen entgleiste am Sonntagabend "
            "im Kreis Biberach. Vermutlich hatte Starkregen den Hang ins Rutschen "
            "gebracht.",
        ),
        SampleArticle(
            "de",
            "Zugunglück in Baden-Württemberg: Ermittler sehen Erdrutsch als Ursache",
            "Nach der Entgleisung bei Riedlingen mit drei Toten und mehr als 40 "
            "Verletzten hat die Bergung begonnen. Starkregen soll den Hang "
            "aufgeweicht haben.",
        ),
        SampleArticle(
            "en",
            "Three killed as train derails in southern Germany",
            "A regional train carrying about 100 passengers left the tracks near "
            "Riedlingen after heavy rain apparently triggered a landslide, police "
            "said.",
        ),
    ],
    "chief": [
        SampleArticle(
            "de",
            "Bahnchef Lutz muss gehen",
            "Verkehrsminister Schnieder hat die vorzeitige Ablösung von Richard Lutz "
            "angekündigt. Der Vorstandsvorsitzende bleibt im Amt, bis ein Nachfolger "
            "gefunden ist.",
        ),
        SampleArticle(
            "de",
            "Lutz verliert seinen Posten an der Spitze der Deutschen Bahn",
            "Der Bund zieht Konsequenzen aus der Krise des Konzerns: Richard Lutz "
            "wird als Vorstandschef abgelöst, teilte Minister Schnieder in Berlin "
            "mit.",
        ),
        SampleArticle(
            "de",
            "Schnieder entlässt Bahnchef Richard Lutz",
            "Pünktlichkeit, Verluste, marodes Netz: Der Verkehrsminister trennt sich "
            "vom Chef der Bahn. Die Suche nach einer Nachfolge läuft.",
        ),
        SampleArticle(
            "en",
            "Deutsche Bahn chief executive Richard Lutz ousted",
            "Transport Minister Patrick Schnieder said the head of the state railway "
            "would be replaced early amid record delays and losses.",
        ),
    ],
    "bridge": [
        SampleArticle(
            "de",
            "Risse entdeckt: Bahnbrücke über den Rhein bei Speyer gesperrt",
            "Nach einer Routineprüfung hat die DB die Rheinbrücke bei Speyer für den "
            "Zugverkehr geschlossen. Pendler müssen auf Busse umsteigen, die Sperrung"
            " dauert mindestens sechs Wochen.",
        ),
        SampleArticle(
            "de",
            "Speyerer Rheinbrücke für Züge dicht",
            "Ein Gutachter fand bei der Kontrolle Risse in tragenden Teilen. "
            "Mindestens sechs Wochen lang fahren zwischen Speyer und Schwetzingen "
            "Ersatzbusse.",
        ),
        SampleArticle(
            "de",
            "Sperrung der Rheinbrücke trifft Tausende Pendler in Speyer",
            "Wegen Rissen an Stahlträgern fährt vorerst kein Zug über den Rhein bei "
            "Speyer. Die Bahn richtet einen Ersatzverkehr mit Bussen ein.",
        ),
    ],
}

TOPICS: dict[str, tuple[Groups, tuple[str, ...]]] = {
    "nato": (NATO, NATO_WORDS),
    "rail": (RAIL, RAIL_WORDS),
}
