"""What tests of screens start from: no animation, and texts that try to break a terminal."""

import pytest


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """No animation, whatever the environment says; TEXTUAL_ANIMATIONS is read when Textual is imported."""
    monkeypatch.setattr("textual.constants.TEXTUAL_ANIMATIONS", "none")
    monkeypatch.delenv("NO_COLOR", raising=False)
