"""The other pictures of the overview: years, systems, categories, disputes, outlets."""

from collections import Counter
from collections.abc import Sequence

from etl.report.data import Row, Tables, event_year, has_own_date
from etl.report.figure import Figure, Linked, label, shape, tip
from etl.report.flows import draw_flows
from etl.report.worldmap import draw_map
from schemas.codes import codes, lookup

_WIDTH = 380
_ROW = 24
_LABEL = 158
_YEARS = 60
"""Years that the picture of the years holds; earlier ones are told below it."""
_UP, _DOWN = 150, 70


def _bars(rows: Sequence[tuple[str, Sequence[tuple[str, int]]]]) -> tuple[str, int]:
    """Rows of bars and their height: the name of each row, and the class and the length of each of its bars."""
    longest = max((value for _, bars in rows for _, value in bars), default=1) or 1
    parts, y = [], 0
    for name, bars in rows:
        thick = 16 if len(bars) == 1 else 9
        height = max(_ROW, len(bars) * (thick + 2) + 8)
        parts.append(label(_LABEL - 8, y + height / 2 + 4, name, "label right", most=20))
        top = y + (height - len(bars) * (thick + 2) + 2) / 2
        for kind, value in bars:
            length = value / longest * (_WIDTH - _LABEL - 44)
            parts.append(shape("rect", tip(f"{name}: {value:,}"), x=_LABEL, y=top, width=max(length, 0.5), height=thick, kind=kind))  # fmt: skip
            small = "label" if thick > 12 else "label small"
            parts.append(label(_LABEL + length + 5, top + thick / 2 + 4, f"{value:,}", small))
            top += thick + 2
        y += height
    return "".join(parts), max(y, _ROW)


def _top(rows: Sequence[Row], name: str, most: int) -> tuple[list[tuple[str, int]], int]:
    """The most frequent values of a column, and how many rows have another."""
    counts = Counter(row[name] for row in rows)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ordered[:most], sum(count for _, count in ordered[most:])


def _simple(name: str, title: str, told: str, head: str, top: list[tuple[str, int]], note: str = "") -> Figure:
    svg, height = _bars([(row, [("fill0", value)]) for row, value in top])
    key = "category" if name == "categories" else "q"
    rows = [(Linked(row, {key: row}), value) for row, value in top]
    return Figure(name, title, told, svg, (0, 0, _WIDTH, height), (head, "Transfers"), rows, note)


def _systems(transfers: list[Row]) -> Figure:
    top, rest = _top(transfers, "system_name", 12)
    note = f"Of other systems: {rest:,} transfers." if rest else ""
    return _simple(
        "systems", "Weapon systems", "The systems that most transfers are of; a general word such as “missiles” stands for itself where no report tells more.",
        "System", top, note,
    )  # fmt: skip


def _categories(transfers: list[Row]) -> Figure:
    labels = lookup("category", "label")
    top, _ = _top(transfers, "system_category", len(labels))
    return _simple(
        "categories",
        "Categories",
        "Transfers by category of the weapon system.",
        "Category",
        [(labels[code], count) for code, count in top],
    )


def _years(events: list[Row]) -> Figure:
    phases = codes("status_phase")
    labels = lookup("status_phase", "label")
    told = [row for row in events if row["assertion"] != "denied"]
    own = Counter((event_year(row), row["status_phase"]) for row in told if has_own_date(row))
    by_report = Counter(event_year(row) for row in told if not has_own_date(row))
    years = sorted({year for year, _ in own if year} | {year for year in by_report if year})
    undated = by_report.pop(None, 0)
    last = years[-1] if years else 0
    first = max(years[0], last - _YEARS + 1) if years else 0
    span = range(first, last + 1) if years else range(0)
    highest = max([sum(own[year, phase] for phase in phases) for year in span] + [by_report[year] for year in span], default=1) or 1  # fmt: skip
    unit = (_UP - 14) / highest
    step = (_WIDTH - 34) / max(len(span), 8)
    parts = [label(26, _UP - highest * unit + 4, f"{highest:,}", "label right small")]
    parts.append(shape("path", d=f"M30 {_UP - highest * unit:.1f}H{_WIDTH}", kind="grid"))
    scale_down = min(unit, (_DOWN - 4) / max([by_report[year] for year in span], default=1)) if by_report else unit
    for at, year in enumerate(span):
        x, y = 32 + at * step, float(_UP)
        for place, phase in enumerate(phases):
            height = own[year, phase] * unit
            if height:
                y -= height
                parts.append(shape("rect", tip(f"{year}, {labels[phase].lower()}: {own[year, phase]:,}"), x=x, y=y, width=max(step - 1, 1.0), height=height, kind=f"fill{place}"))  # fmt: skip
        if by_report[year]:
            parts.append(shape("rect", tip(f"{year}, by the report alone: {by_report[year]:,}"), x=x, y=_UP + 18.0, width=max(step - 1, 1.0), height=by_report[year] * scale_down, kind="outlined"))  # fmt: skip
        every = 1 if len(span) <= 8 else 5 if len(span) <= 30 else 10
        if year % every == 0 and x + 24 < _WIDTH:
            parts.append(label(x + step / 2, _UP + 14, str(year), "label middle small"))
    parts.append(shape("path", d=f"M30 {_UP}H{_WIDTH}", kind="axis"))
    early = sum(count for (year, _), count in own.items() if year and year < first)
    early += sum(count for year, count in by_report.items() if year and year < first)
    note = f"Not drawn: {early:,} events before {first}. " if early else ""
    note += f"With neither a date nor a dated report: {undated:,}. " if undated else ""
    if scale_down < unit:
        note += "The bars below the line are drawn to a smaller scale. "
    denied = len(events) - len(told)
    return Figure(
        name="years",
        title="When",
        told=f"Above the line {sum(own.values()):,} events by the year that the text tells, below it {sum(by_report.values()):,} of which only the day of the report is known.",
        svg="".join(parts),
        box=(0, 0, _WIDTH, _UP + 18 + _DOWN),
        head=("Year", *(labels[phase] for phase in phases), "By report alone"),
        rows=[(str(year), *(own[year, phase] for phase in phases), by_report[year]) for year in years],
        note=f"{note}Left out: {denied:,} denied events.",
        legend={f"fill{place}": labels[phase] for place, phase in enumerate(phases)} | {"outlined": "By report alone"},
    )


