"""Which rows a filter chooses: three-valued logic over whole columns.

Source: OGC 21-065r2, clauses 6-8. A row is chosen where the filter is true; what is not known
(a missing value) makes a predicate unknown, and NOT of unknown is unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from api.errors import BadRequest
from api.ogc.cql2.like import pattern
from api.ogc.cql2.spatial import PREDICATES, geometry_literal, related
from api.ogc.cql2.table import Column, Table, instants
from api.ogc.cql2.texts import accents_removed, mapped
from api.ogc.cql2.tree import Tree

_COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    "=": np.equal,
    "<>": np.not_equal,
    "<": np.less,
    ">": np.greater,
    "<=": np.less_equal,
    ">=": np.greater_equal,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "%": np.fmod,
    "div": lambda a, b: np.trunc(np.divide(a, b)),
    "^": np.power,
}
_TRUTHS = frozenset(("and", "or", "not", "isNull", "between", "in", "like"))
FUNCTIONS = ("casei", "accenti", *PREDICATES)


def chosen(tree: Tree, table: Table) -> NDArray[np.bool_]:
    """(rows,) True where the filter is true.

    Raises BadRequest: filter-property (no such column), filter-function, filter-types (operands
    that do not go together), filter-geometry.
    """
    truth = _truth(tree, table)
    return np.broadcast_to(truth.values & truth.known, (table.rows,)).copy()


def _truth(tree: Tree, table: Table) -> Column:
    """A boolean column: the truth of ``tree``."""
    op, args = _operation(tree)
    if op in ("and", "or") and len(args) >= 2:
        return _joined(op, [_truth(a, table) for a in args])
    if op == "not" and len(args) == 1:
        inner = _truth(args[0], table)
        return Column("boolean", ~inner.values, inner.known)
    if op == "isNull" and len(args) == 1:
        value = _value(args[0], table)
        return Column("boolean", ~value.known, np.ones_like(value.known))
    if op in _COMPARED and len(args) == 2:
        return _compare(op, _value(args[0], table), _value(args[1], table))
    if op == "between" and len(args) == 3:
        value, lower, upper = (_value(a, table) for a in args)
        return _joined("and", [_compare(">=", value, lower), _compare("<=", value, upper)])
    if op == "in" and len(args) == 2 and isinstance(args[1], list) and args[1]:
        value = _value(args[0], table)
        options = cast("list[Any]", args[1])
        return _joined("or", [_compare("=", value, _value(o, table)) for o in options])
    if op == "like" and len(args) == 2:
        return _like(_value(args[0], table), _value(args[1], table))
    if op is not None and op in PREDICATES and len(args) == 2:
        return related(op, _value(args[0], table), _value(args[1], table))
    if op is not None and _is_truth(op):
        raise _types(op)  # it came this far with arguments that are not its own
    value = _value(tree, table)
    if value.kind == "nothing":
        return Column("boolean", np.zeros_like(value.known), value.known)
    if value.kind != "boolean":
        raise _types(op or "filter")
    return value


def _operation(tree: Tree) -> tuple[str | None, list[Any]]:
    if not isinstance(tree, dict) or "op" not in tree:
        return None, []
    node = cast("dict[str, Any]", tree)
    op, args = node["op"], node.get("args")
    if not isinstance(op, str) or not isinstance(args, list):
        raise _types(str(op)[:40])
    # Names of functions are not case-sensitive in text; of operators only isNull has capitals.
    return op if op == "isNull" else op.lower(), cast("list[Any]", args)


def _is_truth(op: str) -> bool:
    return op in _TRUTHS or op in _COMPARED or op in PREDICATES


def _joined(op: str, terms: list[Column]) -> Column:
    """Kleene's AND and OR: one false (true) decides, else one unknown makes it unknown."""
    values, known = terms[0].values, terms[0].known
    for term in terms[1:]:
        if op == "and":
            decided = (~values & known) | (~term.values & term.known)
            values, known = values & term.values, (known & term.known) | decided
            values = values & ~decided
        else:
            decided = (values & known) | (term.values & term.known)
            values, known = decided, (known & term.known) | decided
    return Column("boolean", values, known)


