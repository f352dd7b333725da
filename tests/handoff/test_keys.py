"""H4: one key a person, kept from others, and decisions about the keys of senders that no damage turns into trust."""

import datetime as dt
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import keyring
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringLocked

from oppwizard.errors import InvalidInput, OppwizardError, StoreProblem, StoreTooNew
from oppwizard.handoff.keys import Keys, Trust, fingerprint

AT = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=9)))
THEIRS = bytes(range(32))
posix = pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")


class Ring(KeyringBackend):
    """A keyring in memory."""

    priority: float = 5

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}
        self.locked = False
        self.forgets = False

    def set_password(self, service: str, username: str, password: str) -> None:
        self._ask()
        if not self.forgets:
            self.held[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        self._ask()
        return self.held.get((service, username))

    def _ask(self) -> None:
        if self.locked:
            raise KeyringLocked("locked")


class PlainText(Ring):
    """A keyring that keeps what it is given where everybody can read it."""

    priority = 0.5


@pytest.fixture(autouse=True)
def ring() -> Iterator[Ring]:
    """The system's keyring, as far as the tests are concerned."""
    before, ring = keyring.get_keyring(), Ring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def stored(folder: Path) -> Any:
    return json.loads((folder / "key.json").read_text())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# ----------------------------------------------------------------------------------------------------------- one's own


@pytest.mark.parametrize("use_keyring", [True, False])
def test_a_key_is_made_once_and_signs(folder: Path, use_keyring: bool) -> None:
    signer = Keys(folder, use_keyring).signer()
    again = Keys(folder, use_keyring).signer()
    assert signer.public == again.public
    assert len(signer.public) == 32
    Ed25519PublicKey.from_public_bytes(signer.public).verify(again.sign(b"data"), b"data")
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(signer.public).verify(signer.sign(b"data"), b"other")


def test_the_keyring_has_it_and_no_file_does(folder: Path, ring: Ring) -> None:
    signer = Keys(folder).signer()
    assert [key for _, key in ring.held] == [signer.public.hex()]
    secret = next(iter(ring.held.values()))
    assert secret not in "".join(file.read_text() for file in folder.iterdir())


def test_two_folders_have_two_keys(tmp_path: Path, ring: Ring) -> None:
    assert Keys(tmp_path / "one").signer().public != Keys(tmp_path / "two").signer().public
    assert len(ring.held) == 2


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring, PlainText])
def test_no_keyring_that_keeps_secrets(folder: Path, backend: type[KeyringBackend]) -> None:
    plain = backend()
    keyring.set_keyring(plain)
    public = Keys(folder).signer().public
    assert stored(folder)["private"] is not None
    assert not getattr(plain, "held", None)
    assert Keys(folder).signer().public == public


@pytest.mark.parametrize("trouble", ["locked", "forgets"])
def test_a_keyring_that_does_not_take_a_key(folder: Path, ring: Ring, trouble: str) -> None:
    setattr(ring, trouble, True)
    public = Keys(folder).signer().public
    setattr(ring, trouble, False)
    assert Keys(folder).signer().public == public
    assert ring.held == {}


def test_a_keyring_that_breaks_when_it_is_looked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> KeyringBackend:
        raise RuntimeError("no session bus")

    monkeypatch.setattr(keyring, "get_keyring", broken)
    assert Keys(folder).signer().public.hex() == stored(folder)["public"]


