"""HTML pages: the text of the article, its headline and its date."""

import pytest

from etl.errors import InputError
from etl.sources.html import read_html

BODY = (
    "<p>Norway has agreed to sell four patrol boats to Ghana, the defence ministry in Oslo said in a statement.</p>"
    "<p>The boats will be built in Bergen, and the first is to arrive within two years, the ministry added.</p>"
    "<p>Ghana's navy wants to use them against pirates in the Gulf of Guinea, where attacks have become frequent.</p>"
)


def _page(head: str = "", top: str = "") -> str:
    return (
        f"<!DOCTYPE html><html><head><title>Boats | The Paper</title>{head}</head><body><nav><a href='/'>Home</a> "
        f"<a href='/sport'>Sport</a></nav><article><h1>Norway sells boats</h1>{top}{BODY}"
        "<figure><img src='b.jpg'><figcaption>A boat at the quay, seen last year.</figcaption></figure></article>"
        "<footer>Copyright The Paper. All rights reserved.</footer></body></html>"
    )


def test_the_article_comes_out_of_the_page() -> None:
    """Every paragraph is kept, and menu, caption and footer are not."""
    text = str(read_html(_page())["text"])
    assert [part in text for part in ("four patrol boats", "built in Bergen", "Gulf of Guinea")] == [True] * 3
    assert [part in text for part in ("Sport", "at the quay", "All rights reserved")] == [False] * 3


def test_the_headline_is_the_pages_own() -> None:
    """The first heading is the title, not the window's title with the paper's name."""
    assert read_html(_page())["title"] == "Norway sells boats"


@pytest.mark.parametrize(
    ("head", "top", "date"),
    [
        ('<meta property="article:published_time" content="2021-06-03T10:00:00Z">', "", "2021-06-03"),
        ('<meta name="pubdate" content="2021-06-03">', "", "2021-06-03"),
        ('<script type="application/ld+json">{"datePublished": "2021-06-03"}</script>', "", "2021-06-03"),
        ("", '<time datetime="2021-06-03T08:00">3 June</time>', "2021-06-03"),
        ("", "<p>Thursday, 03/06/2021</p>", "Thursday, 03/06/2021"),
        ("", "", None),
    ],
)
def test_the_date_is_what_the_page_states(head: str, top: str, date: str | None) -> None:
    """Metadata give the date, else a visible date line; a page without either gives none."""
    assert read_html(_page(head, top))["date"] == date


def test_a_declared_encoding_does_no_harm() -> None:
    """An XML declaration before the page is passed over."""
    assert "Bergen" in str(read_html('<?xml version="1.0" encoding="iso-8859-1"?>' + _page())["text"])


@pytest.mark.parametrize("page", ["<html></html>", "<html><body><nav>Home</nav></body></html>", "<html>"])
def test_a_page_without_an_article_says_so(page: str) -> None:
    """A page of markup or menus alone is an error of its own kind, not an empty article."""
    with pytest.raises(InputError) as caught:
        read_html(page)
    assert caught.value.reason in {"no_text", "corrupt_file"}
