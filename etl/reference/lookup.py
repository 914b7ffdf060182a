"""Looks up a name by itself: everything that the tables know under it, the likeliest first, and why."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from etl.reference.ambiguity import rules
from etl.reference.matcher import Match, default_matcher
from etl.reference.names import case_rule, fold, keeps_case, variants
from etl.reference.tables import ACTOR_TABLES, Entry, category_of, entries

_FORMS = re.compile(
    r" (?:inc|ltd|llc|plc|corp|corporation|company|co|group|gmbh|ag|se|kg|sa|sas|spa|s p a|srl|nv|bv|ab|as|asa|oy|oyj|"
    r"a s|d o o|doo|pjsc|jsc|ojsc|pvt|limited|holding|holdings|international|industries)$"
)
_ARTICLE = re.compile(r"^the ")
_KIND_WORD = re.compile(
    r" (?:class|type|family|series|programme|program|variant|missiles?|rockets?|tanks?|drones?|uavs?|jets?|systems?|vehicles?|"
    r"[468]x[468]|government|army)$"
)
_GROUP_WORD = re.compile(
    r" (?:rebels?|militants?|insurgents?|guerrillas?|separatists?|fighters?|militias?|militiamen|mercenaries|terrorists?|"
    r"paramilitar(?:y|ies)|group|movement|cartel|gang|forces)$"
)
_NO_STATE = "without the word for an armed group"
_PUBLIC_BODY = re.compile(
    r"(?:s|the|of|for|and|national|royal|imperial|federal|republic|ministry|minister|department|defen[cs]e|military|"
    r"armed|forces?|army|navy|naval|air|space|aerospace|ground|land|marines?|corps|coast|border|guards?|police|gendarmerie|"
    r"government|authorities|general|staff|parliament|president|presidency|intelligence|service|special|operations|"
    r"transitional|interim|junta|regime|troops|security|soldiers|procurement|agency|administration|council)"
)
_MEANS_ELSE = re.compile(
    r"\b(?!Mk|MK)[A-Z]{1,4}-?\d|\b(?:Robotics|Systems|Technolog|Dynamics|Industries|Aerospace|Defen[cs]e)"
)
"""What, left over beside a designation, tells that something else is meant: `T-5` beside `Eagle`, a firm's name."""

_STATES = frozenset({"states", "leaders"})
_BROAD = _STATES | {"vocabulary"}
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
_SHORT = 4
_CLOSENESS = 0.9
_CLOSE_LENGTH = 8
_MOST_MORE_WORDS = 2

Index = dict[str, list[tuple[str, str, Entry]]]
"""A form of names -> each name that has it, its sort, and whose it is."""


@dataclass(frozen=True)
class Found:
    """One entry known under a name.

    Attributes:
        reason: how the name led to it, in words.
    """

    entry: Entry
    reason: str

    def row(self) -> dict[str, str | None]:
        """Return table, id, name, country (ISO 3166-1 alpha-3) and category."""
        entry = self.entry
        return {
            "table": entry.table,
            "id": entry.id,
            "name": entry.name,
            "country": _state_of_today(entry.country or (entry.area[0] if entry.area else None)),
            "category": None if entry.table in ACTOR_TABLES else category_of(entry),
        }


def _state_of_today(country: str | None) -> str | None:
    """The state itself, or the successor of one that is gone."""
    return entries()[country].country if country else None


def _plain(name: str) -> str:
    return " ".join(fold(name).split())


def _together(form: str) -> str:
    """Without the breaks: `Asa'ib Ahl` and `Asaib-Ahl` are one."""
    return form.replace(" ", "")


def _in_any_order(form: str) -> str:
    return " ".join(sorted(form.split()))


def _in_digits(form: str) -> str:
    """With Roman numbers as digits: `Shahpar II` and `Shahpar-2` are one."""
    return "".join(_ROMAN.get(word, word) for word in form.split())


def _without_legal_form(form: str) -> str:
    return _FORMS.sub("", _FORMS.sub("", form))


_LOOSE = (
    (_together, "but for blanks and marks"),
    (_in_digits, "but for the way to write its number"),
    (_without_legal_form, "but for the legal form"),
    (_in_any_order, "in another order"),
)
"""Ways to see two names as one, the closest first, and how to tell them."""


def _index_by(forms: Callable[[str], Iterable[str]]) -> Index:
    index: Index = defaultdict(list)
    for entry in entries().values():
        for name, sort in entry.names:
            for form in forms(name):
                index[form].append((name, sort, entry))
    return dict(index)


@cache
def _index() -> Index:
    return _index_by(lambda name: dict.fromkeys(" ".join(form.split()) for form in variants(name)))


@cache
def _loose_index(way: Callable[[str], str]) -> Index:
    """All names in a form that makes several spellings one."""
    return _index_by(lambda name: [way(_plain(name))])


