"""Articles in five languages with something inserted between their paragraphs."""

from __future__ import annotations

from datetime import UTC, datetime

from ingest.extract.article import extract_page

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
URL = "https://www.talbote.example/region/wehr-bei-lindau"
BODY = {
    "de": (
        (
            "Das Wehr oberhalb von Lindenau wird im Herbst abgerissen, wie der Kreistag mit großer "
            "Mehrheit beschlossen hat. Die Kosten trägt das Land."
        ),
        (
            "Die Fischer im Tal hatten seit Jahren darauf gedrängt, weil die Forellen den Oberlauf "
            "nicht mehr erreichen und die Bestände schrumpfen."
        ),
        (
            "Der Betreiber der alten Mühle will dagegen klagen und beruft sich auf ein Recht von "
            "1847, das nie aufgehoben worden sei."
        ),
        (
            "Über die Klage entscheidet das Verwaltungsgericht frühestens im Januar, bis dahin "
            "ruhen alle Arbeiten am Ufer."
        ),
    ),
    "en": (
        (
            "The weir above Linden Mill will come down this autumn after the county council voted "
            "for its removal by a wide margin on Monday."
        ),
        (
            "Anglers in the valley had pressed for the decision for years because trout no longer "
            "reach the upper river and stocks have dwindled."
        ),
        (
            "The owner of the old mill plans to sue and points to a right granted in 1847 that, he "
            "says, no parliament has ever repealed."
        ),
        (
            "The court is not expected to rule before January, and all work on the banks has been "
            "halted until then."
        ),
    ),
    "fr": (
        (
            "Le barrage situé en amont du moulin de Tillac sera démoli à l'automne, a décidé lundi "
            "le conseil départemental à une large majorité."
        ),
        (
            "Les pêcheurs de la vallée le réclamaient depuis des années, car les truites ne "
            "remontent plus la rivière et leur nombre diminue."
        ),
        (
            "Le propriétaire du vieux moulin compte saisir la justice et invoque un droit de 1847 "
            "qui, selon lui, n'a jamais été abrogé."
        ),
        (
            "Le tribunal ne se prononcera pas avant janvier et tous les travaux sur les berges "
            "sont suspendus jusque-là."
        ),
    ),
    "uk": (
        (
            "Греблю вище від Липового млина розберуть восени, таке рішення більшістю голосів "
            "ухвалила в понеділок районна рада."
        ),
        (
            "Рибалки долини домагалися цього роками, бо форель більше не доходить до верхів'я, а "
            "її кількість зменшується щороку."
        ),
        (
            "Власник старого млина збирається до суду і посилається на право 1847 року, якого, за "
            "його словами, ніхто не скасовував."
        ),
        (
            "Суд навряд чи ухвалить рішення раніше січня, а до того часу всі роботи на березі "
            "зупинено."
        ),
    ),
    "ru": (
        (
            "Плотину выше Липовой мельницы разберут осенью, такое решение большинством голосов "
            "принял в понедельник районный совет."
        ),
        (
            "Рыбаки долины добивались этого годами, потому что форель больше не доходит до "
            "верховья, а её число сокращается."
        ),
        (
            "Владелец старой мельницы собирается в суд и ссылается на право 1847 года, которое, по "
            "его словам, никто не отменял."
        ),
        "Суд вряд ли примет решение раньше января, а до тех пор все работы на берегу остановлены.",
    ),
}
TITLE = {
    "de": "Kreistag beschließt das Ende des Wehrs",
    "en": "Council votes to remove the weir",
    "fr": "Le département vote la fin du barrage",
    "uk": "Рада проголосувала за розбирання греблі",
    "ru": "Совет проголосовал за разбор плотины",
}
LINK = "<a href='/politik/zander-in-borkheim'>Zander kehren nach Borkheim zurück</a>"
FAR = "<a href='https://anderswo.example/zander'>Zander kehren nach Borkheim zurück</a>"


def text_with(inserted: str, *, language: str = "de", at: int = 2, tag: str = "p") -> str:
    """Return what is extracted of an article with something between its paragraphs."""
    parts = [f"<{tag}>{line}</{tag}>" for line in BODY[language]]
    parts.insert(at, inserted)
    html = (
        f"<!doctype html><html lang={language}><head><meta charset=utf-8>"
        f"<title>{TITLE[language]}</title></head><body><main><article>"
        f"<h1>{TITLE[language]}</h1>{''.join(parts)}</article></main></body></html>"
    )
    page = extract_page(html.encode(), url=URL, now=NOW)
    text = f"{page.lead}\n{page.text}"
    assert all(line in text for line in BODY[language]), text
    return text
