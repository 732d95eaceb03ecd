"""Run the notebook of the tutorial anew and keep its outputs: `make notebook`."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent / "tutorials" / "first-study.ipynb"


def run(path: Path = HERE) -> nbformat.NotebookNode:
    """Return a notebook with every cell run in order, from an empty kernel."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if "outputs" in cell:  # no warnings of other packages, and one form of each output
            cell.outputs = [one for one in cell.outputs if one.get("name") != "stderr"]
            for one in cell.outputs:
                if len(one.get("data", {})) > 1:
                    one.data.pop("text/plain", None)
    notebook.metadata = {"language_info": {"name": "python"}, "kernelspec": notebook.metadata["kernelspec"]}
    return notebook


if __name__ == "__main__":
    nbformat.write(run(), HERE)
