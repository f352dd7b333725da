"""Whose packets: the key that one's own are signed with, and what was decided about the keys of others."""

import contextlib
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from oppwizard.errors import StoreProblem, StoreTooNew
from oppwizard.exchange.atomic import writing
from oppwizard.handoff.files import PRIVATE, locked, new_file, read_private
from oppwizard.handoff.seal import Signer
from oppwizard.i18n import T, Text

if TYPE_CHECKING:  # both take long to import, and most commands sign nothing
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from keyring.backend import KeyringBackend

__all__ = ["Keys", "Signer", "Trust", "fingerprint"]

_SERVICE: Final = "oppwizard"
_VERSION: Final = 1
_GOOD_ENOUGH: Final = 1  # the keyring library's own measure; what keeps plain text or nothing at all is below it


def fingerprint(public: bytes) -> str:
    """A public key as two people compare it, also by telephone: eight groups of four characters."""
    text = sha256(public).hexdigest()[:32]
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


@dataclass(frozen=True, slots=True)
class Trust:
    """What was decided about a key.

    Attributes:
        allowed: whether packets that it signs are taken.
        name: whose it is, in the words of whoever decided.
        at: when that was.
    """

    allowed: bool
    name: str
    at: dt.datetime


class Keys:
    """The keys of the person at this machine.

    Args:
        folder: where they are kept; made, for this person alone, where there is none.
        use_keyring: whether the system's keyring keeps the private key, if there is one.
    """

    def __init__(self, folder: Path, use_keyring: bool = True) -> None:
        self._folder = folder
        self._use_keyring = use_keyring
        self._key = _Kept(
            folder / "key.json",
            "oppwizard.key",
            T("Put back a copy of it, or delete it to have a new key made, which nobody trusts yet."),
        )
        self._trusted = _Kept(
            folder / "trusted.json",
            "oppwizard.trust",
            T("Put back a copy of it, or delete it to decide anew on every sender."),
        )

    def signer(self) -> Signer:
        """The person's own key, made when first asked for; processes that ask at the same time get the same.

        Raises:
            StoreProblem: it is damaged, others can read it, or the keyring does not give it.
            InvalidInput: the folder cannot be written.
        """
        held = self._held()
        if held is None:
            with self._alone():
                held = self._held() or self._make()
        return _OwnKey(held)

    def decision(self, public: bytes) -> Trust | None:
        """What was decided about a key; None if nothing was.

        Raises:
            StoreProblem: the decisions cannot be read: that is no reason to trust anybody.
        """
        return self._decisions().get(public.hex())

    def decide(self, public: bytes, allowed: bool, name: str, at: dt.datetime) -> None:
        """Keep a decision about a key, in the place of an earlier one.

        Raises:
            StoreProblem: the decisions so far cannot be read; they are left as they are.
            InvalidInput: the folder cannot be written.
        """
        with self._alone():
            decisions = self._decisions() | {public.hex(): Trust(allowed, name, at)}
            self._trusted.write({"keys": {key: _told(trust) for key, trust in decisions.items()}})

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with writing(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(self._folder / "keys.lock"):
            yield

    def _decisions(self) -> dict[str, Trust]:
        document = self._trusted.read()
        if document is None:
            return {}
        with self._trusted.believed():
            return {bytes.fromhex(key).hex(): _trust(**told) for key, told in document["keys"].items()}

    def _held(self) -> "Ed25519PrivateKey | None":
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        document = self._key.read()
        if document is None:
            return None
        with self._key.believed():
            public, private = document["public"], document["private"]
            secret = self._from_keyring(public) if private is None else private
            key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
            if key.public_key().public_bytes_raw().hex() != public:
                raise ValueError("another key")
        return key

    def _make(self) -> "Ed25519PrivateKey":
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        key = Ed25519PrivateKey.generate()
        public, private = key.public_key().public_bytes_raw().hex(), key.private_bytes_raw().hex()
        in_keyring = self._use_keyring and _put_into_keyring(public, private)
        self._key.write({"public": public, "private": None if in_keyring else private})
        return key

    def _from_keyring(self, public: str) -> str:
        backend = _keyring() if self._use_keyring else None
        try:
            found = None if backend is None else backend.get_password(_SERVICE, public)
        except Exception as error:  # a keyring is foreign code, and raises what it likes
            raise _locked() from error
        if backend is None:
            raise _locked()
        if found is None:
            raise StoreProblem(
                T("The keyring has lost the key that your packets are signed with."),
                T("Delete {path} to have a new key made, which nobody trusts yet.", path=self._key.path),
            )
        return found


class _OwnKey:
    """A private key as somebody who signs."""

    def __init__(self, key: "Ed25519PrivateKey") -> None:
        self._key = key
        self.public = key.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A JSON file that is its user's alone.

    Attributes:
        lost: what can be done when it is damaged.
    """

    path: Path
    format: str
    lost: Text

    def read(self) -> dict[str, Any] | None:
        """What it holds; None if there is none."""
        data = read_private(self.path)
        if data is None:
            return None
        with self.believed():
            document: dict[str, Any] = json.loads(data.decode())
            self._check(document["format"], document["version"])
        return document

    def _check(self, form: object, version: object) -> None:
        if form != self.format or type(version) is not int:
            raise ValueError("another format")
        if version > _VERSION:
            raise StoreTooNew(
                T("{path} was written by a newer version of oppwizard.", path=self.path),
                T("Update oppwizard, then open it again."),
            )

    def write(self, document: Mapping[str, Any]) -> None:
        """Put a document into its place."""
        text = json.dumps({"format": self.format, "version": _VERSION, **document}, indent=1)
        with new_file(self.path, PRIVATE) as file:
            file.write(text.encode())

    @contextlib.contextmanager
    def believed(self) -> Iterator[None]:
        """Raise whatever does not fit below as damage to this file."""
        try:
            yield
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            raise StoreProblem(T("{path} is damaged.", path=self.path), self.lost) from error


def _told(trust: Trust) -> dict[str, Any]:
    return {"allowed": trust.allowed, "name": trust.name, "at": trust.at.isoformat()}


def _trust(allowed: object, name: object, at: str) -> Trust:
    """A decision out of a file.

    Raises:
        ValueError: it is none, though it may look like one.
    """
    if not (isinstance(allowed, bool) and isinstance(name, str)):
        raise ValueError("no decision")
    return Trust(allowed, name, dt.datetime.fromisoformat(at))


def _keyring() -> "KeyringBackend | None":
    """The system's keyring; None where there is none that keeps a secret secret."""
    import keyring
    from keyring.backends.chainer import ChainerBackend

    try:
        backend = keyring.get_keyring()
        chain = backend.backends if isinstance(backend, ChainerBackend) else [backend]
        return next((link for link in chain[:1] if link.priority >= _GOOD_ENOUGH), None)
    except Exception:  # a keyring is foreign code, and raises what it likes
        return None


def _put_into_keyring(public: str, private: str) -> bool:
    """Whether the keyring has taken a key, and gives it back."""
    backend = _keyring()
    if backend is None:
        return False
    try:
        backend.set_password(_SERVICE, public, private)
        return backend.get_password(_SERVICE, public) == private
    except Exception:  # a keyring is foreign code, and raises what it likes
        return False


def _locked() -> StoreProblem:
    return StoreProblem(
        T("The keyring that has your key for signing cannot be asked."), T("Unlock it, then try again.")
    )
