"""From the syntax trees of plain functions to the text of an LLVM module.

The subset is the one in which rules are written: numbers, records, arrays, tuples; `if`, `for` over a range,
`while`; calls of other such functions. Whatever lies outside it is refused with its place. Arithmetic is
Python's own, operation by operation and in its order, so both drivers agree bit for bit.
"""

from __future__ import annotations

import ast
import inspect
from types import FunctionType
from typing import Any

import numpy as np

from sim.engine.compiler.expressions import Expressions
from sim.engine.compiler.values import INT, NOTHING, Array, Group, Record, Type, Value, stored
from sim.engine.compiler.writer import Compiled, WiderError, constant, item, literal, returns
from sim.model.fields import syntax

#: Loops of so many turns, known beforehand, are written out.
TURNS = 32

DECLARED = "\n".join(
    [
        *(f"declare double @llvm.{name}.f64(double)" for name in ("sqrt", "floor", "fabs")),
        *(f"declare i64 @llvm.{name}.i64(i64, i64)" for name in ("smin", "smax")),
    ]
)


class Program:
    """The text of one module, function by function, each once for the types that it is called with."""

    def __init__(self) -> None:
        self.functions: dict[tuple[FunctionType, tuple[Type, ...]], Compiled] = {}
        self.text: list[str] = []
        self.tables: dict[bytes, str] = {}

    def compile(self, function: FunctionType, types: tuple[Type, ...]) -> Compiled:
        """Return the compiled form of a function for these types of arguments."""
        key = (function, types)
        if key not in self.functions:
            wide: set[str] = set()
            while True:
                body = Body(self, function, types, wide)
                try:
                    body.translate()
                    break
                except WiderError as one:
                    wide.add(one.args[0])
            symbol = f"@f{len(self.functions)}.{function.__name__}"
            self.functions[key] = Compiled(symbol, body.returns)
            self.text.append(body.definition(symbol))
        return self.functions[key]

    def entry(self, function: FunctionType, types: tuple[Type, ...], symbol: str) -> Type:
        """Add the way in from Python: a function of one address, where the words of all arguments lie.

        What it returns takes the place of the first of them.
        """
        inner = self.compile(function, types)
        lines, operands = [], []
        for number, part in enumerate(part for one in types for part in one.parts):
            lines.append(f"  %a{number} = getelementptr inbounds i64, ptr %words, i64 {number}")
            lines.append(f"  %w{number} = load {part}, ptr %a{number}")
            operands.append(f"{part} %w{number}")
        returned = inner.returns.parts
        call = f"call {returns(returned)} {inner.symbol}({', '.join(operands)})"
        if returned:
            lines += [f"  %out = {call}", f"  store {returned[0]} %out, ptr %words"]
        else:
            lines.append(f"  {call}")
        self.text.append("\n".join([f"define void @{symbol}(ptr %words) {{", *lines, "  ret void", "}"]))
        return inner.returns

    def table(self, values: np.ndarray[Any, Any]) -> str:
        """Return the symbol of a constant array."""
        key = values.dtype.str.encode() + values.tobytes()
        return self.tables.setdefault(key, f"@table{len(self.tables)}")

    def __str__(self) -> str:
        tables = []
        for key, symbol in self.tables.items():
            values = np.frombuffer(key[3:], key[:3].decode())
            kind, number = stored(values.dtype)
            cells = ", ".join(f"{kind} {literal(one.item(), number)}" for one in values)
            tables.append(f"{symbol} = internal constant [{len(values)} x {kind}] [{cells}]")
        return "\n\n".join(["\n".join(tables), DECLARED, *self.text]) + "\n"


