"""The words of a model's answer: each whole claim in them is read, and what is not of the form is told and costs no other claim."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extraction.llm.answer import read_answer
from etl.extraction.llm.reply import Ending, Reply
from schemas.answer import CLAIM_FIELDS, MOST_CLAIMS

EMPTY = dict.fromkeys(CLAIM_FIELDS)


def claim(trigger: str = "delivered", **more: object) -> dict[str, Any]:
    """A claim of the form."""
    told = {
        "evidence": "Norway delivered tanks to Ghana.",
        "trigger": trigger,
        "system_text": "tanks",
        "supplier_text": "Norway",
    }
    codes = {"status": "delivered", "assertion": "reported", "transfer_type": "unknown"}
    return EMPTY | told | codes | more


def read(text: str, ending: Ending = "whole") -> tuple[list[str | None], list[str]]:
    """The triggers of the claims in an answer, by which the claims of these tests are told apart, and its faults."""
    claims, faults = read_answer(Reply(text, ending, 1, 1, 1, 1))
    assert all(set(found) == set(CLAIM_FIELDS) for found in claims)
    return [found["trigger"] for found in claims], faults


TWO = json.dumps({"events": [claim("first"), claim("second")]})
THREE = json.dumps({"events": [claim("first"), claim("second"), claim("third")]}, indent=2)
DRAFT = json.dumps({"events": [claim("draft")]})

WHOLE = {
    "as it is": TWO,
    "white space around": f"\n \t{TWO}\r\n\n",
    "a fence": f"```json\n{TWO}\n```",
    "a fence without a language": f"```\n{TWO}```",
    "a sentence before and after": f"Here are the claims.\n{TWO}\nLet me know if you need more.",
    "braces in a sentence before": f"I fill in {{events}} as told: {TWO}",
    "another object before": f'{{"thinking": "two claims"}}\n{TWO}',
    "braces after": f'{TWO} {{"events": []}}',
    "a thought before": f"<think>\nFirst I wrote {DRAFT}, which is wrong.\n</think>\n\n{TWO}",
    "a thought that has no end": f"<think> {TWO}",
    "a mark at the beginning": f"\ufeff{TWO}",
    "over many lines": json.dumps(json.loads(TWO), indent=4).replace("\n", "\r\n"),
    "escapes throughout": TWO.replace("first", "\\u0066irst"),
}


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE)
def test_a_whole_answer_gives_its_claims(text: str) -> None:
    """Whatever a model writes around its answer, the claims are read, and there is nothing to complain of."""
    assert read(text) == (["first", "second"], [])


NO_CLAIM = {
    "an empty list": '{"events": []}',
    "an empty list in a fence": '```json\n{"events": [ ]}\n```',
    "with a further field": '{"events": [], "note": "nothing here"}',
}


@pytest.mark.parametrize("text", NO_CLAIM.values(), ids=NO_CLAIM)
def test_an_answer_may_tell_nothing(text: str) -> None:
    """An empty list is an answer, and no fault."""
    assert read(text) == ([], [])


GARBAGE = {
    "nothing": ("", "has no brace"),
    "a sentence": ("There are no arms transfers in this text.", "has no brace"),
    "a list": (json.dumps([claim()]), "no object with a list of events"),
    "another object": ('{"claims": []}', "no object with a list of events"),
    "an object for a list": (json.dumps({"events": claim()}), "no object with a list of events"),
    "no list": ('{"events": null}', "no object with a list of events"),
    "the field given twice": ('{"events": [], "events": 3}', "no object with a list of events"),
    "single quotation marks": ("{'events': []}", "no JSON object"),
    "brackets without end": ('{"events":' + "[" * 50_000, "no JSON object"),
    "braces without end": ("{" * 50_000, "no JSON object"),
    "a number of 6,000 digits": ('{"events": [' + "9" * 6000 + "]}", "no JSON object"),
    "a thought alone": ("<think>I should answer {so}.</think>", "has no brace"),
}


@pytest.mark.parametrize(("text", "words"), GARBAGE.values(), ids=GARBAGE)
def test_what_is_no_answer_is_one_fault(text: str, words: str) -> None:
    """An answer of another form gives no claim and one short sentence."""
    claims, (fault,) = read(text)
    assert claims == []
    assert words in fault
    assert len(fault) < 200


def test_whole_claims_of_an_answer_that_breaks_off_are_read() -> None:
    """Wherever an answer is cut, the claims before the cut are there, none lacks a letter, and the cut is told."""
    last = '"transfer_type": "unknown"'
    ends = [THREE.index(last, THREE.index(f'"{name}"')) + len(last) for name in ("first", "second", "third")]
    for end in range(len(THREE)):
        claims, faults = read(THREE[:end], "cut")
        assert claims == ["first", "second", "third"][: sum(at <= end for at in ends)]
        if claims:
            assert faults[0] == "the answer breaks off; what stood in it whole was read"
            assert len(faults) <= 2  # the last claim may lack some fields
        else:
            assert faults


WRONG = {
    "a field is missing": ({name: value for name, value in claim().items() if name != "status"}, "status Field required"),
    "a quote is a number": (claim(quantity_text=12), "quantity_text Input should be a valid string"),
    "a quote is a list": (claim(supplier_text=["Norway"]), "supplier_text Input should be a valid string"),
    "a quote that must be is null": (claim(evidence=None), "evidence Input should be a valid string"),
    "no trigger": (claim(trigger=None), "trigger Input should be a valid string"),
    "a code that is none": (claim(status="sold"), "status Input should be"),
    "a code in capitals": (claim(assertion="Reported"), "assertion Input should be"),
    "a code that is null": (claim(transfer_type=None), "transfer_type Input should be"),
    "a field too many": (claim(country="NOR"), "country Extra inputs are not permitted"),
    "claims in a claim": (claim(events=[claim()]), "events Extra inputs are not permitted"),
    "a list": ([claim()], "Input should be a valid dictionary"),
    "a word": ("delivered", "Input should be a valid dictionary"),
    "null": (None, "Input should be a valid dictionary"),
    "a field of a long name": (claim() | {"\x1b[31m" + "k" * 5000: 1}, " [31mkkk"),
    "a field whose name is half a character": (claim() | {"\ud800": 1}, "unable to parse"),
}  # fmt: skip


@pytest.mark.parametrize(("item", "words"), WRONG.values(), ids=WRONG)
def test_a_claim_of_another_form_costs_no_other(item: object, words: str) -> None:
    """The claims beside it are read, and one short sentence tells which field is wrong."""
    claims, (fault,) = read(json.dumps({"events": [claim("first"), item, claim("second")]}))
    assert claims == ["first", "second"]
    assert fault.startswith("a claim is not of the form: ")
    assert words in fault
    assert len(fault) < 300
    assert fault.isprintable()


def test_claims_beyond_the_most_are_told_and_not_read() -> None:
    """A model that repeats itself is not followed."""
    names = [f"claim {number}" for number in range(MOST_CLAIMS + 3)]
    assert read(json.dumps({"events": list(map(claim, names[:MOST_CLAIMS]))})) == (names[:MOST_CLAIMS], [])
    claims, (fault,) = read(json.dumps({"events": list(map(claim, names))}))
    assert claims == names[:MOST_CLAIMS]
    assert f"holds {MOST_CLAIMS + 3} claims" in fault


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("two\nlines", "two lines"), ("two\r\nlines", "two  lines"), ("a\ttab", "a tab"), ("\x1b[31mred", " [31mred"),
        ("a \\u001b[31m escape", "a  [31m escape"), ("a \\n break", "a   break"), ("half \\ud800 of one", "half ? of one"),
        ("\\u0000", " "), ("“Танк” \\ud83d\\ude80", "“Танк” 🚀"), ("a \\\"word\\\" {in} [brackets]", 'a "word" {in} [brackets]'),
    ],
)  # fmt: skip
def test_what_stands_in_a_quote(written: str, meant: str) -> None:
    """Raw line breaks cost no answer; what no file or terminal takes is gone; all else is letter by letter as it was written."""
    text = json.dumps({"events": [claim("HERE")]}, ensure_ascii=False).replace("HERE", written)
    assert read(text) == ([meant], [])


@pytest.mark.parametrize("word", ["null", "None", "unknown", " N/A ", ""])
def test_a_word_for_nothing_is_no_quote(word: str) -> None:
    """A party that the model does not know is none, however it says so; evidence that reads so is a quote to be looked for."""
    told = json.dumps({"events": [claim(supplier_text=word, evidence=word)]})
    ((found,), _) = read_answer(Reply(told, "whole", 1, 1, 1, 1))
    assert (found["supplier_text"], found["evidence"], found["transfer_type"]) == (None, word, "unknown")


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["events", "evidence", "a"]), inner, max_size=4),
)  # fmt: skip


@given(JSON, st.text(), st.text())
def test_any_answer_is_read_or_told(value: Any, before: str, after: str) -> None:
    """Nothing that a model may write raises, and what holds no claim of the form and no empty list has a fault."""
    claims, faults = read(before + json.dumps(value) + after)
    assert claims == []
    assert faults or "events" in before + json.dumps(value) + after
    for fault in faults:
        fault.encode("utf-8")
