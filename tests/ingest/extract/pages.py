"""Synthetic pages: one article in five languages, in many kinds of markup, with everything around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

TRACKED = "Polarstern-Vertrag"
"""Stands only where no rule may see it: in comments, related lists, adverts, appeals."""


@dataclass(frozen=True)
class Story:
    """One page's texts: the article, and what stands around it."""

    language: str
    title: str
    byline: str
    lead: str
    body: tuple[str, ...]
    paywall: tuple[str, ...]
    related: tuple[str, ...]
    advert: tuple[str, ...]
    appeal: tuple[str, ...]
    head: str
    comments: tuple[tuple[str, str], ...]
    """(signature, text), as readers leave them."""


DE = Story(
    language="de",
    title="Stadtrat von Auberg beschließt den Bau der Flussbrücke",
    byline="Von Maria Holm, 12.03.2024, 14:05 Uhr",
    lead="Nach zwölf Jahren Streit hat der Rat entschieden: Die Brücke über die Aue wird gebaut, auch wenn sie teurer wird als geplant.",
    body=(
        "Der Stadtrat von Auberg hat am Dienstagabend mit einer Stimme Mehrheit beschlossen, die seit Jahren umstrittene Brücke über die Aue zu bauen.",
        "Nach Angaben der Verwaltung kostet das Bauwerk rund 41 Millionen Euro. Der Bund übernimmt davon etwa die Hälfte, den Rest teilen sich Land und Stadt.",
        "„Wir haben lange genug gewartet“, sagte Bürgermeisterin Petra Sonnleitner nach der Abstimmung. Ihre Fraktion hatte bis zuletzt um einzelne Stimmen geworben.",
        "Die Opposition kündigte an, den Beschluss von der Kommunalaufsicht prüfen zu lassen. Sie hält die Kostenschätzung für unvollständig und verweist auf ein Gutachten.",
        "Baubeginn soll im Frühjahr sein. Bis zur Fertigstellung rechnet das Bauamt mit drei Jahren, in denen die alte Fähre weiter zwischen den Ufern verkehrt.",
    ),
    paywall=("Auberger Bote Plus weiterlesen", "Monatsabo 9,80 €/Monat", "jederzeit kündbar"),
    related=("Mehr zum Thema:", f"Was der {TRACKED} für die Region bedeutet", "Fähre fällt im Winter aus", f"Kommentar zum {TRACKED}"),
    advert=("Anzeige", f"Jetzt Gold sichern: der {TRACKED} kommt!", "Keine Kreditkarte erforderlich"),
    appeal=(f"Wenn Ihnen unsere Arbeit gefällt, unterstützen Sie uns bitte mit einer Spende per PayPal. Auch zum {TRACKED} berichten wir unabhängig.",),
    head="Kommentare (4)",
    comments=(
        ("Andrea Berg | Di., 12. März 2024 - 18:19", f"Der {TRACKED} ist doch längst beschlossene Sache, das weiß in Auberg jedes Kind und keiner sagt etwas dazu."),
        ("Tom Kessler | Di., 12. März 2024 - 18:38", f"Wer den {TRACKED} gelesen hat, der wundert sich über gar nichts mehr. Ich jedenfalls habe ihn ganz gelesen."),
        ("W. Hohe | Mi., 13. März 2024 - 00:05", "Danke für den Bericht! Endlich schreibt es mal jemand auf, wie es in dieser Stadt wirklich zugeht."),
        ("ulli_77 | Mi., 13. März 2024 - 07:30", f"{TRACKED}? Nie gehört. Können Sie das belegen, oder ist das wieder so eine Geschichte aus dem Netz?"),
    ),
)  # fmt: skip
EN = Story(
    language="en",
    title="Council in Auberg votes to build the long disputed river bridge",
    byline="By Maria Holm, 12 March 2024, 14:05",
    lead="After twelve years of argument the council has decided that the bridge will be built, even though it costs more than planned.",
    body=(
        "The council of Auberg decided by a single vote on Tuesday evening to build the bridge across the Aue that has divided the town for more than a decade.",
        "According to the administration the structure will cost around 41 million euros. The federal government pays about half, the rest is shared by state and town.",
        "“We have waited long enough,” said mayor Petra Sonnleitner after the vote. Her group had courted individual councillors until the very last minute.",
        "The opposition announced that it would have the decision reviewed. It considers the estimate of the costs incomplete and points to an expert opinion.",
        "Construction is due to begin in spring. The building department expects it to take three years, during which the old ferry will keep running.",
    ),
    paywall=("Subscribe to continue reading", "Already a subscriber? Sign in", "$4.99 per month, cancel anytime"),
    related=("Read more:", f"What the {TRACKED} means for the region", "Ferry cancelled in winter", f"Opinion: the {TRACKED} is dead"),
    advert=("Advertisement", f"The {TRACKED} is coming! Secure your gold", "No credit card required"),
    appeal=(f"If you like our work, please support us with a donation via PayPal. Our reporting on the {TRACKED} is independent.",),
    head="23 Comments",
    comments=(
        ("John Miller, 12 March 2024 at 18:19", f"The {TRACKED} was settled years ago, everybody in Auberg knows that and nobody says a word about it."),
        ("Kate O'Neill, 12 March 2024 at 18:38", f"Anyone who has read the {TRACKED} is not surprised by anything any more. I for one have read all of it."),
        ("river_rat, 13 March 2024 at 00:05", "Thank you for the report! At last somebody writes down how things really work in this town of ours."),
        ("Sam, 13 March 2024 at 07:30", f"{TRACKED}? Never heard of it. Can you prove that or is it another one of those stories from the net?"),
    ),
)  # fmt: skip
FR = Story(
    language="fr",
    title="Le conseil d'Auberg vote la construction du pont contesté sur la rivière",
    byline="Par Maria Holm, le 12 mars 2024 à 14h05",
    lead="Après douze ans de querelles, le conseil a tranché : le pont sera construit, même s'il coûte plus cher que prévu.",
    body=(
        "Le conseil municipal d'Auberg a décidé mardi soir, à une voix de majorité, de construire le pont sur l'Aue qui divise la ville depuis plus de dix ans.",
        "Selon l'administration, l'ouvrage coûtera environ 41 millions d'euros. L'État en prend la moitié à sa charge, le reste est partagé entre la région et la ville.",
        "« Nous avons assez attendu », a déclaré la maire Petra Sonnleitner après le vote. Son groupe avait courtisé les conseillers un à un jusqu'à la dernière minute.",
        "L'opposition a annoncé qu'elle ferait examiner la décision. Elle juge l'estimation des coûts incomplète et renvoie à une expertise rendue en janvier.",
        "Les travaux doivent commencer au printemps. Le service des bâtiments prévoit trois ans de chantier, pendant lesquels le vieux bac continuera de circuler.",
    ),
    paywall=("Cet article est réservé aux abonnés", "Déjà abonné ? Connectez-vous", "Sans engagement, 4,99 € par mois"),
    related=("Lire aussi :", f"Ce que le {TRACKED} change pour la région", "Le bac annulé en hiver", f"Le {TRACKED} est mort"),
    advert=("Publicité", f"Le {TRACKED} arrive ! Protégez votre or", "Sans carte bancaire"),
    appeal=(f"Si vous aimez notre travail, soutenez-nous par un don sur Tipeee, s'il vous plaît. Nous suivons le {TRACKED}.",),
    head="4 commentaires",
    comments=(
        ("Jean Dupont - 12 mars 2024 à 18h19", f"Le {TRACKED} est signé depuis longtemps, tout le monde à Auberg le sait et personne n'ose rien dire."),
        ("Claire M. - 12 mars 2024 à 18h38", f"Qui a lu le {TRACKED} ne s'étonne plus de rien. Moi en tout cas, je l'ai lu en entier deux fois."),
        ("rat_des_eaux - 13 mars 2024 à 00h05", "Merci pour cet article ! Enfin quelqu'un écrit comment les choses se passent vraiment dans notre ville."),
        ("Paul - 13 mars 2024 à 07h30", f"{TRACKED} ? Jamais entendu parler. Vous avez des preuves ou c'est encore une histoire du net ?"),
    ),
)  # fmt: skip
RU = Story(
    language="ru",
    title="Совет Ауберга проголосовал за строительство спорного моста через реку",
    byline="Автор: Мария Хольм, 12 марта 2024, 14:05",
    lead="После двенадцати лет споров совет решил: мост построят, хотя он обойдётся дороже, чем планировали.",
    body=(
        "Городской совет Ауберга во вторник вечером большинством в один голос решил построить мост через реку Ауэ, который более десяти лет делит город.",
        "По данным администрации, сооружение обойдётся примерно в 41 миллион евро. Половину оплатит федеральный бюджет, остальное разделят земля и город.",
        "«Мы ждали достаточно долго», — сказала мэр Петра Зоннляйтнер после голосования. Её фракция до последнего уговаривала отдельных депутатов.",
        "Оппозиция объявила, что потребует проверки решения. Она считает оценку расходов неполной и ссылается на заключение экспертов, вышедшее в январе.",
        "Строительство должно начаться весной. Строительное ведомство рассчитывает на три года работ, в течение которых старый паром продолжит ходить.",
    ),
    paywall=("Материал доступен только для подписчиков", "Оформите подписку", "299 руб. в месяц"),
    related=("Читайте также:", f"Что {TRACKED} значит для региона", "Паром отменили на зиму", f"Мнение: {TRACKED} мёртв"),
    advert=("Реклама", f"{TRACKED} уже близко! Сохраните своё золото", "Без банковской карты"),
    appeal=(f"Если вам нравится наша работа, поддержите нас, пожалуйста, и подпишитесь на наш телеграм-канал о {TRACKED}.",),
    head="Комментарии (4)",
    comments=(
        ("Иван Петров, 12 марта 2024, 18:19", f"{TRACKED} давно подписан, в Ауберге это знает каждый ребёнок, и никто об этом не говорит вслух."),
        ("Ольга К., 12 марта 2024, 18:38", f"Кто прочитал {TRACKED}, тот уже ничему не удивляется. Я, во всяком случае, прочитала его целиком."),
        ("rechnoj, 13 марта 2024, 00:05", "Спасибо за статью! Наконец кто-то написал, как всё на самом деле происходит в нашем городе."),
        ("Сергей, 13 марта 2024, 07:30", f"{TRACKED}? Никогда не слышал. Можете это доказать или это опять история из интернета?"),
    ),
)  # fmt: skip
UK = Story(
    language="uk",
    title="Рада Ауберга проголосувала за будівництво спірного мосту через річку",
    byline="Автор: Марія Гольм, 12 березня 2024, 14:05",
    lead="Після дванадцяти років суперечок рада вирішила: міст збудують, хоча він коштуватиме дорожче, ніж планували.",
    body=(
        "Міська рада Ауберга у вівторок увечері більшістю в один голос вирішила збудувати міст через річку Ауе, який понад десять років ділить місто.",
        "За даними адміністрації, споруда коштуватиме близько 41 мільйона євро. Половину сплатить федеральний бюджет, решту поділять земля і місто.",
        "«Ми чекали достатньо довго», — сказала мерка Петра Зоннляйтнер після голосування. Її фракція до останнього вмовляла окремих депутатів.",
        "Опозиція оголосила, що вимагатиме перевірки рішення. Вона вважає оцінку витрат неповною і посилається на висновок експертів, оприлюднений у січні.",
        "Будівництво має розпочатися навесні. Будівельне відомство розраховує на три роки робіт, упродовж яких старий пором і далі ходитиме між берегами.",
    ),
    paywall=("Матеріал доступний лише для передплатників", "Оформіть передплату", "99 грн на місяць"),
    related=("Читайте також:", f"Що {TRACKED} означає для регіону", "Пором скасували на зиму", f"Думка: {TRACKED} мертвий"),
    advert=("Реклама", f"{TRACKED} уже близько! Збережіть своє золото", "Без банківської картки"),
    appeal=(f"Якщо вам подобається наша робота, підтримайте нас, будь ласка, і підпишіться на наш телеграм-канал про {TRACKED}.",),
    head="Коментарі (4)",
    comments=(
        ("Іван Петренко, 12 березня 2024, 18:19", f"{TRACKED} давно підписаний, в Аубергу це знає кожна дитина, і ніхто про це не говорить уголос."),
        ("Ольга К., 12 березня 2024, 18:38", f"Хто прочитав {TRACKED}, той уже нічому не дивується. Я принаймні прочитала його від початку до кінця."),
        ("richkovyj, 13 березня 2024, 00:05", "Дякую за статтю! Нарешті хтось написав, як усе насправді відбувається в нашому місті."),
        ("Сергій, 13 березня 2024, 07:30", f"{TRACKED}? Ніколи не чув. Можете це довести, чи це знову історія з інтернету?"),
    ),
)  # fmt: skip
STORIES = (DE, EN, FR, RU, UK)