def _value(tree: Tree, table: Table) -> Column:
    """A literal, a column or what a function makes of them."""
    if isinstance(tree, bool):
        return _literal("boolean", np.array(tree))
    if isinstance(tree, int | float):
        return _literal("number", np.array(float(tree)))
    if isinstance(tree, str):
        return _literal("text", np.array(tree, dtype=object))
    if not isinstance(tree, dict):
        raise _types("list")
    node = cast("dict[str, Any]", tree)
    if "property" in node:
        return _column(node["property"], table)
    if "op" in node:
        return _computed(node, table)
    if "date" in node or "timestamp" in node:
        at = instants([str(node.get("date", node.get("timestamp")))])[0]
        if np.isnat(at):
            raise _types("date")
        return _literal("instant", np.array(at))
    shape = table.bring(geometry_literal(node))
    held = np.empty((), dtype=object)
    held[()] = shape
    return _literal("geometry", held)


def _literal(kind: Any, value: NDArray[Any]) -> Column:
    return Column(kind, value, np.array(True))


def _column(name: Any, table: Table) -> Column:
    found = table.columns.get(name) if isinstance(name, str) else None
    if found is None:
        raise BadRequest(
            "filter-property", name=str(name)[:80], known=", ".join(sorted(table.columns))
        )
    return found


def _computed(node: dict[str, Any], table: Table) -> Column:
    op, args = _operation(node)
    if op in _ARITHMETIC and len(args) == 2:
        left, right = (_value(a, table) for a in args)
        if not {left.kind, right.kind} <= {"number", "nothing"}:
            raise _types(op)
        if "nothing" in (left.kind, right.kind):
            shape = np.broadcast_shapes(left.values.shape, right.values.shape)
            return Column("nothing", np.zeros(shape), np.zeros(shape, dtype=np.bool_))
        with np.errstate(all="ignore"):
            values = np.asarray(_ARITHMETIC[op](left.values, right.values), dtype=np.float64)
        return Column("number", values, left.known & right.known & np.isfinite(values))
    if op in ("casei", "accenti") and len(args) == 1:
        value = _value(args[0], table)
        if value.kind not in ("text", "nothing"):
            raise _types(op)
        change = str.casefold if op == "casei" else accents_removed
        return mapped(value, change) if value.kind == "text" else value
    if op is not None and _is_truth(op):
        return _truth(node, table)
    raise BadRequest("filter-function", name=str(op)[:80], known=", ".join(FUNCTIONS))


def _compare(op: str, left: Column, right: Column) -> Column:
    kinds = {left.kind, right.kind}
    known = left.known & right.known
    if "nothing" in kinds:
        return Column("boolean", np.zeros_like(known), np.zeros_like(known))
    if kinds == {"text", "instant"}:
        left, right = _instant(left), _instant(right)
        known = left.known & right.known
    elif len(kinds) != 1 or "geometry" in kinds:
        raise _types(op)
    return Column("boolean", np.asarray(_COMPARED[op](left.values, right.values), np.bool_), known)


def _instant(value: Column) -> Column:
    """Texts that are dates, as instants: columns of dates are texts in our layers."""
    if value.kind == "instant":
        return value
    at = instants(np.atleast_1d(value.values)).reshape(value.values.shape)
    return Column("instant", at, value.known & ~np.isnat(at))


def _like(value: Column, wanted: Column) -> Column:
    if value.kind == "nothing":
        return Column("boolean", np.zeros_like(value.known), value.known)
    if value.kind != "text" or wanted.kind != "text" or wanted.values.shape:
        raise _types("like")
    fits = pattern(str(wanted.values[()]))
    return mapped(value, lambda text: fits.fullmatch(text) is not None, "boolean")


def _types(op: str) -> BadRequest:
    return BadRequest("filter-types", operator=op)
