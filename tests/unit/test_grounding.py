"""Quoted words are found where they stand, whatever blanks, marks and dashes were changed, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extraction.grounding import Grounds, plain
from etl.extraction.protocol import Span

FOUND = [
    # text, words, what is found
    ("Norway sold boats to Ghana.", "sold boats", "sold boats"),
    ("Norway sold\n  boats to Ghana.", "sold boats", "sold\n  boats"),
    ("Norway sold boats to Ghana.", " sold\n\tboats ", "sold boats"),
    ("Norway sold\u00a0boats\u202fto Ghana.", "sold boats to", "sold\u00a0boats\u202fto"),
    ("Nor\u00adway sold bo\u200bats.", "Norway sold boats", "Nor\u00adway sold bo\u200bats"),
    ("Norway sold boats.", "Nor\u00adway sold", "Norway sold"),
    ("Norway \u200b sold boats.", "Norway sold", "Norway \u200b sold"),
    ("He said: “Norway’s boats”.", '"Norway\'s boats"', "“Norway’s boats”"),
    ("Il a dit : « les bateaux ».", '"les bateaux"', "les bateaux"),
    ("Er nannte „Boote‟ und ‚Schiffe‛.", "\"Boote\" und 'Schiffe'", "„Boote‟ und ‚Schiffe‛"),
    ("a 7.62`mm´ gun, 5′ 3″ long", "'mm' gun, 5' 3\"", "`mm´ gun, 5′ 3″"),
    ("an F‑16 and a Su–27, MiG−29 — all sold", "F-16 and a Su-27, MiG-29 - all", "F‑16 and a Su–27, MiG−29 — all"),
    ("Norway sold boats.", '"sold boats"', "sold boats"),
    ("Norway sold boats.", "‘sold boats’", "sold boats"),
    ("Iran sold boats.", "Iran", "Iran"),
    ("Iran's boats; U.S.-made boats", "U.S.", "U.S."),
    ("The cafe\u0301 sold boats.", "cafe\u0301", "cafe\u0301"),
    ("Boats (12) were sold.", "12", "12"),
    ("It has 5, 6 or 7 boats.", "5", "5"),
    ("中国向伊朗出售F-16战机。", "伊朗", "伊朗"),
    ("中国向伊朗出售F-16战机。", "F-16", "F-16"),
    ("日本はイランにミサイルを売った。", "イラン", "イラン"),
    ("ไทยซื้อเรือดำน้ำจากจีน", "เรือดำน้ำ", "เรือดำน้ำ"),
    ("កម្ពុជាទិញរថក្រោះពីចិន", "រថក្រោះ", "រថក្រោះ"),
    ("ປະເທດລາວຊື້ລົດຖັງ", "ລາວ", "ລາວ"),
    ("미국은 한국에 전차를 팔았다.", "미국", "미국"),
    ("Иран купил танки.", "танки", "танки"),
    ("موشک‌های ایران", "موشکهای ایران", "موشک‌های ایران"),
]
MISSING = [
    ("Iranian boats", "Iran"),
    ("thus it went", "us"),
    ("pre-war Uran", "ran"),
    ("sold 10,000 rifles", "10"),
    ("sold 10,000 rifles", "000"),
    ("sold 2.5 tonnes", "2"),
    ("sold F-16s", "F-16"),
    ("the cafe\u0301 sold", "cafe"),
    ("भारतीय नौसेना", "भारत"),
    ("Иранский танк", "Иран"),
    ("Norway sold boats", "norway"),
    ("Norway sold boats", "Norway sells boats"),
    ("Norway sold boats", "Norway sold  the boats"),
    ("Norway soldboats", "sold boats"),
    ("Norwegen verkaufte Kähne", "Kahne"),
    ("Norway sold boats", ""),
    ("Norway sold boats", " \n\u00ad"),
    ("Norway sold boats", '" "'),
    ("", "boats"),
]


@pytest.mark.parametrize(("text", "words", "expected"), FOUND)
def test_words_are_found(text: str, words: str, expected: str) -> None:
    """Blanks, quotation marks, dashes and unseen characters may differ; the place holds the text's own."""
    place = Grounds(text).find(words)
    assert place is not None
    assert text[place.start : place.end] == expected


