"""Rules and options that are declared wrongly do not load, and the message says why.

A tiny invented world stands in for the real one: three variables, five parameters, two actors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.errors import ModelError
from sim.model import declare, registry
from sim.model.maths import PURE
from sim.model.provenance import Record, draw, drive, judgement, parameter, state

WHY = judgement("invented for this test")


class TinyWorld(Record):
    """Two variables everyone sees, of which one fades, and one that only Kabul sees."""

    noise: float = state(
        0.5,
        "index",
        "loudness",
        WHY,
        plausible=(0, 1),
        known_to=("everyone",),
        owner="dushanbe",
        fades="cooling",
    )
    lasting: float = state(
        0.5, "index", "what stays", WHY, plausible=(0, 1), known_to=("everyone",), owner="dushanbe"
    )
    secret: float = state(
        0.5, "index", "a plan", WHY, plausible=(0, 1), known_to=("taliban",), owner="taliban"
    )


class TinyParameters(Record):
    """What the invented rules and options need."""

    inertia: float = parameter(0.0, "utility", -1, 1, "of holding still", WHY)
    shout_base: float = parameter(0.0, "utility", -1, 1, "of shouting", WHY)
    shout_step: float = parameter(0.5, "share", 0, 1, "of the way", WHY)
    annoyance: float = parameter(1.0, "utility", 0, 2, "size of a push", WHY)
    cooling: float = parameter(0.1, "1/week", 0, 1, "of noise", WHY)


class TinyDrives(Record):
    """One channel."""

    stir: float = drive("1/week", "a pull")


class TinyDraws(Record):
    """One chance."""

    luck: float = draw("uniform", "chance")


F = Callable[..., Any]


def within(actor: str) -> Callable[[F], F]:
    """Let a function pass for one that stands in the actor's module."""

    def move(function: F) -> F:
        function.__module__ = f"tiny.actors.{actor}"
        return function

    return move


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Callable[..., registry.Model]:
    """Empty the registry for one test and return how it is loaded."""
    registry.load()  # the real one first, or its functions would be marked by what stands in for `pure`
    monkeypatch.delitem(declare.DECLARED, "tiny", raising=False)
    monkeypatch.setattr(declare, "pure", lambda function: function)

    def compose(state: type[Record] = TinyWorld) -> registry.Model:
        declared = declare.DECLARED["tiny"]
        records = registry.Records(state, TinyParameters, TinyDrives, TinyDraws)
        return registry.compose("tiny", ("dushanbe", "taliban"), declared, records, {}, {})

    return compose


def add_options(inverse: str = "hush") -> None:
    """Give Dushanbe one instrument with an option and its inverse."""

    @declare.option("voice.shout", base="shout_base", inverse=inverse, moves=("noise",))
    @within("dushanbe")
    def shout(world: Any, p: Any) -> None:
        """Be loud."""
        world.noise += p.shout_step * (1.0 - world.noise)

    @declare.option("voice.hush", base="shout_base", inverse="shout", moves=("noise",))
    @within("dushanbe")
    def hush(world: Any, p: Any) -> None:
        """Be quiet."""
        world.noise -= p.shout_step * world.noise


@within("dushanbe")
def loud(seen: Any, p: Any) -> float:
    return seen.noise


@within("dushanbe")
def curious(seen: Any, p: Any) -> float:
    return seen.secret


@within("border")
def stirring(world: Any, p: Any) -> float:
    return world.secret


def add_rule(function: F = loud, rule_id: str = "X1", **changes: Any) -> None:
    """Register a sound rule, but for what is changed."""
    given = {
        "paragraphs": (3,),
        "claim": "Noise begets noise.",
        "concern": "quiet",
        "pushes": {"voice.shout": "+annoyance"},
        "rises_with": ("noise",),
    }
    declare.rule(rule_id, "invented", **given | changes)(function)


