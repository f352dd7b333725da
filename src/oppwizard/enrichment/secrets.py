"""Secrets by their names in the keyring or the environment; they are never shown, not even by an error."""

import os
from typing import Final

from oppwizard.enrichment.asking import ProviderProblem
from oppwizard.i18n import T

SERVICE: Final = "oppwizard"
"""The service under which the keyring has them: ``keyring set oppwizard NAME``."""
_KEYRING, _ENVIRONMENT = "keyring:", "env:"


def is_reference(text: str) -> bool:
    """Whether a setting names a secret."""
    return text.startswith((_KEYRING, _ENVIRONMENT))


def revealed(text: str) -> str:
    """The secret that a reference names, behind the word that may stand before it (``Bearer keyring:acme``).

    Raises:
        ProviderProblem: there is none of that name, or it cannot be sent.
    """
    word, blank, reference = text.rpartition(" ")
    secret = _of_keyring(reference) if reference.startswith(_KEYRING) else _of_environment(reference)
    if not secret.isprintable() or not secret.isascii():
        raise ProviderProblem(
            T("The secret {name} holds characters that no header can have", name=reference), T("Store it again.")
        )
    return f"{word}{blank}{secret}"


def _of_environment(reference: str) -> str:
    name = reference.removeprefix(_ENVIRONMENT)
    secret = os.environ.get(name, "").strip()
    if not secret:
        raise ProviderProblem(T("The environment has no variable {name}", name=name), T("Set it, then try again."))
    return secret


def _of_keyring(reference: str) -> str:
    import keyring

    name = reference.removeprefix(_KEYRING)
    try:
        secret = (keyring.get_password(SERVICE, name) or "").strip()
    except Exception:  # a keyring is foreign code, and raises what it likes
        raise ProviderProblem(T("The keyring cannot be asked for {name}", name=name), T("Unlock it.")) from None
    if not secret:
        raise ProviderProblem(
            T("The keyring has no secret called {name}", name=name),
            T("Store it once: keyring set {service} {name}", service=SERVICE, name=name),
        )
    return secret