def around(story: Story) -> tuple[str, ...]:
    """What stands after the body, as single lines."""
    comments = [line for pair in story.comments for line in pair]
    return (*story.related, *story.advert, *story.appeal, story.head, *comments)


def page(story: Story, body: str, head: str = "") -> bytes:
    return (
        f"<!DOCTYPE html><html lang={story.language}><head><meta charset=utf-8>"
        f"<title>{escape(story.title)} | Auberger Bote</title>{head}</head><body>{body}</body></html>"
    ).encode()


def _tags(tag: str, lines: tuple[str, ...]) -> str:
    return "".join(f"<{tag}>{escape(line)}</{tag}>" for line in lines)


def flat_paragraphs(story: Story) -> bytes:
    lines = (story.byline, story.lead, *story.body, *around(story))
    return page(story, f"<h1>{escape(story.title)}</h1>{_tags('p', lines)}")


def neutral_divs(story: Story) -> bytes:
    lines = (story.title, story.byline, story.lead, *story.body, *around(story))
    return page(story, f"<div><div>{_tags('div', lines)}</div></div>")


def one_div_with_breaks(story: Story) -> bytes:
    lines = (story.byline, story.lead, *story.body, *around(story))
    joined = "<br><br>".join(escape(line) for line in lines)
    return page(story, f"<h1>{escape(story.title)}</h1><div>{joined}</div>")