@cache
def _nouns() -> dict[str, str]:
    """The words for kinds of equipment, also in the plural (`frigates`, `air defence system`), with their category."""
    nouns = {
        form: category_of(entry)
        for entry in entries().values()
        if entry.table == "vocabulary"
        for name, _ in entry.names
        for form in variants(name)
    }
    return {f"{noun}s": category for noun, category in nouns.items()} | nouns


def _without_noun(form: str) -> str:
    """Without the longest word for a kind of equipment at its end."""
    noun = _noun_of(form)
    return form.removesuffix(noun).strip() if noun else form


def _noun_of(form: str) -> str | None:
    """The longest word for a kind of equipment at the end of a name of several words."""
    words = form.split()
    return next((noun for at in range(1, len(words)) if (noun := " ".join(words[at:])) in _nouns()), None)


@cache
def _longer_names() -> Index:
    """The beginnings and ends of names, each with the names of at most so many words more."""

    def parts(name: str) -> Iterator[str]:
        words = _plain(name).split()
        for more in range(1, min(_MOST_MORE_WORDS, len(words) - 1) + 1):
            yield " ".join(words[:-more])
            yield " ".join(words[more:])

    return _index_by(parts)


def _forms(name: str) -> list[tuple[str, str]]:
    """The forms under which a name is looked for, with what was done to it."""
    base = _plain(name)
    tried = [(_plain(form), "as it stands") for form in (name, *variants(name))]
    tried += [(base, "as it stands"), (_together(base), "written together")]
    tried.append((_plain(re.sub(r"\([^)]*\)", " ", name)), "without the brackets"))
    tried += [(_plain(part), "of the brackets") for part in re.findall(r"\(([^)]+)\)", name)]
    if name[-1:].islower():
        tried += [
            (form.removesuffix(ending), "in the singular")
            for form, _ in list(tried)
            for ending in ("s", "es")
            if form.endswith(ending)
        ]
    for form, _ in tried:  # grows: what is left of one form is tried in its turn
        for shorter, reason in (
            (_ARTICLE.sub("", form), "without the article"),
            (_FORMS.sub("", form), "without the legal form"),
            (_KIND_WORD.sub("", form), "without the word for its kind"),
            (_GROUP_WORD.sub("", form), _NO_STATE),
            (_without_noun(form), "without the word for its kind"),
        ):
            if shorter not in dict(tried):
                tried.append((shorter, reason))
    return list(dict.fromkeys(item for item in tried if item[0]))


def _lacks_words(name: str, alias: str, entry: Entry) -> int:
    """2 where the alias needs words around it that are not in the name, 0 where they are, 1 where it needs none."""
    rule = rules().get((fold(alias).strip(), entry.id))
    if not rule or not rule.requires:
        return 1
    words = set(fold(name).split()) - set(fold(alias).split())
    return 0 if words & {part for required in rule.requires for part in (required, f"{required}s")} else 2


def _order(name: str, alias: str, entry: Entry) -> tuple[bool, int, bool, bool, int, bool, str]:
    """Sorts what is known under a name: right capitals, the words needed around it, the very spelling, then rank."""
    rule = rules().get((fold(alias).strip(), entry.id))
    lacks = _lacks_words(name, alias, entry)
    return (
        not keeps_case(case_rule(alias), alias, name, line_is_upper=False),
        min(lacks, 1),
        alias != name,
        lacks > 1,
        rule.rank if rule else 1,
        fold(alias) != fold(entry.name),
        entry.id,
    )


def _whole(name: str) -> Iterator[Found]:
    """Entries of that very name, in the first form of it that any has; then in the first way of seeing names as one."""
    for form, reason in _forms(name):
        hits = _index().get(form, [])
        if reason == _NO_STATE:
            hits = [hit for hit in hits if hit[2].table not in _STATES]
        if hits:
            yield from _sorted(name, hits, reason)
            return
    for way, reason in _LOOSE:
        for form, _ in _forms(name):
            if alike := _loose_index(way).get(way(form)):
                yield from _sorted(name, alike, reason)
                return


def _sorted(name: str, hits: list[tuple[str, str, Entry]], reason: str) -> Iterator[Found]:
    for alias, sort, entry in sorted(hits, key=lambda hit: _order(name, hit[0], hit[2])):
        yield Found(entry, f"{sort} {alias!r}, {reason}")


def _weight(match: Match) -> tuple[int, int]:
    """Sorts names within a name: designations, groups and makers, states, nouns; the longer first."""
    if match.entry.specificity == "designation":
        sort = 0
    elif match.entry.is_actor:
        sort = 2 if match.entry.table in _STATES else 1
    else:
        sort = 3
    return sort, match.start - match.end


def _body(name: str) -> Iterator[Found]:
    """States of which this is a ministry, a force or another public body."""
    for match in default_matcher().find(name):
        rest = fold(name[: match.start] + " " + name[match.end :]).split()
        if match.entry.table in _STATES and rest and all(map(_PUBLIC_BODY.fullmatch, rest)):
            for entry in (match.entry, *match.others):
                yield Found(entry, "a public body of the state")


