"""Questions in SQL about the tables of a result, and conditions on its runs: read token by token, here alone.

Beyond DuckDB's own SQL, `case` is a column wherever it does not begin a `case … end`, `never` is the first
week of what never came, and `first_… is null` says the same, for so it was stored once. What would draw or
look at a clock is refused: each table would see other runs.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import pandas as pd

from sim.errors import ResultError, nearest
from sim.scenario.faults import shown
from sim.study import tables
from sim.study.tables import FIRSTS

#: How DuckDB writes the first week of what never came.
NEVER = "'infinity'::double"
#: Names of the moment that are written without brackets, and draws of rows.
_MOMENTS = ("current_timestamp", "localtime", "localtimestamp", "sample", "tablesample")
#: What asks for an order, which texts have by their letters alone.
_ORDERED = {"<", ">", "<=", ">=", "between"}
_SQL = ("and", "or", "not", "is", "null", "in", "between", "like", "true", "false", "never", "case")


class Token(NamedTuple):
    """A word, literal or sign of a question, with the space after it."""

    text: str
    space: str
    kind: str

    @property
    def word(self) -> str:
        """The word in small letters; empty where it is a literal, a comment or quoted."""
        bare = self.kind in ("keyword", "identifier") and not self.text.startswith('"')
        return self.text.lower() if bare else ""

    @property
    def name(self) -> str:
        """The name of a column, quoted or not."""
        return self.word or (self.text[1:-1] if self.kind == "identifier" else "")


def tokens(sql: str) -> list[Token]:
    """Cut a question into its tokens, comments left out.

    Raises
    ------
    ResultError
        A literal does not end.
    """
    import duckdb

    if not isinstance(sql, str):
        raise ResultError(f"expected a condition or a question in SQL, found {shown(sql)}")
    try:
        starts = duckdb.tokenize(sql)
    except duckdb.Error as error:
        raise ResultError(message(error)) from None
    found = []
    # Places are counted in bytes.
    raw = sql.encode()
    ends = [start for start, _ in starts[1:]] + [len(raw)]
    for (start, kind), end in zip(starts, ends, strict=False):
        text = raw[start:end].decode()
        bare = text.rstrip()
        if kind.name != "comment":
            found.append(Token(bare, text[len(bare) :], kind.name))
    return found


def plain(sql: str, columns: Collection[str]) -> str:
    """Return a question as DuckDB takes it.

    Parameters
    ----------
    columns
        Names that are columns here, whatever else they mean.

    Raises
    ------
    ResultError
        It draws by chance, asks for the time or for an order of classes, or a literal does not end.
    """
    read = tokens(sql)
    words = [one.word for one in read]
    written: list[str] = []
    k = 0
    while k < len(read):
        token, after = read[k], words[k + 1 : k + 3]
        called = k + 1 < len(read) and read[k + 1].text == "("
        if token.word in _fleeting() and (called or token.word not in columns):
            raise ResultError(
                f"{token.text} gives something else each time it is asked, and then each table would hold "
                "other runs; leave it out"
            )
        beside = {one.word or one.text for one in (*read[max(k - 1, 0) : k], *read[k + 1 : k + 2])}
        if token.name == "path" and beside & _ORDERED:
            raise ResultError("classes stand in no order; name those meant: path in ('clashes', 'fighting')")
        text, step = token.text, 1
        if token.word == "case" and not _opens(read, k):
            text = '"case"'
        elif token.word == "never":
            text = NEVER
        elif k and read[k - 1].name in FIRSTS:
            if token.word == "isnull" or (token.word == "is" and after[:1] == ["null"]):
                text, step = f"= {NEVER}", 1 if token.word == "isnull" else 2
            elif token.word == "notnull" or (token.word == "is" and after == ["not", "null"]):
                text, step = f"< {NEVER}", 1 if token.word == "notnull" else 3
        k += step
        written.append(text + (read[k - 1].space or " "))
    return "".join(written)


def _opens(read: list[Token], k: int) -> bool:
    """Say whether the word `case` opens a `case … end`: an operand or `when` follows, and an `end`."""
    if k + 1 == len(read) or "end" not in [one.word for one in read[k:]]:
        return False
    following = read[k + 1]
    operand = following.kind in ("identifier", "string_const", "numeric_const") or following.text == "("
    return operand or following.word == "when"


@lru_cache(maxsize=1)
def _fleeting() -> frozenset[str]:
    """Names of functions whose answer hangs on chance, the time or the session, in every form they have."""
    import duckdb

    with duckdb.connect(":memory:") as connection:
        rows = connection.execute(
            "select function_name from duckdb_functions() where stability is not null "
            "group by function_name having bool_and(stability <> 'CONSISTENT')"
        ).fetchall()
    return frozenset((*(name for (name,) in rows), *_MOMENTS))


def message(error: Exception) -> str:
    """Return what the database says of a question, in one line."""
    return str(error).splitlines()[0]


@contextlib.contextmanager
def opened(sources: Mapping[str, Any], keys: pd.DataFrame | None = None) -> Iterator[Any]:
    """Yield a connection that reaches these tables and nothing else.

    Where `outcomes` and `design` are among them and `runs` is not, `runs` is each run beside the values of
    its case. With `keys`, tables by `case` and `replicate` hold these runs alone.
    """
    import duckdb

    with duckdb.connect(":memory:") as connection:
        if keys is not None:
            connection.register("met", keys)
        for name, source in sources.items():
            connection.register(name if keys is None else f"every_{name}", source)
            if keys is not None:
                described = connection.execute(f"from every_{name} limit 0").description
                some = 'semi join met using ("case", replicate)' if _names(described) >= set(keys) else ""
                connection.execute(f"create view {name} as from every_{name} {some}")
        if {"outcomes", "design"} <= sources.keys() and "runs" not in sources:
            connection.execute('create view runs as select * from outcomes join design using ("case")')
        connection.execute("set enable_external_access=false; set lock_configuration=true")
        yield connection


def ask(connection: Any, sql: str, columns: Collection[str]) -> pd.DataFrame:
    """Return the answer to a question; classes and ladders keep their order.

    Raises
    ------
    ResultError
        The question is not understood; says why.
    """
    import duckdb

    from sim.model.outcomes import PATHS

    try:
        found: pd.DataFrame = connection.execute(plain(sql, columns)).df()
    except duckdb.Error as error:
        raise ResultError(f"the question is not understood: {message(error)}") from None
    for name, names in (("path", PATHS), ("ladder", tables.LADDERS)):
        if name in found and found[name].dtype != "category":
            found[name] = pd.Categorical(found[name], categories=names)
    return found


def met(connection: Any, condition: str) -> pd.DataFrame:
    """Return `case` and `replicate` of the runs that meet a condition.

    Raises
    ------
    ResultError
        It is not understood, is no condition, or no run meets it; says which, with the nearest name.
    """
    found = meeting(connection, condition)
    if found.empty:
        runs = connection.execute("select count(*) from runs").fetchone()[0]
        near = _meant(connection, condition)
        raise ResultError(f"--given {condition!r}: none of {runs:,} runs meets it{near}")
    return found


def meeting(connection: Any, condition: str, option: str = "--given") -> pd.DataFrame:
    """Return `case` and `replicate` of the runs that meet a condition, of none where none does.

    Raises
    ------
    ResultError
        It is not understood or is no condition; says which, with the nearest name.
    """
    import duckdb

    columns = _names(connection.execute("from runs limit 0").description)
    try:
        sql = plain(condition, columns)
        connection.execute(f"from runs where {sql} limit 0")  # by itself, not by the brackets around it
        # A line of its own, for a remark at the end of the condition would take the bracket in.
        (told,) = connection.execute(f"select ({sql}\n) from runs limit 0").description
        if str(told[1]).upper() not in ("BOOLEAN", "BOOL"):
            raise ResultError("that is a value, neither true nor false")
        found: pd.DataFrame = connection.execute(f'select "case", replicate from runs where ({sql}\n)').df()
    except (duckdb.Error, ResultError) as error:
        raise ResultError(
            f"{option} {condition!r}: expected a condition on the columns of outcomes, like "
            f"'first_escalation_3 < 60 and first_rapprochement_3 = never'; {message(error)}"
            f"{_near(condition, columns)}"
        ) from None
    return found


def _meant(connection: Any, condition: str) -> str:
    """Say which values lie nearest to the first quoted one that no run has."""
    known: list[str] = []
    for name, kind, *_ in connection.execute("from runs limit 0").description:
        if str(kind).upper().startswith(("VARCHAR", "STRING", "ENUM")):
            rows = connection.execute(f'select distinct "{name}" from runs where "{name}" is not null')
            known += [str(value) for (value,) in rows.fetchall()]
    quoted = [one.text[1:-1] for one in tokens(condition) if one.kind == "string_const"]
    strange = [one for one in quoted if one not in known]
    return nearest(strange[0], known) if strange else ""


def _names(description: Iterable[tuple[Any, ...]]) -> set[str]:
    return {str(one[0]) for one in description}


def _near(condition: str, columns: Iterable[str]) -> str:
    """Say which columns lie nearest to the first name that is none."""
    try:
        names = [one.name for one in tokens(condition) if one.name]
    except ResultError:
        return ""
    known = list(columns)
    strange = [one for one in names if one not in known and one.lower() not in _SQL]
    return nearest(strange[0], known) if strange else ""


def both(first: str | None, second: str) -> str:
    """Return the condition that both hold."""
    return second if first is None else f"({first}) and ({second})"


def only(frame: pd.DataFrame, keys: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a table that belong to these runs."""
    wanted = pd.MultiIndex.from_frame(keys)
    return frame[pd.MultiIndex.from_frame(frame[["case", "replicate"]]).isin(wanted)].reset_index(drop=True)
