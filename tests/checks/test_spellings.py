"""What names a person in a text, and what only looks like it."""

import json

import pytest

from oppwizard.checks.spellings import Known, Spellings

DANA = Known(
    frozenset({"Dana Whitfield"}), frozenset({"dana.whitfield@harbor.example.com"}), frozenset({"+12535550118;ext=12"})
)
YAMADA = Known(frozenset({"山田 太郎"}), frozenset(), frozenset({"+81312345678"}))


@pytest.mark.parametrize(
    ("known", "text"),
    [
        (DANA, "Met Dana Whitfield today"),
        (DANA, "DANA  WHITFIELD"),
        (DANA, "Whitfield, Dana"),
        (DANA, "dana_whitfield-cv.pdf"),
        (DANA, "one line\nDana\nWhitfield"),
        (DANA, "Ｄａｎａ　Ｗｈｉｔｆｉｅｌｄ"),
        (DANA, "to Dana.Whitfield@Harbor.example.com."),
        (DANA, "call (253) 555-0118"),
        (DANA, "call +1 253 555 0118"),
        (DANA, "2535550118"),
        (YAMADA, "山田太郎様と面談"),
        (YAMADA, "山田　太郎"),
        (YAMADA, "電話 03-1234-5678"),
        (YAMADA, "電話０３（１２３４）５６７８"),
    ],
)
def test_it_is_found_anywhere_and_taken_out(known: Known, text: str) -> None:
    spellings = Spellings(known)
    assert spellings.found(text, near=False)
    for written in (text, json.dumps(text), json.dumps(text, ensure_ascii=False)):
        assert spellings.may_be_found(written, near=False)
    done = spellings.redacted(text, "[erased]", near=False)
    assert "[erased]" in done
    assert not spellings.found(done, near=False)


@pytest.mark.parametrize(
    ("known", "text"),
    [
        (DANA, "Jordana Whitfieldson"),
        (DANA, "xdana.whitfield@harbor.example.com"),
        (DANA, "order 912535550118"),
        (DANA, "Dana and the Whitfield account"),
        (DANA, ""),
        (YAMADA, "山田商店の太郎さん"),
        (YAMADA, "1031234567890"),
        (Known(), "anything"),
        (Known(frozenset({"Li"})), "Li agreed on lithium"),
    ],
)
def test_what_only_looks_like_it_stays(known: Known, text: str) -> None:
    spellings = Spellings(known)
    assert not spellings.found(text, near=False)
    assert spellings.redacted(text, "[erased]", near=False) == text


@pytest.mark.parametrize("text", ["Harbor Tools - Planning - pilot", "+1 253 555 0199", "株式会社みなと", "Whitfield"])
def test_most_texts_need_no_closer_look(text: str) -> None:
    assert not Spellings(YAMADA).may_be_found(text, near=False)
    assert not Spellings(Known(phones=DANA.phones)).may_be_found(text, near=True)


def test_a_text_that_may_name_the_person_near_is_looked_at_closer() -> None:
    for text in ("Dana agreed", "ＤＡＮＡ agreed", '{"note": "Dana\\nagreed"}'):
        assert Spellings(DANA).may_be_found(text, near=True)
    assert Spellings(Known(frozenset({'Bob "Iris" Li'}))).may_be_found('{"x": "Bob \\"ıris\\" Li"}', near=True)


def test_a_part_of_the_name_counts_near_the_person_only() -> None:
    spellings = Spellings(DANA)
    assert not spellings.found("Dana agreed", near=False)
    assert spellings.redacted("Dana agreed; Ms Whitfield did not", "#", near=True) == "# agreed; Ms # did not"
    assert Spellings(YAMADA).redacted("山田様は了承", "#", near=True) == "#様は了承"


def test_a_part_of_the_name_that_somebody_else_there_has_is_left() -> None:
    spellings = Spellings(DANA, ["dana"])
    assert spellings.redacted("Dana agreed; Ms Whitfield did not", "#", near=True) == "Dana agreed; Ms # did not"


def test_an_excerpt_shows_the_words_around() -> None:
    text = "x " * 100 + "Dana Whitfield agreed " + "y " * 100
    shown = Spellings(DANA).around(text, near=False, width=20)
    assert "Dana Whitfield agreed" in shown
    assert len(shown) < 70
