"""The run, top to bottom. Each line is a stage; what a stage decides is in its own package."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from redistrict import consequences, profiles, publish, repair, rulings, shape, survey, units
from redistrict import verify as verifier
from redistrict.assembly import drawing, order, wishes
from redistrict.assembly.beside import Beside, Why, stood
from redistrict.assembly.finish import finished
from redistrict.assembly.keeping import with_workings
from redistrict.assembly.progress import Progress, Silent, Stopwatch
from redistrict.assembly.proposal import layers_of, named
from redistrict.districting.alternatives import StepName
from redistrict.i18n import Lang
from redistrict.leaning import AS_ASKED, STEPS, WAYS, leaning
from redistrict.memory import Held, Memory, once
from redistrict.model.cells import Cells
from redistrict.model.finding import Finding
from redistrict.model.profile import Profile
from redistrict.model.proposal import Proposal
from redistrict.model.ruling import Ruling
from redistrict.model.settings import RunSettings
from redistrict.model.survey import Survey
from redistrict.parallel import Workers
from redistrict.survey import ReadOptions


@dataclass(frozen=True)
class RunResult:
    """The proposal as written, the verifier's report on it, and where it lies."""

    proposal: Proposal
    report: verifier.Report
    out: Path
    seconds: dict[str, float]
    content_hash: str
    alternatives: tuple[Beside, ...] = ()
    """The proposal itself and those beside it, where any were asked for."""
    left_out: tuple[tuple[str, str], ...] = ()
    """Steps that give no alternative here, and why (`redistrict.assembly.beside.Why`)."""


@dataclass(frozen=True)
class Land:
    """A survey made ready to be drawn on. ``present``: as it was before the rulings, ``ruled``:
    after them; ``findings``: of every stage so far."""

    present: Survey
    ruled: Survey
    decisions: tuple[Ruling, ...]
    cells: Cells
    findings: tuple[Finding, ...]


def run(
    source: Path,
    out: Path,
    profile: str | Path = profiles.DEFAULT,
    settings: RunSettings | None = None,
    lang: Lang = "zh",
    options: ReadOptions | None = None,
    progress: Progress | None = None,
    today: dt.date | None = None,
    memory: Memory | None = None,
) -> RunResult:
    """From a survey to a verified, published proposal in the folder ``out``.

    ``today`` is what review dates are compared with (findings only; the plan never depends on
    it); without it none is overdue. ``memory``: where steps are kept, for a run that must be taken
    up after a kill. Raises `InputError` where the survey or profile cannot be
    used, `OutputError` where ``out`` cannot be written and `InternalError` where our own verifier
    refuses what we made: nothing unverified is published, and nothing is published in part.
    """
    publish.check_target(out)
    watch = Stopwatch(progress or Silent())
    rules, noticed = profiles.load(profile)
    how = settings or RunSettings()
    if how.alternatives and memory is None:
        memory = Held()  # what two of them have in common
    with Workers(how, memory) as workers:
        workers.start(drawing.ready)
        land = read(source, rules, how, options, watch, workers, noticed, today)
        made = once(workers.memory, "proposal", lambda: draw(land, rules, how, watch, workers))
        report, content = _released(made, out, rules, lang, watch, workers)
        result = RunResult(made, report, out, watch.seconds, content)
        if not how.alternatives:
            return result
        return beside(result, land, rules, how, lang, watch, workers)


def beside(
    result: RunResult,
    land: Land,
    rules: Profile,
    settings: RunSettings,
    lang: Lang,
    watch: Stopwatch,
    workers: Workers,
) -> RunResult:
    """``result`` and its alternatives: the same land drawn anew by each step of
    `redistrict.leaning`, each verified and published like the proposal, below its folder.

    At most ``settings.alternatives``; each costs a run without the reading and the cutting.
    """
    first = stood(AS_ASKED, result.proposal, rules, ())
    assert isinstance(first, Beside)
    kept, left_out, told = [first], list[tuple[str, str]](), [_told(first, result.content_hash)]

    def drawn(step: StepName) -> Beside | Why:
        found: Beside | Why = "more-outside"
        for layers in WAYS:
            leant = leaning(rules, step, layers)
            made = once(
                workers.memory,
                f"proposal {step} {' '.join(layers)}",
                lambda leant=leant: draw(land, rules, settings, watch, workers, leant),
            )
            found = stood(step, made, rules, kept, layers)
            if found != "more-outside":
                break
        return found

    for step in STEPS:
        if len(kept) > settings.alternatives:
            break
        found = drawn(step)
        if not isinstance(found, Beside):
            left_out.append((step, found))
            continue
        place = publish.place(result.out, step)
        _, content = _released(found.proposal, place, rules, lang, watch, workers)
        kept.append(found)
        told.append(_told(found, content))
    publish.write_listing(
        result.out, told, [{"name": step, "reason": why} for step, why in left_out]
    )
    return replace(result, alternatives=tuple(kept), left_out=tuple(left_out))