def test_a_sound_tiny_model_loads(load: Callable[..., registry.Model]) -> None:
    add_options()
    add_rule()
    add_rule(stirring, "X2", pushes={"stir": "+annoyance"}, rises_with=("secret",))
    tiny = load()
    assert list(tiny.rules) == ["X1", "X2"]
    assert [opt.key for one in tiny.instruments for opt in one.options] == [
        "voice.hold",
        "voice.shout",
        "voice.hush",
    ]
    assert [rule.id for rule, _ in tiny.appraising("dushanbe")] == ["X1"]
    assert [rule.id for rule, _ in tiny.driving()] == ["X2"]
    assert [q.name for q in tiny.perceived("dushanbe")] == ["noise"]
    assert tiny.parameters["strength_X1"].default == 1.0
    assert tiny.parameters["weight_dushanbe_quiet"].default == 1.0
    assert tiny.rules["X1"].parameters == ("strength_X1", "annoyance")


def test_the_real_registry_is_left_alone(load: Callable[..., registry.Model]) -> None:
    add_options()
    add_rule()
    load()
    assert "X1" not in registry.load().rules
    assert not [name for name in PURE if "test_registry" in name or name.endswith(".loud")]


def test_rules_stand_in_the_order_of_letter_number_and_rival(load: Callable[..., registry.Model]) -> None:
    add_options()
    for rule_id in ("X10", "X2", "X2r", "W3", "X1"):
        add_rule(rule_id=rule_id, rival_of="X2" if rule_id == "X2r" else None)
    tiny = load()
    assert list(tiny.rules) == ["W3", "X1", "X2", "X2r", "X10"]
    assert tiny.parameters["strength_X2r"].default == 0.0, "a rival reading is off unless switched on"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"claim": "  "}, "rule X1: a rule without a claim does not load", id="no claim"),
        pytest.param(
            {"paragraphs": ()}, "rule X1: needs paragraphs of the article, or a judgement", id="no paragraph"
        ),
        pytest.param(
            {"paragraphs": (3, 20)},
            r"rule X1: paragraphs run from 1 to 19, found \(3, 20\)",
            id="no such paragraph",
        ),
        pytest.param({"paragraphs": (0,)}, "paragraphs run from 1 to 19", id="paragraphs count from one"),
        pytest.param({"rule_id": "first"}, "'first': an id is letters and a number, like D5", id="no id"),
        pytest.param(
            {"rises_with": ()},
            r"rule X1: reads \['noise'\] but declares \[\]",
            id="reads what it does not declare",
        ),
        pytest.param(
            {"falls_with": ("secret",)},
            r"reads \['noise'\] but declares \['noise', 'secret'\] in rises_with and falls_with",
            id="declares what it does not read",
        ),
        pytest.param(
            {"pushes": {"voice.shout": "annoyance"}},
            r"push on 'voice.shout' needs a sign, like '\+annoyance'",
            id="no sign",
        ),
        pytest.param({"pushes": {"voice.shout": "*annoyance"}}, "needs a sign", id="wrong sign"),
        pytest.param({"pushes": {"voice.shout": ""}}, "needs a sign", id="empty size"),
    ],
)
def test_a_rule_is_refused_where_it_stands(
    load: Callable[..., registry.Model], changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(ModelError, match=says):
        add_rule(**changes)


@pytest.mark.parametrize(
    ("function", "changes", "says"),
    [
        pytest.param(
            loud,
            {"pushes": {"voice.shoot": "+annoyance"}},
            "rule X1: dushanbe has no option 'voice.shoot'",
            id="unknown option",
        ),
        pytest.param(
            loud,
            {"pushes": {"stir": "+annoyance"}},
            "dushanbe has no option 'stir'",
            id="an actor's rule on a drive",
        ),
        pytest.param(
            loud,
            {"pushes": {"voice.shout": "+annoyence"}},
            "rule X1: no parameter 'annoyence'; nearest: annoyance",
            id="unknown size",
        ),
        pytest.param(
            curious,
            {"rises_with": ("secret",)},
            "rule X1: dushanbe cannot know 'secret'; it is hidden from it",
            id="hidden from its actor",
        ),
        pytest.param(
            stirring,
            {"pushes": {"stirr": "+annoyance"}, "rises_with": ("secret",)},
            "rule X1: no drive 'stirr'; nearest: stir",
            id="unknown drive",
        ),
        pytest.param(
            stirring,
            {"pushes": {"voice.shout": "+annoyance"}, "rises_with": ("secret",)},
            "no drive 'voice.shout'",
            id="a process on an option",
        ),
    ],
)
def test_a_rule_is_refused_once_all_is_known(
    load: Callable[..., registry.Model], function: F, changes: dict[str, Any], says: str
) -> None:
    add_options()
    add_rule(function, **changes)
    with pytest.raises(ModelError, match=says):
        load()


def test_a_variable_that_does_not_exist_is_named_with_the_nearest(
    load: Callable[..., registry.Model],
) -> None:
    @within("dushanbe")
    def misspelt(seen: Any, p: Any) -> float:
        return seen.noice

    add_options()
    add_rule(misspelt, rises_with=("noice",))
    with pytest.raises(ModelError, match="rule X1: no variable 'noice'; nearest: noise"):
        load()


def test_a_parameter_that_does_not_exist_is_named_with_the_nearest(
    load: Callable[..., registry.Model],
) -> None:
    @within("dushanbe")
    def misspelt(seen: Any, p: Any) -> float:
        return seen.noise * p.anoyance

    add_options()
    add_rule(misspelt)
    with pytest.raises(ModelError, match="rule X1: no parameter 'anoyance'; nearest: annoyance"):
        load()


def test_an_id_used_twice_is_refused(load: Callable[..., registry.Model]) -> None:
    add_rule()
    with pytest.raises(ModelError, match="rule X1: declared twice"):
        add_rule()


@pytest.mark.parametrize("names", [("world",), ("state", "p"), ("p", "seen"), ("seen", "p", "more")])
def test_a_function_of_another_shape_is_refused(
    load: Callable[..., registry.Model], names: tuple[str, ...]
) -> None:
    functions: dict[tuple[str, ...], F] = {
        ("world",): lambda world: 0.0,
        ("state", "p"): lambda state, p: 0.0,
        ("p", "seen"): lambda p, seen: 0.0,
        ("seen", "p", "more"): lambda seen, p, more: 0.0,
    }
    with pytest.raises(ModelError, match=r"rule X1: its function takes \(seen, p\) or \(world, p\)"):
        add_rule(within("dushanbe")(functions[names]), rises_with=())


def test_a_clause_of_no_rule_is_refused(load: Callable[..., registry.Model]) -> None:
    add_options()
    add_rule()
    declare.clause("X11", pushes={"voice.shout": "+annoyance"}, rises_with=("noise",))(loud)
    with pytest.raises(ModelError, match="a clause of X11: no such rule; nearest: X1"):
        load()


def test_a_clause_may_enter_the_appraisal_of_another_actor(load: Callable[..., registry.Model]) -> None:
    add_options()
    add_rule()

    @declare.clause("X1", actor="taliban", pushes={"voice.shout": "+annoyance"}, rises_with=("noise",))
    @within("dushanbe")
    def elsewhere(seen: Any, p: Any) -> float:
        return seen.noise

    with pytest.raises(ModelError, match=r"rule X1: taliban has no option 'voice.shout'"):
        load()


def test_a_rule_may_enter_the_appraisal_of_another_actor_alone(load: Callable[..., registry.Model]) -> None:
    @declare.option("plot.grow", base="shout_base", inverse="drop", moves=("secret",))
    @within("taliban")
    def grow(world: Any, p: Any) -> None:
        """Plan more."""
        world.secret += p.shout_step * (1.0 - world.secret)

    @declare.option("plot.drop", base="shout_base", inverse="grow", moves=("secret",))
    @within("taliban")
    def drop(world: Any, p: Any) -> None:
        """Plan less."""
        world.secret -= p.shout_step * world.secret

    add_rule(pushes={"plot.grow": "+annoyance"}, actor="taliban")
    tiny = load()
    assert tiny.rules["X1"].actor == "dushanbe"
    assert [rule.id for rule, _ in tiny.appraising("taliban")] == ["X1"]
    assert tiny.appraising("dushanbe") == []


def test_a_rule_that_stands_with_no_actor_is_refused(load: Callable[..., registry.Model]) -> None:
    def homeless(seen: Any, p: Any) -> float:
        return seen.noise

    with pytest.raises(ModelError, match="stand in a module of the folders actors or processes"):
        add_rule(homeless)


# options --------------------------------------------------------------------------------------


def add_option(key: str = "voice.shout", **changes: Any) -> None:
    given = {"base": "shout_base", "inverse": "fading", "moves": ("noise",)}

    @within("dushanbe")
    def shout(world: Any, p: Any) -> None:
        """Be loud."""
        world.noise += p.shout_step * (1.0 - world.noise)

    declare.option(key, **given | changes)(shout)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param(
            {"base": "shout_bas"},
            "option voice.shout of dushanbe: no parameter 'shout_bas' for its base",
            id="no base",
        ),
        pytest.param(
            {"moves": ("noise", "secret")},
            "option voice.shout of dushanbe moves 'secret', which taliban owns",
            id="another's variable",
        ),
        pytest.param({"moves": ("noice",)}, "option voice.shout of dushanbe.*'noice'", id="no such variable"),
        pytest.param(
            {"inverse": "whisper"},
            "option voice.shout of dushanbe: its inverse 'whisper' is no option",
            id="an inverse that is none",
        ),
        pytest.param({"inverse": ""}, "its inverse '' is no option", id="an empty inverse"),
    ],
)
def test_an_option_is_refused(
    load: Callable[..., registry.Model], changes: dict[str, Any], says: str
) -> None:
    add_option(**changes)
    with pytest.raises(ModelError, match=says):
        load()


