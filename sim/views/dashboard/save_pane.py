"""What a visitor takes away: a scenario file, the command that gives the same figures, an address."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from io import BytesIO
from typing import Any

import panel as pn

from sim.views.dashboard.looks import INNER, button, html

COPY = """
const was = button.label;
const done = () => { button.label = 'Copied'; setTimeout(() => { button.label = was }, 1500) };
const by_hand = () => {
  const area = document.createElement('textarea'); area.value = text.value;
  document.body.append(area); area.select(); document.execCommand('copy'); area.remove(); done();
};
const clipboard = window.isSecureContext && navigator.clipboard;
if (clipboard) clipboard.writeText(text.value).then(done, by_hand);
else by_hand();
"""


class SavePane:
    """Fields to copy from and a file to save; `file` returns its content as it is asked for."""

    def __init__(self, file: Callable[[], BytesIO]) -> None:
        wide = {"sizing_mode": "stretch_width", "stylesheets": [INNER], "margin": (4, 10)}
        self.command: Any = pn.widgets.TextInput(label="The command that gives the same figures", **wide)
        self.link: Any = pn.widgets.TextInput(label="The address that brings this page back", **wide)
        copies = []
        for text, words in ((self.command, "Copy the command"), (self.link, "Copy the address")):
            copy = button(words)
            copy.js_on_click(args={"text": text, "button": copy}, code=COPY)
            copies.append(copy)
        self.save: Any = pn.widgets.FileDownload(
            callback=file,
            filename="storyline.yaml",
            label="Save as a scenario file",
            color="primary",
            stylesheets=[INNER],
            margin=(4, 4),
            width=230,
        )
        self.file = html("")
        self.view: Any = pn.Column(
            self.command,
            self.link,
            pn.FlexBox(self.save, *copies, sizing_mode="stretch_width"),
            self.file,
            sizing_mode="stretch_width",
            margin=0,
        )

    def show(self, file: str, name: str, command: str) -> None:
        """Show what the file is called and says, and the command."""
        self.command.value = command
        self.save.filename = name
        self.file.object = (
            f"<details><summary>What the file says</summary><pre><code>{escape(file)}</code></pre></details>"
        )
