"""What stands between the paragraphs of an article: teasers are cut, its own parts are not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.extract.article import extract_page

pytestmark = pytest.mark.slow

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


STATEMENTS = {
    "de": [
        "Mehr dazu wollte der Wirt aus Borkheim nicht sagen.",
        "Mehr zum Thema Fisch sagte der Wirt in Borkheim.",
        "Lesen Sie den Brief aus Borkheim, rief er in den Saal.",
        "Siehe auch den Streit um Borkheim, den das Gericht beilegte.",
        "Hintergrund: Das Wehr von Borkheim brach schon im Mai, teilte das Amt mit.",
        "Hintergrund ist ein Streit in Borkheim.",
        "Anzeige gegen den Wirt aus Borkheim erstattete die Müllerin.",
        "Werbung macht Borkheim damit nicht.",
        "Kommentare lehnte man in Borkheim ab.",
        "Newsletter und Plakate aus Borkheim warben dafür.",
        "Den Newsletter des Vereins aus Borkheim las niemand.",
        "Foto und Film aus Borkheim zeigen den Bruch.",
        "Zustimmung erforderlich: Das Amt in Borkheim muss nicken.",
        "Weitere Artikel der Satzung gelten in Borkheim nicht.",
        "Folgen Sie mir, sagte der Wirt von Borkheim und ging.",
        "Unterstützen wollte den Antrag in Borkheim keiner.",
        "Der Podcast des Landrats erwähnt Borkheim nie.",
    ],
    "en": [
        "Comments by the mayor of Borkheim drew anger.",
        "Related cases in Borkheim are still open.",
        "Read aloud in Borkheim, the letter moved many.",
        "Watch officers in Borkheim saw the flood first.",
        "More on Tuesday, said the mayor of Borkheim.",
        "Advertisement spending in Borkheim fell by half.",
        "Photo agencies in Borkheim stopped work.",
        "Sign up sheets in Borkheim filled within hours.",
        "Newsletters sent from Borkheim warned of it.",
        "Support for the plan in Borkheim is thin.",
        "Follow the money, said the mayor of Borkheim.",
        "Share prices of Borkheim Mills fell.",
    ],
    "fr": [
        "Lire la lettre de Borkheim fut pénible, dit-il.",
        "Les commentaires du maire de Borkheim ont choqué.",
        "Suivez l'eau, a dit le maire de Borkheim.",
    ],
    "uk": [
        "Коментарі мера Borkheim обурили багатьох.",
        "Реклама в Borkheim подорожчала вдвічі.",
        "Читайте закон, сказав мер Borkheim.",
    ],
    "ru": [
        "Комментарии мэра Borkheim возмутили многих.",
        "Реклама в Borkheim подорожала вдвое.",
        "Читайте закон, сказал мэр Borkheim.",
    ],
}


@pytest.mark.parametrize(("language", "said"), [(c, s) for c in STATEMENTS for s in STATEMENTS[c]])
@pytest.mark.parametrize("at", [2, 4])
def test_a_sentence_that_begins_like_a_label_stays(language: str, said: str, at: int) -> None:
    assert said in text_with(f"<p>{said}</p>", language=language, at=at)


@pytest.mark.parametrize(
    "word",
    [
        "<button>Wehr</button>",
        "<button type=button class=glossar>Wehr</button>",
        "<span role=button tabindex=0>Wehr</span>",
        "<label>Wehr</label>",
        "<q>Wehr</q>",
        "<ins>Wehr</ins>",
        "<mark>Wehr</mark>",
        "<font color=red>Wehr</font>",
        "<abbr title=x>Wehr</abbr>",
        "We<sub>h</sub>r",
        "<time datetime=2026-01-01>Wehr</time>",
        "<dfn><b>Wehr</b></dfn>",
        "<output>Wehr</output>",
        "<strong><button>Wehr</button></strong>",
        "<span>Wehr<span hidden>Bau im Fluss</span></span>",
        "<span class=t>Wehr<span role=tooltip>Bau im Fluss</span></span>",
        "<del>Haus</del><ins>Wehr</ins>",
        "<s>Haus</s>Wehr",
        "<a href='/glossar'>Wehr</a>",
    ],
)
@pytest.mark.parametrize("tag", ["p", "li", "h2"])
def test_a_word_in_an_inline_element_is_part_of_its_sentence(word: str, tag: str) -> None:
    block = f"<{tag}>Das {word}-Gutachten aus Borkheim liegt vor, sagt die Müllerin.</{tag}>"
    expected = "Das Wehr-Gutachten aus Borkheim liegt vor, sagt die Müllerin."
    assert expected in text_with(f"<ul>{block}</ul>" if tag == "li" else block, at=1)


@pytest.mark.parametrize(
    "part",
    [
        (
            "<figure class=wp-block-table><table><tr><td>Borkheim</td><td>41,2</td></tr>"
            "<tr><td>Lindenau</td><td>33,7</td></tr></table><figcaption>Quelle: Amt</figcaption>"
            "</figure>"
        ),
        (
            "<figure><blockquote><p>„Wir in Borkheim sind bereit“</p><cite>Edda Muster</cite>"
            "</blockquote></figure>"
        ),
        "<figure><ul><li>Borkheim bleibt trocken.</li><li>Lindenau auch.</li></ul></figure>",
        "<blockquote><p>„Wir in Borkheim sind bereit.“</p></blockquote>",
        (
            "<aside><p>Korrektur: In einer früheren Fassung stand, das Wehr liege in Borkheim. Das "
            "ist falsch.</p></aside>"
        ),
        (
            "<footer class=article-footer><p>Berichtigung vom 3. Mai: Das Wehr liegt nicht in "
            "Borkheim, wie es zuvor hieß.</p></footer>"
        ),
        (
            "<aside class=note role=complementary>Anmerkung der Redaktion: In der Erstfassung war "
            "von Borkheim die Rede.</aside>"
        ),
        "<h2>Schon seit Tagen liegt in Borkheim alles still, und keiner weiß, wie lange noch.</h2>",
        "<h4>Zuletzt meldete das Amt in Borkheim, dass der Bagger wieder unterwegs ist.</h4>",
        (
            "<p>Betroffen sind diese Orte:</p><ul><li><a href='/b'>Borkheim</a>: Dort ruht alles "
            "seit Montag.</li><li><a href='/l'>Lindenau</a>: Dort wird gebaut.</li></ul>"
        ),
        "<ol><li>Borkheim, 41 Prozent</li><li>Lindenau, 33 Prozent</li></ol>",
        "<p>Die Namen:</p><p>Edda Muster, Borkheim</p><p>Ole Probe, Lindenau</p>",
        (
            "<p><a href='/1'>Der Kreistag von Borkheim</a> hat <a href='/2'>den Bau beschlossen</a>"
            ", wie <a href='/3'>das Amtsblatt meldet</a>.</p>"
        ),
        ("<p><a href='/rede'>Die Rede der Müllerin aus Borkheim erschien im Amtsblatt.</a></p>"),
        f"<p>{FAR}</p>",
        "<h2><a href='/borkheim'>Streit um Borkheim geht weiter</a></h2>",
    ],
)
@pytest.mark.parametrize("at", [2, 3])
def test_parts_of_the_article_stay(part: str, at: int) -> None:
    assert "Borkheim" in text_with(part, at=at)


@pytest.mark.parametrize(
    ("language", "correction"),
    [
        ("en", "Correction: An earlier version of this article placed the weir in Borkheim."),
        ("en", "This article was amended on 3 May to say that Borkheim has no weir."),
        ("fr", "Rectificatif : une première version situait le barrage à Borkheim."),
        ("uk", "Виправлення: у попередній версії йшлося про греблю в Borkheim."),
        ("ru", "Уточнение: в предыдущей версии говорилось о плотине в Borkheim."),
    ],
)
@pytest.mark.parametrize("tag", ["aside", "footer", "p"])
def test_a_correction_stays_in_every_language(language: str, correction: str, tag: str) -> None:
    part = f"<{tag}>{correction}</{tag}>"
    assert "Borkheim" in text_with(part, language=language, at=4)


def test_an_article_that_is_a_list_of_links_keeps_them() -> None:
    links = "".join(
        f"<p><a href='/stelle/{i}'>Stelle Nummer {i} am Oberlauf bei Borkheim</a></p>"
        for i in range(12)
    )
    assert "Stelle Nummer 3" in text_with(links)


@pytest.mark.parametrize(
    "head",
    [
        "<meta charset=utf-8>",
        "<meta charset=utf-8><title>Wehr</title>",
        "<title>Wehr</title><link rel=canonical href=/region/wehr>",
        "<title>Wehr</title><style>p{}</style><script>1</script>",
        "<html lang=de><meta charset=utf-8>",
    ],
)
@pytest.mark.parametrize("tag", ["article", "main", "section"])
def test_a_page_without_the_tags_of_head_and_body_keeps_its_text(head: str, tag: str) -> None:
    body = "".join(f"<p>{line}</p>" for line in BODY["de"])
    html = f"<!doctype html>{head}<{tag}><h1>{TITLE['de']}</h1>{body}</{tag}>"
    page = extract_page(html.encode(), url=URL, now=NOW)
    assert all(line in page.text for line in BODY["de"])


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


@pytest.mark.parametrize(
    "part",
    [
        "<blockquote>„In Borkheim ist es trocken“, sagte er.</blockquote>",
        "<blockquote><p>In Borkheim ist es trocken.</p></blockquote>",
        "<table><tr><td>Borkheim</td><td>41</td></tr><tr><td>Lindenau</td><td>33</td></tr></table>",
        "<figure><table><tr><td>Borkheim</td><td>41</td></tr></table></figure>",
        "<dl><dt>Borkheim</dt><dd>Drei Wehre sind offen.</dd></dl>",
        "<p>Offen sind:</p><ul><li>Borkheim</li><li>Lindenau</li></ul>",
        "<p>In Borkheim nicht.</p>",
        "<h3>In Borkheim wird weiter gebaut, sagt der Bürgermeister am Telefon.</h3>",
    ],
)
def test_what_is_no_paragraph_stays_at_the_end_of_a_long_text(part: str) -> None:
    own = "".join(f"<p>{line} Absatz {i}.</p>" for i, line in enumerate(BODY["de"] * 3))
    html = f"<html lang=de><article><h1>{TITLE['de']}</h1>{own}{part}</article></html>"
    page = extract_page(html.encode(), url=URL, now=NOW)
    assert all(f"Absatz {i}." in page.text for i in range(12))
    assert "Borkheim" in page.text
