"""Hooks of the site: a notebook becomes a page, with the outputs that stand in it."""

from __future__ import annotations

import json
import re
from typing import Any

from mkdocs.structure.files import File, Files

FENCE = "```"


def on_files(files: Files, config: Any) -> Files:
    """Put a page in the place of every notebook."""
    for file in list(files):
        if file.src_uri.endswith(".ipynb"):
            with open(file.abs_src_path or "", encoding="utf-8") as opened:
                text = page(json.load(opened))
            files.remove(file)
            files.append(File.generated(config, file.src_uri.replace(".ipynb", ".md"), content=text))
    return files


#: Pages of wide tables, which take the place of the list of sections beside them.
WIDE = ("reference/parameters.md", "reference/world.md", "reference/matrix.md")


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Let links to a notebook lead to its page, and give wide tables room."""
    if page.file.src_uri in WIDE:
        page.meta["hide"] = ["toc"]
    return re.sub(r"\]\(([^)\s]+)\.ipynb\)", r"](\1.md)", markdown)


def page(notebook: dict[str, Any]) -> str:
    """Return a notebook as Markdown: prose, code, and what the code gave."""
    parts = []
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(text)
        elif cell["cell_type"] == "code" and text.strip():
            parts.append(f"{FENCE}python\n{text}\n{FENCE}")
            parts += [shown for one in cell["outputs"] if (shown := output(one))]
    return "\n\n".join(parts) + "\n"


def output(one: dict[str, Any]) -> str:
    """Return one output: a picture, HTML or text, the richest there is."""
    data = one.get("data", {})
    if "image/png" in data:
        return f'<img alt="output" src="data:image/png;base64,{"".join(data["image/png"]).strip()}">'
    if "text/html" in data:
        # A heading without words is none to a screen reader.
        shown = "".join(data["text/html"]).replace("\n", " ").replace("<th></th>", "<td></td>")
        return f"<div>{shown}</div>"
    text = "".join(one.get("text", data.get("text/plain", ""))).rstrip()
    return f"{FENCE}text\n{text}\n{FENCE}" if text else ""
