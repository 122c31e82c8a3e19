"""Sentences with the entities that they mention, and no others; ``-`` where they mention none."""

SENTENCES = """
de | Ukrainischer Botschafter: Kremlsprecher weist Natobeitritt zurück | ukraine kremlin nato
de | Putin-Vertrauter warnt vor Russlandsanktionen | putin russia
de | Prorussische Kämpfer in der Ostukraine | russia ukraine
de | Weißrusslands Staatschef Lukaschenka reist nach Peking | belarus lukashenko beijing
de | Die Ukrainerin und der Russe | ukraine russia
de | Belarussische Opposition um Tichanowskaja | belarus tikhanovskaya
de | Südkoreanische Werft liefert an Polens Marine | south-korea poland
de | Nordmazedonien hofft auf EU-Beitritt | north-macedonia eu
de | Schweizer Bundesrat berät über Sanktionen | switzerland bundesrat
de | Finnische Präsident Stubb in Washington | finland stubb washington
de | Estnischer Außenminister Tsahkna bei Kallas | estonia tsahkna kallas
de | Ungarns Regierungschef Orbán blockiert | hungary orban
de | Südafrikas Ramaphosa empfängt Lula | south-africa ramaphosa lula
de | Südsudanesische Milizen rücken vor | south-sudan
de | Vulkanausbruch in Island | iceland
de | Im US-Bundesstaat Georgia wird nachgezählt | united-states
de | Proteste in Georgien gegen Kobachidse | georgia kobakhidze
de | Lateinamerikanische Staaten und Südamerika beraten | -
de | Südamerikanische Länder einigen sich | -
de | Das Weiße Haus dementiert | white-house
de | Sprecher des Weißen Hauses | white-house
de | Downing Street schweigt zu Starmer | downing-street starmer
de | Kanzleramtschef Frei verteidigt Merz | frei-thorsten merz
de | Die Grünen fordern Aufklärung | gruene
de | Das Grüne Band an der grünen Grenze | -
de | Der Grüne Punkt wird abgeschafft | -
de | Die Union aus Mann und Frau | -
de | Die Unionsfraktion lehnt ab | cdu-csu
de | Linkspartei und AfD stimmen dagegen | linke afd
de | Linke Tasche, rechte Tasche | -
de | Er will den Fehler ausmerzen | -
de | Im März wird ausgemerzt | -
de | Kohl und Reis sind teuer | -
de | Spahn und Söder streiten mit Klingbeil | spahn soeder klingbeil
de | Foto: Christoph Soeder, Interview mit Wolfgang Merkel und Martina Merz | -
de | Bundestagswahl in Niedersachsen | bundestag lower-saxony
de | Sachsen-Anhalts Haushalt | saxony-anhalt
de | Thüringer Landtag: Thüringerinnen wählen | thuringia
de | Mecklenburger Bauern, die mecklenburgische Küste und Meck-Pomm | mecklenburg-vorpommern
de | Schwesigs Regierung in MV | schwesig mecklenburg-vorpommern
de | Hamburger Senat und Hamburger SV | hamburg
de | Schleswig-Holsteiner und Rheinland-Pfälzer | schleswig-holstein rhineland-palatinate
de | Sachsen-Anhalter protestieren | saxony-anhalt
de | Die Thüringer Bratwurst | -
de | Niedersächsischer Landtag | lower-saxony
de | Gedenkstätte Sachsenhausen | -
de | Bayern München verpflichtet Stürmer | -
de | Bayerisches Kabinett tagt | bavaria
de | Bergkarabach und Transnistrien | nagorno-karabakh transnistria
de | Siedler im Westjordanland | west-bank
de | Gazakrieg: Hamas und Israel verhandeln in Doha | gaza hamas israel doha
de | Palästinensische Autonomiebehörde zahlt Gehälter | palestinian-authority
de | Chinakohl aus der Region | -
de | Chinapolitik der Bundesregierung | china bundesregierung
de | Konflikt im Südchinesischen Meer | south-china-sea
de | Melania Trump eröffnet Ausstellung | -
de | Oscar Pistorius kommt frei | -
de | Pistorius besucht Litauen | pistorius lithuania
de | Mit dem ICE nach Genf | geneva
de | Der Internationale Strafgerichtshof in Den Haag | icc the-hague
de | Der Modi der Ausgabe ist wählbar | -
de | Die Deutsche Bank senkt Prognose | -
de | Deutsche Exporte nach Frankreich | germany france
de | Moldauische Präsidentin Sandu | moldova
de | Krimkrieg und Krimi | crimea
de | Senator im Terminator | -
de | Chili con Carne | -
de | Malte geht in die Schule | -
de | Jersey und Jeans | -
de | Lawrows Vize Rjabkow sagt Treffen mit Rubio ab | lavrov ryabkov rubio
de | Lavroff und Schoïgou | lavrov shoigu
de | Nahostgipfel der Arabischen Liga | middle-east arab-league
de | Chefin der WHO warnt | who
en | British troops in Estonia | united-kingdom estonia
en | The Ukrainians and the Russians | ukraine russia
en | Russian Foreign Ministry summons Polish envoy | russian-foreign-ministry poland
en | Georgia ruling party jails critics in Tbilisi | georgia tbilisi
en | Georgia Tech wins | -
en | We polish shoes and eat turkey | -
en | Turkey and Greece talk | turkey greece
en | A storm hits Rhode Island | -
en | Latin America votes | -
en | The Thuringian coalition and the Saxon premier | thuringia saxony
en | An Anglo-Saxon helmet | -
en | The Lower Saxon economy minister | lower-saxony
en | The American president Donald Trump | united-states trump
en | Michael Jordan plays | -
en | Chad recalls its envoy to South Sudan | chad south-sudan
en | French President Macron meets Modi | france macron modi
en | The Kremlin and the European Commission | kremlin european-commission
fr | Les Ukrainiens et l'armée russe près de Kiev | ukraine russia kyiv
fr | La Suède et la Norvège | sweden norway
fr | Le Royaume-Uni et les États-Unis | united-kingdom united-states
ru | Украинские и российские переговорщики в Стамбуле | ukraine russia istanbul
ru | Белый дом и Госдеп о Зеленском | white-house us-state-department zelenskyy
ru | Лаврова ждут в Пекине | lavrov beijing
uk | Українська армія під Харковом | ukraine kharkiv
uk | Президент Зеленський у Варшаві | zelenskyy warsaw
"""
