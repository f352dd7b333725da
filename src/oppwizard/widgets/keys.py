"""The one registry of actions: key bindings, key bar, help, palette and the playbook's key map all read it."""

from dataclasses import dataclass
from typing import Final

from textual.binding import Binding

from oppwizard.i18n import Language, T, Text, following, given

APP: Final = "app"
PIPELINE: Final = "pipeline"
STAGE: Final = "stage"


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person can do.

    Attributes:
        id: the stable identifier by which the playbook's ``[keys]`` remaps it.
        scope: where it works.
        keys: its keys, comma-separated; empty for the palette only.
        call: Textual's action.
        label: its name in key bar, help and palette.
        tip: one sentence on what it does.
        bar: whether the key bar shows it.
        priority: whether it comes before the focused widget's own keys.
    """

    id: str
    scope: str
    keys: str
    call: str
    label: Text
    tip: Text
    bar: bool = False
    priority: bool = False

    @property
    def first_key(self) -> str:
        """The key to show for it."""
        return self.keys.split(",")[0]


_NEXT_LANGUAGE: Final = given({each.value: following(each).endonym for each in Language})
"""In each language the name of the one that is switched to, as its own readers write it."""

ACTIONS: Final = (
    Action("app.help", APP, "f1", "help", T("keys"), T("Show which keys work here."), bar=True),
    Action("app.palette", APP, "ctrl+p", "command_palette", T("all actions"), T("Find any action by its name.")),
    Action("app.language", APP, "ctrl+l", "language", _NEXT_LANGUAGE, T("Switch to the next language.")),
    Action("app.theme", APP, "ctrl+t", "dark", T("light/dark"), T("Switch between light and dark.")),
    Action("app.me", APP, "", "me", T("who I am"), T("Say your name, role, team and manager.")),
    Action(
        "app.playbook",
        APP,
        "",
        "playbook",
        T("playbook"),
        T("See which settings are in force, and where they come from."),
    ),
    Action("app.quit", APP, "ctrl+q", "quit", T("quit"), T("Leave; everything typed is saved.")),
    Action("pipeline.open", PIPELINE, "enter", "open", T("open"), T("Open the record."), bar=True),
    Action("pipeline.new", PIPELINE, "n,f4", "new", T("new"), T("Begin a new draft."), bar=True),
    Action("pipeline.search", PIPELINE, "slash,ctrl+f", "search", T("search"), T("Search as you type."), bar=True),
    Action(
        "pipeline.filter", PIPELINE, "f", "filter", T("filter"), T("Show drafts, opportunities, or others."), bar=True
    ),
    Action("pipeline.sort", PIPELINE, "s", "sort", T("sort"), T("Sort by another column."), bar=True),
    Action("pipeline.reverse", PIPELINE, "r", "reverse", T("reverse"), T("Turn the order round.")),
    Action("pipeline.duplicate", PIPELINE, "d", "duplicate", T("duplicate"), T("Begin a draft like this one.")),
    Action(
        "pipeline.disqualify", PIPELINE, "x", "disqualify", T("disqualify"), T("Set the lead aside, with a reason.")
    ),
    Action("pipeline.nurture", PIPELINE, "u", "nurture", T("nurture"), T("Send the lead back to nurture.")),
    Action("pipeline.close", PIPELINE, "c", "close", T("won or lost"), T("Close the opportunity as won or lost.")),
    Action(
        "pipeline.reopen", PIPELINE, "o", "reopen", T("reopen"), T("Take up again what was set aside, won or lost.")
    ),
    Action("pipeline.export", PIPELINE, "e", "export", T("export"), T("Write files for the CRM."), bar=True),
    Action("pipeline.receive", PIPELINE, "i", "receive", T("receive"), T("Open a packet or a receipt.")),
    Action("pipeline.leads", PIPELINE, "l", "leads", T("import leads"), T("Read a list of leads into drafts.")),
    Action("pipeline.handoffs", PIPELINE, "h", "handoffs", T("handoffs"), T("See what became of packets.")),
    Action("pipeline.territory", PIPELINE, "t", "territory", T("territory"), T("Hand over all open records of a rep.")),
    Action("pipeline.reviews", PIPELINE, "v", "reviews", T("reviews"), T("See what waits for a manager; decide.")),
    Action(
        "pipeline.peers", PIPELINE, "p", "peers", T("peer reviews"), T("See which deals colleagues look at, and when.")
    ),
    Action("pipeline.results", PIPELINE, "g", "results", T("results"), T("See what came of the pipeline.")),
    Action("pipeline.audit", PIPELINE, "a", "audit", T("audit"), T("See how far the records can be trusted.")),
    Action(
        "pipeline.notices", PIPELINE, "", "notices", T("notifications"), T("See which messages wait; send or drop.")
    ),
    Action("pipeline.sample", PIPELINE, "m", "sample", T("sample"), T("Make a sample deal, or remove it.")),
    Action("stage.next_open", STAGE, "f2", "next_open", T("next open point"), T("Go to what is missing."), bar=True),
    Action("stage.coach", STAGE, "f3", "coach", T("coach"), T("Show more of the coach, or less.")),
    Action("stage.add_row", STAGE, "f4", "add_row", T("add row"), T("Add a row to the table.")),
    Action(
        "stage.remove_row", STAGE, "f5", "remove_row", T("remove row"), T("Take the row away; undo brings it back.")
    ),
    Action("stage.row_next", STAGE, "ctrl+down,alt+down", "row(1)", T("next row"), T("Go to the table's next row.")),
    Action("stage.row_back", STAGE, "ctrl+up,alt+up", "row(-1)", T("row before"), T("Go to the row before.")),
    Action("stage.accept", STAGE, "f6", "accept", T("take proposal"), T("Take the value that is proposed.")),
    Action("stage.refuse", STAGE, "alt+r", "refuse", T("refuse proposal"), T("Refuse the value that is proposed.")),
    Action(
        "stage.enrich", STAGE, "alt+l", "enrich", T("look up"), T("See what providers know of company and people; ask.")
    ),
    Action("stage.back", STAGE, "f7,ctrl+b", "back", T("back"), T("Go to the stage before; never blocked."), bar=True),
    Action(
        "stage.next", STAGE, "f8,ctrl+n", "next", T("next stage"), T("Go on, once the gate is satisfied."), bar=True
    ),
    Action(
        "stage.group_next", STAGE, "f10,ctrl+pagedown", "group(1)", T("next part"), T("Go to the form's next part.")
    ),
    Action(
        "stage.group_back", STAGE, "f9,ctrl+pageup", "group(-1)", T("part before"), T("Go to the form's part before.")
    ),
    Action("stage.undo", STAGE, "ctrl+z", "undo", T("undo"), T("Take the last change back."), priority=True),
    Action("stage.redo", STAGE, "ctrl+y", "redo", T("redo"), T("Make it again."), priority=True),
    Action("stage.questions", STAGE, "f11,ctrl+g", "questions", T("call sheet"), T("Turn open points into questions.")),
    Action(
        "stage.judge",
        STAGE,
        "f12,ctrl+k",
        "judge",
        T("score"),
        T("See the score, look-alikes, and what history says."),
        bar=True,
    ),
    Action(
        "stage.timeline",
        STAGE,
        "ctrl+o",
        "timeline",
        T("timeline"),
        T("See what happened; log talks, keep notes and files."),
    ),
    Action("stage.handoff", STAGE, "ctrl+r", "handoff", T("hand over"), T("Prepare a packet for whoever takes over.")),
    Action("stage.review", STAGE, "ctrl+f", "review", T("review"), T("See the six questions of the manager.")),
    Action(
        "stage.peer", STAGE, "alt+p", "peer", T("peer review"), T("Look at the deal with colleagues, by the clock.")
    ),
    Action(
        "stage.settle",
        STAGE,
        "ctrl+s",
        "settle",
        T("settle comment"),
        T("Settle a comment of the manager, and submit again after the last."),
    ),
    Action(
        "stage.forget",
        STAGE,
        "",
        "forget",
        T("erase a person"),
        T("Erase a person of the customer everywhere, for good."),
    ),
    Action("stage.history", STAGE, "", "history", T("history"), T("See every change, who made it and when.")),
    Action("stage.leave", STAGE, "escape", "leave", T("pipeline"), T("Go back to the list; all is saved."), bar=True),
)
"""Every action of the app, in the order in which help lists them."""


def actions(scope: str) -> tuple[Action, ...]:
    """The actions of a scope."""
    return tuple(action for action in ACTIONS if action.scope == scope)


def bindings(scope: str) -> list[Binding]:
    """Textual's bindings of a scope; shown by our own key bar, in the language in use."""
    return [
        Binding(
            action.keys,
            action.call,
            action.label.msgid,
            show=False,
            id=action.id,
            tooltip=action.tip.msgid,
            priority=action.priority or (scope == STAGE and action.keys != "escape"),
        )
        for action in actions(scope)
        if action.keys
    ]


def shown_key(key: str) -> str:
    """A key as it is printed: ``f2`` as F2, ``ctrl+n`` as ^N, ``alt+down`` as Alt+Down."""
    names = {"slash": "/", "pagedown": "PgDn", "pageup": "PgUp", "escape": "Esc"}
    *held, last = key.split("+")
    shown = names.get(last, last.upper() if held and len(last) == 1 else last.capitalize() if len(last) > 1 else last)
    if held == ["ctrl"]:
        return f"^{shown}"
    return "+".join([*(part.capitalize() for part in held), shown])