def test_an_option_cannot_leave_its_inverse_out() -> None:
    with pytest.raises(TypeError, match="inverse"):
        declare.option("voice.shout", base="shout_base", moves=("noise",))  # type: ignore[call-arg]


def test_an_option_that_writes_what_does_not_exist_is_refused(load: Callable[..., registry.Model]) -> None:
    @declare.option("voice.shout", base="shout_base", inverse="fading", moves=("noise",))
    @within("dushanbe")
    def shout(world: Any, p: Any) -> None:
        """Be loud somewhere else."""
        world.noice = 1.0

    with pytest.raises(ModelError, match=r"option voice.shout of dushanbe: no variable \['noice'\]"):
        load()


def test_an_option_that_writes_what_it_does_not_declare_is_refused(
    load: Callable[..., registry.Model],
) -> None:
    @declare.option("voice.shout", base="shout_base", inverse="fading", moves=("noise",))
    @within("dushanbe")
    def shout(world: Any, p: Any) -> None:
        """Reach into another's affairs."""
        world.noise += p.shout_step
        world.secret = 1.0

    with pytest.raises(ModelError, match="secret"):
        load()


def test_a_condition_on_something_hidden_is_refused(load: Callable[..., registry.Model]) -> None:
    add_option(open_when=curious)
    with pytest.raises(ModelError, match="dushanbe cannot know 'secret'"):
        load()


