"""Teasers and appeals between the paragraphs of an article are cut, what is beside them is not."""

from __future__ import annotations

import pytest

from ingest.extract.article import extract_page
from tests.ingest.extract.pages_with_insertions import LINK, NOW, URL, text_with

pytestmark = pytest.mark.slow

ARROWS = ["→", "►", "▶", "»", "➤", "&gt;&gt;", "+++", "👉", "☞", "• →", "↗", "›"]
LABELS = {
    "de": "Analyse: Kommentar: Podcast: Außerdem: Reportage: Faktencheck: Lesetipp: Hintergrund: "
    "Video: Liveblog:",
    "en": "Analysis: Opinion: EXPLAINED: Watch: MORE: Listen: Timeline: Profile: Fact-check: READ:",
    "fr": "Décryptage&nbsp;: Vidéo&nbsp;: Entretien&nbsp;: Podcast&nbsp;: Enquête&nbsp;: "
    "Reportage&nbsp;: Tribune&nbsp;: Portrait&nbsp;: Éditorial&nbsp;: Analyse&nbsp;:",
    "uk": "Аналітика: Інтерв'ю: Відео: Подкаст: Думка: Репортаж: Ексклюзив: Детальніше: Фото: "
    "Інфографіка:",
    "ru": "Аналитика: Интервью: Видео: Подкаст: Мнение: Репортаж: Эксклюзив: Подробнее: Фото: "
    "Разбор:",
}
PHRASES = {
    "de": ["Auch spannend:", "Hier geht es zum Artikel:", "Mehr aus der Region:", "Lesen Sie auch"],
    "en": ["Also on Talbote:", "In depth:", "The long view:", "Read more:"],
    "fr": ["À lire aussi :", "Lire aussi", "Notre dossier :", "Sur le même sujet :"],
    "uk": ["Читайте також:", "Дивіться також:", "До теми:", "Ще про річку:"],
    "ru": ["Читайте также:", "Смотрите также:", "По теме:", "Ещё о реке:"],
}


@pytest.mark.parametrize("at", [2, 4])
@pytest.mark.parametrize("arrow", ARROWS)
def test_an_arrow_before_a_link_is_a_teaser(arrow: str, at: int) -> None:
    assert "Borkheim" not in text_with(f"<p>{arrow} {LINK}</p>", at=at)


@pytest.mark.parametrize(
    ("language", "label"),
    [(code, label) for code in LABELS for label in (*LABELS[code].split(" "), *PHRASES[code])],
)
def test_a_label_before_a_link_is_a_teaser(language: str, label: str) -> None:
    teasers = f"<p>{label} {LINK}</p><div><strong>{label}</strong> {LINK}</div>"
    assert "Borkheim" not in text_with(teasers, language=language)


@pytest.mark.parametrize(
    "teaser",
    [
        f"<p>{LINK}</p>",
        f"<p><strong>{LINK}</strong></p>",
        f"<p><em>({LINK})</em></p>",
        f"<div class=c-7>{LINK}</div>",
        f"<blockquote>{LINK}</blockquote>",
        f"<ul><li>{LINK}</li></ul>",
        f"<div class=x1><h3>{LINK}</h3><p>Ein Angler traute seinen Augen nicht.</p></div>",
        f"<div class=x1><span>Natur</span><h4>{LINK}</h4><p>Ein Angler staunte.</p></div>",
        f"<article class=c><h3>{LINK}</h3><p>Ein Angler traute seinen Augen nicht.</p></article>",
        (
            f"<article><p>Natur</p><h2>{LINK}</h2><p>Ein Angler traute seinen Augen nicht.</p>"
            "<p>Von Edda Muster</p></article>"
        ),
        (
            "<div class=q><a href='/zander'><span>Natur</span><h3>Zander kehren nach Borkheim "
            "zurück</h3><p>Ein Angler traute seinen Augen nicht.</p></a></div>"
        ),
        f"<section><a href='/bild'></a><h3>{LINK}</h3></section>",
    ],
)
def test_a_block_that_is_nothing_but_a_link_between_paragraphs_is_a_teaser(teaser: str) -> None:
    text = text_with(teaser)
    assert "Borkheim" not in text
    assert "Angler" not in text
    assert "Edda Muster" not in text


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("de", "Der Wirt blieb ruhig. Lesen Sie auch: ", ""),
        ("de", "Der Wirt blieb ruhig. (Mehr dazu: ", ") Er schenkte weiter aus."),
        ("de", "Lesen Sie auch: ", " Der Wirt blieb ruhig und schenkte aus."),
        ("de", "<strong>Lesen Sie auch:</strong> ", " Der Wirt blieb ruhig und schenkte aus."),
        ("de", "<strong>Siehe auch: ", "</strong> Der Wirt blieb ruhig und schenkte aus."),
        ("de", "Lesen Sie auch: ", "<br>Der Wirt blieb ruhig und schenkte aus."),
        ("en", "The landlord stayed calm. Read more: ", ""),
        ("en", "Read more: ", " The landlord stayed calm and poured."),
        ("en", "The landlord stayed calm. <em>(See also: ", ")</em> He poured on."),
        ("fr", "Lire aussi : ", " Le patron est resté calme et a servi."),
        ("uk", "Читайте також: ", " Господар залишився спокійним і наливав."),
        ("ru", "Читайте также: ", " Хозяин остался спокоен и наливал."),
    ],
)
def test_what_is_beside_a_teaser_in_the_same_paragraph_stays(
    language: str, before: str, after: str
) -> None:
    text = text_with(f"<p>{before}{LINK}{after}</p>", language=language)
    assert "Borkheim" not in text
    own = {"de": "Der Wirt", "en": "The landlord", "fr": "Le patron", "uk": "Господар"}
    assert own.get(language, "Хозяин") in text


