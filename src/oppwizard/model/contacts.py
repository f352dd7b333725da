"""E-mail addresses and telephone numbers: one spelling for each, whatever was typed."""

import re
from typing import Final

from oppwizard.errors import ValueProblem
from oppwizard.i18n import T, Text
from oppwizard.model.numbers import clean, cut

_LONGEST_EMAIL: Final = 320
_NAMED: Final = re.compile(r"[^<>]*<([^<>]+)>")
_DASHES: Final = str.maketrans(dict.fromkeys("ー‐‑‒–—―−─〜~", "-"))
_PHONE: Final = re.compile(r"(?:tel:)?\s*(\+?[0-9()./ -]*[0-9][0-9()./ -]*)(.*)")
_EXTENSION: Final = re.compile(r"[,; ]*(?:ext(?:ension|n)?\.?|内線(?:番号)?|x|#)[:= .]*([0-9]{1,10})\)?")


def normalise_email(text: str) -> str:
    """Read an e-mail address; "mailto:" and "Name <address>" are taken off, the domain is put in lower case.

    The address must be one that mail on the internet can reach: no quoted names, no bare hosts, no test domains.

    Raises:
        ValueProblem: not such an address.
    """
    from email_validator import validate_email

    plain = clean(text, _LONGEST_EMAIL)
    named = _NAMED.fullmatch(plain)
    bare = (named.group(1) if named else plain).strip()
    if bare[:7].casefold() == "mailto:":
        bare = bare[7:].partition("?")[0]
    try:
        return validate_email(bare, check_deliverability=False).normalized
    except ValueError as error:  # the library's own errors, and those of the encodings beneath it
        raise ValueProblem(
            _email_problem(bare, cut(text)), T("Write an address such as taro.yamada@example.co.jp.")
        ) from error


def _email_problem(bare: str, shown: str) -> Text:
    """What is wrong with an address that was refused, the plainest fault first."""
    name, _at, domain = bare.rpartition("@")
    if not bare:
        return T("There is no e-mail address.")
    if "@" not in bare:
        return T('"{text}" has no @ sign.', text=shown)
    if " " in bare:
        return T('"{text}" has a space inside the address.', text=shown)
    if bare.count("@") > 1:
        return T('"{text}" has more than one @ sign.', text=shown)
    if not name or not domain:
        return T('"{text}" lacks the part before or after the @ sign.', text=shown)
    if "." not in domain.strip("."):
        return T('"{text}" has no full domain after the @ sign.', text=shown)
    return T('"{text}" is not an e-mail address that can be delivered to.', text=shown)


def is_region(code: str) -> bool:
    """Whether this is the ISO 3166 code of a country that has telephone numbers."""
    import phonenumbers

    return code.upper() in phonenumbers.SUPPORTED_REGIONS


def normalise_phone(text: str, region: str) -> str:
    """Read a telephone number as it is dialled in a region, or with its country code.

    Numbers of a possible length pass, also where the range is not in use: fictitious ones such as 555-01xx are
    needed, and numbering plans change faster than libraries. A local number without its area code is refused.

    Args:
        text: what was typed, perhaps with an extension ("ext. 12", "x12", "内線12").
        region: the ISO 3166 code of the country that numbers without a country code belong to.

    Returns:
        E.164, such as ``+81312345678``, with ``;ext=12`` after it where there is an extension.

    Raises:
        ValueProblem: not a possible number.
    """
    import phonenumbers

    shape = _PHONE.fullmatch(clean(text).casefold().translate(_DASHES))
    extension = _EXTENSION.fullmatch(shape.group(2)) if shape else None
    if shape is None or (shape.group(2) and extension is None):
        raise _phone_problem(text, region)
    try:
        number = phonenumbers.parse(shape.group(1), region.upper() or None)
    except phonenumbers.NumberParseException as error:
        raise _phone_problem(text, region) from error
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise _phone_problem(text, region)
    plain = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{plain};ext={extension.group(1)}" if extension else plain


def _phone_problem(text: str, region: str) -> ValueProblem:
    problem = T('"{text}" is not a telephone number.', text=cut(text))
    if not region:
        return ValueProblem(problem, T("Write it with its country code, such as +81 3-1234-5678."))
    return ValueProblem(
        problem,
        T(
            "Write it with its area code as dialled in {region}, or with its country code, such as +81 3-1234-5678.",
            region=region.upper(),
        ),
    )


def show_phone(e164: str) -> str:
    """The number in the international form, such as "+81 3-1234-5678"; a text that is no number stays as it is."""
    import phonenumbers

    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return e164
    extension, number.extension = number.extension, None  # regions word it differently, and we read it back
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return f"{shown} ext. {extension}" if extension else shown
