"""What an organisation may change: thresholds, lists, words and coach texts."""

from oppwizard.playbook.coach import Coach, FieldCoach, coach
from oppwizard.playbook.schema import Pick, PickList, Playbook, SalesStage, load_playbook

__all__ = ["Coach", "FieldCoach", "Pick", "PickList", "Playbook", "SalesStage", "coach", "load_playbook"]
