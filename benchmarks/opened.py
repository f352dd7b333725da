"""Our own app, opened at one field of one record: ``python -m benchmarks.opened STORE STAGE [ADDRESS]``.

It is the app that people run; only the way to the field is shortened, so that a measure does not hang on key bindings.
"""

import sys
from pathlib import Path

from oppwizard.context import build
from oppwizard.model.enums import Stage
from oppwizard.model.findings import Address, address
from oppwizard.screens.app import OppwizardApp
from oppwizard.screens.pipeline import PipelineScreen
from oppwizard.walk.desk import Desk


class OpenedApp(OppwizardApp):
    """Goes to a stage as soon as the list has come."""

    def __init__(self, store: Path, stage: Stage, at: Address | None) -> None:
        super().__init__(build(store))
        self.wanted = stage, at

    def on_ready(self) -> None:
        """Begin to wait for the list."""
        self._looking = self.set_interval(0.02, self._look)

    def _look(self) -> None:
        if isinstance(self.screen, PipelineScreen) and self.screen.listing and self.screen.shown:
            self._looking.stop()
            stage, at = self.wanted
            self.records.show_stage(Desk(self.ready, self.ready.load(self.screen.shown[0].id)), stage, at)


def main(store: str, stage: str, at: str = "") -> None:
    """Open the app."""
    OpenedApp(Path(store), Stage(int(stage)), address(at) if at else None).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
