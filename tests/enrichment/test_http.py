"""The provider that is asked over HTTP, against a service that behaves badly in every way (A6)."""

import socket
import threading
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from oppwizard.enrichment import ProviderProblem, Question
from oppwizard.enrichment.http import HttpProvider, Pace
from oppwizard.model.base import new_id
from oppwizard.playbook.enrichment import HttpSource
from tests.enrichment.standin import Drips, Service, breaks_off, floods, leads_to, says, sends, serving, sleeps

SECRET = "s3cr3t-of-the-test"


def provider(service: Service, **settings: Any) -> HttpProvider:
    said: dict[str, Any] = {
        "name": "facts",
        "url": f"{service.url}/companies/{{domain}}?name={{company}}",
        "fields": {"account.employees": "company.size", "account.technologies": "company.tech"},
        "timeout": 5,
        "back_off": 0,
        "per_minute": 6_000,
        **settings,
    }
    return HttpProvider(HttpSource.model_validate(said))


def problem_of(asked: HttpProvider, question: Question) -> str:
    with pytest.raises(ProviderProblem) as caught:
        asked.look_up(question)
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value)
    return str(caught.value)


def test_it_maps_an_answer_to_fields(service: Service, acme: Question) -> None:
    service.answers(
        says({"company": {"size": 1200, "tech": ["SAP", "Oracle"]}, "meta": {"sure": 0.75, "day": "2026-10"}})
    )
    asked = provider(service, confidence="meta.sure", as_of="meta.day", currency="meta.none")
    assert [(one.path, one.value, one.confidence, one.as_of, one.currency) for one in asked.look_up(acme)] == [
        ("account.employees", 1200, Decimal("0.75"), "2026-10", ""),
        ("account.technologies", ["SAP", "Oracle"], Decimal("0.75"), "2026-10", ""),
    ]


@pytest.mark.parametrize(
    "company", ["Acme & Söhne", "a/../b?x=1#y", "{domain}", "100 % 日本", "a\r\nX-Evil: 1", "\ud800"]
)
def test_what_is_told_is_encoded_and_cannot_become_another_address(service: Service, company: str) -> None:
    question = Question("account", new_id(), None, {"company": company, "domain": "acme.example"})
    provider(service).look_up(question)
    (asked,) = service.asked
    parts = urlsplit(asked.path)
    assert parts.path == "/companies/acme.example"
    assert parse_qs(parts.query, keep_blank_values=True) == {"name": [company.replace("\ud800", "?")]}
    assert "X-Evil" not in asked.headers


@pytest.mark.parametrize("domain", ["", " ", ".", ".."])
def test_it_is_not_asked_by_what_is_not_known_or_would_lead_elsewhere(service: Service, domain: str) -> None:
    question = Question("account", new_id(), None, {"company": "Acme", "domain": domain})
    assert provider(service).look_up(question) == ()
    assert service.asked == []