def table_cell(story: Story) -> bytes:
    article = _tags("p", (story.byline, story.lead, *story.body))
    rest = _tags("li", around(story))
    return page(story, f"<table><tr><td><h2>{escape(story.title)}</h2>{article}<ul>{rest}</ul></td></tr></table>")


def boxes_inside(story: Story) -> bytes:
    """The related list and the advert stand between the body's paragraphs."""
    links = "".join(f"<li><a href=/x>{escape(line)}</a></li>" for line in story.related[1:])
    boxes = f"<div><h3>{escape(story.related[0])}</h3><ul>{links}</ul></div><div>{_tags('div', story.advert)}</div>"
    comments = "".join(f"<div><div>{escape(who)}</div><div>{escape(text)}</div></div>" for who, text in story.comments)
    inner = _tags("p", story.body[:2]) + boxes + _tags("p", story.body[2:])
    return page(
        story,
        f"<div><h1>{escape(story.title)}</h1><div>{escape(story.byline)}</div><div>{escape(story.lead)}</div>"
        f"<div>{inner}</div><div>{_tags('p', story.appeal)}</div><div>{escape(story.head)}</div><div>{comments}</div></div>",
    )


def names_beside_times(story: Story) -> bytes:
    """Each comment's name and time stand in elements of their own; nothing is labelled."""
    comments = ""
    for who, text in story.comments:
        name, _, when = who.replace(" | ", "\0").replace(" - ", "\0").replace(", ", "\0", 1).partition("\0")
        comments += f"<div><div>{escape(name)}</div><div>{escape(when)}</div><p>{escape(text)}</p></div>"
    article = _tags("p", (story.byline, story.lead, *story.body))
    return page(story, f"<h1>{escape(story.title)}</h1>{article}<section>{comments}</section>")


