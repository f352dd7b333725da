"""Why a packet is not taken: one class, one code a reason."""

from typing import Final, Literal

from oppwizard.errors import InvalidInput
from oppwizard.i18n import T, Text
from oppwizard.model.text import visible

Code = Literal[
    "unreadable",  # the file cannot be opened or read
    "not-a-packet",  # something else altogether
    "newer",  # written by a newer version
    "too-large",  # the file is larger than any packet
    "truncated",  # cut off
    "seal",  # some byte of it was changed
    "signature",  # not by the key that it names
    "layout",  # the parts of the zip do not fit together as they do in a packet
    "encrypted",
    "symlink",  # a link, a device, anything but a file
    "name",
    "duplicate",
    "bomb",  # too many members, or such as unpack to too much
    "manifest",  # no list of contents, or one that says nonsense
    "missing",  # listed, but not there
    "extra",  # there, but not listed
    "digest",  # there, but not what is listed
    "facts",  # it does not say who sends what to whom
    "record",  # a record in it is none
    "identity",  # a record in it is another one than the list says
    "history",  # a history in it is none, or of another record
    "file",  # an attached file is not in it
    "receipt",  # not a receipt, or one that says what no receipt may say
]

SEND_AGAIN: Final = T("Ask the sender to send it again, unchanged.")
_SHOWN: Final = 80


class PacketRefused(InvalidInput):
    """A packet that is not taken; nothing of it was used.

    Attributes:
        code: the reason, for tests and logs; it stays the same in every language.
    """

    def __init__(self, code: Code, problem: Text, remedy: Text = SEND_AGAIN) -> None:
        super().__init__(problem, remedy)
        self.code = code


def altered(code: Code) -> PacketRefused:
    """The refusal of a packet whose own parts contradict one another: no program of ours wrote it so."""
    return PacketRefused(code, T("The packet was altered: its parts do not fit together."))


def swapped(name: str) -> PacketRefused:
    """The refusal of a member whose bytes are not those that are listed."""
    return PacketRefused("digest", T("“{name}” in the packet is not what the sender packed.", name=shown(name)))


def strange(name: str) -> PacketRefused:
    """The refusal of a member that no packet has."""
    return PacketRefused("name", T("“{name}” does not belong in a packet.", name=shown(name)))


def bomb() -> PacketRefused:
    """The refusal of a packet that would unpack to more than any packet holds."""
    return PacketRefused(
        "bomb",
        T("The packet holds more, or unpacks to more, than a packet may."),
        T("Do not unpack it by other means; ask the sender what it is."),
    )


def newer() -> PacketRefused:
    """The refusal of a packet whose format this version does not know."""
    return PacketRefused(
        "newer", T("The packet was written by a newer version."), T("Update oppwizard, then open it again.")
    )


def shown(name: str) -> str:
    """A name out of a packet as it may stand in a sentence: no escapes, not overlong."""
    return visible(name if len(name) <= _SHOWN else f"{name[:_SHOWN]}...")
