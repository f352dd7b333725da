"""What sections refuse: each at its line, with what would be right, in both languages."""

import re
from pathlib import Path

import pytest

from oppwizard import i18n
from oppwizard.playbook.faults import Fault
from tests.playbook.books import faults_of
from tests.playbook.rulebook import rule
from tests.playbook.test_rules import FAULTS as RULES

KANA = re.compile("[\u3041-\u30ff]")
PRODUCT = '[[products]]\nsku = "A"\nname = "A"\n'
FILE = '[[enrichment.files]]\nname = "a"\npath = "a.csv"\n'
HTTP = '[[enrichment.http]]\nname = "h"\nurl = "%s"\nfields = { "account.employees" = "x" }\n'
TELL = '[[notify.rules]]\non = "won"\nto = "@owner"\n'
CASES = [
    ("[automation]\nstages = [2, 5]\n", 2, "automation.stages[2]", "Stage 5 is entered by creating"),
    ('[[fields]]\nname = "a"\nlabel = "A"\nwhom = "campion"\n', 4, "fields.a.whom", "Did you mean champion?"),
    ('[[fields]]\nname = "a"\nlabel = "A"\nwhom = "xyz"\n', 4, "fields.a.whom", "Choose one of: anyone, ourselves"),
    ('[coach.fr]\n', 1, "coach.fr", "Choose one of: en, ja"),
    (PRODUCT + 'prices = [{ currency = "XXQ", price = 1 }]\n', 4, "products.A.prices[1].currency", "such as EUR"),
    (PRODUCT + 'prices = [{ currency = "EUR" }]\n', 4, "products.A.prices[1]", "needs price, or tiers"),
    (PRODUCT + "price = 1.23456\n", 4, "products.A.price", "too many digits. It is to have 4 decimal places"),
    (PRODUCT + "price = 1e19\n", 4, "products.A.price", "digits"),
    (PRODUCT + 'price = 1\nprices = [{ currency = "EUR", price = 1 }]\n', 4, "products.A.price", "among the prices"),
    (PRODUCT + 'prices = [{ currency = "EUR", price = 1 }, { currency = "EUR", price = 2 }]\n', 4,
     "products.A.prices[2]", "two prices for one currency"),
    (PRODUCT + 'prices = [{ currency = "EUR", tiers = [{ at = 1, price = 1 }] }]\n', 4,
     "products.A.prices[1].tiers", "Add pricing_model"),
    (PRODUCT + 'pricing_model = "tiered"\nprices = [{ currency = "EUR", price = 1 }]\n', 5,
     "products.A.prices[1]", "each of its prices needs tiers"),
    (TELL.replace("won", "test"), 2, "notify.rules[1].on", "oppwizard notify --test"),
    (TELL.replace("@owner", "team"), 3, "notify.rules[1].to[1]", "Name it in [notify.channels]"),
    (TELL + 'text = { en = "{title}", ja = "{titel}" }\n', 4, "notify.rules[1].text", "Did you mean title?"),
    (TELL + 'text = "a } b"\n', 4, "notify.rules[1].text", "A brace is part of a place, such as {title}"),
    (TELL + 'language = "fr"\n', 4, "notify.rules[1].language", "Choose one of: en, ja"),
    ("[notify]\nquiet_until = 07:00:00\n", 2, "notify.quiet_until", "two different times of the day"),
    ("[notify]\nkeep_days = 3\n", 2, "notify.keep_days", "more than past_days, 14"),
    ("[notify.channels]\nteam = 'nothing'\n", 2, "notify.channels.team", "Give keyring:NAME"),
    ("[notify.people]\n'@owners' = 'file:x'\n", 2, "notify.people.@owners", "Did you mean @owner?"),
    (FILE + 'fields = { "account.employes" = "x" }\n', 4, "enrichment.files.a.fields.account.employes",
     "Did you mean account.employees?"),
    (FILE + 'fields = { "people.title" = "x" }\n', 4, "enrichment.files.a.fields.people.title", "no field of account"),
    (FILE.replace('"a"', '" a"'), 2, "enrichment.files. a.name", "without blanks at its ends"),
    (FILE + '[[enrichment.plugins]]\nname = "a"\n', 5, "enrichment.plugins.a.name", "Two providers are called “a”"),
    (HTTP % "https://api.example/all", 3, "enrichment.http.h.url", "needs a place such as {domain}"),
    (HTTP % "https://api.example/{email}", 3, "enrichment.http.h.url", "There are: {company}, "),
    (HTTP % "https://[::1/{domain}", 3, "enrichment.http.h.url", "It is no web address"),
    (HTTP % "https://{domain}/", 3, "enrichment.http.h.url", "host of the address is to be written out"),
    (HTTP % "https://a:b@api.example/{domain}", 3, "enrichment.http.h.url", "Put it among the headers"),
    (HTTP % "http://api.example/{domain}", 3, "enrichment.http.h.url", "begin with https://"),
    (HTTP % "https://api.example/{domain}" + 'headers = { Key = "abc" }\n', 5, "enrichment.http.h.headers.Key",
     "Write keyring:NAME"),
    (HTTP % "https://api.example/{domain}" + 'headers = { "A B" = "env:A" }\n', 5, "enrichment.http.h.headers.A B",
     "no name of a header"),
    ("[crm.odoo.push]\nbatch = 5\n", 1, "crm.odoo.push", "those that have are: salesforce, hubspot"),
    ('[crm.hubspot.push]\ntoken = "abc"\n', 2, "crm.hubspot.push.token", "Write keyring:NAME or env:NAME"),
    ('[crm.hubspot.push]\nurl = "https://[::1"\n', 2, "crm.hubspot.push.url", "Write https:// and a host"),
    ('[crm.hubspot.push]\nurl = "https://a:b@c.example"\n', 2, "crm.hubspot.push.url", "holds no password"),
    ('[crm.hubspot.push]\nurl = "http://c.example"\n', 2, "crm.hubspot.push.url", "begin with https://"),
    ('[crm.salesforce.push]\napi_version = "62"\n', 2, "crm.salesforce.push.api_version", "Write it as 62.0"),
    ('[crm.odoo]\ncurrency = "eur"\n', 2, "crm.odoo.currency", "three letters"),
]  # fmt: skip


