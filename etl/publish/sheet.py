"""Lays out text on a page of SVG: lines broken at words, with grounds and lines below the words of roles.

Nothing of a text becomes markup. The letters are Liberation Sans, which vl-convert brings along and draws as PDF or PNG; it is as wide
as Helvetica, whose widths fpdf2 knows.
"""

import re
from collections.abc import Sequence
from functools import cache
from html import escape

from fpdf import FPDF

from etl.show.evidence import ROLES

WIDTH, HEIGHT, MARGIN = 595, 842, 48
"""The page: A4 in points."""
FONT = "Liberation Sans, Arial, Helvetica, DejaVu Sans, Noto Sans, sans-serif"
INK, QUIET, LINE = "#111111", "#5c5c5c", "#d0d0d0"
_LETTERS = "windows-1252"
"""The letters of Helvetica whose widths are known."""
_ABOUT = 0.58
"""Width of a letter that Helvetica does not have, by the size of the type."""
_DASHES = {"dashed": "4 2", "dotted": "1.6 1.6"}
Run = tuple[str, str | None]
"""Words, and the role that they have."""


@cache
def _widths(style: str) -> FPDF:
    page = FPDF(unit="pt")
    page.core_fonts_encoding = _LETTERS
    page.set_font("helvetica", style=style, size=100)
    return page


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide a text is, in points."""
    known = text.encode(_LETTERS, "ignore").decode(_LETTERS)
    page = _widths("B" if bold else "")
    return float(page.get_string_width(known)) * size / 100 + (len(text) - len(known)) * _ABOUT * size


def clean(text: str) -> str:
    """Return a text on one line, without characters that have no place in a page."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def break_lines(runs: Sequence[Run], size: float, room: float, *, bold: bool = False) -> list[list[Run]]:
    """Return runs of words as lines that are at most so wide; a word that is wider is divided."""
    lines: list[list[Run]] = [[]]
    used = 0.0
    for text, role in runs:
        for word in re.findall(r"\S+\s*|\s+", text):
            left = word
            while left:
                fits = used + width(left.rstrip(), size, bold=bold) <= room
                if fits or (used and width(left, size, bold=bold) <= room):
                    if not fits:
                        lines.append([])
                        used = 0.0
                    lines[-1].append((left, role))
                    used += width(left, size, bold=bold)
                    break
                cut = max(1, next((n for n in range(len(left), 0, -1) if width(left[:n], size, bold=bold) <= room), 1))
                lines.append([(left[:cut], role)])
                used, left = width(left[:cut], size, bold=bold), left[cut:]
    return [_joined(line) for line in lines if line]


def _joined(line: Sequence[Run]) -> list[Run]:
    """Neighbours of the same role as one run; no blanks at the end of the line."""
    joined: list[Run] = []
    for text, role in line:
        if joined and joined[-1][1] == role:
            joined[-1] = (joined[-1][0] + text, role)
        else:
            joined.append((text, role))
    return [*joined[:-1], (joined[-1][0].rstrip(), joined[-1][1])]


class Sheet:
    """A page that is filled from above.

    Attributes:
        y: how far it is filled, in points from the top.
    """

    def __init__(self) -> None:
        self.y: float = MARGIN
        self._parts: list[str] = []

    @property
    def left(self) -> float:
        """Points that are left above the lower margin."""
        return HEIGHT - MARGIN - self.y

    def write(
        self,
        runs: str | Sequence[Run],
        size: float = 10,
        *,
        bold: bool = False,
        ink: str = INK,
        at: float = MARGIN,
        room: float | None = None,
        most: int | None = None,
        leading: float = 1.4,
    ) -> None:
        """Write text below what is there.

        Args:
            runs: the words, with their roles or without.
            size: of the type, in points.
            bold: True for heavy letters.
            ink: colour of the letters.
            at: where its lines begin, in points from the left.
            room: how wide its lines may be; to the right margin where None.
            most: most lines; what follows them is told by dots.
            leading: height of a line by the size of the type.
        """
        told = [(clean(runs), None)] if isinstance(runs, str) else runs
        lines = break_lines(told, size, room or WIDTH - MARGIN - at, bold=bold)
        if most is not None and len(lines) > most:
            lines = [*lines[: most - 1], [*lines[most - 1][:-1], (f"{lines[most - 1][-1][0].rstrip('., ')} …", None)]]
        for line in lines:
            self.y += size * leading
            self._line(line, size, at, ink, bold=bold)

    def _line(self, line: Sequence[Run], size: float, at: float, ink: str, *, bold: bool) -> None:
        weight = ' font-weight="bold"' if bold else ""
        for text, role in line:
            wide = width(text.rstrip(), size, bold=bold)
            if role:
                self._ground(role, at, wide, size)
            self._parts.append(
                f'<text xml:space="preserve" x="{at:.2f}" y="{self.y:.2f}" font-size="{size}" fill="{ink}"{weight}>{escape(text)}</text>'
            )
            at += width(text, size, bold=bold)

    def _ground(self, role: str, x: float, wide: float, size: float) -> None:
        """The ground of a role's words, and the line below them that is its own."""
        shown = ROLES[role]
        self._parts.append(
            f'<rect x="{x - 1:.2f}" y="{self.y - size:.2f}" width="{wide + 2:.2f}" height="{size * 1.35:.2f}" fill="{shown.light}"/>'
        )
        below = self.y + size * 0.28
        way = f"M{x:.2f} {below:.2f}h{wide:.2f}"
        if "wavy" in shown.underline:
            steps = max(1, round(wide / 4))
            way = (
                f"M{x:.2f} {below:.2f}"
                + f"q{wide / steps / 4:.2f} -3 {wide / steps / 2:.2f} 0t{wide / steps / 2:.2f} 0" * steps
            )
        if "double" in shown.underline:
            way += f"m{-wide:.2f} -2h{wide:.2f}"
        if "overline" in shown.underline:
            way += f"M{x:.2f} {self.y - size:.2f}h{wide:.2f}"
        thick = {"4px": 2.4, "3px": 1.6}.get(shown.underline[-3:], 1.0)
        dashes = next((told for style, told in _DASHES.items() if style in shown.underline), "none")
        self._parts.append(
            f'<path d="{way}" fill="none" stroke="{shown.line}" stroke-width="{thick}" stroke-dasharray="{dashes}"/>'
        )

    def rule(self, gap: float = 10) -> None:
        """Draw a fine line across the page."""
        self.y += gap
        self._parts.append(f'<path d="M{MARGIN} {self.y:.2f}H{WIDTH - MARGIN}" stroke="{LINE}"/>')
        self.y += gap * 0.2

    def dot(self, x: float, y: float, *, filled: bool) -> None:
        """Draw a dot, filled or hollow."""
        self._parts.append(
            f'<circle cx="{x:.2f}" cy="{y:.2f}" r="4" stroke="{INK}" fill="{INK if filled else "#ffffff"}"/>'
        )

    def stroke(self, x: float, y: float, wide: float) -> None:
        """Draw a line to the right."""
        self._parts.append(f'<path d="M{x:.2f} {y:.2f}h{wide:.2f}" stroke="{INK}"/>')

    def svg(self, *, whole: bool) -> str:
        """Return the page: the whole of it, or down to where it is filled."""
        high = HEIGHT if whole else round(self.y + MARGIN)
        head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{high}" viewBox="0 0 {WIDTH} {high}">'
        ground = f'<rect width="{WIDTH}" height="{high}" fill="#ffffff"/>'
        return f'{head}{ground}<g font-family="{FONT}">{"".join(self._parts)}</g></svg>\n'
