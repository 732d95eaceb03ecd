"""Whatever a file holds, it loads or is refused with its name; nothing else ever happens."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import ScenarioError
from sim.scenario import catalogue
from sim.scenario.loading import check


def refusal(path: Path) -> str:
    """Return the message with which a file is refused, empty if it is not; any other error is a bug."""
    try:
        check(path)
    except ScenarioError as error:
        return str(error)
    return ""


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.yaml"
    path.write_bytes(content)
    assert refusal(path).startswith(str(path))


# Underscores stand for blanks.
PIECES = """panj:_1 title:_T extends:_baseline world: __rhetoric:_ 0.5 -_ { } [ ] :_ events: __-_name:_a
____on:_2022-03-07 ____change:_ fear add ?_ &_a | > ' " # % ! * @ ` ,
~ null --- ... \\x é << path weeks:_ ° \t"""


@given(st.lists(st.sampled_from([*PIECES.split(), "\n", "\n", "\n", " "]), max_size=40))
def test_any_scraps_of_yaml_load_or_are_refused(
    tmp_path_factory: pytest.TempPathFactory, scraps: list[str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "scraps.yaml"
    path.write_text("panj: 1\n" + "".join(scraps).replace("_", " "))
    message = refusal(path)
    assert not message or message.startswith((str(path), "baseline.yaml"))


@given(st.data())
def test_any_damage_to_a_storyline_is_mended_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    text = catalogue.path_of(data.draw(st.sampled_from(catalogue.names()))).read_text()
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text)))
        gone = data.draw(st.integers(0, 12))
        scrap = data.draw(st.sampled_from([*PIECES.split(), "\n", " ", ""])).replace("_", " ")
        text = text[:place] + scrap + text[place + gone :]
    path = tmp_path_factory.getbasetemp() / "damaged.yaml"
    path.write_text(text)
    message = refusal(path)
    assert not message or message.startswith((str(path), "baseline.yaml"))
