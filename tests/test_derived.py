"""What follows from the source: made in order, told when stale, left as it was where a step fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs import derived
from docs.derived import Step, main, running, stale

STEPS = (
    Step("middle", ("double.py", "source.txt", "middle.txt"), ("source.txt", "double.py"), ("middle.txt",)),
    Step("end", ("double.py", "middle.txt", "end.txt"), ("middle.txt",), ("end.txt",)),
)
DOUBLE = '''"""Write a text twice."""
import sys
from pathlib import Path
text = Path(sys.argv[1]).read_text()
Path(sys.argv[2]).write_text(text + text)
sys.exit("boom" in text)
'''


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder in which everything is made."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "double.py").write_text(DOUBLE)
    (tmp_path / "source.txt").write_text("a\n")
    assert main([], STEPS, tmp_path) == 0
    assert (tmp_path / "end.txt").read_text() == "a\n" * 4
    return tmp_path


def test_what_is_made_is_not_stale(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"], STEPS, root) == 0
    capsys.readouterr()
    assert main([], STEPS, root) == 0
    assert capsys.readouterr().out == "nothing moved\n"


def test_a_change_of_the_source_goes_all_the_way_through(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "source.txt").write_text("b\n")
    assert stale(STEPS, root) == {
        "middle": "what it follows from has changed",
        "end": "follows from a stale step",
    }
    assert main(["--check"], STEPS, root) == 1
    assert (root / "end.txt").read_text() == "a\n" * 4, "a check makes nothing"
    capsys.readouterr()
    assert main([], STEPS, root) == 0
    assert "end.txt: 1 lines in place of 1" in capsys.readouterr().out
    assert (root / "end.txt").read_text() == "b\n" * 4
    assert not stale(STEPS, root)


def test_a_step_that_moves_nothing_leaves_what_follows_alone(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "double.py").write_text(DOUBLE + "sys.stdout.flush()\n")
    capsys.readouterr()
    assert main([], STEPS, root) == 0
    assert capsys.readouterr().out.splitlines()[0].startswith("middle: python double.py")
    assert not stale(STEPS, root)


def test_comments_and_docstrings_are_no_change_but_where_they_are_shown(root: Path) -> None:
    (root / "double.py").write_text(
        DOUBLE.replace("twice", "two times").replace("import sys", "import sys  # a")
    )
    assert not stale(STEPS, root)
    shown = STEPS[0]._replace(words=True)
    assert stale([shown], root)
    assert running(b"def f():\n    return 1") != running(b"def f():\n    return 2")


def test_a_page_changed_by_hand_is_stale(root: Path) -> None:
    (root / "end.txt").write_text("mine\n")
    assert stale(STEPS, root) == {"end": "end.txt: missing or changed by hand"}


def test_a_step_that_fails_leaves_the_old(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "source.txt").write_text("boom\n")
    assert main([], STEPS, root) == 1
    assert "middle: python double.py source.txt middle.txt failed" in capsys.readouterr().err
    assert (root / "middle.txt").read_text() == "a\n" * 2
    assert "middle" in stale(STEPS, root)


def test_of_the_readme_only_the_marked_page_counts(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text("words\n<!-- page: x -->\nrun\n<!-- end of page -->\nmore\n")
    made = derived.content(path)
    path.write_text(path.read_text().replace("words", "other words"))
    assert derived.content(path) == made
    path.write_text(path.read_text().replace("run", "sun"))
    assert derived.content(path) != made


def test_a_step_by_name(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["end"], STEPS, root) == 0
    assert capsys.readouterr().out.splitlines()[0] == "end: python double.py middle.txt end.txt"
    with pytest.raises(SystemExit):
        main(["start"], STEPS, root)
    assert "no step 'start'; one of: middle, end" in capsys.readouterr().err


def test_every_step_of_this_project_has_inputs_and_outputs() -> None:
    made: set[Path] = set()
    for step in derived.STEPS:
        assert all(derived.files([one]) for one in (*step.inputs, *step.outputs)), step.name
        outputs = set(derived.files(step.outputs))
        assert not made & outputs, f"{step.name} writes what another step writes"
        made |= outputs
