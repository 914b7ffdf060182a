"""The language of an article: told where it is sure, and left undetermined where a text is too short or of none."""

from itertools import product

import pytest

from etl.settings import Settings
from etl.sources import Article, Document
from etl.sources.article import READ_BY_RULES
from etl.sources.build import UNDETERMINED, identify_language
from etl.sources.reader import make_article

TEXTS = [
    ("en", "Norway has delivered 54 Leopard 2 tanks to Ghana, the ministry said on Tuesday, and the deal was the first of the two."),
    ("en", "NORWAY HAS DELIVERED 54 TANKS TO GHANA, THE MINISTRY SAID ON TUESDAY, AND THE DEAL WAS THE FIRST WITH THE TWO."),
    ("en", "The company from Kiel said that it had been paid. «Wir liefern im Mai», its head told a paper of the town, and that was all."),
    ("de", "Deutschland hat im vergangenen Jahr 40 Kampfpanzer an die Ukraine geliefert, wie das Ministerium in Berlin mitteilte."),
    ("de", "DEUTSCHLAND HAT IM VERGANGENEN JAHR 40 KAMPFPANZER AN DIE UKRAINE GELIEFERT, WIE DAS MINISTERIUM IN BERLIN MITTEILTE."),
    ("fr", "La France a livré 30 canons Caesar à l'Ukraine, a annoncé mardi le ministère des Armées."),
    ("es", "España ha entregado a Ucrania diez carros de combate, según informó este martes el Ministerio de Defensa en Madrid."),
    ("it", "L'Italia consegna all'Egitto due fregate, ha detto martedì il ministero della Difesa."),
    ("pt", "O Brasil comprou 36 caças Gripen da Suécia, informou o Ministério da Defesa nesta terça-feira."),
    ("nl", "Nederland heeft 24 F-16's aan Oekraïne geleverd, zegt het ministerie van Defensie in Den Haag."),
    ("pl", "Polska zamówiła w Korei Południowej 180 czołgów K2, poinformowało we wtorek ministerstwo obrony."),
    ("sv", "Den svenska regeringen har beslutat att skicka stridsvagnar och ammunition till Ukraina, sade ministern i går."),
    ("ru", "Россия поставила Индии пять систем С-400, сообщило во вторник министерство обороны."),
    ("uk", "Німеччина передала Україні 18 танків Leopard 2, повідомило у вівторок міністерство оборони."),
    ("tr", "Türkiye Ukrayna'ya 12 insansız hava aracı teslim etti, Savunma Bakanlığı salı günü açıkladı."),
    ("ar", "سلمت روسيا الجزائر أربعة عشر طائرة مقاتلة، كما أعلنت وزارة الدفاع يوم الثلاثاء."),
    ("fa", "ایران به روسیه صدها پهپاد تحویل داد، وزارت دفاع روز سه‌شنبه اعلام کرد."),
    ("he", "גרמניה מסרה לישראל צוללת שישית, כך הודיע משרד הביטחון ביום שלישי."),
    ("ja", "米国は日本に巡航ミサイルを売却すると、国防総省が火曜日に発表した。"),
    ("ko", "한국은 폴란드에 K2 전차 180대를 인도했다고 국방부가 화요일 밝혔다."),
    ("zh", "美国国防部周二宣布，已向台湾交付66架F-16战斗机。"),
    ("und", ""),
    ("und", "Leopard 2"),
    ("und", "Norway, Ghana, 54"),
    ("und", "K2 K9 F-16 S-400"),
    ("und", "Norway sold Ghana tanks."),
    ("und", "Poland: 180 K2 tanks (2022)\nNorway: 54 K2 tanks (2023)\nRomania: 54 K9 howitzers"),
    ("und", "https://example.org/a?b=c"),
    ("und", "12.5.2024 14:30 18 24 36"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text"), TEXTS, ids=[text[:30] for _, text in TEXTS])
def test_the_language_of_a_text(language: str, text: str) -> None:
    """Sentences of news are of their language, also in capitals; names, lists and three words are of none."""
    assert identify_language(text) == language


def test_short_english_is_left_to_the_rules() -> None:
    """No sentence of English, however short and whatever names stand in it, is taken for another language."""
    frames = (
        "{a} and {b} sign {s} deal worth $40 million", "{a} to send {s} to {b}, minister says", "{b} to buy {s} from {a}",
        "{a} delivered 12 {s} to {b} in 2019. {b} ordered more in May.",
    )  # fmt: skip
    names = ("Iran", "Norway", "Germany", "Brazil", "Italy", "Indonesia"), ("Ghana", "Chile", "Sudan", "Malaysia"), ("Leopard tanks", "Caesar howitzers", "Bayraktar drones")  # fmt: skip
    texts = [frame.format(a=a, b=b, s=s) for frame in frames for a, b, s in product(*names)]
    assert [text for text in texts if identify_language(text) not in READ_BY_RULES] == []
    assert {identify_language(text) for text in texts} == READ_BY_RULES


def test_the_beginning_of_a_text_tells_its_language() -> None:
    """A quotation at the end of a long article, in whatever language, does not change what it is."""
    english = TEXTS[0][1]
    russian = next(text for language, text in TEXTS if language == "ru")
    assert identify_language(f"{english} {english * 10} {russian * 100}") == "en"
    assert identify_language(russian * 20 + english * 100) == "ru"


@pytest.mark.parametrize(("language", "text"), [TEXTS[0], TEXTS[3], TEXTS[15], ("und", "Norway sold Ghana tanks.")])
def test_an_article_has_the_language_of_its_text(language: str, text: str) -> None:
    """What a document says of its language is not asked, and a headline in another language does not count."""
    fields = {"text": text, "title": "Deal signed in Oslo, ministry says", "language": "en"}
    article = make_article(Document("a.jsonl", 0, fields), Settings())
    assert isinstance(article, Article)
    assert article.language == language
    assert (article.language == UNDETERMINED) is (language == "und")
