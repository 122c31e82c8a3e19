"""The words that part a page: heads, signatures, appeals, credits, in five languages.

Every pattern runs on lower-case text of one block without leading bullets. A *head* opens a zone
that may run on over the next blocks; a *line* is a zone by itself. Languages: de, en, fr, ru, uk.
"""

from __future__ import annotations

import re


def _any(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{part})" for part in parts))


BULLET = re.compile(r"^[\s•·▪►▶»›→*|+–—-]+(?=\S)")

_MONTH = (
    r"(?:jan(?:uar|uary|vier)?|jän(?:ner)?|feb(?:ruar|ruary)?|f[ée]vr(?:ier)?|mär(?:z)?|mrz|mar(?:ch|s)?|apr(?:il)?|avr(?:il)?|"
    r"ma[iy]|jun[ie]?|juin|jul[iy]?|juil(?:let)?|aug(?:ust)?|ao[ûu]t|sep(?:t(?:ember|embre)?)?|o[ck]t(?:ober|obre)?|nov(?:ember|embre)?|"
    r"de[zc](?:ember|embre)?|déc(?:embre)?|янв(?:аря)?|фев(?:раля)?|мар(?:та)?|апр(?:еля)?|мая|июн[яь]?|июл[яь]?|авг(?:уста)?|сен(?:тября)?|"
    r"окт(?:ября)?|ноя(?:бря)?|дек(?:абря)?|січ(?:ня)?|лют(?:ого)?|бер(?:езня)?|кві(?:тня)?|тра(?:вня)?|чер(?:вня)?|лип(?:ня)?|сер(?:пня)?|"
    r"вер(?:есня)?|жов(?:тня)?|лис(?:топада)?|гру(?:дня)?)\.?"
)
_DAY = (
    r"(?:\d{1,2}\.\s?\d{1,2}\.(?:\s?\d{2,4})?|\d{1,2}/\d{1,2}/\d{2,4}|\d{4}-\d\d-\d\d|\d{1,2}-\d{1,2}-\d{4}|"
    rf"\d{{1,2}}(?:\.|er|st|nd|rd|th)?\s{_MONTH},?(?:\s(?:de\s)?\d{{4}})?(?:\s?(?:г\.?|р\.?|года|року))?|"
    rf"{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?(?:\s\d{{4}})?)"
)
_CLOCK = r"(?:\d{1,2}\s?[:.h]\s?\d{2}(?::\d\d)?(?:\s?(?:uhr|h|am|pm|a\.m\.|p\.m\.))?|\d{1,2}\s?(?:uhr|am|pm))"
_AGO = (
    r"(?:vor\s(?:\d+|ein(?:er|em)?|wenigen|kurzem)\s?(?:sek\w*|min\w*|stunden?|std\.?|tag(?:en)?|wochen?|monat(?:en)?|jahr(?:en)?)?|"
    r"(?:\d+|an?|a few)\s?(?:s|m|h|d|w|sec\w*|min\w*|hours?|hrs?|days?|weeks?|months?|years?|yrs?)\sago|\d+\s?(?:min|[hdw])(?=\s*$)|"
    r"il y a\s(?:\d+|une?|quelques)\s\w+|(?:\d+\s)?(?:секунд\w*|минут\w*|час\w*|дн\w+|день|недел\w+|месяц\w*|лет|год\w*)\sназад|"
    r"(?:\d+\s)?(?:хвилин\w*|годин\w*|дн\w+|день|тиж\w+|місяц\w*|рок\w*|рік)\sтому|just now|gerade eben|à l'instant|только что|щойно)"
)
_TODAY = r"(?:(?:heute|gestern|vorgestern|today|yesterday|aujourd'hui|hier|сегодня|вчера|сьогодні|вчора)\b)"
_WEEKDAY = (
    r"(?:(?:mo|di|mi|do|fr|sa|so|mon|tue?|wed|thu|fri|sat|sun|lun|mar|mer|jeu|ven|sam|dim|пн|вт|ср|чт|пт|сб|вс|нд)\.?,?\s|"
    r"(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|monday|tuesday|wednesday|thursday|friday|saturday|sunday|"
    r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|"
    r"понеділок|вівторок|середа|п'ятниця|субота|неділя),?\s)"
)
_JOIN = r"(?:\s*(?:,|-|–|—|\||•|·|/|um|at|à|в|о|об|on|am|le)\s*|\s+)"
WHEN = (
    rf"(?:(?:{_WEEKDAY})?(?:(?:{_DAY}|{_TODAY})(?:{_JOIN}{_JOIN}?{_CLOCK})?|{_CLOCK}{_JOIN}{_DAY})|{_AGO})"
)
_SAYS = r"(?:\s*(?:sagt(?:e)?|schreibt|schrieb|meint(?:e)?|kommentierte?|says?|said|wrote|writes|commented|replied|dit|a\sdit|a\sécrit|écrit|говорит|пишет|написал[аи]?|сказал[аи]?|каже|пише|написа(?:в|ла)))"
_TAIL = r"(?:\s*(?:uhr|h|г\.|р\.|#\s?\d+|permalink|antworten|melden|reply|report|répondre|signaler|ответить|відповісти|bearbeitet|edited|[|·•:()\s#\d]|\d+\s?likes?))*"
_NAME = r"(?P<name>[^\s.,;:!?|(){}<>\d«»„“\"][^;:!?|(){}<>«»„“\"\n]{0,45}?)"