def japanese(faults: tuple[Fault, ...]) -> None:
    """Every problem and every remedy is told in Japanese."""
    i18n.use("ja")
    told = [str(text) for fault in faults for text in (fault.problem, fault.remedy) if text is not None]
    i18n.use("en")
    assert [text for text in told if not KANA.search(text)] == []


@pytest.mark.parametrize(("text", "line", "key", "says"), CASES)
def test_what_a_section_refuses_is_told_in_both_languages(
    tmp_path: Path, text: str, line: int, key: str, says: str
) -> None:
    found = faults_of(tmp_path, text)
    assert [(fault.line, fault.key) for fault in found] == [(line, key)], [str(fault) for fault in found]
    assert says in str(found[0])
    japanese(found)


def test_every_fault_of_every_rule_is_told_in_both_languages(tmp_path: Path) -> None:
    text = "".join(rule(must, name=f"r{number}") for number, (must, _place, _said) in enumerate(RULES))
    found = faults_of(tmp_path, text)
    assert {fault.key.split(".")[1] for fault in found} == {f"r{number}" for number in range(len(RULES))}
    assert all(fault.line for fault in found)
    japanese(found)


def test_rules_and_what_else_does_not_hold_together_are_told_at_once(tmp_path: Path) -> None:
    text = '[coach.en.fields.close_onn]\nwhy = "x"\n' + rule('{ field = "close_onn", op = "answered" }')
    assert [fault.key for fault in faults_of(tmp_path, text)] == ["coach.en.fields.close_onn", "rules.ours.must.field"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[[fields]]\nname = "site"\nlabel = "S"\nkind = "mony"\n' + rule('{ field = "custom.site", op = "empty" }'),
         "fields.site.kind"),
        ('[[fields]]\nname = "site"\nlabel = "S"\nkind = "mony"\n[coach.en.fields."custom.site"]\nwhy = "x"\n',
         "fields.site.kind"),
        ('[[sales_stages]]\nvalue = "steel"\nlow = "x"\nhigh = 3\n'
         + rule('{ field = "sales_stage", op = "is", value = "steel" }'), "sales_stages.steel.low"),
        ('[[fields]]\nname = "site"\nlabel = "S"\nkind = "pick"\npicks = "sites"\n'
         '[[picks.sites.items]]\nvalue = "a"\nlabl = "x"\n[[picks.sites.items]]\nvalue = "b"\n'
         + rule('{ field = "custom.site", op = "is", value = "a" }'), "picks.sites.items.a.labl"),
        ("[notify.channels]\nteam = 3\n" + TELL.replace("@owner", "team"), "notify.channels.team"),
        ("[notify]\npast_days = 'x'\nkeep_days = 12\n", "notify.past_days"),
        ("[notify]\nquiet_from = 'x'\nquiet_until = 07:00:00\n", "notify.quiet_from"),
        ("[review]\nwarn_hours = 'x'\noverdue_hours = 3\n", "review.warn_hours"),
        ("[score]\nfresh_days = 'x'\nstale_days = 3\n", "score.fresh_days"),
        ("[audit]\naccuracy = 'x'\ncompletion = 35\n", "audit.accuracy"),
    ],
)  # fmt: skip
def test_what_only_follows_from_a_fault_is_not_told(tmp_path: Path, text: str, key: str) -> None:
    assert [fault.key for fault in faults_of(tmp_path, text)] == [key]


def test_a_fault_that_follows_from_nothing_is_told_beside_others(tmp_path: Path) -> None:
    text = (
        "[audit]\nsample = 0\ncompletion = 35\n[[fields]]\nname = 'B'\nlabel = 'B'\n[coach.en.stages.sale]\nwhy = 'x'\n"
    )
    assert {fault.key for fault in faults_of(tmp_path, text)} == {
        "audit.sample", "audit", "fields.B.name", "coach.en.stages.sale",
    }  # fmt: skip


def test_many_faulty_entries_are_taken_out_in_their_order(tmp_path: Path) -> None:
    wrong = "".join(f'[[fields]]\nname = "F{number}"\nlabel = "F"\n' for number in range(12))
    last = '[[fields]]\nname = "last"\nlabel = "L"\nkind = "pick"\npicks = "gone"\n'
    assert [fault.key for fault in faults_of(tmp_path, wrong + last)] == [
        *(f"fields.F{number}.name" for number in range(12)),
        "fields.last.picks",
    ]