def _share(count: int, whole: int) -> str:
    return f"{count / whole:.1%}" if whole else "none"


def _doubt(tables: Tables) -> Figure:
    events, transfers = tables.events, tables.transfers
    rows: list[tuple[str, int, int]] = [
        ("Events disputed", sum(row["assertion"] == "disputed" for row in events), len(events)),
        ("Events denied", sum(row["assertion"] == "denied" for row in events), len(events)),
        ("Candidate events", sum(row["tier"] == "candidate" for row in events), len(events)),
        ("Events without a date", sum(not has_own_date(row) for row in events), len(events)),
        ("Transfers disputed", sum(bool(row["is_disputed"]) for row in transfers), len(transfers)),
        ("Reports contradict", sum(row["n_conflicts"] > 0 for row in transfers), len(transfers)),
        ("One report alone", sum(row["n_independent_reports"] == 1 for row in transfers), len(transfers)),
    ]
    parts = []
    for at, (name, count, whole) in enumerate(rows):
        y, room = at * _ROW, _WIDTH - _LABEL - 52
        length = count / whole * room if whole else 0.0
        parts.append(label(_LABEL - 8, y + 16, name, "label right", most=22))
        parts.append(shape("rect", x=_LABEL, y=y + 4, width=room, height=16, kind="whole"))
        parts.append(shape("rect", tip(f"{count:,} of {whole:,}"), x=_LABEL, y=y + 4, width=length, height=16, kind="fill3"))  # fmt: skip
        parts.append(label(_LABEL + room + 6, y + 16, _share(count, whole)))
    return Figure(
        name="doubt",
        title="What to doubt",
        told="Shares of events and transfers to look at before use: denied, disputed, less sure, or told once.",
        svg="".join(parts),
        box=(0, 0, _WIDTH, len(rows) * _ROW),
        head=("What", "Number", "Of", "Share"),
        rows=[(name, count, whole, _share(count, whole)) for name, count, whole in rows],
        note="“Reports contradict” counts transfers whose reports tell different dates or quantities.",
    )


def _outlets(tables: Tables) -> Figure:
    def outlet(article: Row) -> str:
        return article["publisher"] or "not told"

    articles = Counter(outlet(row) for row in tables.articles)
    events = Counter(outlet(tables.article[row["article_id"]]) for row in tables.events)
    telling = {row["article_id"] for row in tables.events}
    independent = Counter(
        outlet(row) for row in tables.articles if row["article_id"] in telling and not row["duplicate_of"]
    )
    names = sorted(articles, key=lambda name: (-articles[name], name))
    rows = [(name, articles[name], events[name], independent[name]) for name in names]
    kinds = ("fill0", "fill1", "fill2")
    svg, height = _bars([(name, list(zip(kinds, counts, strict=True))) for name, *counts in rows[:8]])
    rest = rows[8:]
    note = f"In the table alone: {len(rest):,} more outlets with {sum(row[1] for row in rest):,} articles and {sum(row[2] for row in rest):,} events." if rest else ""  # fmt: skip
    return Figure(
        name="outlets",
        title="Outlets",
        told="How much of the data comes from whom: articles read, events told, and independent reports, which are articles that tell an event and are no copies.",
        svg=svg,
        box=(0, 0, _WIDTH, height),
        head=("Outlet", "Articles", "Events", "Independent reports"),
        rows=rows,
        note=note,
        legend=dict(zip(kinds, ("Articles", "Events", "Independent reports"), strict=True)),
    )


def draw_overview(tables: Tables) -> list[Figure]:
    """Return all pictures of the overview."""
    return [
        draw_map(tables.transfers),
        draw_flows(tables.transfers),
        _years(tables.events),
        _doubt(tables),
        _systems(tables.transfers),
        _categories(tables.transfers),
        _outlets(tables),
    ]
