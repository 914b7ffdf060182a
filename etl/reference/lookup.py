"""Looks up a name by itself: everything that the tables know under it, the likeliest first, and why."""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from etl.reference.ambiguity import rules
from etl.reference.matcher import default_matcher
from etl.reference.names import case_rule, fold, keeps_case, variants
from etl.reference.tables import ACTOR_TABLES, Entry, category_of, entries

_FORMS = re.compile(
    r"\b(?:inc|ltd|llc|plc|corp|corporation|company|co|group|gmbh|ag|sa|spa|s p a|nv|ab|as|asa|oy|oyj|pjsc|jsc|ojsc|limited|holding|holdings)$"
)
_ARTICLE = re.compile(r"^the ")
_KIND_WORD = re.compile(
    r" (?:class|type|missiles?|rockets?|tanks?|drones?|uavs?|fighters?|jets?|aircraft|helicopters?|howitzers?|rifles?|radars?|systems?|"
    r"submarines?|frigates?|corvettes?|ships?|vehicles?|launchers?|government|army|rebels?|militia|group)$"
)


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
            "country": entry.country or (entry.area[0] if entry.area else None),
            "category": None if entry.table in ACTOR_TABLES else category_of(entry),
        }


@cache
def _index() -> dict[str, list[tuple[str, str, Entry]]]:
    index: dict[str, list[tuple[str, str, Entry]]] = defaultdict(list)
    for entry in entries().values():
        for name, sort in entry.names:
            for form in variants(name):
                index[form].append((name, sort, entry))
    return index


def _forms(name: str) -> list[tuple[str, str]]:
    """The forms under which a name is looked for, with what was done to it."""
    base = " ".join(fold(name).split())
    tried = [(" ".join(fold(form).split()), "as it stands") for form in (name, *variants(name))]
    tried += [(base, "as it stands"), (base.replace(" ", ""), "written together")]
    inside = re.sub(r"\([^)]*\)", " ", name)
    tried.append((" ".join(fold(inside).split()), "without the brackets"))
    tried += [(" ".join(fold(part).split()), "of the brackets") for part in re.findall(r"\(([^)]+)\)", name)]
    for form, _ in list(tried):
        for pattern, reason in (
            (_ARTICLE, "without the article"),
            (_FORMS, "without the legal form"),
            (_KIND_WORD, "without the word for its kind"),
        ):
            shorter = pattern.sub("", form).strip()
            if shorter != form:
                tried.append((shorter, reason))
        for ending in ("s", "es"):
            if form.endswith(ending):
                tried.append((form.removesuffix(ending), "in the singular"))
    return list(dict.fromkeys(item for item in tried if item[0]))


def look_up(name: str) -> list[Found]:
    """Return everything known under a name, the likeliest first; empty where nothing is.

    A name by itself has no words around it, so rules that ask for such words are not applied here.
    """
    known = rules()
    found: dict[str, Found] = {}
    for form, reason in _forms(name):
        hits = _index().get(form, [])
        ranked = sorted(
            hits,
            key=lambda hit: (
                not keeps_case(case_rule(hit[0]), hit[0], name, line_is_upper=False),
                rule.rank if (rule := known.get((fold(hit[0]).strip(), hit[2].id))) else 1,
                hit[2].id,
            ),
        )
        for alias, sort, entry in ranked:
            found.setdefault(entry.id, Found(entry, f"{sort} {alias!r}, {reason}"))
        if found:
            return list(found.values())
    for match in sorted(default_matcher().find(name), key=lambda match: match.start - match.end):
        words = name[match.start : match.end]
        if len(words) * 2 >= len(name.strip()):
            for entry in (match.entry, *match.others):
                found.setdefault(entry.id, Found(entry, f"{words!r} within the name"))
    return list(found.values())
