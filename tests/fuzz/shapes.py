"""Text of any length in shapes that slow parsers down: one piece over and over, with what goes before it and after it."""

from typing import NamedTuple


class Shape(NamedTuple):
    """A shape of text: its pieces are repeated up to the length that is asked for."""

    piece: str
    before: str = ""
    after: str = ""

    def text(self, length: int) -> str:
        """Return a text of the shape with about so many characters."""
        return self.before + self.piece * max(1, length // len(self.piece)) + self.after


PROSE = (
    "Norway agreed on Tuesday to sell Ghana 12 used tanks for $40 million, the ministry said. The first of them will come "
    "by ship in March 2025. Talks had begun two years ago, and both sides called the price fair.\n\n"
)

SHAPES: dict[str, Shape] = {
    "prose": Shape(PROSE),
    "one letter": Shape("a"),
    "capitals": Shape("A"),
    "digits": Shape("7"),
    "blanks": Shape(" ", "a", "a"),
    "tabs": Shape("\t", "a", "a"),
    "newlines": Shape("\n", "a", "a"),
    "lines of blanks": Shape("  \n", "a", "a"),
    "carriage returns": Shape("\r", "a", "a"),
    "one-letter lines": Shape("a\n"),
    "open brackets": Shape("(", "a"),
    "nested brackets": Shape("((((a))))"),
    "square brackets": Shape("[", "a"),
    "braces": Shape('{"a":', "a"),
    "quotes": Shape('"', "a"),
    "quotes in turn": Shape("\"a' ‘b” "),
    "apostrophes": Shape("a’s "),
    "commas": Shape(",", "a"),
    "a comma and a word": Shape("a, "),
    "and": Shape("and "),
    "words and words": Shape("tanks and "),
    "dashes": Shape("-", "a"),
    "long dashes": Shape("–", "a"),
    "full stops": Shape(".", "a"),
    "a.a.a.": Shape("a."),
    "a-a-a-": Shape("a-"),
    "states": Shape("Iran Iraq France Russia "),
    "states and commas": Shape("Iran, Iraq, France, "),
    "short states": Shape("US UK "),
    "weapons": Shape("F-16 T-72 tanks "),
    "names with endings": Shape("F-16AM T-72B3M "),
    "a listed number": Shape("1,000,000 "),
    "number with commas": Shape(",000", "1"),
    "decimals": Shape("1.5"),
    "days": Shape("2024-01-02 "),
    "days without blanks": Shape("2024-01-02-"),
    "slashes": Shape("01/02/"),
    "named days": Shape("3 March "),
    "months": Shape("Mar. May "),
    "years": Shape("2019 and 2020 "),
    "parts of years": Shape("early-"),
    "time ago": Shape("two years "),
    "weekdays": Shape("Tuesday "),
    "number words": Shape("one hundred "),
    "dozens of": Shape("dozens of dozen "),
    "bounds": Shape("up to more than "),
    "sums": Shape("$1 billion "),
    "currencies": Shape("US$ "),
    "addresses": Shape("https://a.example/b?c=d&e=f#g "),
    "one address": Shape("/a?b=c&d", "https://a.example"),
    "no end": Shape("the tanks that the men that "),
    "short sentences": Shape("He ran. "),
    "questions": Shape("a?! "),
    "captions": Shape("Tanks (file photo) are seen\n"),
    "related": Shape("Related\n"),
    "headings": Shape("# A Headline\n"),
    "date lines": Shape("March 5, 2022\n"),
    "lines in capitals": Shape("TANKS FOR IRAN AND IRAQ "),
    "mojibake": Shape("Ã©â€™"),
    "entities": Shape("&amp;&lt;"),
    "angles": Shape("<", "a"),
    "tags": Shape("<p>a"),
    "open tags": Shape("<div "),
    "comments": Shape("<!--a"),
    "whole comments": Shape("<!--a-->"),
    "declarations": Shape("<?xml-stylesheet a?>"),
    "zero-width": Shape("a\u200b"),
    "combining": Shape("\u0301", "a"),
    "right to left": Shape("\u202eא\u202c "),
    "other scripts": Shape("танк 坦克 "),
    "fractions": Shape("½ ٣ "),
}
