"""What belongs to an article stays, although it is no paragraph of its own kind."""

from __future__ import annotations

import pytest

from ingest.extract.article import extract_page
from tests.ingest.extract.pages_with_insertions import BODY, FAR, NOW, TITLE, URL, text_with

pytestmark = pytest.mark.slow

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
