"""What a member of a team is told of deals that they do not see: that there is one, whose, and roughly how alike (A8).

The database itself answers, by one function that is above row-level security and tells as little as helps. Sizes are
compared in bands and days in quarters, so that asking often finds out no figure; deals of one owner are one answer, so
that their number is not told; and the server's log names who was told, whatever client they write.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

from oppwizard.data.served import may_call
from oppwizard.model.base import MONEY_SCALE, MOST
from oppwizard.model.enums import Status

AT_ONCE: Final = 50
"""Of so many accounts may be asked by one call."""
_ANSWERS: Final = 100
_BAND: Final = 1.5
"""A band of amounts reaches to so many times its beginning; those of the same band and of the next ones are alike."""
_SIZE, _TIME = 2, 1
_OPEN: Final = ", ".join(f"'{status.value}'" for status in (Status.DRAFT, Status.CREATED))
NAME: Final = "oppwizard_hidden(uuid[], bigint, text, date)"
_TELLING: Final = f"""
CREATE OR REPLACE FUNCTION oppwizard_hidden(asked uuid[], asked_amount bigint, asked_currency text, asked_day date)
  RETURNS TABLE (hidden_account uuid, hidden_owner text, hidden_alike integer)
  LANGUAGE plpgsql STABLE SECURITY DEFINER
  {{fixed}} AS $$
DECLARE
  told bigint;
BEGIN
  IF cardinality(asked) > {AT_ONCE} THEN
    RAISE EXCEPTION 'of at most {AT_ONCE} accounts at once';
  ELSIF NOT EXISTS (SELECT FROM oppwizard_member m WHERE m.login = session_user) THEN
    RETURN;
  END IF;
  RETURN QUERY
    WITH deal AS (
      SELECT account_id, coalesce(nullif(owner, ''), created_by)::text AS whose,
        CASE WHEN currency = asked_currency AND amount > 0 AND asked_amount > 0 THEN
          abs(floor(ln(amount::float8) / ln({_BAND})) - floor(ln(asked_amount::float8) / ln({_BAND}))) <= 1
        END AS size,
        abs(extract(year FROM close_on) * 4 + extract(quarter FROM close_on)
          - extract(year FROM asked_day) * 4 - extract(quarter FROM asked_day)) <= 1 AS period
      FROM opportunity
      WHERE account_id = ANY (asked) AND status IN ({_OPEN}) AND NOT is_sample AND NOT coalesce({{sees}}, false)
    )
    SELECT d.account_id, d.whose,
      max(CASE WHEN d.size THEN {_SIZE} ELSE 0 END + CASE WHEN d.period THEN {_TIME} ELSE 0 END)
    FROM deal d WHERE d.size IS NOT FALSE AND d.period IS NOT FALSE
    GROUP BY d.account_id, d.whose ORDER BY 3 DESC, 1, 2 LIMIT {_ANSWERS};
  GET DIAGNOSTICS told = ROW_COUNT;
  IF told > 0 THEN
    RAISE LOG 'oppwizard: % was told of records that they do not see, asking of % accounts',
      session_user, cardinality(asked);
  END IF;
END $$;
REVOKE ALL ON FUNCTION {NAME} FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {NAME} TO {{members}};
"""
_ASKING: Final = text(
    "SELECT hidden_account, hidden_owner, hidden_alike FROM oppwizard_hidden("
    "CAST(:accounts AS uuid[]), CAST(:amount AS bigint), CAST(:currency AS text), CAST(:day AS date))"
)


def telling(fixed: str, sees: str, members: str) -> str:
    """The function, as SQL.

    Args:
        fixed: the clause by which it finds the store's tables alone.
        sees: whether the member sees a deal.
        members: the roles that may ask.
    """
    return _TELLING.replace("{fixed}", fixed).replace("{sees}", f"({sees})").replace("{members}", members)


@dataclass(frozen=True, slots=True)
class Hidden:
    """Open deals of an account and an owner that are not seen by whoever asks.

    Attributes:
        same_size: whether one of them is about as large; unknown where one of the two has no amount.
        same_time: whether that one closes about then; likewise.
    """

    account_id: UUID
    owner: str
    same_size: bool = False
    same_time: bool = False


def tells(connection: Connection) -> bool:
    """Whether the store has deals that are not seen by everybody, and tells of them."""
    return may_call(connection, NAME)


def ask(
    connection: Connection, accounts: Sequence[UUID], amount: Decimal | None, currency: str | None, day: dt.date | None
) -> list[Hidden]:
    """The deals of accounts that are not seen and may be like one of some amount and close date."""
    found: list[Hidden] = []
    whole = None if amount is None else int(min(amount, MOST) * MONEY_SCALE)
    for start in range(0, len(accounts), AT_ONCE):
        some = list(accounts[start : start + AT_ONCE])
        values = {"accounts": some, "amount": whole, "currency": currency, "day": day}
        for account_id, owner, alike in connection.execute(_ASKING, values):
            found.append(Hidden(account_id, owner, bool(alike & _SIZE), bool(alike & _TIME)))
    return found
