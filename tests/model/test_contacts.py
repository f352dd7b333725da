"""E-mail addresses and telephone numbers as people write them."""

from pathlib import Path
from xml.etree import ElementTree

import phonenumbers
import pytest
from hypothesis import example, given, strategies as st

from oppwizard.errors import ValueProblem
from oppwizard.model.contacts import normalise_email, normalise_phone, show_phone

CASES = Path(__file__).parents[2].parent / "shared" / "data" / "isemail" / "tests.xml"
TEXTS = st.text(st.characters(), max_size=400) | st.text('ab@.-<>"() \\:[]1', max_size=80)
PHONES = st.text(st.characters(), max_size=300) | st.text("0123456789+-() .x#;=ext内線", max_size=80)


def complete(refusal: ValueProblem) -> None:
    assert str(refusal)
    assert refusal.remedy


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("taro@example.com", "taro@example.com"),
        ("  Taro.Yamada@Example.CO.JP ", "Taro.Yamada@example.co.jp"),
        ("sales@acme.example", "sales@acme.example"),
        ("mailto:a@example.com?subject=x", "a@example.com"),
        ("MAILTO:a@example.com", "a@example.com"),
        ("Taro Yamada <taro@example.com>", "taro@example.com"),
        ('"Yamada, Taro" <taro@example.com>', "taro@example.com"),
        ("<taro@example.com>", "taro@example.com"),
        ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｃｏｍ", "taro@example.com"),
        ("a\u200b@example.com", "a@example.com"),
        ("a+b_c@sub.example.com", "a+b_c@sub.example.com"),
    ],
)
def test_an_address_is_put_into_one_form(text: str, address: str) -> None:
    assert normalise_email(text) == address
    assert normalise_email(address) == address


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no e-mail address"),
        ("taro", "no @ sign"),
        ("a b@example.com", "space"),
        ("a@b@example.com", "more than one @"),
        ("@example.com", "before or after"),
        ("taro@", "before or after"),
        ("taro@localhost", "no full domain"),
        ("taro@example..com", "can be delivered to"),
        ("taro@acme.test", "can be delivered to"),
        ("a@example.com, b@example.com", "space"),
        ("a" * 400 + "@example.com", "too long"),
    ],
)
def test_a_refused_address_is_told_its_plainest_fault(text: str, words: str) -> None:
    with pytest.raises(ValueProblem, match=words) as refusal:
        normalise_email(text)
    assert refusal.value.remedy


@pytest.mark.parametrize(
    ("text", "region", "number", "shown"),
    [
        ("+81 3-1234-5678", "", "+81312345678", "+81 3-1234-5678"),
        ("03-1234-5678", "JP", "+81312345678", "+81 3-1234-5678"),
        ("０３ー１２３４ー５６７８", "jp", "+81312345678", "+81 3-1234-5678"),
        ("(03) 1234–5678", "JP", "+81312345678", "+81 3-1234-5678"),
        ("tel:+81-3-1234-5678", "US", "+81312345678", "+81 3-1234-5678"),
        ("(212) 555-0142", "US", "+12125550142", "+1 212-555-0142"),
        ("212.555.0142 x12", "US", "+12125550142;ext=12", "+1 212-555-0142 ext. 12"),
        ("212-555-0142 ext. 123", "US", "+12125550142;ext=123", "+1 212-555-0142 ext. 123"),
        ("03-1234-5678（内線 123）", "JP", "+81312345678;ext=123", "+81 3-1234-5678 ext. 123"),
        ("+81312345678;ext=123", "", "+81312345678;ext=123", "+81 3-1234-5678 ext. 123"),
        ("+44 (0)20 7946 0958", "JP", "+442079460958", "+44 20 7946 0958"),
    ],
)
def test_a_number_is_put_into_one_form_and_shown_internationally(
    text: str, region: str, number: str, shown: str
) -> None:
    assert normalise_phone(text, region) == number
    assert show_phone(number) == shown
    assert normalise_phone(shown, region) == number


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("", "JP"),
        ("12", "JP"),
        ("555-0123", "US"),
        ("call 03-1234-5678", "JP"),
        ("1-800-FLOWERS", "US"),
        ("+999123456", "JP"),
        ("03-1234-5678", ""),
        ("03-1234-5678", "XX"),
        ("03-1234-5678 03-1234-5679", "JP"),
        ("1" * 90, "JP"),
        ("n/a", "JP"),
    ],
)
def test_what_is_no_possible_number_is_refused(text: str, region: str) -> None:
    with pytest.raises(ValueProblem) as refusal:
        normalise_phone(text, region)
    assert "+81 3-1234-5678" in str(refusal.value.remedy)


def test_a_text_that_is_no_number_is_shown_as_it_is() -> None:
    assert show_phone("see card") == "see card"


@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)), st.none() | st.integers(1, 9999999))
def test_an_example_number_of_any_region_is_read_back(region: str, extension: int | None) -> None:
    number = phonenumbers.example_number(region)
    assert number is not None
    plain = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    stored = f"{plain};ext={extension}" if extension else plain
    assert normalise_phone(stored, "") == stored
    assert normalise_phone(show_phone(stored), region) == stored


@given(TEXTS)
@example("\ud800@example.com")
@example("a@\ud800.com")
@example("a@" + "xn--" * 20 + ".com")
def test_an_address_is_read_or_refused_with_a_value_problem(text: str) -> None:
    try:
        address = normalise_email(text)
    except ValueProblem as refusal:
        complete(refusal)
    else:
        assert normalise_email(address) == address


@given(PHONES, st.sampled_from(["JP", "US", "DE", "", "XX", "\ud800"]))
@example("+" * 100, "JP")
@example("1" + "-" * 99, "JP")
def test_a_number_is_read_or_refused_with_a_value_problem(text: str, region: str) -> None:
    try:
        number = normalise_phone(text, region)
    except ValueProblem as refusal:
        complete(refusal)
    else:
        assert normalise_phone(number, "") == number


@given(PHONES)
def test_any_stored_text_can_be_shown(text: str) -> None:
    assert isinstance(show_phone(text), str)


@pytest.fixture(scope="module")
def addresses() -> list[tuple[str, str]]:
    if not CASES.exists():
        pytest.skip(f"no {CASES}")
    control = {0x2400 + code: code for code in range(32)}
    tests = ElementTree.parse(CASES).getroot().iter("test")
    return [((test.findtext("address") or "").translate(control), test.findtext("category") or "") for test in tests]


def _accepted(address: str) -> bool:
    try:
        normalise_email(address)
    except ValueProblem:
        return False
    return True


def test_ordinary_valid_addresses_are_accepted(addresses: list[tuple[str, str]]) -> None:
    """All but `test@io`: an address at a bare top-level domain is far likelier a slip."""
    valid = [address for address, category in addresses if category == "ISEMAIL_VALID_CATEGORY"]
    refused = [address for address in valid if not _accepted(address)]
    print(f"\n{len(valid) - len(refused)} of {len(valid)} valid addresses accepted, refused: {refused}")
    assert refused == ["test@io"]


def test_faulty_addresses_are_refused(addresses: list[tuple[str, str]]) -> None:
    """All of them, apart from those whose only fault is a line break around, which every field takes off."""
    faulty = [address for address, category in addresses if category == "ISEMAIL_ERR"]
    accepted = [address for address in faulty if _accepted(address)]
    print(f"\n{len(faulty) - len(accepted)} of {len(faulty)} faulty addresses refused, accepted: {accepted}")
    assert {address.strip() for address in accepted} <= {"test@iana.org"}
    assert not [address for address in accepted if address == address.strip()]
