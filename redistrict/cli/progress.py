"""Progress while a run works: bars on a terminal, silence in a log."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bars

from redistrict.i18n import Lang, catalogue


class Shown:
    """`redistrict.assembly.progress.Progress` as one line a stage, with the place it is at."""

    def __init__(self, bars: Bars, lang: Lang) -> None:
        self._bars = bars
        self._lang: Lang = lang
        self._task: TaskID | None = None

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        """A stage begins; its line stays, with its time, when it has ended."""
        title = catalogue(self._lang).get(f"stage.{name}", name)
        outer, self._task = self._task, self._bars.add_task(title, total=None, place="")
        try:
            yield
        except BaseException:
            self._bars.stop_task(self._task)
            raise
        else:
            total = self._bars.tasks[self._bars.task_ids.index(self._task)].total or 1
            self._bars.update(self._task, total=total, completed=total, place="")
        finally:
            self._task = outer

    def office(self, name: str, done: int, total: int, own: tuple[int, int] | None = None) -> None:
        """``done`` of ``total`` problems of the stage are answered; ``name``: the latest's."""
        del own
        if self._task is not None:
            self._bars.update(self._task, completed=done, total=total, place=escape(name))


@contextmanager
def progress(console: Console, lang: Lang) -> Generator[Shown | None]:
    """Bars on ``console`` where it is a terminal; None (say nothing) elsewhere."""
    if not console.is_terminal:
        yield None
        return
    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[place]}"),
    )
    with Bars(*columns, console=console) as bars:
        yield Shown(bars, lang)
