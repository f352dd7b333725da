"""Playbooks with rules, made of a few lines of TOML."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from oppwizard.playbook import Playbook


@cache
def _built_in() -> str:
    return (resources.files("oppwizard.playbook") / "default" / "playbook.toml").read_text(encoding="utf-8")


def settings(toml: str) -> dict[str, Any]:
    """The settings of the built-in playbook with others over them."""
    return tomllib.loads(_built_in()) | tomllib.loads(toml)


def playbook_with(toml: str) -> Playbook:
    """The built-in playbook with rules."""
    return Playbook.model_validate(settings(toml))


def rule(must: str, more: str = "", name: str = "ours") -> str:
    """A rule in TOML: its `must`, and other lines."""
    return f'[[rules]]\nname = "{name}"\nmust = {must}\n{more}\n'