def _told(one: Beside, content: str) -> dict[str, object]:
    return {
        "name": one.step,
        "leaning": list(one.leaning),
        "content_hash": content,
        "measures": one.measures,
        "distance": one.distance,
    }


def _released(
    made: Proposal,
    out: Path,
    rules: Profile,
    lang: Lang,
    watch: Stopwatch,
    workers: Workers,
) -> tuple[verifier.Report, str]:
    """``made``, verified and published in ``out``: the report, and its content hash."""
    with watch.stage("verify"):
        report = verifier.verify(made.layers, made.tables, made.manifest, rules)
        verifier.insist(report)
    with watch.stage("publish"):
        return report, publish.write(made, out, lang, watch.seconds, workers)["content"]


def read(
    source: Path,
    rules: Profile,
    settings: RunSettings,
    options: ReadOptions | None,
    watch: Stopwatch,
    workers: Workers,
    noticed: tuple[Finding, ...] = (),
    today: dt.date | None = None,
) -> Land:
    """A survey that lies in files, ready to be drawn on."""

    def land() -> Land:
        with watch.stage("read"):
            given, found = survey.read(source, options or ReadOptions())
        return settle(given, (*noticed, *found), rules, settings, watch, today)

    return once(workers.memory, "land", land)


def plan(
    given: Survey,
    noticed: Sequence[Finding],
    rules: Profile,
    settings: RunSettings,
    watch: Stopwatch,
    workers: Workers,
    today: dt.date | None = None,
) -> Proposal:
    """The proposal for a survey as it was read; ``noticed``: findings so far."""
    land = settle(given, noticed, rules, settings, watch, today)
    return draw(land, rules, settings, watch, workers)


def settle(
    given: Survey,
    noticed: Sequence[Finding],
    rules: Profile,
    settings: RunSettings,
    watch: Stopwatch,
    today: dt.date | None,
) -> Land:
    """The survey mended, ruled on and cut into cells: nothing is left open but the drawing."""
    with watch.stage("repair"):
        mended, found_mending = repair.repair(given, rules, today)
        present = order.canonical(mended)
    with watch.stage("rulings"):
        ruled, decisions, found_ruling = rulings.rule(
            present, rules, today.isoformat() if today else None
        )
    with watch.stage("cells"):
        cells, found_cutting = units.cut(ruled, rules, settings)
    found = (*noticed, *found_mending, *found_ruling, *found_cutting)
    return Land(present, ruled, tuple(decisions), cells, found)


def draw(
    land: Land,
    rules: Profile,
    settings: RunSettings,
    watch: Stopwatch,
    workers: Workers,
    leant: Profile | None = None,
) -> Proposal:
    """Committees and grids on the land, and what follows from them.

    ``leant``: ``rules`` by one of the steps of `redistrict.leaning`.
    """
    cells, ruled = land.cells, land.ruled
    drawn = drawing.draw(cells, ruled, leant or rules, settings, workers, watch)
    with watch.stage("shape"):
        shapes = shape.dissolve(cells, drawn.grid.astype(str), drawn.committee.astype(str))
        names = named(drawn, ruled, shapes, shape.number)
    with watch.stage("consequences"):
        layers = layers_of(drawn, names, shapes, land.decisions, ruled, rules)
        follows = consequences.evaluate(consequences.Context(layers, rules, ruled.layers))
    found = (*land.findings, *follows.findings)
    whole = profiles.as_dict(rules)
    asked = wishes.judged(drawn, ruled)
    present, decisions = land.present, land.decisions
    made = finished(
        drawn, names, layers, follows, decisions, present, rules, whole, settings, found, asked
    )
    return with_workings(made, drawn, names, ruled, present, len(land.findings))
