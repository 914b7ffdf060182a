"""Articles with what a language model tells of them, and a model that tells just that of what it is sent."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.answer import CLAIM_FIELDS
from tests.conftest import Run, run_pipeline
from tests.llm_server import Answer, Endpoint, chat

TABLES = ("articles", "texts", "mentions", "events", "transfers", "transfer_events", "conflicts", "quarantine")
WINDOW, OVERLAP = 500, 125
"""Characters of a piece, and of what stands in two."""
Claim = Mapping[str, str | None]


@dataclass(frozen=True)
class Told:
    """An article, and what the model tells of it.

    Attributes:
        ids: supplier, recipient and equipment of its event, as the tables should have them.
    """

    id: str
    text: str
    claims: tuple[Claim, ...] = ()
    ids: tuple[str, ...] = ()

    def line(self) -> str:
        """The article as a line of JSON."""
        told = {"id": self.id, "title": f"Report {self.id}", "date": "2024-01-04", "text": self.text}
        return json.dumps(told, ensure_ascii=False)


def claim(evidence: str, words: str, status: str = "delivered", **more: str) -> Claim:
    """A claim of the form.

    Args:
        evidence: its sentence.
        words: trigger, supplier, recipient, equipment and number, parted by bars; what is left out is not told.
        status: its status.
        more: other fields.
    """
    names = ("trigger", "supplier_text", "recipient_text", "system_text", "quantity_text")
    quotes = {name: word.strip() or None for name, word in zip(names, words.split("|"), strict=False)}
    codes = {"status": status, "assertion": "reported", "transfer_type": "unknown"}
    return dict.fromkeys(CLAIM_FIELDS) | {"evidence": evidence} | quotes | codes | more


def _foreign(language: str, text: str, words: str, ids: str, status: str = "delivered") -> Told:
    return Told(language, text, (claim(text, words, status),), tuple(ids.split()))


TANKS = "Norway has delivered 54 Leopard 2 tanks to Ghana, the ministry in Oslo said on Tuesday."
FRIGATES = "Two Norwegian frigates now fly the flag of Ghana, the paper of the town said on Tuesday."
JETS = "Poland has ordered 180 K2 tanks from South Korea, the ministry in Warsaw said on Tuesday."
MISSILES = "Russia sold S-400 systems to Turkey in 2017, and the ministry said that they have been paid for."
LEASE = "Sweden will lease 14 Gripen jets to Hungary, the ministry in Stockholm has said of the deal."
LATE = "Spain has delivered 12 NH90 helicopters to Chile, the ministry in Madrid has said."
FILLER = "Nothing more was said of it by the two in that week. "
ENGLISH = (
    Told("tanks", f"{TANKS} Nothing more was said of it that week.", (claim(TANKS, "delivered | Norway | Ghana | Leopard 2 tanks | 54"),)),
    Told("frigates", f"{FRIGATES} Nothing more was said of it that week.", (claim(FRIGATES, "fly | Norwegian | Ghana | frigates | Two"),)),
    Told("jets", f"{JETS} Nothing more was said of it that week."),
    Told("missiles", f"{MISSILES} Nothing more was said of it that week.", (claim(MISSILES, "sold | Russia | Turkey | S-400 systems"),)),
    Told(
        "long", f"{FILLER * 7}{LEASE} {FILLER * 4}{LATE} {FILLER}",
        (claim(LEASE, "lease | Sweden | Hungary | Gripen jets | 14", "pledged"), claim(LATE, "delivered | Spain | Chile | NH90 helicopters | 12")),
    ),
    Told("rain", "It has rained in Oslo since Tuesday, and the farmers said to the ministry that the harvest was poor."),
    Told("short", "Norway sold Ghana tanks."),
)  # fmt: skip
"""In English: one that both read alike, one that the model alone reads, one that the rules alone read, one of which each tells another
status, one of two pieces, one without arms, and one too short to tell its language."""

FOREIGN = (
    _foreign("de", "Deutschland hat im vergangenen Jahr 18 Kampfpanzer vom Typ Leopard 2A6 an die Ukraine geliefert, wie das Verteidigungsministerium mitteilte.",
             "geliefert | Deutschland | die Ukraine | Kampfpanzer vom Typ Leopard 2A6 | 18", "DEU UKR sys:leopard_2a6"),
    _foreign("fr", "La France a livré 30 canons Caesar à l'Ukraine, a annoncé mardi le ministère des Armées.",
             "livré | La France | l'Ukraine | canons Caesar | 30", "FRA UKR sys:caesar"),
    _foreign("es", "España ha entregado a Ucrania 10 carros de combate Leopard 2A4, según informó este martes el Ministerio de Defensa.",
             "entregado | España | Ucrania | carros de combate Leopard 2A4 | 10", "ESP UKR sys:leopard_2a4"),
    _foreign("it", "L'Italia ha consegnato all'Egitto due fregate, ha detto martedì il ministero della Difesa.",
             "consegnato | Italia | Egitto | fregate | due", "ITA EGY term:frigate"),
    _foreign("pt", "O Brasil comprou 36 caças Gripen da Suécia, informou o Ministério da Defesa nesta terça-feira.",
             "comprou | Suécia | O Brasil | caças Gripen | 36", "SWE BRA sys:gripen", "ordered"),
    _foreign("nl", "Nederland heeft 24 F-16's aan Oekraïne geleverd, zegt het ministerie van Defensie in Den Haag.",
             "geleverd | Nederland | Oekraïne | F-16 | 24", "NLD UKR sys:f_16"),
    _foreign("pl", "Polska zamówiła w Korei Południowej 180 czołgów K2, poinformowało we wtorek ministerstwo obrony.",
             "zamówiła | Korei Południowej | Polska | czołgów K2 | 180", "KOR POL sys:k2", "ordered"),
    _foreign("ru", "Россия поставила Индии пять систем С-400, сообщило во вторник министерство обороны.",
             "поставила | Россия | Индии | систем С-400 | пять", "RUS IND sys:s_400"),
    _foreign("uk", "Німеччина передала Україні 18 танків Leopard 2, повідомило у вівторок міністерство оборони.",
             "передала | Німеччина | Україні | танків Leopard 2 | 18", "DEU UKR sys:leopard_2"),
    _foreign("tr", "Türkiye Ukrayna'ya 12 Bayraktar TB2 teslim etti, Savunma Bakanlığı salı günü açıkladı.",
             "teslim etti | Türkiye | Ukrayna | Bayraktar TB2 | 12", "TUR UKR sys:bayraktar_tb2"),
    _foreign("ar", "سلمت روسيا الجزائر أربع عشرة طائرة مقاتلة، كما أعلنت وزارة الدفاع يوم الثلاثاء.",
             "سلمت | روسيا | الجزائر | طائرة مقاتلة", "RUS DZA term:fighter_jet"),
    _foreign("fa", "ایران به روسیه صدها پهپاد تحویل داد، وزارت دفاع روز سه‌شنبه اعلام کرد.",
             "تحویل داد | ایران | روسیه | پهپاد", "IRN RUS term:unmanned_aerial_vehicle"),
    _foreign("he", "גרמניה מסרה לישראל צוללת שישית, כך הודיע משרד הביטחון ביום שלישי.",
             "מסרה | גרמניה | לישראל | צוללת", "DEU ISR term:submarine"),
    _foreign("ja", "米国は日本に巡航ミサイルを売却すると、国防総省が火曜日に発表した。",
             "売却する | 米国 | 日本 | 巡航ミサイル", "USA JPN term:cruise_missile", "approved"),
    _foreign("ko", "한국은 폴란드에 K2 전차 180대를 인도했다고 국방부가 화요일 밝혔다.",
             "인도했다 | 한국 | 폴란드 | K2 전차 | 180", "KOR POL sys:k2"),
    _foreign("zh", "美国国防部周二宣布，已向台湾交付66架F-16战斗机。",
             "交付 | 美国 | 台湾 | F-16战斗机 | 66", "USA TWN sys:f_16"),
)  # fmt: skip
"""One article for each of these languages, whose code is its id."""
ALL = (*ENGLISH, *FOREIGN)
BY_ID = {article.id: article for article in ALL}


def sent_text(body: Mapping[str, Any]) -> str:
    """The piece of an article that a request holds."""
    content: str = body["messages"][1]["content"]
    return content.partition("<text>\n")[2].removesuffix("\n</text>")


def model(_: int, body: dict[str, Any]) -> Answer:
    """What the model answers: the claims whose sentences stand in the piece."""
    told = [one for article in ALL for one in article.claims if str(one["evidence"]) in sent_text(body)]
    return chat(json.dumps({"events": told}, ensure_ascii=False))


def asked_about(server: Endpoint, since: int = 0) -> list[str]:
    """The ids of the articles of which a server was sent a piece, in the order of the alphabet, an id for each piece."""
    return sorted(article.id for body in server.bodies[since:] for article in ALL if sent_text(body) in article.text)


def write(folder: Path, articles: Iterable[Told]) -> Path:
    """Write articles to a folder, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "all.jsonl").write_text("\n".join(article.line() for article in articles), encoding="utf-8")
    return folder