def test_a_chain_of_keyrings_counts_as_its_first(folder: Path, ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    from keyring.backends.chainer import ChainerBackend

    monkeypatch.setattr(ChainerBackend, "backends", [ring, PlainText()])
    keyring.set_keyring(ChainerBackend())  # type: ignore[no-untyped-call]
    public = Keys(folder).signer().public
    assert [key for _, key in ring.held] == [public.hex()]
    monkeypatch.setattr(ChainerBackend, "backends", [PlainText()])
    with pytest.raises(StoreProblem, match="cannot be asked"):
        Keys(folder).signer()


def test_a_locked_keyring_makes_no_second_key(folder: Path, ring: Ring) -> None:
    public = Keys(folder).signer().public
    ring.locked = True
    with pytest.raises(StoreProblem, match=r"cannot be asked.*Unlock it"):
        Keys(folder).signer()
    ring.locked = False
    with pytest.raises(StoreProblem, match="cannot be asked"):
        Keys(folder, use_keyring=False).signer()
    assert Keys(folder).signer().public == public


def test_a_keyring_that_lost_the_key(folder: Path, ring: Ring) -> None:
    Keys(folder).signer()
    ring.held.clear()
    with pytest.raises(StoreProblem, match=r"has lost the key.*Delete .*key\.json"):
        Keys(folder).signer()


def test_a_key_in_a_file_stays_when_there_is_a_keyring_later(folder: Path, ring: Ring) -> None:
    public = Keys(folder, use_keyring=False).signer().public
    assert Keys(folder).signer().public == public
    assert ring.held == {}


@posix
def test_only_its_user_may_read_it(folder: Path) -> None:
    before = os.umask(0)
    try:
        keys = Keys(folder, use_keyring=False)
        keys.signer()
        keys.decide(THEIRS, True, "Sales, Osaka", AT)
    finally:
        os.umask(before)
    assert mode(folder) == 0o700
    assert {mode(file) for file in folder.iterdir()} == {0o600}
    assert {file.name for file in folder.iterdir()} == {"key.json", "keys.lock", "trusted.json"}


@posix
@pytest.mark.parametrize("bits", [0o644, 0o640, 0o604, 0o620, 0o602])
def test_a_key_that_others_could_have_read_is_not_used(folder: Path, bits: int) -> None:
    Keys(folder, use_keyring=False).signer()
    (folder / "key.json").chmod(bits)
    with pytest.raises(StoreProblem, match=r"key\.json can be read or changed by others.*chmod 600"):
        Keys(folder).signer()


@pytest.mark.parametrize(
    "change",
    [
        {"private": "0" * 63},
        {"private": "0" * 62},
        {"private": "1" * 64},
        {"private": "x" * 64},
        {"private": 5},
        {"private": True},
        {"public": "0" * 64},
        {"public": None},
        {"format": "other"},
        {"version": "1"},
    ],
)
def test_a_damaged_key(folder: Path, change: dict[str, Any]) -> None:
    Keys(folder, use_keyring=False).signer()
    text = json.dumps(stored(folder) | change)
    (folder / "key.json").write_text(text)
    with pytest.raises(StoreProblem, match=r"key\.json is damaged.*Put back a copy"):
        Keys(folder).signer()
    assert (folder / "key.json").read_text() == text


def test_a_newer_key(folder: Path) -> None:
    Keys(folder, use_keyring=False).signer()
    (folder / "key.json").write_text(json.dumps(stored(folder) | {"version": 2}))
    with pytest.raises(StoreTooNew, match="newer version"):
        Keys(folder).signer()


@posix
def test_neither_a_link_nor_a_pipe_nor_a_folder_is_a_key(folder: Path, tmp_path: Path) -> None:
    Keys(folder, use_keyring=False).signer()
    key = folder / "key.json"
    key.replace(tmp_path / "elsewhere")
    key.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreProblem, match="cannot be opened"):
        Keys(folder).signer()
    key.unlink()
    os.mkfifo(key, 0o600)
    with pytest.raises(StoreProblem, match="is no file"):
        Keys(folder).signer()
    key.unlink()
    key.mkdir()
    with pytest.raises(StoreProblem):
        Keys(folder).signer()


def test_no_place_for_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OppwizardError):
        Keys(tmp_path / "file" / "keys").signer()
    with pytest.raises(InvalidInput, match="is no place for a file"):
        Keys(tmp_path / "file").decide(THEIRS, True, "", AT)


def test_processes_that_ask_at_once_get_one_key(folder: Path) -> None:
    probe = (
        "import sys; from pathlib import Path; from oppwizard.handoff.keys import Keys; sys.stdin.read();"
        "print(Keys(Path(sys.argv[1]), use_keyring=False).signer().public.hex())"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", probe, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    assert {process.communicate()[0].strip() for process in started} == {stored(folder)["public"]}


def test_threads_that_ask_at_once_get_one_key(folder: Path, ring: Ring) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: Keys(folder).signer().public, range(16)))
    assert [key.hex() for key in keys] == [key for _, key in ring.held]


