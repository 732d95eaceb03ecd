"""Write the pages of `docs/reference` from the code: `make reference`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from sim.views.reference import citizens, example, formats, index, laws, model, odd, week, words
from sim.views.reference.markdown import code, page, table


def pages() -> dict[str, str]:
    """Return every page of the reference, by file name."""
    return {
        "index.md": index.index(),
        "glossary.md": words.words(),
        "processes.md": week.processes(),
        "rules.md": model.rules(),
        "actors.md": model.menus(),
        "citizens.md": citizens.citizens(),
        "world.md": model.world(),
        "parameters.md": model.parameters(),
        "functions.md": laws.functions(),
        "classes.md": words.classes(),
        "example.md": example.example(),
        "matrix.md": model.matrix(),
        "formats.md": formats.formats(),
        "commands.md": commands(),
        "odd.md": odd.odd(),
    }


def commands() -> str:
    """Return the page of all commands with their options and examples."""
    from typer.main import get_command

    from sim.cli import app

    root: Any = get_command(app)
    parts = []
    for name, command in root.commands.items():
        arguments = [one for one in command.params if one.param_type_name == "argument"]
        options = [one for one in command.params if one.param_type_name == "option" and one.name != "help"]
        usage = " ".join(one.metavar or one.name.upper() for one in arguments)
        parts += [f"## panj {name}", f"`panj {name} {usage}`".replace(" `", "`"), _paragraphs(command.help)]
        rows = [
            (f"`{one.metavar or one.name.upper()}`", getattr(one, "help", "") or "", "") for one in arguments
        ]
        for one in options:
            flags = code([*one.opts, *one.secondary_opts])
            plain = isinstance(one.default, str | int) and one.default is not False
            shown = f"`{one.default}`" if plain else ""
            rows.append((flags, one.help or "", shown))
        if rows:
            parts.append(table(("option", "what it does", "default"), rows))
        if command.epilog:
            label, _, examples = command.epilog.partition(": ")
            shown = " · ".join(f"`{one.strip()}`" for one in examples.split(" · "))
            parts.append(f"{label}: {shown}")
    return page(
        "Commands",
        "Each is one call of the Python function of the same name. Results go to standard output, progress "
        "and remarks to standard error. Exit codes: 0 done; 1 a check did not hold; 2 the input is wrong; "
        "3 some runs failed; 74 reading or writing failed; 75 another process holds the folder; 130 and 143 "
        "interrupted or terminated.",
        *parts,
    )


def _paragraphs(text: str | None) -> str:
    return "\n\n".join(" ".join(part.split()) for part in (text or "").split("\n\n"))


def stale(folder: Path) -> list[str]:
    """Return the pages of a folder that are not what the code says, missing and left-over ones among them."""
    texts = pages()
    differing = [
        name
        for name, text in texts.items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != text
    ]
    return differing + sorted(path.name for path in folder.glob("*.md") if path.name not in texts)


def write(folder: Path) -> None:
    """Write every page."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/reference"))
