"""One test for each way a scenario file can be wrong: an error with file, line, what to do; and quickly."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import sim
from sim.errors import ScenarioError
from sim.scenario.loading import check, load_scenario
from sim.scenario.yamltext import MOST_BYTES, Node, parse
from tests.scenario.test_jsonschema import VALIDATOR, as_json

HEAD = "panj: 1\ntitle: T\nextends: baseline\n"
EVENT = HEAD + "events:\n  - name: a\n    on: 2022-03-07\n    change: {fear: {add: 0.1}}\n"

Wrong = Callable[..., str]

#: Tests of faults that no schema of one file can show: they lie between keys, or in other files.
BESIDE_THE_SCHEMA = {
    "test_change_outside_its_bounds[{add: 2}-at most 1]",
    "test_threshold_outside_its_bounds",
    "test_two_events_of_one_name",
    "test_mean_of_opinion_that_should_last",
    "test_something_else_for_a_date[2022-02-30]",
    "test_date_before_the_start",
    "test_date_after_the_end",
    "test_commitment_before_the_start",
    "test_commitment_that_ends_before_it_begins",
    "test_path_that_goes_back",
    "test_path_with_two_values_in_one_week",
    "test_path_over_before_its_event",
    "test_commitments_that_cannot_both_be_kept",
    "test_directive",
    "test_file_just_too_large",
    "test_file_of_ten_megabytes",
    "test_extends_a_missing_file",
    "test_extends_itself",
    "test_extends_in_a_circle_through_a_link",
    "test_extends_a_link_out_of_the_folder",
    "test_extends_through_a_linked_folder",
    "test_extends_a_device",
}


@pytest.fixture(autouse=True)
def no_explosion() -> Iterator[None]:
    """A file that explodes takes minutes, a refusal milliseconds: the bound is no measure of speed."""
    sim.check("baseline")  # the model is loaded before the clock starts
    begun = time.process_time()  # of this process, however busy the machine is
    yield
    assert time.process_time() - begun < 20.0


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def wrong(here: Path, request: pytest.FixtureRequest) -> Wrong:
    """Write a file, expect it to be refused, and return the message."""

    def refused(content: str | bytes, name: str = "mine.yaml") -> str:
        Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
        with pytest.raises(ScenarioError) as caught:
            check(name)
        message = str(caught.value)
        assert message.startswith(name)
        for foreign in ("pydantic", "Traceback", "http", "Value error", "type="):
            assert foreign not in message
        beside = {request.node.name, request.node.originalname} & BESIDE_THE_SCHEMA
        assert marked(content, name) == (not beside), "whether an editor marks this"
        return message

    return refused


def marked(content: str | bytes, name: str) -> bool:
    """Say whether an editor marks a file: it is no YAML of ours, or not as the JSON Schema says."""
    if len(content) > MOST_BYTES:
        return False
    try:
        text = content if isinstance(content, str) else content.decode()
        found = parse(text, name)
        plain = as_json(found)
    except (ScenarioError, UnicodeDecodeError):
        return True
    return broken(found) or not VALIDATOR.is_valid(plain)


def broken(node: Node) -> bool:
    """Say whether the text itself is wrong somewhere, which every editor marks."""
    value = node.value
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return bool(node.fault) or any(map(broken, inner))


def at_line(message: str, line: int, *words: str) -> None:
    rows = [row for row in message.splitlines() if row.startswith(f"mine.yaml, line {line}: ")]
    assert rows, message
    for word in words:
        assert any(word in row for row in rows), message


# Names


def test_unknown_key(wrong: Wrong) -> None:
    at_line(wrong(HEAD + "weks: 20\n"), 4, "unknown key 'weks'", "weeks")


@pytest.mark.parametrize("key", ["2022-03-07", "5", "true", "null", "''", "self"])
def test_key_that_looks_like_something_else(wrong: Wrong, key: str) -> None:
    at_line(wrong(HEAD + f"{key}: 20\n"), 4, "unknown key")


def test_unknown_key_in_an_event(wrong: Wrong) -> None:
    at_line(wrong(EVENT + "    lastz: 8 weeks\n"), 8, "unknown key 'lastz' in event", "lasts")


def test_unknown_key_in_a_change(wrong: Wrong) -> None:
    at_line(wrong(EVENT.replace("{add: 0.1}", "{ad: 0.1}")), 7, "unknown key 'ad' in change", "add")


def test_unknown_key_in_a_commitment(wrong: Wrong) -> None:
    text = HEAD + "commitments:\n  - {actor: dushanbe, instrument: words, avoids: [veil]}\n"
    at_line(wrong(text), 5, "unknown key 'avoids' in commitment", "avoid")


def test_unknown_variable(wrong: Wrong) -> None:
    at_line(wrong(HEAD + "world:\n  rhetorik: 0.5\n"), 5, "'rhetorik'", "rhetoric")


def test_unknown_parameter(wrong: Wrong) -> None:
    at_line(wrong(HEAD + "parameters:\n  strength_D55: 1\n"), 5, "'strength_D55'", "strength_D5")


def test_parameter_under_world(wrong: Wrong) -> None:
    at_line(wrong(HEAD + "world: {audience_cost: 1}\n"), 4, "write it under 'parameters'")


def test_variable_under_parameters(wrong: Wrong) -> None:
    at_line(wrong(HEAD + "parameters: {rhetoric: 0.5}\n"), 4, "write it under 'world'")


def test_unknown_target_of_a_change(wrong: Wrong) -> None:
    at_line(wrong(EVENT.replace("fear:", "feer:")), 7, "'feer'", "fear")


def test_unknown_variable_in_a_condition(wrong: Wrong) -> None:
    text = EVENT.replace("on: 2022-03-07", "when: {variable: tensoin, above: 0.5}")
    at_line(wrong(text), 6, "'tensoin'", "tension")


def test_unknown_actor(wrong: Wrong) -> None:
    text = HEAD + "commitments:\n  - actor: dushanbee\n    instrument: words\n    avoid: [veil]\n"
    at_line(wrong(text), 5, "unknown actor 'dushanbee'", "dushanbe")


def test_unknown_instrument(wrong: Wrong) -> None:
    text = HEAD + "commitments:\n  - actor: dushanbe\n    instrument: word\n    avoid: [veil]\n"
    at_line(wrong(text), 6, "'word'", "words")


def test_unknown_option_to_avoid(wrong: Wrong) -> None:
    text = (
        HEAD
        + "commitments:\n  - actor: dushanbe\n    instrument: words\n    avoid:\n    - veil\n    - denouce\n"
    )
    at_line(wrong(text), 9, "'denouce'", "denounce")


def test_unknown_option_to_insist_upon(wrong: Wrong) -> None:
    text = HEAD + "commitments:\n  - {actor: dushanbe, instrument: contact, insist: worm}\n"
    at_line(wrong(text), 5, "'worm'", "warm")


def test_unknown_reading(wrong: Wrong) -> None:
    at_line(wrong(HEAD + "reading: as_red\n"), 4, "'as_red'", "as_read")


def test_computed_variable_at_the_start(wrong: Wrong) -> None:
    at_line(wrong(HEAD + "world: {clashes: 3}\n"), 4, "'clashes' is computed")


def test_computed_variable_in_an_event(wrong: Wrong) -> None:
    at_line(wrong(EVENT.replace("fear:", "escalation:")), 7, "'escalation' is computed")


# Values


@pytest.mark.parametrize("value", ["2", "-0.1", "1.0001"])
def test_value_outside_its_bounds(wrong: Wrong, value: str) -> None:
    at_line(wrong(HEAD + f"world:\n  rhetoric: {value}\n"), 5, "from 0 to 1", f"found {float(value):g}")


def test_parameter_outside_its_bounds(wrong: Wrong) -> None:
    at_line(wrong(HEAD + "parameters: {strength_D5: 40}\n"), 4, "from -4 to 4", "found 40")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("{set: 1.5}", "from 0 to 1"),
        ("{add: 2}", "at most 1"),
        ("{multiply: -1}", "from 0 to 1000"),
        ("{path: {2022-04-04: 3}}", "from 0 to 1"),
    ],
)
def test_change_outside_its_bounds(wrong: Wrong, change: str, said: str) -> None:
    text = EVENT.replace("fear: {add: 0.1}", f"tension: {change}")
    at_line(wrong(text), 7, said)


def test_threshold_outside_its_bounds(wrong: Wrong) -> None:
    text = EVENT.replace("on: 2022-03-07", "when: {variable: tension, above: 1.5}")
    at_line(wrong(text), 6, "from 0 to 1", "1.5")


@pytest.mark.parametrize("value", ["true", "false", "True"])
def test_true_for_a_number(wrong: Wrong, value: str) -> None:
    message = wrong(
        HEAD + f"weeks: {value}\nworld:\n  rhetoric: {value}\nparameters:\n  strength_D5: {value}\n"
    )
    for line in (4, 6, 8):
        at_line(message, line, "number", f"found {value.lower()}")


@pytest.mark.parametrize("value", ["yes", "loud", "'0.5'", "[0.5]", "{a: 1}", "2022-01-01", "0x10", "1_0"])
def test_other_things_for_a_number(wrong: Wrong, value: str) -> None:
    at_line(wrong(HEAD + f"world:\n  rhetoric: {value}\n"), 5, "expected a number, found")


def test_nothing_for_a_number(wrong: Wrong) -> None:
    at_line(wrong(HEAD + "world:\n  rhetoric:\n"), 5, "expected a number, found nothing")


@pytest.mark.parametrize("value", [".nan", ".NaN", ".inf", "-.inf", "1e400", "-1e400", "1.0e999"])
@pytest.mark.parametrize("key", ["world:\n  rhetoric", "parameters:\n  backstop"])
def test_numbers_that_are_not_finite(wrong: Wrong, key: str, value: str) -> None:
    at_line(wrong(HEAD + f"{key}: {value}\n"), 5, "finite number", value)


@pytest.mark.parametrize("value", ["9" * 5000, "-" + "9" * 5000, "0." + "1" * 5000, "1" * 41])
def test_number_of_thousands_of_digits(wrong: Wrong, value: str) -> None:
    message = wrong(HEAD + f"world:\n  rhetoric: {value}\n")
    at_line(message, 5, "at most 40 digits", str(len(value)))
    assert len(message) < 200


def test_huge_whole_number(wrong: Wrong) -> None:
    at_line(wrong(HEAD + f"weeks: {'9' * 39}\n"), 4, "at most 2080")
    at_line(wrong(HEAD + f"citizens: {'9' * 39}\n"), 4, "at most 100000")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("weeks: 0", "at least 1"),
        ("weeks: 2081", "at most 2080"),
        ("weeks: 10.5", "whole number"),
        ("citizens: -1", "at least 0"),
        ("citizens: 100001", "at most 100000"),
        ("world: 5", "a mapping"),
        ("world: [rhetoric]", "a mapping"),
        ("parameters:", "a mapping"),
        ("events: {}", "a list"),
        ("events: [5]", "a mapping"),
        ("commitments: none", "a list"),
        ("reading: 5", "text"),
        ("start: 2021", "a date like"),
    ],
)
def test_wrong_kind_or_size(wrong: Wrong, line: str, said: str) -> None:
    at_line(wrong(HEAD + line + "\n"), 4, said)


# Events


def test_event_with_two_triggers(wrong: Wrong) -> None:
    at_line(wrong(EVENT + "    hazard: 0.1\n"), 8, "exactly one of on", "found on and hazard")


def test_event_with_no_trigger(wrong: Wrong) -> None:
    at_line(wrong(EVENT.replace("    on: 2022-03-07\n", "")), 5, "exactly one of on", "found none")


def test_event_without_name(wrong: Wrong) -> None:
    at_line(wrong(EVENT.replace("- name: a\n    on", "- on")), 5, "expected a key 'name' in event")


def test_event_without_change(wrong: Wrong) -> None:
    at_line(wrong(EVENT.replace("    change: {fear: {add: 0.1}}\n", "")), 5, "expected a key 'change'")


def test_event_with_empty_change(wrong: Wrong) -> None:
    at_line(wrong(EVENT.replace("{fear: {add: 0.1}}", "{}")), 7, "at least one target")


def test_change_with_two_operations(wrong: Wrong) -> None:
    at_line(wrong(EVENT.replace("{add: 0.1}", "{add: 0.1, set: 0.2}")), 7, "found set and add")


def test_change_with_no_operation(wrong: Wrong) -> None:
    at_line(wrong(EVENT.replace("{add: 0.1}", "{}")), 7, "exactly one of set", "found none")


def test_condition_with_both_sides(wrong: Wrong) -> None:
    text = EVENT.replace("on: 2022-03-07", "when: {variable: tension, above: 0.5, below: 0.2}")
    at_line(wrong(text), 6, "found above and below")


def test_condition_with_neither_side(wrong: Wrong) -> None:
    text = EVENT.replace("on: 2022-03-07", "when: {variable: tension}")
    at_line(wrong(text), 6, "one of above, below, between, found none")


@pytest.mark.parametrize("delay", ["-1", "soon", "2081"])
def test_condition_with_wrong_delay(wrong: Wrong, delay: str) -> None:
    text = EVENT.replace("on: 2022-03-07", f"when: {{variable: tension, above: 0.5, delay: {delay}}}")
    at_line(wrong(text), 6)


@pytest.mark.parametrize("hazard", ["1.5", "-0.1", "often"])
def test_wrong_hazard(wrong: Wrong, hazard: str) -> None:
    at_line(wrong(EVENT.replace("on: 2022-03-07", f"hazard: {hazard}")), 6)


@pytest.mark.parametrize(
    "lasts", ["8 months", "-3", "for ever", "1.5", "2081 weeks", "true", "999999999 weeks"]
)
def test_wrong_duration(wrong: Wrong, lasts: str) -> None:
    at_line(wrong(EVENT.replace("fear", "tension") + f"    lasts: {lasts}\n"), 8)


def test_two_events_of_one_name(wrong: Wrong) -> None:
    again = EVENT.split("events:\n")[1]
    at_line(wrong(EVENT + again), 8, "to differ", "'a' twice")


@pytest.mark.parametrize("mean", ["solidarity", "fear", "approval"])
def test_mean_of_opinion_that_should_last(wrong: Wrong, mean: str) -> None:
    at_line(wrong(EVENT.replace("fear", mean) + "    lasts: 8 weeks\n"), 8, f"{mean} is a mean over citizens")


def test_mean_of_opinion_on_a_path(wrong: Wrong) -> None:
    text = EVENT.replace("{add: 0.1}", "{path: {2022-04-04: 0.5}}")
    at_line(wrong(text), 7, "fear is a mean over citizens")


# Dates


@pytest.mark.parametrize(
    "value", ["no", "yes", "soon", "2022", "2022-3-7", "2022-02-30", "07.03.2022", "true"]
)
def test_something_else_for_a_date(wrong: Wrong, value: str) -> None:
    at_line(wrong(EVENT.replace("2022-03-07", value)), 6, "a date like 2022-03-07", value)


def test_time_of_day_for_a_date(wrong: Wrong) -> None:
    at_line(wrong(EVENT.replace("2022-03-07", "2022-03-07 10:30:00")), 6, "a date like 2022-03-07")


def test_date_before_the_start(wrong: Wrong) -> None:
    at_line(wrong(EVENT.replace("2022-03-07", "2021-08-15")), 6, "from 2021-08-16 on", "2021-08-15")


def test_date_after_the_end(wrong: Wrong) -> None:
    message = wrong(EVENT.replace("2022-03-07", "2021-09-13") + "weeks: 4\n")
    at_line(message, 6, "up to 2021-09-12", "2021-09-13")


def test_last_day_is_inside(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(EVENT.replace("2022-03-07", "2021-09-12") + "weeks: 4\n")
    assert check(path).weeks == 4


def test_commitment_before_the_start(wrong: Wrong) -> None:
    text = (
        HEAD
        + "commitments:\n  - actor: russia\n    instrument: kabul\n    insist: engage\n    from: 2020-01-06\n"
    )
    at_line(wrong(text), 8, "from 2021-08-16 on")


def test_commitment_that_ends_before_it_begins(wrong: Wrong) -> None:
    text = HEAD + (
        "commitments:\n  - actor: russia\n    instrument: kabul\n    insist: engage\n"
        "    from: 2022-01-03\n    until: 2021-12-27\n"
    )
    at_line(wrong(text), 9, "from 2022-01-03 on", "2021-12-27")


def test_path_that_goes_back(wrong: Wrong) -> None:
    text = EVENT.replace("fear: {add: 0.1}", "tension: {path: {2022-05-02: 0.2, 2022-04-04: 0.4}}")
    at_line(wrong(text), 7, "dates that go forward")


def test_path_with_two_values_in_one_week(wrong: Wrong) -> None:
    text = EVENT.replace("fear: {add: 0.1}", "tension: {path: {2022-05-02: 0.2, 2022-05-04: 0.4}}")
    at_line(wrong(text), 7, "dates that go forward")


def test_path_without_dates(wrong: Wrong) -> None:
    at_line(wrong(EVENT.replace("fear: {add: 0.1}", "tension: {path: {}}")), 7, "at least one date")


def test_path_over_before_its_event(wrong: Wrong) -> None:
    text = EVENT.replace("fear: {add: 0.1}", "tension: {path: {2021-10-04: 0.2, 2022-01-03: 0.4}}")
    at_line(wrong(text), 7, "from 2022-03-07 on")


# Commitments


def test_hold_cannot_be_avoided(wrong: Wrong) -> None:
    text = HEAD + "commitments:\n  - {actor: dushanbe, instrument: words, avoid: [hold]}\n"
    at_line(wrong(text), 5, "'hold' cannot be avoided")


def test_hold_can_be_insisted_upon(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(HEAD + "commitments:\n  - {actor: dushanbe, instrument: words, insist: hold}\n")
    assert check(path).commitments[0].insist == "hold"


@pytest.mark.parametrize("what", ["avoid: [veil], insist: soften", "from: 2022-01-03", "avoid: []"])
def test_commitment_to_both_or_nothing(wrong: Wrong, what: str) -> None:
    text = HEAD + f"commitments:\n  - {{actor: dushanbe, instrument: words, {what}}}\n"
    at_line(wrong(text), 5, "exactly one of avoid")


@pytest.mark.parametrize("other", ["insist: veil", "avoid: [soften]"])
def test_commitments_that_cannot_both_be_kept(wrong: Wrong, other: str) -> None:
    text = HEAD + "commitments:\n"
    for what in ("insist: soften", other):
        text += f"  - {{actor: dushanbe, instrument: words, {what}}}\n"
    at_line(wrong(text), 6, "contradicts another commitment of dushanbe")


def test_commitments_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        HEAD + "commitments:\n  - {actor: dushanbe, instrument: words, insist: soften, until: 2022-01-02}\n"
        "  - {actor: dushanbe, instrument: words, insist: veil, from: 2022-01-03}\n"
    )
    assert len(check(path).commitments) == 2


# Titles and names


@pytest.mark.parametrize(
    "title", ["../../etc/passwd", "/tmp/x", "a\\b", "<script>alert(1)</script>", "a > b", "..", "."]
)
def test_title_that_would_be_a_path_or_markup(wrong: Wrong, title: str) -> None:
    at_line(wrong(HEAD.replace("title: T", f"title: '{title}'")), 2, "a path or markup")


@pytest.mark.parametrize("title", ['"a\\nb"', '"a\\eb"', '"a\\u202eb"', '"a\\0b"', '"\\u2028"'])
def test_title_with_control_characters(wrong: Wrong, title: str) -> None:
    at_line(wrong(HEAD.replace("title: T", f"title: {title}")), 2)


@pytest.mark.parametrize("title", ["''", "'   '", "a" * 201])
def test_title_of_no_or_too_many_characters(wrong: Wrong, title: str) -> None:
    at_line(wrong(HEAD.replace("title: T", f"title: {title}")), 2, "1 to 200 characters")


def test_number_for_a_title(wrong: Wrong) -> None:
    at_line(wrong(HEAD.replace("title: T", "title: 2022")), 2, "expected text", "2022")


def test_missing_title(wrong: Wrong) -> None:
    assert "expected a key 'title' in scenario" in wrong("panj: 1\nweeks: 20\n")


@pytest.mark.parametrize("name", ["''", '"a\\nb"', "a" * 101])
def test_name_of_an_event_that_is_none(wrong: Wrong, name: str) -> None:
    at_line(wrong(EVENT.replace("name: a", f"name: {name}")), 5, "a name of 1 to 100 characters")


# What YAML can do and a scenario need not


def test_alias_bomb(wrong: Wrong) -> None:
    bomb = HEAD + "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for this, last in zip("bcdefghij", "abcdefghi", strict=True):
        bomb += f"{this}: &{this} [{', '.join([f'*{last}'] * 9)}]\n"
    at_line(wrong(bomb), 4, "no anchors")


def test_alias_cycle(wrong: Wrong) -> None:
    at_line(wrong("panj: 1\ntitle: &a [*a]\n"), 2, "no anchors", "&a")


def test_alias(wrong: Wrong) -> None:
    at_line(wrong("panj: 1\ntitle: *a\n"), 2, "no aliases", "*a")


def test_anchor_on_a_scalar(wrong: Wrong) -> None:
    at_line(wrong("panj: 1\ntitle: &a T\n"), 2, "no anchors")


@pytest.mark.parametrize(
    "value", ["!!python/object/apply:os.system [echo]", "!!float 1", "!mine T", "!!str T", "! T"]
)
def test_tag(wrong: Wrong, value: str) -> None:
    at_line(wrong(f"panj: 1\ntitle: {value}\n"), 2, "no tags")


@pytest.mark.parametrize("directive", ["%YAML 1.1", "%YAML 1.2", "%TAG ! tag:x,2000:", "%FOO bar"])
def test_directive(wrong: Wrong, directive: str) -> None:
    at_line(wrong(f"{directive}\n---\n{HEAD}"), 1, "no directives")


def test_several_documents(wrong: Wrong) -> None:
    at_line(wrong(HEAD + "---\n" + HEAD), 4, "one document")


def test_document_after_an_end_mark(wrong: Wrong) -> None:
    at_line(wrong(HEAD + "...\n---\n" + HEAD), 5, "one document")


def test_duplicate_key(wrong: Wrong) -> None:
    at_line(wrong(HEAD + "weeks: 10\ncitizens: 5\nweeks: 20\n"), 6, "'weeks'", "second time", "line 4")


def test_duplicate_key_deeper(wrong: Wrong) -> None:
    at_line(wrong(HEAD + "world:\n  rhetoric: 0.1\n  'rhetoric': 0.2\n"), 6, "'rhetoric'", "line 5")


def test_merge_key(wrong: Wrong) -> None:
    at_line(wrong(HEAD + "<<: {weeks: 5}\n"), 4, "unknown key '<<'")


@pytest.mark.parametrize("key", ["[a, b]", "? {a: 1}\n"])
def test_key_that_is_no_name(wrong: Wrong, key: str) -> None:
    at_line(wrong(HEAD + f"{key}: 1\n"), 4, "expected a key")


@pytest.mark.parametrize(
    "content", ["[" * 100_000, "{a: " * 50_000, "- " * 100_000, "title: " + "[" * 100_000]
)
def test_deep_nesting(wrong: Wrong, content: str) -> None:
    assert re.match(r"mine.yaml, line \d+: ", message := wrong("panj: 1\nx: " + content)), message


def test_deep_nesting_over_many_lines(wrong: Wrong) -> None:
    text = "".join(" " * i + "a:\n" for i in range(700))
    assert "levels of nesting" in wrong(text)


@pytest.mark.parametrize("open_", ["[", "{a: "])
def test_nesting_is_told_from_depth(wrong: Wrong, open_: str) -> None:
    at_line(wrong("panj: 1\nx: " + open_ * 40), 2, "at most 30 levels of nesting")


@pytest.mark.parametrize(
    "text", ["title: [\n", "title: 'a\n", "a: b: c\n", "\ttitle: a\n", "title: T\n  a: b\n", "? : :\n"]
)
def test_not_yaml(wrong: Wrong, text: str) -> None:
    message = wrong("panj: 1\n" + text)
    assert re.match(r"mine.yaml, line \d+: ", message)


def test_list_instead_of_keys(wrong: Wrong) -> None:
    at_line(wrong("- a\n- b\n"), 1, "expected keys with values")


def test_text_instead_of_keys(wrong: Wrong) -> None:
    at_line(wrong("once upon a time\n"), 1, "expected keys with values")


# What kind of file it is


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_empty_file(wrong: Wrong, content: bytes) -> None:
    assert "empty file" in wrong(content)


@pytest.mark.parametrize("content", ["# a remark\n", "---\n", "null\n", "~\n"])
def test_file_of_remarks_only(wrong: Wrong, content: str) -> None:
    assert "starts with 'panj: 1'" in wrong(content)


@pytest.mark.parametrize(
    "content",
    [b"\x89PNG\r\n\x1a\n\0\0\0", bytes(range(256)), b"\x7fELF\x02\x01\x01\0", HEAD.encode() + b"\0"],
)
def test_binary_file(wrong: Wrong, content: bytes) -> None:
    assert "is it a text file?" in wrong(content)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1"])
def test_file_in_another_encoding(wrong: Wrong, encoding: str) -> None:
    assert "is it a text file?" in wrong((HEAD + "question: où?\n").encode(encoding))


def test_byte_order_mark_is_let_through(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode())
    assert check(path).title == "T"


def test_file_of_ten_megabytes(wrong: Wrong) -> None:
    assert "at most 256 KB" in wrong(b"# " + b"a" * 10_000_000)


@pytest.mark.parametrize(
    "many", ["x: [" + "1," * 120_000 + "]", "x:\n" + "- \n" * 80_000, "x: {" + "a: 1, " * 40_000]
)
def test_file_of_too_many_values(wrong: Wrong, many: str) -> None:
    assert "at most 5000 keys and values" in wrong(HEAD + many)


def test_file_just_too_large(wrong: Wrong) -> None:
    content = HEAD.encode() + b"#" * (MOST_BYTES + 1 - len(HEAD))
    assert "at most 256 KB" in wrong(content)


@pytest.mark.parametrize("version", ["2", "0", "1.0", "'1'", "true", "one", "[1]"])
def test_file_of_another_format_version(wrong: Wrong, version: str) -> None:
    at_line(wrong(f"panj: {version}\nnew_key: 5\n"), 1, "'panj: 1'")


def test_file_without_format_version(wrong: Wrong) -> None:
    assert "'panj: 1'" in wrong("title: T\n")


def test_missing_file() -> None:
    with pytest.raises(ScenarioError, match=r"no-such-file.yaml: neither a shipped storyline nor a file"):
        check("no-such-file.yaml")


def test_misspelt_name() -> None:
    with pytest.raises(ScenarioError, match="nearest: baseline"):
        load_scenario("baselin")


@pytest.mark.parametrize("name", ["", "a\0b", "a\nb", "x" * 5000])
def test_name_that_can_be_no_file(name: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(name)
    assert "\n" not in str(caught.value)
    assert "\0" not in str(caught.value)


def test_folder(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="regular file"):
        check(tmp_path)


def test_named_pipe(tmp_path: Path) -> None:
    path = tmp_path / "pipe.yaml"
    os.mkfifo(path)
    with pytest.raises(ScenarioError, match="regular file"):
        check(path)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/stdin"])
def test_device(device: str) -> None:
    with pytest.raises(ScenarioError):
        check(device)


def test_file_without_permission_is_no_fault_of_the_scenario(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(HEAD)

    def forbidden(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "open", forbidden)
    with pytest.raises(PermissionError):
        check(path)


def test_link_to_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.symlink_to(tmp_path / "nowhere.yaml")
    with pytest.raises(ScenarioError, match="no such file"):
        check(path)


def test_link_to_itself(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.symlink_to(path)
    with pytest.raises(ScenarioError, match="cannot be opened"):
        check(path)


# extends


@pytest.mark.parametrize("target", ["5", "[a]", "true", "''", "mine", "baselin", "a.txt", ".inf"])
def test_extends_something_else(wrong: Wrong, target: str) -> None:
    at_line(wrong(f"panj: 1\ntitle: T\nextends: {target}\n"), 3, "expected")


def test_extends_a_missing_file(wrong: Wrong) -> None:
    Path("other.yaml").write_text(HEAD)
    at_line(wrong("panj: 1\ntitle: T\nextends: othr.yaml\n"), 3, "does not exist", "other.yaml")


def test_extends_itself(wrong: Wrong) -> None:
    at_line(wrong("panj: 1\ntitle: T\nextends: mine.yaml\n"), 3, "in a circle")


def test_extends_in_a_circle(here: Path) -> None:
    Path("b.yaml").write_text("panj: 1\nextends: c.yaml\n")
    Path("c.yaml").write_text("panj: 1\n\nextends: mine.yaml\n")
    Path("mine.yaml").write_text("panj: 1\ntitle: T\nextends: b.yaml\n")
    with pytest.raises(
        ScenarioError, match=r"c\.yaml, line 3: 'extends' leads in a circle back to mine\.yaml"
    ):
        check("mine.yaml")


def test_extends_in_a_circle_through_a_link(wrong: Wrong) -> None:
    Path("b.yaml").symlink_to("mine.yaml")
    at_line(wrong("panj: 1\ntitle: T\nextends: b.yaml\n"), 3, "in a circle")


def test_extends_too_often(here: Path) -> None:
    for i in range(30):
        Path(f"f{i}.yaml").write_text(f"panj: 1\nextends: f{i + 1}.yaml\n")
    Path("mine.yaml").write_text("panj: 1\ntitle: T\nextends: f0.yaml\n")
    with pytest.raises(ScenarioError, match="at most 8 files in a row"):
        check("mine.yaml")


@pytest.mark.parametrize("target", ["../outside.yaml", "sub/../../outside.yaml", "..\\outside.yaml"])
def test_extends_upwards(wrong: Wrong, target: str) -> None:
    Path("../outside.yaml").write_text("panj: 1\ntitle: secret\n")
    at_line(wrong(f"panj: 1\ntitle: T\nextends: {target}\n"), 3, "stay in the folder")


def test_extends_an_absolute_path(wrong: Wrong, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(HEAD)
    at_line(wrong(f"panj: 1\ntitle: T\nextends: {tmp_path}/other.yaml\n"), 3, "stay in the folder")


def test_extends_a_link_out_of_the_folder(wrong: Wrong, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.yaml"
    outside.write_text("panj: 1\ntitle: secret\n")
    Path("inside.yaml").symlink_to(outside)
    message = wrong("panj: 1\ntitle: T\nextends: inside.yaml\n")
    at_line(message, 3, "link out of it")
    assert "secret" not in message


def test_extends_through_a_linked_folder(wrong: Wrong, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.yaml").write_text("panj: 1\ntitle: secret\n")
    Path("sub").symlink_to(outside)
    at_line(wrong("panj: 1\ntitle: T\nextends: sub/secret.yaml\n"), 3, "link out of it")


def test_extends_a_pipe(here: Path) -> None:
    os.mkfifo("pipe.yaml")
    Path("mine.yaml").write_text("panj: 1\ntitle: T\nextends: pipe.yaml\n")
    with pytest.raises(ScenarioError, match="regular file"):
        check("mine.yaml")


def test_extends_a_device(wrong: Wrong) -> None:
    Path("zero.yaml").symlink_to("/dev/zero")
    at_line(wrong("panj: 1\ntitle: T\nextends: zero.yaml\n"), 3, "link out of it")


def test_extends_a_folder(here: Path) -> None:
    Path("sub.yaml").mkdir()
    Path("mine.yaml").write_text("panj: 1\ntitle: T\nextends: sub.yaml\n")
    with pytest.raises(ScenarioError, match="regular file"):
        check("mine.yaml")


def test_fault_in_an_extended_file_is_told_there(here: Path) -> None:
    Path("base.yaml").write_text("panj: 1\ntitle: Base\nworld:\n  rhetoric: 7\n")
    Path("mine.yaml").write_text("panj: 1\ntitle: T\nextends: base.yaml\nweeks: 0\n")
    with pytest.raises(ScenarioError) as caught:
        check("mine.yaml")
    rows = str(caught.value).splitlines()
    assert [row.split(":")[0] for row in rows] == ["mine.yaml, line 4", "base.yaml, line 4"]


# Several at once


def test_all_faults_are_told_in_the_order_of_the_file(wrong: Wrong) -> None:
    text = (
        HEAD + "weeks: true\nworld:\n  rhetorik: 0.5\n  fear: 3\n"
        "events:\n  - name: a\n    on: no\n    hazard: 0.1\n    change: {fear: {add: x}}\n"
        "  - name: a\n    on: 2020-01-01\n    change: {clashes: {set: 1}}\nfoo: 1\n"
    )
    rows = wrong(text).splitlines()
    lines = [int(re.search(r"line (\d+)", row)[1]) for row in rows]  # type: ignore[index]
    assert lines == sorted(lines)
    assert lines == [4, 6, 7, 10, 11, 12, 13, 14, 15, 16]


def test_at_most_ten_faults_are_told(wrong: Wrong) -> None:
    text = HEAD + "world:\n" + "".join(f"  nothing_{i}: 1\n" for i in range(30))
    rows = wrong(text).splitlines()
    assert len(rows) == 11
    assert rows[-1] == "and 20 more"


def test_no_control_character_reaches_the_terminal(wrong: Wrong) -> None:
    message = wrong(HEAD + '"a\\e[31mb": 1\nworld: {"\\e[2J": 1}\nreading: "\\e]0;x\\a"\n')
    assert all(row.isprintable() for row in message.splitlines())