def test_a_fingerprint_is_short_enough_to_be_read_out() -> None:
    assert fingerprint(bytes(32)) == "6668 7aad f862 bd77 6c8f c18b 8e9f 8e20"
    assert fingerprint(THEIRS) != fingerprint(THEIRS[::-1])


# -------------------------------------------------------------------------------------------------------------- others


def test_nothing_is_decided_until_it_is(folder: Path) -> None:
    assert Keys(folder).decision(THEIRS) is None
    assert not folder.exists()


def test_a_decision_stays_until_another_is_made(folder: Path) -> None:
    Keys(folder).decide(THEIRS, True, "営業部 \x1b[31m", AT)
    Keys(folder).decide(bytes(32), False, "", AT)
    assert Keys(folder).decision(THEIRS) == Trust(True, "営業部 \x1b[31m", AT)
    Keys(folder).decide(THEIRS, False, "no longer", AT)
    assert Keys(folder).decision(THEIRS) == Trust(False, "no longer", AT)
    assert Keys(folder).decision(bytes(32)) == Trust(False, "", AT)


def test_decisions_made_at_once_are_all_kept(folder: Path) -> None:
    keys = [bytes([number]) * 32 for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: Keys(folder).decide(key, True, key.hex(), AT), keys))
    assert [trust.name for key in keys if (trust := Keys(folder).decision(key))] == [key.hex() for key in keys]


GOOD = {"allowed": True, "name": "x", "at": AT.isoformat()}
HEAD = {"format": "oppwizard.trust", "version": 1}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"5",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        json.dumps({"keys": {}}),
        json.dumps(HEAD),
        json.dumps(HEAD | {"format": "oppwizard.key", "keys": {}}),
        json.dumps(HEAD | {"keys": []}),
        json.dumps(HEAD | {"keys": {"00" * 32: None}}),
        json.dumps(HEAD | {"keys": {"00" * 32: {}}}),
        json.dumps(HEAD | {"keys": {"00" * 32: GOOD | {"allowed": "no"}}}),
        json.dumps(HEAD | {"keys": {"00" * 32: GOOD | {"allowed": 1}}}),
        json.dumps(HEAD | {"keys": {"00" * 32: GOOD | {"at": "yesterday"}}}),
        json.dumps(HEAD | {"keys": {"00" * 32: GOOD | {"at": None}}}),
        json.dumps(HEAD | {"keys": {"00" * 32: GOOD | {"name": None}}}),
        json.dumps(HEAD | {"keys": {"00" * 32: GOOD | {"more": 1}}}),
        json.dumps(HEAD | {"keys": {"not a key": GOOD}}),
    ],
)
def test_damaged_decisions_are_neither_trust_nor_a_crash(folder: Path, data: str | bytes) -> None:
    Keys(folder).decide(THEIRS, True, "x", AT)
    kept = folder / "trusted.json"
    kept.write_bytes(data if isinstance(data, bytes) else data.encode())
    before = kept.read_bytes()
    with pytest.raises(StoreProblem, match=r"trusted\.json is damaged.*decide anew"):
        Keys(folder).decision(THEIRS)
    with pytest.raises(StoreProblem, match="damaged"):
        Keys(folder).decide(bytes(32), True, "x", AT)
    assert kept.read_bytes() == before


def test_newer_decisions(folder: Path) -> None:
    Keys(folder).decide(THEIRS, True, "x", AT)
    (folder / "trusted.json").write_text(json.dumps(HEAD | {"version": 2, "keys": {}}))
    with pytest.raises(StoreTooNew):
        Keys(folder).decision(THEIRS)


@posix
def test_decisions_that_others_could_have_made_do_not_count(folder: Path) -> None:
    Keys(folder).decide(THEIRS, True, "x", AT)
    (folder / "trusted.json").chmod(0o666)
    with pytest.raises(StoreProblem, match="changed by others"):
        Keys(folder).decision(THEIRS)