def _held(name: str) -> Iterator[Found]:
    """Entries whose names are a good part of this one: half of it, all but nouns, a designation with a number, a
    maker's branch."""
    matches = sorted(default_matcher().find(name), key=_weight)
    nouns, others = set[str](), set[str]()
    for match in matches:
        if match.entry.specificity != "designation":
            others.update(fold(name[match.start : match.end]).split())
        if match.entry.table == "vocabulary":
            nouns.update(fold(name[match.start : match.end]).split())
    for match in matches:
        words = name[match.start : match.end]
        left_over = f"{name[: match.start]} {name[match.end :]}"
        rest = fold(left_over).split()
        if (
            (len(words) * 2 >= len(name.strip()) and not _MEANS_ELSE.search(left_over))
            or (match.entry.specificity == "designation" and others.issuperset(rest))
            or (match.entry.is_actor and nouns.issuperset(rest))
            or (match.entry.specificity == "designation" and any(map(str.isdigit, words)) and len(words) >= _SHORT - 1)
            or (match.entry.table == "makers" and match.start == 0 and len(words) > _SHORT)
        ):
            for entry in (match.entry, *match.others):
                yield Found(entry, f"{words!r} within the name")


def _within(name: str) -> Iterator[Found]:
    """Actors and designations whose names are a good part of this one."""
    return (found for found in _held(name) if found.entry.table not in _BROAD)


def _ends(name: str) -> Iterator[Found]:
    """Actors and designations whose names begin or end this one, the longest first."""
    words = name.replace("-based ", " ").replace("'s ", " ").split()
    for length in range(len(words) - 1, 0, -1):
        first, last = " ".join(words[:length]), " ".join(words[-length:])
        hits = [(first, hit) for hit in _named(first) if hit[2].is_actor or not _MEANS_ELSE.search(name, len(first))]
        hits += [(last, hit) for hit in _named(last) if hit[2].is_actor or _lacks_words(name, hit[0], hit[2]) <= 1]
        for part, (alias, sort, entry) in sorted(hits, key=lambda hit: _end_order(name, *hit[1])):
            yield Found(entry, f"{sort} {alias!r}, {part!r} within the name")
        if hits:
            return


def _end_order(name: str, alias: str, _: str, entry: Entry) -> tuple[bool, bool]:
    """Sorts what begins or ends a name: designations first, then what the other words of the name ask for."""
    return entry.specificity != "designation", _lacks_words(name, alias, entry) > 0


def _named(name: str) -> list[tuple[str, str, Entry]]:
    """Actors and designations that have this very name, best first; none for a word too short to tell."""
    if len(name) < _SHORT and not (len(name) == _SHORT - 1 and name.isupper()) and not any(map(str.isdigit, name)):
        return []
    name = name.rstrip(",")
    hits = [
        hit
        for form in (*variants(name), *variants(name.removesuffix("s")))
        for hit in _index().get(form, [])
        if hit[2].table not in _BROAD and keeps_case(case_rule(hit[0]), hit[0], name, line_is_upper=False)
    ]
    return sorted(hits, key=lambda hit: _order(name, hit[0], hit[2]))


def _broad(name: str) -> Iterator[Found]:
    """States and kinds of equipment whose names are a good part of this one."""
    return (found for found in _held(name) if found.entry.table in _BROAD)


def _part(name: str) -> Iterator[Found]:
    """Entries of whose names this one is the beginning or the end: actors first, then those that only a noun is added
    to, then those with the fewest words more."""
    for form, _ in _forms(name):
        if len(form) < _SHORT and form.isalpha():
            continue
        hits = []
        for alias, sort, entry in _longer_names().get(form, []):
            more = _plain(alias).removeprefix(form).removesuffix(form).strip()
            order = (not entry.is_actor, more not in _nouns(), len(more.split()), fold(alias) != fold(entry.name))
            hits.append((order, entry.id, Found(entry, f"part of the {sort} {alias!r}")))
        if hits:
            yield from (found for *_, found in sorted(hits, key=lambda hit: hit[:2]))
            return


def _close(name: str) -> Iterator[Found]:
    """Entries of a name without digits that is spelt almost as this one."""
    form = _plain(name)
    if len(form) < _CLOSE_LENGTH or any(map(str.isdigit, form)):
        return
    for close in get_close_matches(form, [known for known in _index() if known[0] == form[0]], 3, _CLOSENESS):
        yield from _sorted(name, _index()[close], "spelt almost so")


def look_up(name: str) -> list[Found]:
    """Return everything known under a name, the likeliest first; empty where nothing is.

    A name by itself has no words around it: what would need them comes after what would not. Where no entry has the
    name, those are given whose names hold it, are held in it, or are spelt almost so; the reason tells which.
    """
    for way in (_whole, _body, _within, _part, _close, _ends, _broad):
        found: dict[str, Found] = {}
        for item in way(name):
            found.setdefault(item.entry.id, item)
        if found:
            told = _nouns().get(_noun_of(_plain(name)) or "")
            return sorted(found.values(), key=lambda item: told is not None and item.row()["category"] != told)
    return []
