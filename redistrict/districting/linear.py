"""GLOP and HiGHS, through OR-Tools: the only file that calls a solver of linear programs.

`highspy` and OR-Tools cannot live in one process (ortools issue 5246), hence OR-Tools' own HiGHS.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import sys
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver.python import model_builder_helper as mbh
from scipy.sparse import csr_matrix

from redistrict.districting.watch import Watch

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Rows:
    """``low`` <= matrix x <= ``high``, 0 <= x <= 1, minimise ``cost`` x."""

    matrix: csr_matrix
    low: FloatArray
    high: FloatArray
    cost: FloatArray


@dataclass(frozen=True)
class Relaxed:
    """``dual`` (rows,) and ``x`` (columns,) of a linear program."""

    dual: FloatArray
    x: FloatArray


def relax(rows: Rows, watch: Watch) -> Relaxed | None:
    """The LP's values, or None if it was not solved to the end."""
    # No upper bounds: the rows imply them, and columns at a bound would spoil the duals.
    helper = _model(rows, np.inf)
    solver = mbh.ModelSolverHelper("glop")
    _run(solver, helper, watch)
    if solver.status() != mbh.SolveStatus.OPTIMAL:
        return None
    return Relaxed(
        np.array(solver.dual_values(), dtype=np.float64),
        np.array(solver.variable_values(), dtype=np.float64),
    )


@dataclass(frozen=True)
class Chosen:
    """``columns``: the best choice found or None; ``exhausted``: nothing better exists."""

    columns: NDArray[np.int64] | None
    exhausted: bool


def choose(rows: Rows, nodes: int, watch: Watch, seconds: float = 600.0) -> Chosen:
    """Binary choice of least cost by HiGHS with no gap allowed, in at most ``nodes`` nodes.

    HiGHS calls a gap of 1e-4 optimal unless told otherwise. ``seconds`` only guards a caller's
    clock; the node limit is what ends a search repeatably.
    """
    helper = _model(rows, 1.0)
    for i in range(len(rows.cost)):
        helper.set_var_integrality(i, True)
    solver = mbh.ModelSolverHelper("highs")
    solver.set_solver_specific_parameters(
        f"mip_max_nodes={nodes}\nmip_rel_gap=0\nmip_abs_gap=1e-6\noutput_flag=false\n"
        "random_seed=0\nthreads=1\n"
    )
    solver.set_time_limit_in_seconds(min(watch.left(), seconds))
    _run(solver, helper, watch)
    if watch.cut_short and not solver.has_response():
        return Chosen(None, False)
    status = solver.status()
    if status == mbh.SolveStatus.INFEASIBLE:
        return Chosen(None, True)
    if status not in (mbh.SolveStatus.OPTIMAL, mbh.SolveStatus.FEASIBLE):
        return Chosen(None, False)
    taken = np.flatnonzero(np.array(solver.variable_values()) > 0.5)
    return Chosen(taken.astype(np.int64), status == mbh.SolveStatus.OPTIMAL)


def _model(rows: Rows, most: float) -> Any:
    count = len(rows.cost)
    # Any: the stubs of this class mistake an array's dtype for its shape.
    helper: Any = mbh.ModelBuilderHelper()
    helper.fill_model_from_sparse_data(
        np.zeros(count), np.full(count, most), rows.cost, rows.low, rows.high, rows.matrix
    )
    return helper


_NOISE = re.compile(rb"^Highs\w+::.*\n?", re.MULTILINE)
"""What HiGHS says to its own developers (``HighsMipSolverData::transformNew...``)."""


class _Quiet:
    """Standard output is held back while any solver runs; what is not noise goes to standard error.

    HiGHS prints some of its own faults with printf, whatever ``output_flag`` says, and our
    standard output may be an answer. Descriptors belong to the process: solvers running at once
    are counted, the last one out puts the descriptor back. Standard error is left alone, so that
    a crash still says why.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running = 0
        self._saved = -1
        self._aside = -1

    def __enter__(self) -> None:
        with self._lock:
            self._running += 1
            if self._running == 1:
                self._redirect()

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._running -= 1
            if self._running == 0 and self._saved >= 0:
                _flush_c()
                os.dup2(self._saved, 1)
                os.close(self._saved)
                self._saved = -1
                self._pass_on()

    def _redirect(self) -> None:
        if sys.stdout is not None:
            sys.stdout.flush()
        try:
            self._saved = os.dup(1)
        except OSError:
            return  # standard output is closed: nothing to keep clean
        self._aside = os.memfd_create("solver-output")
        os.dup2(self._aside, 1)

    def _pass_on(self) -> None:
        size = os.fstat(self._aside).st_size
        said = _NOISE.sub(b"", os.pread(self._aside, size, 0)) if size else b""
        os.close(self._aside)
        self._aside = -1
        if said:
            with contextlib.suppress(OSError):  # nobody listens
                os.write(2, said)


_QUIET = _Quiet()


def quiet() -> _Quiet:
    """Use as a context manager around anything that may print from C."""
    return _QUIET


def _flush_c() -> None:
    """What the solver's printf still holds goes out before the descriptor comes back."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).fflush(None)


def _run(solver: mbh.ModelSolverHelper, helper: Any, watch: Watch) -> None:
    """Solve in a thread and look at the clock and the caller meanwhile.

    A solver that does not hear the interrupt is left behind: its answer is not waited for.
    """
    with quiet():
        _run_aloud(solver, helper, watch)


def _run_aloud(solver: mbh.ModelSolverHelper, helper: Any, watch: Watch) -> None:
    if watch.should_stop is None and watch.seconds is None:
        solver.solve(helper)
        return
    worker = threading.Thread(target=solver.solve, args=(helper,), daemon=True)
    worker.start()
    while worker.is_alive():
        worker.join(0.05)
        if watch.stop():
            solver.interrupt_solve()
            worker.join(0.5)
            return
