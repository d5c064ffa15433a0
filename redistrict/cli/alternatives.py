"""The proposals of one run side by side, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from redistrict.assembly.beside import Beside
from redistrict.i18n import Lang, text


def print_alternatives(
    found: Sequence[Beside], left_out: Sequence[tuple[str, str]], lang: Lang, console: Console
) -> None:
    """A column a proposal, a row a measure; then what is left out, and why."""
    table = Table(title=text("cli.alternatives", lang), title_justify="left")
    table.add_column(text("cli.alternatives.step", lang), overflow="fold")
    for one in found:
        table.add_column(text(f"alternative.{one.step}", lang), justify="right", overflow="fold")
    for measure in found[0].measures:
        said = (f"{one.measures[measure]:,}" for one in found)
        table.add_row(text(f"cli.alternatives.{measure}", lang), *said)
    table.add_row(text("cli.alternatives.distance", lang), *(_apart(one, lang) for one in found))
    console.print(table)
    for step, why in left_out:
        line = text(
            "cli.alternatives.left_out",
            lang,
            step=text(f"alternative.{step}", lang),
            why=text(f"alternative.left-out.{why}", lang),
        )
        console.print(line, markup=False, highlight=False)


def _apart(one: Beside, lang: Lang) -> str:
    shares = one.distance.get("as_asked")
    if shares is None:
        return "-"
    worded = {layer: f"{100 * share:.1f}%" for layer, share in shares.items()}
    return text("cli.alternatives.apart", lang, **worded)