def test_a_header_carries_the_secret_of_the_environment(
    service: Service, acme: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACTS_TOKEN", SECRET)
    provider(service, headers={"Authorization": "Bearer env:FACTS_TOKEN"}).look_up(acme)
    assert service.asked[0].headers["Authorization"] == f"Bearer {SECRET}"


def test_a_header_carries_the_secret_of_the_keyring(
    service: Service, acme: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "keyring.get_password", lambda service, name: SECRET if (service, name) == ("oppwizard", "f") else None
    )
    provider(service, headers={"X-Key": "keyring:f"}).look_up(acme)
    assert service.asked[0].headers["X-Key"] == SECRET
    assert "keyring set oppwizard g" in problem_of(provider(service, headers={"X-Key": "keyring:g"}), acme)


def test_a_keyring_that_fails_is_told_without_its_words(
    service: Service, acme: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(service: str, name: str) -> str:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("keyring.get_password", locked)
    assert "cannot be asked" in problem_of(provider(service, headers={"X-Key": "keyring:f"}), acme)


@pytest.mark.parametrize("secret", [f"{SECRET}\r\nX-Evil: 1", f"{SECRET}ü"])
def test_a_secret_that_no_header_can_have_is_not_sent_and_not_shown(
    service: Service, acme: Question, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv("FACTS_TOKEN", secret)
    assert "FACTS_TOKEN" in problem_of(provider(service, headers={"X-Key": "env:FACTS_TOKEN"}), acme)
    assert service.asked == []


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_are_told_once_and_without_them(
    service: Service, acme: Question, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setenv("FACTS_TOKEN", SECRET)
    service.answers(says({"error": SECRET}, status))
    assert "credentials" in problem_of(provider(service, headers={"X-Key": "env:FACTS_TOKEN"}), acme)
    assert len(service.asked) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_an_error_of_the_service_is_tried_again_so_many_times_then_said(
    service: Service, acme: Question, status: int
) -> None:
    service.answers(says({}, status))
    assert f"status {status}, in 3 tries" in problem_of(provider(service, retries=2), acme)
    assert len(service.asked) == 3


def test_an_error_that_passes_is_not_told(service: Service, acme: Question) -> None:
    service.answers(says({}, 503, Retry_After="0"), says({"company": {"size": 5}}))
    assert [one.value for one in provider(service, retries=1).look_up(acme)] == [5]


def test_a_service_that_wants_a_long_pause_is_given_up_at_once(service: Service, acme: Question) -> None:
    service.answers(says({}, 429, Retry_After="3600"))
    assert "429" in problem_of(provider(service, retries=5), acme)
    assert len(service.asked) == 1


@pytest.mark.parametrize("status", [404, 410, 204])
def test_what_the_service_does_not_know_is_no_problem(service: Service, acme: Question, status: int) -> None:
    service.answers(lambda handler: handler.send(b"", status))
    assert provider(service).look_up(acme) == ()


def test_other_refusals_are_said_without_another_try(service: Service, acme: Question) -> None:
    service.answers(says({}, 418))
    assert "418" in problem_of(provider(service), acme)
    assert len(service.asked) == 1


def test_a_service_that_never_answers_is_given_up(service: Service, acme: Question) -> None:
    service.answers(sleeps)
    assert "within 0.1 s, in 2 tries" in problem_of(provider(service, timeout=0.1, retries=1), acme)
    assert len(service.asked) == 2


@pytest.mark.parametrize("headers", [True, False], ids=["headers", "body"])
def test_a_service_that_drips_is_given_up_although_there_is_always_more(
    service: Service, acme: Question, headers: bool
) -> None:
    drips = Drips(headers)
    service.answers(drips)
    assert "did not answer" in problem_of(provider(service, timeout=0.3, retries=0), acme)
    assert drips.sent


def test_more_than_the_limit_is_not_read(service: Service, acme: Question) -> None:
    service.answers(floods)
    assert "more than 4 kB" in problem_of(provider(service, kilobytes=4), acme)
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    "body", [b"<html>", b"", b"{", b'{"a": NaN}', b"[" * 50_000, b'{"a":' + b"9" * 9_000 + b"}", b"\xff\xfe\xfa"]
)
def test_what_is_no_json_is_said_or_is_nothing(service: Service, acme: Question, body: bytes) -> None:
    service.answers(sends(body))
    if body:
        assert "no JSON" in problem_of(provider(service), acme)
    else:
        assert provider(service).look_up(acme) == ()


@pytest.mark.parametrize("document", [3, "text", True])
def test_json_of_another_shape_is_said(service: Service, acme: Question, document: Any) -> None:
    service.answers(says(document))
    assert "where an object is expected" in problem_of(provider(service), acme)


@pytest.mark.parametrize(
    "document", [{}, [], {"company": None}, {"company": [1]}, {"company": "x"}, {"company": {"size": ""}}]
)
def test_places_that_are_not_there_are_no_answers(service: Service, acme: Question, document: Any) -> None:
    service.answers(says(document))
    assert provider(service).look_up(acme) == []


def test_it_follows_a_redirect_within_its_host(
    service: Service, acme: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACTS_TOKEN", SECRET)
    service.answers(leads_to("/moved"), says({"company": {"size": 7}}))
    (answer,) = provider(service, headers={"X-Key": "env:FACTS_TOKEN"}).look_up(acme)
    assert answer.value == 7
    assert [one.path.partition("?")[0] for one in service.asked] == ["/companies/acme.example", "/moved"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2", "127.0.0.1"])
def test_it_follows_no_redirect_to_another_host_or_port(service: Service, acme: Question, host: str) -> None:
    with serving() as other:
        service.answers(leads_to(f"http://{host}:{other.server_port}/x"))
        assert f"another host: {host}:{other.server_port}" in problem_of(provider(service), acme)
        assert other.asked == []


@pytest.mark.parametrize("url", ["file:///etc/hosts", "ftp://127.0.0.1/x", "http://[bad", "//elsewhere.example/x"])
def test_it_follows_no_redirect_out_of_http(service: Service, acme: Question, url: str) -> None:
    service.answers(leads_to(url))
    assert problem_of(provider(service), acme)


def test_a_host_that_the_playbook_names_may_be_led_to(service: Service, acme: Question) -> None:
    with serving() as other:
        other.answers(says({"company": {"size": 9}}))
        service.answers(leads_to(f"http://localhost:{other.server_port}/x"))
        assert [one.value for one in provider(service, hosts=["localhost"]).look_up(acme)] == [9]


def test_redirects_without_an_end_are_said(service: Service, acme: Question) -> None:
    service.answers(leads_to("/again"))
    assert problem_of(provider(service), acme)
    assert len(service.asked) < 10


def test_a_port_where_nobody_listens_is_said(service: Service, acme: Question) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    asked = provider(service, url=f"http://127.0.0.1:{port}/{{domain}}", retries=1)
    assert "cannot be reached" in problem_of(asked, acme)


def test_a_line_that_breaks_off_is_said(service: Service, acme: Question) -> None:
    service.answers(breaks_off)
    assert problem_of(provider(service, retries=0), acme)


def test_calling_it_off_ends_a_request_that_is_under_way(service: Service, acme: Question) -> None:
    reached = threading.Event()

    def waits(handler: Any) -> None:
        reached.set()
        sleeps(handler)

    service.answers(waits)
    came: list[object] = []

    def ask() -> None:
        try:
            came.append(provider(service, timeout=60, retries=5, back_off=30).look_up(acme))
        except ProviderProblem as problem:
            came.append(problem)

    asking = threading.Thread(target=ask)
    asking.start()
    assert reached.wait(10)
    acme.cancel()
    asking.join(10)
    assert not asking.is_alive()
    assert len(service.asked) == 1


def test_the_pace_lets_nobody_through_who_was_called_off(acme: Question) -> None:
    pace = Pace(per_minute=1)
    assert pace.wait(acme.cancel)
    acme.cancel()
    assert not pace.wait(acme.cancel)