def test_an_option_declared_twice_is_refused(load: Callable[..., registry.Model]) -> None:
    add_option()
    add_option()
    with pytest.raises(ModelError, match=r"voice\.shout"):
        load()


def test_a_fading_that_is_none_is_refused(load: Callable[..., registry.Model]) -> None:
    """An option that says it fades, on a variable that does not, would never be undone."""

    @declare.option("voice.carve", base="shout_base", inverse="fading", moves=("lasting",))
    @within("dushanbe")
    def carve(world: Any, p: Any) -> None:
        """Leave a mark."""
        world.lasting += p.shout_step * (1.0 - world.lasting)

    with pytest.raises(ModelError, match="lasting"):
        load()


def test_a_rival_of_no_rule_is_refused(load: Callable[..., registry.Model]) -> None:
    add_options()
    add_rule(rival_of="X99")
    with pytest.raises(ModelError, match="X99"):
        load()


def test_a_variable_that_fades_by_no_parameter_is_refused(
    load: Callable[..., registry.Model],
) -> None:
    class Fading(TinyWorld):
        warmth: float = state(0.5, "index", "warmth", WHY, plausible=(0, 1), fades="freezing")

    with pytest.raises(ModelError, match="variable 'warmth': no parameter 'freezing'"):
        load(Fading)
