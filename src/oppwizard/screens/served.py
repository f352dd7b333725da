"""The app behind a page of a browser: it ends when the server that passes on its keys is gone."""

from textual import messages
from textual.drivers.web_driver import WebDriver


class ServedDriver(WebDriver):
    """Leaves once nobody can type any more; Textual's own would stay, unseen, with the store open."""

    def run_input_thread(self) -> None:
        """Read keys until there are no more."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            self.send_message(messages.ExitApp())