SIGNATURE = re.compile(
    rf"^(?:#?\d{{1,4}}[.)]?\s+|(?:kommentar|comment|commentaire|комментарий|коментар)\s(?:von|by|de|от|від)\s)?{_NAME}"
    rf"{_SAYS}?(?:\s*(?:,|-|–|—|\||•|·|:|/|\(|am|on|at|le|um|schreibt\sam)\s*|\s+)+(?:am\s|on\s|le\s)?{WHEN}\)?{_TAIL}$"
)
"""``Name | Sa., 8. Januar 2022 - 18:19``: who and when, and nothing else."""
WHEN_ONLY = re.compile(rf"^(?:am\s|on\s|le\s|um\s|\(|\|\s?|·\s?|•\s?)*{WHEN}\)?{_TAIL}$")
WHO_SAYS = re.compile(rf"^{_NAME}{_SAYS}\s*:?$")
CLOCK_ONLY = re.compile(rf"^{_CLOCK}$")
BYLINE = re.compile(
    r"^(?:von|by|par|von:|autor|автор|text|стаття|stand|aktualisiert|zuletzt|letzte|veröffentlicht|publiziert|erschienen|erstellt|datum|date|"
    r"published|updated|posted|last|first|publié|mis à jour|modifié|опубликовано|обновлено|оновлено|опубліковано|дата|création|written|"
    r"redaktion|lesezeit|lesedauer|quelle|source|foto|photo|bild|фото|mit material|dpa|afp|reuters|ap|apa|тасс|интерфакс|укринформ|уніан)\b"
)
REPLY = _any(
    r"^(?:(?:antworten|beantworten|melden|zitieren|kommentar melden|empfehlen|gefällt mir(?: nicht)?|reply|report(?: abuse)?|like|dislike|flag|share|"
    r"upvote|downvote|quote|répondre|signaler(?: un abus)?|j'aime|citer|alerter|recommander|ответить|пожаловаться|нравится|не нравится|цитировать|"
    r"поделиться|відповісти|поскаржитися|подобається|не подобається|цитувати|permalink|link|teilen|bearbeiten|auf diesen kommentar antworten)"
    r"[\s|·•/,()\d+👍👎-]*)+$",
    r"^(?:\d+\s)?(?:antworten?|replies|réponses?|ответов|ответа?|відповід\w+) (?:anzeigen|einblenden|ausblenden|show|hide|anzusehen)$",
    r"^(?:show|hide|view|load|voir|показать|показати) (?:\d+ |more |les )?(?:replies|réponses|ответы|відповіді)",
)
_COUNT = r"\s*[:(\[|–-]?\s*\d*\s*[)\]]?\s*:?"
COMMENT_HEAD = _any(
    # de
    rf"^(?:alle |\d+ |keine |ihre |die |neueste |zu den )?(?:leser|nutzer|user)?-?\s?kommentare?n?{_COUNT}$",
    r"^(?:\d+ )?(?:leserbriefe?|lesermeinungen?|leserpost|leserreaktionen|lesermeinung)(?: zum artikel| \(\d+\))?:?$",
    r"^(?:ihr |ein(?:en)? |jetzt |neue[nr]? |dein )?kommentar(?:e)? (?:schreiben|verfassen|abgeben|hinterlassen|hinzufügen|erstellen|abschicken|lesen|anzeigen)",
    r"^(?:schreiben|verfassen|hinterlassen?|schreibe|hinterlasse) (?:sie )?(?:einen |eine |den ersten |ihren )?(?:kommentar|antwort|leserbrief)",
    r"^(?:diskutieren|diskutiere|reden|debattieren) (?:sie )?mit\b",
    r"^jetzt (?:mit)?(?:diskutieren|reden|kommentieren)|^(?:ihre|deine|eure) meinung(?: ist gefragt|:|$| zu)",
    r"kommentarfunktion (?:automatisch |ist |wurde |für )",
    r"^pflichtfelder|^\* ?pflichtfeld|^erforderliche felder sind|deine e-mail-adresse wird nicht|ihre e-mail-adresse wird nicht",
    r"^(?:\d+ )(?:antworten|reaktionen|gedanken|meinungen) (?:auf|zu)\b",
    r"^(?:diskussion|debatte|forum|meinungen)\s*(?:\(\d+\)|:\s*\d+|\d+ beiträge?)$|^(?:diskussion|leserdiskussion|forum)$",
    r"^(?:sortieren nach|neueste zuerst|älteste zuerst|beliebteste zuerst)|^netiquette",
    r"^(?:bitte )?(?:melden|loggen) sie sich (?:an|ein),? um (?:zu kommentieren|einen kommentar|mitzudiskutieren)|um (?:diesen artikel|selbst) (?:zu )?kommentieren",
    # en
    rf"^(?:all |\d[\d,.]* |no |reader |your |the |top |latest |view (?:all )?)?(?:readers'? )?comments?{_COUNT}$",
    r"^(?:leave|post|add|write|submit) (?:a |your |the first )?(?:comment|reply)|^join the (?:discussion|conversation|debate)|^have your say",
    r"your e-?mail address will not be published|^required fields are marked|^(?:comments|commenting) (?:are|is) (?:now )?closed",
    r"^(?:\d+ )(?:thoughts?|responses?|replies) (?:on|to)\b|^(?:newest|oldest|most liked|best) first|^sort(?:ed)? by\b|^what do you think\?$",
    r"^(?:sign|log) in to (?:comment|join|reply)|^you must be logged in to (?:post|comment)|^(?:show|view|see|load) (?:all )?(?:\d+ )?(?:more )?comments",
    # fr
    rf"^(?:\d+ |les |vos |tous les |aucun )?(?:commentaires?|réactions?)(?: des (?:lecteurs|internautes|abonnés))?{_COUNT}$",
    r"^(?:laisse[rz]|ajoute[rz]|poste[rz]|écri(?:re|vez)|publie[rz]|dépose[rz]) (?:un |votre )?commentaire|^réagi(?:r|ssez)\b|^donnez votre avis|^participez à la discussion",
    r"votre adresse e-?mail ne sera pas publiée|^les commentaires sont (?:fermés|désactivés)|^(?:connectez-vous|identifiez-vous) pour (?:commenter|réagir)",
    # ru
    rf"^(?:все |\d+ |ваши |последние )?комментари(?:и|й|я|ев)(?: читателей| \(\d+\))?{_COUNT}$",
    r"^(?:оставить|добавить|написать|оставьте|добавьте) (?:свой |ваш )?(?:комментарий|отзыв)|^(?:обсуждение|обсудить|обсудите|мнения читателей)(?: \(\d+\)|:)?(?: новость| статью)?$",
    r"(?:e-?mail|адрес электронной почты) не будет опубликован|^комментарии (?:закрыты|отключены)|^(?:войдите|авторизуйтесь).{0,30}комментир",
    # uk
    rf"^(?:усі |всі |\d+ |ваші |останні )?коментар(?:і|ь|ів|я)(?: читачів| \(\d+\))?{_COUNT}$",
    r"^(?:залишити|додати|написати|залиште|додайте) (?:свій |ваш )?(?:коментар|відгук)|^(?:обговорення|обговорити|думки читачів)(?: \(\d+\)|:)?$",
    r"(?:e-?mail|адреса електронної пошти|пошта) не (?:буде|оприлюдню)|^коментарі (?:закриті|вимкнено)|^(?:увійдіть|авторизуйтесь).{0,30}комент",
)
RELATED_HEAD = _any(
    r"^mehr (?:zum thema|zu diesem thema|dazu|hierzu|zum artikel|aus (?:der|dem) (?:rubrik|ressort)|artikel|beiträge|nachrichten|news|themen|meldungen|über)\b",
    r"^(?:lesen|sehen|hören|erfahren|beachten) sie (?:auch|hier|mehr|dazu|außerdem|weiter|jetzt)\b|^lies(?: auch| dazu| mehr|t auch| hier)|^(?:lese|hör)tipps?\b",
    r"^(?:passend|passendes|ergänzend) (?:dazu|zum thema)|^dazu passend|^auch (?:interessant|lesenswert)|^(?:das|dies) könnte (?:sie|dich|euch) (?:auch )?interessieren",
    r"^(?:weitere|ähnliche|verwandte|empfohlene|neueste|neuste|aktuelle|beliebte|die neuesten|die beliebtesten) (?:artikel|beiträge|themen|nachrichten|meldungen|inhalte|links|informationen|texte)",
    r"^(?:meistgelesen|am meisten gelesen|meistgelesene\b|empfehlungen (?:der|aus)|aus dem archiv|zum weiterlesen|weiterlesen:|weiterführende|hintergrund:|siehe (?:auch|hierzu|dazu)|zum thema\b|links? zum thema|themenverwandt|nächster artikel|vorheriger artikel|mehr zu:)",
    r"^(?:read (?:more|also|next|on|the full|this next|our)\b|also read|read:|related(?: (?:articles?|stories|story|topics|content|posts?|news|links|coverage|reading)|:|$)|more (?:on (?:this|that topic)|from|stories|news|articles|coverage|like this|to read)\b|see also|see more|you (?:may|might) (?:also )?(?:like|be interested|enjoy|have missed))",
    r"^(?:recommended(?: (?:for you|stories|reading|articles)|:|$)|most (?:read|popular|viewed|shared)|don'?t miss|up next|further reading|trending(?: now|:|$)|editor'?s? (?:picks|choice)|keep reading|what to read next|in case you missed|popular (?:stories|now|articles)|next article|previous article|latest (?:news|stories|articles)$)",
    r"^(?:lire (?:aussi|également|la suite|plus|notre|l'article)|à lire(?: aussi| également| ensuite)?\b|[àa] (?:voir|écouter|découvrir) (?:aussi|également)?|sur le même (?:sujet|thème)|voir aussi|pour aller plus loin|articles? (?:liés?|similaires?|associés?|connexes?|recommandés?)|vous aimerez|cela (?:peut|pourrait) vous intéresser|les plus lus|plus d'articles|notre sélection|à ne pas manquer|dans la même rubrique|nos (?:derniers )?articles|en savoir plus)",
    r"^(?:читайте (?:также|ещё|еще|нас|по теме|подробнее)|читать (?:также|ещё|еще|далее|подробнее)|смотрите (?:также|ещё)|см\. также|по теме|материалы по теме|(?:похожие|другие|связанные|последние) (?:материалы|статьи|новости|записи)|ещё по теме|еще по теме|вам (?:может быть|будет|также) |популярн(?:ое|ые)|самое (?:читаемое|популярное|важное)|рекомендуем|не пропустите|ранее по теме|главные новости|новости по теме|сюжет:)",
    r"^(?:читайте (?:також|ще|нас|більше|по темі|докладніше)|читати (?:також|далі|ще)|дивіться (?:також|ще)|див\. також|за темою|(?:матеріали|новини) (?:за темою|по темі)|(?:схожі|інші|пов'язані|останні|популярні) (?:матеріали|статті|новини|записи)|ще (?:за темою|по темі)|вас (?:може|можуть|також)|популярне|найпопулярніш|найчитаніш|рекомендуємо|не пропустіть|більше (?:за темою|по темі|новин)|до теми|головні новини|по темі)",
)
TAG_HEAD = _any(
    r"^(?:themen|schlagw[oö]rter|schlagworte|stichw[oö]rter|stichworte|tags?|keywords|topics|mehr zu den themen|themen in diesem artikel|mots[- ]clés?|thèmes|étiquettes|теги|тэги|метки|темы|ключевые слова|теми|ключові слова|мітки)(?: dieses artikels)?\s*:",
    r"^(?:themen|schlagw[oö]rter|schlagworte|tags|mots[- ]clés?|теги|тэги|метки)$",
    r"^(?:#[\w-]+[\s,;|·]*)+$",
)
PAYWALL = _any(
    r"\b(?:plus|premium|\w+\+)[- ](?:artikel |abo )?(?:weiterlesen|lesen|testen)\b|^(?:jetzt )?weiterlesen (?:mit|als|im|für)\b|^(?:jetzt|gleich|hier) weiterlesen",
    r"\b(?:monats|jahres|probe|digital|online|test|basis|print|kombi|schnupper|tages)-?abo(?:nnement)?s?\b|^(?:ein |das |ihr |zum |jetzt )?abo(?:nnement)?\b.{0,60}(?:kündbar|kündigt|gekündigt|abschließen|bestellen|testen|sichern)",
    r"jederzeit (?:mit einer frist|kündbar|kündigen)|(?:mtl\.|monatlich) kündbar|(?:wochen|monate?|tage) (?:gratis|kostenlos|für (?:nur )?\d)|danach (?:nur )?(?:€ ?)?\d+[.,]\d\d|\d+[.,]\d\d ?(?:€|euro)\s?(?:/|pro|im|je|mtl|monatl)|^(?:€ ?\d+[.,]\d\d|\d+[.,]\d\d ?€)$",
    r"(?:haben|hast) (?:sie|du) (?:bereits|schon) ein (?:abo|konto|digital)|bereits (?:abonnent|registriert|kunde)|^ohne abo lesen|nur für abonnenten|exklusiv für (?:unsere )?abonnenten|für abonnenten (?:frei|lesbar|zugänglich)|(?:dieser|der) (?:artikel|beitrag|text|inhalt) (?:ist|steht) (?:nur |exklusiv |ausschließlich )*(?:für|unseren)? ?.{0,20}abonnent",
    r"(?:uneingeschränkt|unbegrenzt|vollen|unlimitiert)\w* (?:zugriff|zugang)|zugriff auf alle|alle (?:plus-?|premium-?)?(?:artikel|inhalte) (?:und|lesen|vollständig)|alle plus-inhalte|^e-paper,? app|(?:von|mit) unserem online-abo|jetzt (?:abonnieren|abo|testen|freischalten|registrieren und)|^(?:artikel|text) freischalten|lesen sie (?:den (?:ganzen|vollständigen)|diesen) (?:artikel|text|beitrag)|um (?:diesen|den) (?:ganzen |vollständigen )?(?:artikel|beitrag|text) (?:zu lesen|weiterzulesen|lesen)",
    r"^(?:to )?(?:continue|keep) reading|to (?:continue|keep) reading|subscribe (?:now|today|to (?:continue|read|unlock|get|access)|for)|already (?:a )?(?:subscriber|subscribed|have an account|registered)|(?:subscriber|member)s?[- ](?:only|exclusive)|for subscribers|cancel (?:any ?time|at any time)|(?:per|a|/) ?month (?:after|for|thereafter)|free trial|start (?:your|my) (?:free )?(?:trial|subscription)|unlock (?:this|the|full|unlimited)|unlimited (?:digital )?access|try .{0,20}for (?:just )?[$£€]\d|this (?:article|content|story) is (?:only |exclusively )?(?:available )?(?:for|to|reserved)|[$£€]\d+(?:\.\d\d)? (?:per|a|for|/) ?(?:month|week|year|\d)",
    r"réservée? aux abonnés|il vous reste [\d.,]+ ?%|(?:la suite|cet article|l'intégralité).{0,40}(?:réservé|abonnés|est accessible)|déjà abonné|abonnez-vous (?:pour|à partir|dès|et)|sans engagement|(?:le )?premier mois|\d+ ?€ ?(?:/|par) ?mois|s'abonner|pour lire la suite|accès illimité|résiliable à tout moment|je m'abonne",
    r"(?:доступ\w*|читать|материал|статья|текст).{0,40}(?:только )?(?:для |по )(?:подписчик|подписке)|(?:оформи(?:те|ть)|купи(?:те|ть)) (?:\w+ )?подписку|подпишитесь,? чтобы (?:читать|продолжить|получить)|уже (?:есть подписка|подписан)|руб(?:\.|лей)? ?(?:в|/) ?(?:мес|год)|₽ ?(?:в|/) ?(?:мес|год)|пробный период|полный доступ|чтобы (?:прочитать|читать|продолжить)",
    r"(?:доступ\w*|читати|матеріал|стаття|текст).{0,40}(?:лише |тільки )?(?:для |за )(?:передплатник|підписник|передплат)|(?:оформі?(?:ть|ити)|купі?(?:ть|ити)) (?:\w+ )?(?:передплат|підписк)|передплатіть|уже (?:маєте|є) (?:передплат|підписк)|грн ?(?:на|/) ?(?:міс|рік)|пробний період|повний доступ|щоб (?:прочитати|читати|продовжити)",
)
ADVERT_HEAD = _any(
    r"^(?:anzeige|werbung|advertisement|advertorial|publicité|annonce|реклама|sponsored|gesponsert|promoted|partner-?(?:inhalt|angebot|content)|на правах рекламы|на правах реклами|contenu sponsorisé|paid content|ad)\b.{0,24}$",
    r"(?:experten|referenten|gäste) im webinar|(?:gratis|kostenlos\w*|live)[- ]?webinar|^(?:jetzt|hier|gleich) (?:kostenlos |gratis |noch heute )?(?:anmelden|teilnehmen|sichern|bestellen|kaufen|zum angebot|platz sichern|herunterladen)",
    r"keine kreditkarte|keine versteckten kosten|no credit card|sans carte bancaire|без банковской карты|без банківської картки|rabatt(?:code|aktion)|gutschein(?:code)?|promo ?code|code promo|промокод|\bzu gewinnen$|à gagner$|gewinnspiel",
    r"^(?:buy now|shop now|order now|book now|register (?:now|today|for free)|join (?:our|the|us for (?:a|our)) (?:free )?webinar|inscrivez-vous|réservez votre place|commandez|achetez|зарегистрируйтесь|запишитесь на|купить сейчас|зареєструйтеся|купити зараз|замовити|заказать)",
    r"\bwebinar\b.{0,40}(?:anmeld|register|kostenlos|free|gratuit)|вебинар.{0,40}(?:бесплатн|регистр)|вебінар.{0,40}(?:безкоштовн|реєстр)|webinaire.{0,40}(?:gratuit|inscri)",
)
AUTHOR_HEAD = _any(
    r"^(?:autoreninfo|autorinfo|autorenprofil|zur person|zum autor|zur autorin|zu den autoren|über (?:den|die|unsere[n]?) autor(?:in|en|innen)?|über (?:mich|uns)|der autor|die autorin|(?:zum|zur) (?:verfasser|redakteur)\w*)\s*:?$",
    r"^(?:about the (?:author|writer|authors)|author(?:'s)? (?:bio|info|profile)|the author|written by|à propos de l[’']auteure?|l[’']auteure?|sur l[’']auteure?|об авторе|автор статьи|про автора|автор статті|об авторах|про авторів)\s*:?$",
    r"^(?:so erreichen sie|kontakt zum autor|e-mail an (?:den|die)|folgen sie (?:dem|der) autor|contact the author|contacter l'auteur)\b",
)
SOURCE_HEAD = _any(r"^(?:quellen?|quellenangaben?|einzelnachweise|sources?|источники?|джерел[оа]|références|references|fußnoten|anmerkungen)\s*:?$", r"^(?:quellen?|sources?|источник|джерело)\s*:\s")
AGENCY_LINE = re.compile(
    r"^(?:[(\[©\s]*)(?:quellen?:?|source:?|mit material von|with (?:material|reporting) (?:from|by)|avec|по материалам|за матеріалами|текст:|text:)?\s*"
    r"[(©\s]*(?:(?:dpa|afp|apa|sda|kna|epd|sid|ots|reuters|rtr|ap|aap|pa|ansa|efe|tass|interfax|bloomberg|keystone-?sda|ria|dts|тасс|интерфакс|рейтер|укринформ|укрінформ|унн|уніан|риа новости|риа|ats|belga|nachrichtenagentur)"
    r"(?:[-/,&+ :©.]|und|et|and|и|та|infocom|international|media)*)+(?:[\w./ -]{0,12})?[)\]\s.]*$"
    r"|^(?:© )?dpa(?:-[a-z]+)?[:,]\s?(?:dpa:)?\d{6}[\d-]+(?:/\d+)?.{0,20}$|^\(?©? ?dpa-infocom.{0,60}$|^[a-z]{2,4}/[a-z]{2,4}(?:/[a-z]{2,4})*(?: \((?:dpa|afp|apa|reuters|ap|kna|epd)\))?$"
    r"|^(?:mit agenturmaterial|mit (?:material|informationen) (?:der|von) .{0,30}(?:dpa|afp|agentur).{0,20}|\(?(?:with|avec) (?:agencies|afp|reuters)\)?)$"
)
CREDIT = _any(
    r"(?:^|\s|\()(?:foto|fotos|bild|bilder|bildquelle|bildnachweis|symbolbild|symbolfoto|archivbild|archivfoto|grafik|photo|photograph|picture|image|images|crédits?(?: photo)?|illustration|video|screenshot|фото|снимок|ілюстрація|иллюстрация|зображення|credit|credits)\s?(?:credit)?\s?(?::|©|\(c\)|/|von |by )",
    r"©|\(c\)\s|\bcopyright\b",
    r"/\s?(?:dpa|afp|ap|reuters|getty(?: images)?|imago(?: images)?|picture[ -]alliance|epa|keystone|shutterstock|unsplash(?:\.com)?|pixabay(?:\.com)?|pexels|tass|тасс|унiан|ukrinform|укрінформ|flickr|wikimedia(?: commons)?|istock|alamy|sputnik|pool|x|screenshot)(?:[/ ].{0,40})?\s*\)?$",
    r"(?:quelle|source|источник|джерело):? (?:sputnik|www\.|gettyimages|getty|imago|reuters|afp|ap|dpa|legion-media|globallookpress|ria|риа|тасс|\S+\.(?:com|ru|ua|de|org))",
    r"(?:getty images|shutterstock|picture[ -]alliance|imago images|unsplash\.com|pixabay|istockphoto|depositphotos|gettyimages)\s*\)?\.?$",
)
SERVICE = _any(
    r"newsletter (?:bestellen|abonnieren|anmelden|erhalten|abo)|(?:unser|den|zum|ihr|kostenlos\w*|tägliche\w*) newsletter|^newsletter\b|^abonnieren sie|^(?:folgen|folgt|folge|besuchen) (?:sie |ihr |du )?(?:uns|unserem|uns auch)\b|whatsapp-?kanal|telegram-?kanal|^(?:jetzt|hier) (?:abonnieren|spenden|unterstützen|folgen)|push-?(?:nachricht|mitteilung)",
    r"fehler (?:gefunden|entdeckt|melden|im artikel)|^(?:artikel|beitrag|seite|text) (?:drucken|teilen|versenden|merken|vorlesen|anhören|als pdf|empfehlen)|^(?:drucken|teilen|merken|versenden|kopieren|vorlesen|speichern|nach oben|zurück|zur startseite|startseite|anhören|facebook|twitter|whatsapp|e-mail|email|pocket|xing|linkedin|telegram|link kopieren|feedback|impressum|datenschutz|kontakt|agb)$",
    r"^(?:auf |per )?(?:facebook|twitter|whatsapp|x|e-mail|telegram) teilen|(?:\d+ )(?:min\.?|minuten?) (?:lesezeit|lesedauer)|^lese(?:zeit|dauer):?|externer inhalt|privatsphäre-einstellungen|datenschutz-?einstellungen|^(?:an dieser stelle|hier) (?:finden sie|befindet sich) (?:einen )?(?:externen|inhalt)|bitte markieren sie|links lesen, rechts|^audio:|^video:|^stand: ?\d",
    r"(?:muss|müssen|geben|gibt|spiegeln|spiegelt) nicht (?:unbedingt |zwingend |notwendigerweise |zwangsläufig )?(?:die|der) (?:sichtweise|meinung|ansicht|auffassung|position|standpunkt)|nicht (?:unbedingt |zwingend )?(?:die|der) (?:meinung|ansicht|sichtweise) der redaktion|breites meinungsspektrum",
    r"(?:sign up|subscribe|register) (?:for|to) (?:our|the|a|your) .{0,40}(?:newsletter|channel|emails?|briefing|podcast|alerts)|^(?:follow|like|find|join) us\b|our (?:free )?(?:daily |weekly |morning )?newsletter|^newsletters?$|^(?:share|print|email|save|copy link|listen|back to top|tweet|bookmark|advertisement)(?: this)?(?: (?:article|story|page))?$|\d+ min(?:ute)?s? read\b|^(?:download|get) (?:our|the) app|views expressed (?:in|by|here)|do(?:es)? not (?:necessarily )?(?:reflect|represent) the (?:views?|opinions?|position)|^click here to|spotted an error|support our (?:work|journalism)|^we use cookies",
    r"(?:inscrivez-vous|abonnez-vous|inscription) à (?:notre|la|nos) .{0,30}(?:newsletter|lettre|chaîne)|^(?:suivez|rejoignez|retrouvez)[- ]nous|^(?:partager|imprimer|envoyer|copier le lien|écouter|enregistrer|haut de page)(?: (?:l'article|cet article|sur .{0,20}))?$|temps de lecture|\d+ min(?:utes)? de lecture|n'engage(?:nt)? que (?:leur|son|l')|(?:opinions|propos) exprimées?.{0,60}(?:auteur|rédaction)|recevez (?:notre|nos|chaque)|téléchargez (?:notre|l')|signaler une (?:erreur|faute)|soutenez(?:-nous| notre| l)|faites un don",
    r"подпи(?:сывайтесь|шитесь|саться) на|^(?:поделиться|распечатать|скопировать ссылку|сохранить|наверх|твитнуть)|(?:нашли|заметили|увидели) (?:ошибку|опечатку)|ctrl ?\+ ?enter|время чтения|наш(?:ем|его)? (?:telegram|телеграм|канал)|(?:читайте|следите|присоединяйтесь).{0,30}(?:telegram|телеграм|в соцсетях|дзен)|мнение (?:автора|редакции).{0,40}(?:не )?(?:совпада|отража)|поддержите (?:нас|редакцию|проект|наш)|скачайте приложение|мы в соцсетях|использует (?:файлы )?cookie",
    r"підпи(?:суйтесь|суйтеся|шіться|сатися|шись) на|^(?:поділитися|поширити|роздрукувати|скопіювати посилання|зберегти|нагору)|(?:знайшли|помітили|побачили) (?:помилку|неточність)|час читання|наш(?:ому|ого)? (?:telegram|телеграм|канал)|(?:читайте|стежте|приєднуйтесь|долучайтесь).{0,30}(?:telegram|телеграм|у соцмережах)|думка (?:автора|редакції).{0,40}(?:не )?(?:збіга|відобража)|підтримайте (?:нас|редакцію|проєкт|проект|наш)|завантажте застосунок|ми в соцмережах|використовує (?:файли )?cookie",
)
APPEAL_CUES = (
    # who speaks of themselves
    re.compile(r"\b(?:unser(?:e|en|er|em|es)? (?:arbeit|artikel|website|seite|webseite|journalismus|redaktion|kan[aä]l\w*|newsletter|app|beiträge|berichterstattung|angebot|leser\w*|accounts|team)|our (?:work|journalism|newsletter|channel|website|reporting|readers|articles|team|newsroom|coverage|accounts)|not(?:re|s) (?:travail|journalisme|rédaction|chaîne|site|articles?|équipe|lecteurs|média|comptes)|(?:наш(?:а|у|и|ей|его|ему|их|ими|им)?|наше) (?:работ\w+|журналист\w+|редакци\w+|канал\w*|сайт\w*|издани\w+|читател\w+|материал\w*|стать\w+|аккаунт\w*|команд\w+)|(?:наш(?:а|у|і|ої|ого|ому|их|ими|им)?|наше) (?:робот\w+|журналіст\w+|редакці\w+|канал\w*|сайт\w*|видання\w*|читач\w+|матеріал\w*|статт\w+|акаунт\w*|команд\w+))"),
    # what the reader shall do
    re.compile(r"unterstütz|spende|abonnier|folg(?:en sie|t uns|e uns)|teilt sie|teilen sie|gern überall|weiter ?sagen|registrier|bitten wir (?:euch|sie)|helfen sie|support (?:us|our|independent)|donat|subscribe|follow us|share (?:it|this|them)|contribut|become a member|sign up|soutene|faites un don|abonnez|partagez|suivez|adhérez|поддерж|подпи(?:ш|сыв)|пожертв|поделитесь|делитесь|донат|помогите|підтрим|підпи(?:ш|су)|пожертв|поділіться|поширюйте|донат|допоможіть"),
    # where
    re.compile(r"sozialen? (?:medien|netzwerken)|telegram|whatsapp|facebook|paypal|iban|spendenkonto|app store|google play|youtube|social media|patreon|crowdfunding|réseaux sociaux|tipeee|соцсет|телеграм|соцмереж|вайбер|viber|boosty|zensur|sperrung|blockiert|censor|blocked|censure|блокир|блоку|unabhängig|independent|indépendant|независим|незалежн"),
    # how they speak to the reader
    re.compile(r"\b(?:euch|ihr wollt|gefallen|liebe leser\w*|liebe\(r\)|vielen dank|danke|bitte|wenn (?:sie|ihr|du)|dear reader|if you|thank you|please|chers? lecteurs?|si vous|merci|s'il vous plaît|дорогие|уважаемые|если вам|если вы|спасибо|пожалуйста|дорогі|шановні|якщо вам|якщо ви|дякуємо|будь ласка)\b"),
)  # fmt: skip
CONSENT = _any(
    r"(?:wir|diese (?:website|seite)|we|this (?:site|website)|ce site|nous|мы|этот сайт|ми|цей сайт).{0,80}(?:cookies|tracking|куки|cookie)|ihre einwilligung|mit werbung weiterlesen|pur-abo|zustimmen und weiter|accept all|alle akzeptieren|tout accepter|принять все|прийняти всі|your privacy choices|enable javascript|javascript (?:aktivieren|is (?:disabled|required))|activer javascript|включите javascript|увімкніть javascript",
)
