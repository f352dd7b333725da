"""What an opportunity may be called: account - product or project - scope (E5)."""

import re
from decimal import Decimal

from oppwizard.i18n import T
from oppwizard.model.enums import Commitment, PricingModel
from oppwizard.model.parts import LineItem
from oppwizard.model.record import Record
from oppwizard.model.text import fold
from oppwizard.playbook.judging import Wording
from oppwizard.process.sizing import plain
from oppwizard.process.wording import is_blank, is_placeholder

_PARTS = re.compile(r"\s+[-–—|/:]\s+|\s*[–—|：／・]\s*")
_WORDS = re.compile(r"[^\W_]+")


def is_descriptive(name: str, account: str, wording: Wording) -> bool:
    """Whether a name tells account, product or project, and scope apart.

    It has three parts set off by dashes, none of them generic or a placeholder, and the later ones say more than
    the account's name does.
    """
    parts = [part for part in _PARTS.split(name) if not is_blank(part)]
    if len(parts) < 3 or any(_is_generic(part, wording) for part in parts):
        return False
    said = {fold(parts[0]), fold(account)}
    return all(fold(part) not in said for part in parts[1:])


def _is_generic(part: str, wording: Wording) -> bool:
    words = _WORDS.findall(fold(part))
    generic = wording.generic_set
    return is_placeholder(part, wording) or fold(part) in generic or all(word in generic for word in words)


def proposed_name(record: Record) -> str | None:
    """A name built from account, first product and scope; None while account or lines are missing."""
    account = record.account.dba or record.account.name
    line = next((line for line in record.lines if _sellable(line)), None)
    if not account or line is None:
        return None
    return " - ".join(str(part) for part in (account, line.product or line.sku, _scope(line)))


def _sellable(line: LineItem) -> bool:
    return bool(line.product or line.sku) and line.commitment is not Commitment.OPTION


def _scope(line: LineItem) -> str:
    quantity = line.quantity or Decimal(1)
    if line.pricing_model is PricingModel.PER_SEAT:
        return str(T("{quantity} seats", quantity=plain(quantity)))
    if line.pricing_model is PricingModel.FLAT and line.configuration:
        return line.configuration
    return str(T("{quantity} units", quantity=plain(quantity)))
