import pytest

from oppwizard.exchange.crm.names import Order, parts


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [
        ("Ada Lovelace", "Lovelace", "Ada"),
        ("Lovelace, Ada", "Lovelace", "Ada"),
        ("山田 太郎", "山田", "太郎"),
        ("山田　太郎", "山田", "太郎"),
        ("山田太郎", "山田太郎", ""),
        ("김 민수", "김", "민수"),
        ("Ludwig van Beethoven", "van Beethoven", "Ludwig"),
        ("Ada de la Cruz", "de la Cruz", "Ada"),
        ("Van Morrison", "Morrison", "Van"),
        ("José María Núñez", "Núñez", "José María"),
        ("Cher", "Cher", ""),
        ("  ", "", ""),
        (None, "", ""),
    ],
)
def test_a_name_is_told_apart_by_its_script(name: str | None, family: str, given: str) -> None:
    assert parts(name) == (family, given)


@pytest.mark.parametrize(
    ("order", "family", "given"),
    [("whole", "Ada Lovelace", ""), ("family-first", "Ada", "Lovelace"), ("given-first", "Lovelace", "Ada")],
)
def test_an_organisation_may_fix_the_order(order: Order, family: str, given: str) -> None:
    assert parts("Ada Lovelace", order) == (family, given)
