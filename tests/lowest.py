"""Print the lowest versions that `pyproject.toml` allows, as constraints for pip."""

from __future__ import annotations

import re
import tomllib
from itertools import chain
from pathlib import Path

BOUND = re.compile(r"([\w.-]+)(?:\[[\w,]+\])?>=([\w.]+)")


def lowest() -> list[str]:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
    wanted = chain(project["dependencies"], *project["optional-dependencies"].values())
    named = [match for match in map(BOUND.match, wanted) if match]
    return sorted({f"{match[1]}=={match[2]}" for match in named})


if __name__ == "__main__":
    print("\n".join(lowest()))