@pytest.mark.parametrize(("text", "words"), MISSING)
def test_other_words_are_not_found(text: str, words: str) -> None:
    """Neither other letters nor another case nor a part of a word or number is taken for the words."""
    assert Grounds(text).find(words) is None


TWICE = "Ghana has boats. Norway sold boats - the boats were old. He sold a boat."


@pytest.mark.parametrize(
    ("asked", "start"),
    [({}, 10), ({"within": Span(17, 56)}, 29), ({"near": 36}, 41), ({"near": 31}, 29), ({"within": Span(17, 56), "near": 99}, 41),
     ({"within": Span(0, 5)}, 10), ({"within": Span(57, 71), "near": 99}, 41), ({"within": Span(11, 34)}, 29), ({"within": Span(29, 34)}, 29),
     ({"within": Span(29, 33)}, 10)],
)  # fmt: skip
def test_one_of_several_places_is_taken(asked: dict[str, object], start: int) -> None:
    """The place within a stretch comes first, then the nearest, then the first; a place that leaves the stretch is not within."""
    assert Grounds(TWICE).find("boats", **asked) == Span(start, start + 5)  # type: ignore[arg-type]


def test_the_very_characters_come_first() -> None:
    """Of two places, the one that differs in no character comes before an earlier one that does, but not before one within."""
    text = "an F‑16 here, an F-16 there"
    assert Grounds(text).find("F-16") == Span(17, 21)
    assert Grounds(text).find("F-16", within=Span(0, 12)) == Span(3, 7)


def test_a_barred_place_does_not_count() -> None:
    """Words are not found where any part of them is barred; those beside it are."""
    first, second, third = (Span(start, start + 5) for start in (10, 29, 41))
    assert Grounds(TWICE, [first]).find("boats") == second
    assert Grounds(TWICE, [Span(33, 42), Span(0, 11)]).find("boats") is None
    assert Grounds(TWICE, [Span(34, 41), Span(0, 10), Span(15, 29)]).find("boats") == first
    assert Grounds(TWICE, [Span(0, 34)]).find("boats", within=first) == third
    assert Grounds(TWICE, [Span(0, len(TWICE))]).find("boats") is None
    assert Grounds(TWICE, [Span(12, 12)]).find("boats") == first


ALPHABET = st.text(st.sampled_from("aB1é\u0301 .,-–'’“\"\n\u00a0\u200b\u00ad中ก한\x00\x01"), max_size=40)


def _bare(text: str) -> str:
    """White space as one blank, marks and dashes of one kind, nothing unseen: told again, in the simplest words."""
    return " ".join(plain(text).replace("\u200b", "").split())


@given(ALPHABET, ALPHABET, st.integers(0, 40), st.integers(0, 40))
def test_a_place_holds_the_words(text: str, other: str, start: int, length: int) -> None:
    """What is found has the words' normal form, in order of offsets, whether the words were of the text or not."""
    for words in (text[start : start + length], other):
        place = Grounds(text).find(words)
        if place is not None:
            assert 0 <= place.start < place.end <= len(text)
            assert _bare(text[place.start : place.end]) in (_bare(words), _bare(_bare(words)[1:-1]))


@given(st.lists(st.sampled_from(["Iran", "10,000", "F-16", "o'er", "中国", "б."]), min_size=1, max_size=12), st.data())
def test_whole_words_of_the_text_are_found_again(words: list[str], data: st.DataObject) -> None:
    """Any run of whole words is found at its place, with its blanks, dashes and apostrophes changed at will."""
    text = " ".join(words)
    starts = [sum(len(word) + 1 for word in words[:number]) for number in range(len(words))]
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    place = Span(starts[first], starts[last] + len(words[last]))
    changed = "".join(
        data.draw(
            st.sampled_from({" ": [" ", "\n", "\u00a0 ", " \u200b "], "-": "-‑–—−", "'": "'’`´"}.get(char, [char]))
        )
        for char in text[place.start : place.end]
    )
    assert Grounds(text).find(changed, within=place) == place


def test_words_that_repeat_without_end_are_searched_in_time() -> None:
    """A long text of one letter, and half of it as words, is no trap: no word of it begins in the middle."""
    assert Grounds("a" * 100_000).find("a" * 50_000) is None
    assert Grounds("a " * 100_000).find("a " * 50_000) == Span(0, 99_999)
