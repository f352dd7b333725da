"""What an organisation may change: thresholds, lists, words and coach texts."""

from oppwizard.model.fields import declare
from oppwizard.playbook.coach import Coach, FieldCoach, also_says, coach
from oppwizard.playbook.coaching import telling
from oppwizard.playbook.loading import load_playbook
from oppwizard.playbook.picks import Pick, PickList, SalesStage
from oppwizard.playbook.schema import Playbook


def use(playbook: Playbook) -> None:
    """Let a playbook be the one in use by this process: its own fields are declared, its coach texts told."""
    declare(playbook.custom)
    also_says(telling(playbook))


__all__ = ["Coach", "FieldCoach", "Pick", "PickList", "Playbook", "SalesStage", "coach", "load_playbook", "use"]