class Body(Expressions):
    """One function being translated."""

    def __init__(
        self, program: Program, function: FunctionType, types: tuple[Type, ...], wide: set[str]
    ) -> None:
        super().__init__(program, function, syntax(function), wide)
        self.types = types
        self.loops: list[tuple[str, str]] = []

    def translate(self) -> None:
        """Translate the whole function."""
        words = iter(self._arguments())
        for parameter, kind in zip(inspect.signature(self.function).parameters, self.types, strict=True):
            self.bind(parameter, Value(kind, tuple(next(words) for _ in kind.parts)))
        self.block(self.node.body)
        self.jump("exit")

    @property
    def returns(self) -> Type:
        """What the function returns."""
        return self.slots["return"][0] if "return" in self.slots else NOTHING

    def _arguments(self) -> list[str]:
        return [f"%a{number}" for number in range(sum(len(one.parts) for one in self.types))]

    def definition(self, symbol: str) -> str:
        """Return the text of the function."""
        parts = (part for one in self.types for part in one.parts)
        arguments = ", ".join(f"{part} {name}" for part, name in zip(parts, self._arguments(), strict=True))
        body, self.lines = self.lines, []
        out = self.read("return").words if "return" in self.slots else ()
        kind = returns(self.returns.parts)
        if len(out) > 1:
            whole = "poison"
            for number, (part, word) in enumerate(zip(self.returns.parts, out, strict=True)):
                whole = self.emit(f"insertvalue {kind} {whole}, {part} {word}, {number}")
            out = (whole,)
        end = [*self.lines, f"  ret {kind} {out[0]}" if out else "  ret void"]
        head = f"define internal {kind} {symbol}({arguments}) {{"
        return "\n".join([head, "entry:", *self.rooms, *body, "exit:", *end, "}"])

    def block(self, statements: list[ast.stmt]) -> None:
        """Translate statements up to the first after which nothing goes on."""
        for node in statements:
            if self.ended:
                return
            method = getattr(self, f"_{type(node).__name__.lower()}", None)
            if method is None:
                raise self.refusal(node, "it is outside the subset in which rules are written")
            method(node)

    def _expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.value(node.value)

    def _pass(self, node: ast.Pass) -> None:
        pass

    def _return(self, node: ast.Return) -> None:
        if node.value is not None:
            self.bind("return", self.value(node.value))
        self.jump("exit")

    def _assign(self, node: ast.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self.assign(target, value)

    def _annassign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node.target, self.value(node.value))

    def _augassign(self, node: ast.AugAssign) -> None:
        """Read the target, combine, and store where it was read."""
        right = self.number_of(node.value)
        if isinstance(node.target, ast.Name):
            self.bind(node.target.id, self.arithmetic(node, node.op, self.read(node.target.id), right))
            return
        dtype, address = self.target(node.target)
        self.store(dtype, address, self.arithmetic(node, node.op, self.load(dtype, address), right))

    def target(self, node: ast.expr) -> tuple[np.dtype[Any], str]:
        """Return type and address of what is assigned to."""
        if isinstance(node, ast.Attribute):
            base = self.value(node.value)
            if isinstance(base.type, Record):
                return self.field(base, node.attr, node)
        if isinstance(node, ast.Subscript):
            base = self.value(node.value)
            if isinstance(base.type, Array):
                view = self.part(base, node)
                assert isinstance(view.type, Array)
                if view.type.ndim == 0 and view.type.dtype.names is None:
                    return view.type.dtype, view.words[0]
        raise self.refusal(node, "expected a field of a record or an element of an array")

    def assign(self, target: ast.expr, value: Value) -> None:
        """Give a target a value."""
        if isinstance(target, ast.Name):
            self.bind(target.id, value)
        elif isinstance(target, ast.Tuple):
            if not isinstance(value.type, Group) or len(value.type.items) != len(target.elts):
                raise self.refusal(target, f"expected a tuple of {len(target.elts)}")
            for number, one in enumerate(target.elts):
                self.assign(one, item(value, number))
        elif isinstance(target, ast.Subscript) and isinstance((base := self.value(target.value)).type, Array):
            self.spread(self.part(base, target), value)
        else:
            self.store(*self.target(target), value)

    def _if(self, node: ast.If) -> None:
        yes, no, end = self.label(), self.label(), self.label()
        self.split(self.test(node.test), yes, no)
        for label, branch in ((yes, node.body), (no, node.orelse)):
            self.place(label)
            self.block(branch)
            self.jump(end)
        self.place(end)

    def _while(self, node: ast.While) -> None:
        test, turn, end = self.label(), self.label(), self.label()
        self.jump(test)
        self.place(test)
        self.split(self.test(node.test), turn, end)
        self.place(turn)
        self.loop(node, test, end)
        self.jump(test)
        self.place(end)

    def loop(self, node: ast.While | ast.For, further: str, end: str) -> None:
        """Translate one turn of a loop."""
        if node.orelse:
            raise self.refusal(node, "a loop has no `else` here")
        self.loops.append((further, end))
        self.block(node.body)
        self.loops.pop()

    def _break(self, node: ast.Break) -> None:
        self.jump(self.loops[-1][1])

    def _continue(self, node: ast.Continue) -> None:
        self.jump(self.loops[-1][0])

    def _for(self, node: ast.For) -> None:
        call, target = node.iter, node.target
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "range"):
            raise self.refusal(node.iter, "a loop goes over a range")
        if not isinstance(target, ast.Name):
            raise self.refusal(target, "expected a name")
        ends = [self.cast(self.index(one), INT) for one in call.args]
        first, last = (constant(0, INT), ends[0]) if len(ends) == 1 else ends[:2]
        step = ends[2] if len(ends) > 2 else constant(1, INT)
        if step.known is None or step.known < 1:
            raise self.refusal(node.iter, "expected a step known beforehand, above 0")
        if first.known is not None and last.known is not None:
            turns = range(first.known, last.known, step.known)
            if len(turns) <= TURNS:
                self._unrolled(node, target.id, turns)
                return
        end = self.label()

        def turn(index: Value) -> None:
            further = self.label()
            self.bind(target.id, index)
            self.loop(node, further, end)
            self.jump(further)
            self.place(further)

        self.count(first, last, step, turn)
        self.jump(end)
        self.place(end)

    def _unrolled(self, node: ast.For, name: str, turns: range) -> None:
        """Write every turn out, the loop's variable known in each."""
        end = self.label()
        for number in turns:
            further = self.label()
            self.fixed[name] = constant(number, INT)
            self.loop(node, further, end)
            self.jump(further)
            self.place(further)
        self.fixed.pop(name, None)
        self.jump(end)
        self.place(end)
