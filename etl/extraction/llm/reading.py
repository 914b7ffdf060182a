"""The answers of a model about an article -> mentions, each grounded: what the article does not say is put aside with its reason.

What a model may tell is where something stands and which code it takes it for. That the words stand there is checked; who and what they
name, when and how many is read from them by the code that reads them for the rules; and where the grammar reads the opposite in the
same words, the claim falls.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from etl.extraction.grounding import Grounds
from etl.extraction.llm.answer import Claimed, read_answer
from etl.extraction.llm.asked import Asked
from etl.extraction.llm.contradiction import contradiction, party_id
from etl.extraction.llm.instructions import instructions
from etl.extraction.llm.names import Names, named_in
from etl.extraction.llm.reply import Reply
from etl.extraction.protocol import Aside, Mention, Party, Span, System
from etl.sources import Article

NAME, RULE = "llm", "model"
_LONGEST_EVIDENCE = 1000
"""Characters of evidence; what is longer proves nothing."""
_BEFORE, _AFTER, _LEAD = 1500, 300, 1000
"""Characters before and after the evidence, and at the beginning of the text, in which a party may be named, as it often is not in the sentence itself."""
_PARAGRAPHS = re.compile(r"(?:\n|[.!?。！？؟…][\"'”’»）)]*)[^\S\n]*\n")
"""Where a paragraph ends: at a blank line, and at a line that ends with a sentence, as those of a web page do."""


@dataclass
class Read:
    """What the answers about an article gave."""

    mentions: list[Mention] = field(default_factory=list)
    aside: list[Aside] = field(default_factory=list)
    asked: Asked = field(default_factory=Asked)


class _UnfitClaimError(Exception):
    """A claim is not to be used: reason, words, and the stage that found it."""

    def __init__(self, reason: str, told: str, stage: str = "extract") -> None:
        super().__init__(told)
        self.reason, self.stage = reason, stage


def read_replies(
    article: Article,
    replies: Sequence[Reply | None],
    *,
    version: str,
    confidence: float,
    by_rules: Sequence[Mention],
) -> Read:
    """Return what the answers about an article give.

    Args:
        article: the article.
        replies: the answers to its requests, in their order; None where there is none.
        version: the model and how it was asked, as the mentions are to tell it.
        confidence: how often an event of the model is right, 0 to 1.
        by_rules: what the grammar reads in the article; empty where it reads none of its language.
    """
    read = Read(asked=Asked(pieces=len(replies)))
    if None in replies:
        told = f"the language model has not answered for {replies.count(None)} of {len(replies)} parts. Run again; answers that came are kept."
        read.aside.append(Aside("extract", "no_answer", told, article.text))
    barred, title = instructions(article.text), article.title or ""
    for start, end in barred:
        told = f"characters {start} to {end} tell a language model what to do: not sent, and no evidence. See whether the article is genuine."
        read.aside.append(Aside("extract", "instructs_model", told, article.text[start:end]))
    for start, end in instructions(title):
        told = f"characters {start} to {end} of the headline tell a language model what to do: no party is taken from them. See whether the article is genuine."
        read.aside.append(Aside("extract", "instructs_model", told, title[start:end]))
    grounded = _Grounded(article, barred, version, confidence, by_rules)
    for reply in replies:
        if reply is not None:
            _read_reply(reply, grounded, read)
    read.mentions = sorted(
        dict.fromkeys(read.mentions),
        key=lambda mention: (mention.quote, mention.trigger, mention.system.span, mention.status),
    )
    return read


def _read_reply(reply: Reply, grounded: "_Grounded", read: Read) -> None:
    """Add what one answer gives."""
    asked = read.asked
    asked.answered += 1
    for name in ("calls", "tokens_in", "tokens_out", "milliseconds"):
        setattr(asked, name, getattr(asked, name) + getattr(reply, name))
    if reply.ending == "refused":
        asked.refused += 1
        read.aside.append(
            Aside(
                "extract",
                "refused_answer",
                "the language model refused to answer. Read the article yourself.",
                reply.text,
            )
        )
        return
    asked.cut += reply.ending == "cut"
    claims, faults = read_answer(reply)
    asked.invalid += len(faults)
    read.aside += [
        Aside("extract", "invalid_answer", f"{fault}. Another model may do better.", reply.text) for fault in faults
    ]
    for claim in claims:
        asked.claims += 1
        try:
            read.mentions.append(grounded.mention(claim))
            read.aside += [
                Aside("extract", "ungrounded", told, str(claim["evidence"])) for told in grounded.left_out(claim)
            ]
            asked.grounded += 1
        except _UnfitClaimError as error:
            told = f"{error}. The claim: {_in_words(claim)}"
            read.aside.append(Aside(error.stage, error.reason, told, str(claim["evidence"])))


def _in_words(claim: Claimed) -> str:
    parts = (
        f"{name.removesuffix('_text')} “{(claim[name] or '')[:80]}”"
        for name in ("supplier_text", "recipient_text", "system_text", "trigger")
    )
    return f"{', '.join(parts)}, {claim['status']}, {claim['assertion']}"


class _Grounded:
    """Makes mentions of the claims about one article."""

    def __init__(
        self, article: Article, barred: Sequence[Span], version: str, confidence: float, by_rules: Sequence[Mention]
    ) -> None:
        self._article, self._version, self._confidence, self._by_rules = article, version, confidence, by_rules
        title = article.title or ""
        self._text, self._title = Grounds(article.text, barred), Grounds(title, instructions(title))
        self._names: tuple[Names, Names] | None = None

    def mention(self, claim: Claimed) -> Mention:
        """Return the mention that a claim gives.

        Raises:
            _UnfitClaimError: it is not grounded, its words name nothing known, or the grammar reads the opposite.
        """
        evidence = self._evidence(claim)
        trigger = self._inside(claim, "trigger", evidence)
        if trigger is None:
            raise _UnfitClaimError("ungrounded", f"the trigger “{claim['trigger']}” does not stand in the evidence")
        system = self._reached(str(claim["system_text"]), evidence)
        if system is None:
            raise _UnfitClaimError(
                "ungrounded", f"the system “{claim['system_text']}” does not stand in or near the evidence"
            )
        parties = [self._party(claim, role, evidence) for role in ("supplier", "recipient")]
        entry = self._known()[0].system(system)
        if entry is None:
            raise _UnfitClaimError(
                "unresolved",
                f"no equipment is known as “{claim['system_text']}”; `etl reference` tells what is",
                "resolve",
            )
        self._check_parties(*parties)
        mention = Mention(
            quote=evidence, trigger=trigger, supplier=parties[0], recipient=parties[1], system=System(entry, system),
            status=str(claim["status"]), assertion=str(claim["assertion"]), transfer_type=str(claim["transfer_type"]),
            confidence=self._confidence, rule_id=RULE, extractor=NAME, extractor_version=self._version,
            attribution=self._inside(claim, "attribution_text", evidence), quantity=self._inside(claim, "quantity_text", evidence),
            value=self._inside(claim, "value_text", evidence), date=self._inside(claim, "date_text", evidence),
        )  # fmt: skip
        if told := contradiction(mention, self._by_rules):
            raise _UnfitClaimError("contradicted", told)
        return mention

    def left_out(self, claim: Claimed) -> Iterator[str]:
        """Tell which further words of a good claim do not stand where it says; the mention goes without them."""
        evidence = self._evidence(claim)
        for name in ("quantity_text", "value_text", "date_text", "attribution_text"):
            if claim[name] and self._inside(claim, name, evidence) is None:
                yield f"the {name.removesuffix('_text')} “{(claim[name] or '')[:80]}” does not stand in the evidence; the event goes without it"

    def _known(self) -> tuple[Names, Names]:
        """The names of text and headline; found once there is a claim whose words stand in the article."""
        if self._names is None:
            self._names = named_in(self._article)
        return self._names

    def _evidence(self, claim: Claimed) -> Span:
        found = self._text.find(str(claim["evidence"]))
        if found is None:
            raise _UnfitClaimError(
                "ungrounded", "the evidence does not stand in the article, or in a paragraph that instructs a model"
            )
        if found.end - found.start > _LONGEST_EVIDENCE:
            raise _UnfitClaimError(
                "ungrounded", f"the evidence has more than {_LONGEST_EVIDENCE} characters and proves nothing"
            )
        if _PARAGRAPHS.search(self._article.text, found.start, found.end):
            raise _UnfitClaimError("ungrounded", "the evidence runs over several paragraphs and proves nothing")
        return found

    def _inside(self, claim: Claimed, name: str, evidence: Span) -> Span | None:
        words = claim[name]
        return self._placed(words, evidence) if words else None

    def _placed(self, words: str, within: Span, near: int | None = None) -> Span | None:
        """Where words stand in a stretch of the text; None where they stand elsewhere alone, and for mere marks."""
        if not any(map(str.isalnum, words)):
            return None
        found = self._text.find(words, within=within, near=near)
        return found if found and within.start <= found.start and found.end <= within.end else None

    def _reached(self, words: str, evidence: Span) -> Span | None:
        """Where words stand in the evidence, else near it, else in the lead."""
        near = Span(max(0, evidence.start - _BEFORE), evidence.end + _AFTER)
        for within in (evidence, near, Span(0, _LEAD)):
            found = self._placed(words, within, near=evidence.start)
            if found is not None:
                return found
        return None

    def _party(self, claim: Claimed, role: str, evidence: Span) -> Party:
        words = claim[f"{role}_text"]
        if not words:
            return Party(None, None, "none")
        found = self._reached(words, evidence)
        if found is not None:
            link = "sentence" if evidence.start <= found.start < evidence.end else "previous"
            return Party(self._known()[0].party(found), found, link)
        titled = self._title.find(words)
        if titled is not None:
            return Party(self._known()[1].party(titled), None, "title")
        raise _UnfitClaimError(
            "ungrounded", f"the {role} “{words}” does not stand in the evidence, near it, or in the headline"
        )

    def _check_parties(self, supplier: Party, recipient: Party) -> None:
        first, second = party_id(supplier), party_id(recipient)
        if first == second == "unknown":
            raise _UnfitClaimError(
                "unresolved",
                "neither party is known to the reference tables; `etl reference NAME` looks one up",
                "resolve",
            )
        if first == second:
            raise _UnfitClaimError("unresolved", f"supplier and recipient are both {first}", "resolve")