def settings_for(at: str | None, answers: Path, **more: Any) -> dict[str, Any]:
    """Settings of a run that asks a server."""
    told = {
        "extractor": "rules+llm", "llm_model": "m-1", "llm_answers": answers, "llm_retries": 0,
        "llm_window_chars": WINDOW, "llm_overlap_chars": OVERLAP, "llm_base_url": at,
    }  # fmt: skip
    return told | more


def run(folder: Path, at: str | None, *, out: str = "out", answers: str = "answers.sqlite", **more: Any) -> Run:
    """Run over the folder `in` of a folder."""
    return run_pipeline(folder / "in", folder / out, settings=settings_for(at, folder / answers, **more))


def tables_of(made: Run) -> dict[str, bytes]:
    """The bytes of all tables of a run."""
    return {name: (made.folder / f"{name}.parquet").read_bytes() for name in TABLES}


def record_of(made: Run) -> dict[str, Any]:
    """What the record of a run holds."""
    told: dict[str, Any] = json.loads((made.folder / "run.json").read_text(encoding="utf-8"))
    return told


def events_of(made: Run) -> dict[tuple[str, str], dict[str, Any]]:
    """The events of a run by article and status."""
    rows: list[dict[str, Any]] = made.table("events").to_dict("records")  # type: ignore[assignment]
    found = {(row["source_id"], row["status"]): row for row in rows}
    assert len(found) == len(rows)
    return found


def reasons(made: Run) -> dict[str, list[str]]:
    """The reasons of quarantine by article."""
    table = made.table("quarantine")
    return {str(name): sorted(rows["reason_code"]) for name, rows in table.groupby("source_id")}