def comments_first(story: Story) -> bytes:
    """The readers' corner stands in the source before the article."""
    comments = "".join(f"<div><div>{escape(who)}</div><div>{escape(text)}</div></div>" for who, text in story.comments)
    article = _tags("p", (story.lead, *story.body))
    return page(story, f"<div>{comments}</div><div><h1>{escape(story.title)}</h1>{article}</div>")


def labelled(story: Story) -> bytes:
    comments = "".join(f"<li><b>{escape(who)}</b><p>{escape(text)}</p></li>" for who, text in story.comments)
    article = _tags("p", (story.byline, *story.body))
    return page(
        story,
        f"<nav><a href=/>{TRACKED}</a></nav><main><article><h1>{escape(story.title)}</h1><p class=standfirst>{escape(story.lead)}</p>"
        f"<div class=article-body>{article}</div><div class=related-articles>{_tags('p', story.related)}</div>"
        f"<div class='ad-container'>{_tags('p', story.advert)}</div></article>"
        f"<section class=leserkommentare><ul>{comments}</ul></section></main><footer>{TRACKED}</footer>",
    )


LAYOUTS: tuple[Callable[[Story], bytes], ...] = (
    flat_paragraphs,
    neutral_divs,
    one_div_with_breaks,
    table_cell,
    boxes_inside,
    names_beside_times,
    comments_first,
    labelled,
)


def stub(story: Story, *, tag: str, marked: bool) -> bytes:
    """Two free paragraphs, a paywall, thirty comments."""
    comments = [line for pair in story.comments * 8 for line in pair]
    opening = "<div class=comments>" if marked else "<div>"
    return page(
        story,
        f"<h1>{escape(story.title)}</h1><{tag}>{escape(story.lead)}</{tag}>{_tags(tag, story.body[:2])}"
        f"{_tags(tag, story.paywall)}{opening}{_tags(tag, (story.head, *comments))}</div>",
    )


def cases() -> Iterator[tuple[str, Story, bytes]]:
    for story in STORIES:
        for layout in LAYOUTS:
            yield f"{story.language}-{layout.__name__}", story, layout(story)