@pytest.mark.parametrize(
    "behind",
    [
        "<p>Der Wirt ging heim.</p>",
        "<p>„Wir warten ab“, sagte der Wirt.</p>",
        "<p><strong>Und was sagt der Wirt dazu?</strong></p>",
        "<p>Das war im Mai.</p><p>Dann kam der Wirt.</p>",
        "<ul><li>Der Wirt bleibt.</li><li>Der Müller geht.</li></ul>",
    ],
)
@pytest.mark.parametrize(
    "teaser",
    [
        f"<p>Lesen Sie auch: {LINK}</p>",
        f"<h3>Mehr zum Thema</h3><ul><li>{LINK}</li><li>{LINK}</li></ul>",
        f"<div><h3>Mehr zum Thema</h3><ul><li>{LINK}</li></ul></div>",
        f"<div class=k><a href='/zander'><h3>{LINK}</h3></a></div>",
        f"<p>→ {LINK}</p>",
    ],
)
@pytest.mark.parametrize("at", [2, 4])
def test_what_follows_a_teaser_stays_however_short(teaser: str, behind: str, at: int) -> None:
    text = text_with(teaser + behind, at=at)
    assert "Borkheim" not in text
    assert "Wirt" in text


PROMOS = {
    "de": [
        "Melden Sie sich für unseren Newsletter an: jeden Morgen Borkheim per Mail.",
        "Unterstützen Sie unsere Recherchen in Borkheim mit einer Spende, damit wir frei bleiben.",
        "Laden Sie jetzt unsere App herunter, damit Sie nichts aus Borkheim versäumen.",
        "Folgen Sie uns auf Mastodon für alles aus Borkheim.",
        "Hören Sie auch unseren Podcast: Jeden Freitag geht es um Borkheim.",
        "Nichts mehr verpassen: Abonnieren Sie hier unseren Brief aus Borkheim.",
        "Dieser Text gehört zu unserem Angebot Talbote Plus. Testen Sie vier Wochen Borkheim.",
    ],
    "en": [
        "Sign up for our Borkheim newsletter and get the river in your inbox.",
        "Support independent journalism from Borkheim with a small gift.",
        "Download the Talbote app to read about Borkheim first.",
        "Follow us on Mastodon for more from Borkheim.",
        "Listen to our new river podcast about Borkheim.",
        "Don't miss a story from Borkheim: subscribe to our briefing.",
    ],
    "fr": [
        "Inscrivez-vous à notre newsletter et recevez Borkheim chaque matin.",
        "Soutenez notre rédaction à Borkheim par un don, même modeste.",
        "Téléchargez notre application pour suivre Borkheim.",
        "Suivez-nous sur Mastodon pour tout savoir de Borkheim.",
    ],
    "uk": [
        "Підписуйтесь на наш канал у телеграмі про Borkheim і всю річку.",
        "Підтримайте нашу редакцію в Borkheim, щоб ми працювали далі.",
        "Завантажте наш застосунок, щоб знати все про Borkheim.",
    ],
    "ru": [
        "Подписывайтесь на наш канал в телеграме про Borkheim и всю реку.",
        "Поддержите нашу редакцию в Borkheim, чтобы мы работали дальше.",
        "Скачайте мобильное приложение, чтобы знать всё про Borkheim.",
    ],
}


@pytest.mark.parametrize(("language", "promo"), [(c, p) for c in PROMOS for p in PROMOS[c]])
@pytest.mark.parametrize("tag", ["p", "div"])
def test_an_appeal_of_the_outlet_is_cut_without_any_label(
    language: str, promo: str, tag: str
) -> None:
    assert "Borkheim" not in text_with(f"<{tag}>{promo}</{tag}>", language=language)


SHORT = {
    "p": "<p>{}</p>",
    "div": "<div>{}</div>",
    "nested": "<div class=b><p>{}</p></div>",
    "br": "{}<br><br>",
}


@pytest.mark.parametrize("wrapper", SHORT)
@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize(
    "teaser",
    [
        f"<p>{LINK}</p>",
        f"<p>{LINK}</p><p>{LINK}</p>",
        f"<h3>Mehr zum Thema</h3><ul><li>{LINK}</li><li>{LINK}</li></ul>",
        f"<p>Mehr zum Thema:</p><ul><li>{LINK}</li></ul>",
        f"<article class=k><h3>{LINK}</h3><p>Angler staunen.</p></article>",
        "<a href='/zander'><h3>Zander kehren nach Borkheim zurück</h3><p>Angler staunen.</p></a>",
        f"<ul><li>{LINK}</li><li>{LINK}</li></ul>",
    ],
)
def test_a_flash_of_two_short_lines_sheds_its_teasers(wrapper: str, at: int, teaser: str) -> None:
    lines = ["Das Wehr bei Lindenau ist gebrochen.", "Verletzt wurde niemand, sagt das Amt."]
    parts = [SHORT[wrapper].format(line) for line in lines]
    parts.insert(at, teaser)
    html = (
        "<!doctype html><html lang=de><body><main><article><h1>Wehr bei Lindenau gebrochen</h1>"
        f"<div class=text>{''.join(parts)}</div></article></main></body></html>"
    )
    page = extract_page(html.encode(), url=URL, now=NOW)
    text = f"{page.lead}\n{page.text}"
    assert all(line in text for line in lines), text
    assert "Borkheim" not in text
    assert "staunen" not in text
