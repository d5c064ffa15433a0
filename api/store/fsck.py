"""Whether everything that is kept is what it was: the chain, the files, what names them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from api.store.artifacts import Artifacts
from api.store.audit import faults
from api.store.civic import attachments
from api.store.engine import Store
from api.store.rows import digest
from api.store.tables import AS_ASKED, proposals, runs, survey_versions


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that is not as it should be; ``code`` is a key of the catalogues (``fsck.*``)."""

    code: str
    subject: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found. ``spare``: files that nothing names, harmless; ``content``: the hash of all
    that is kept (`api.store.rows.digest`)."""

    wrong: tuple[Wrong, ...]
    files: int
    spare: int
    content: str


def check(store: Store, artifacts: Artifacts) -> Checked:
    """Look at everything; changes nothing. Reads every file once."""
    wrong: list[Wrong] = [Wrong("file-changed", name) for name in artifacts.wrong()]
    there = set(artifacts.names())
    with store.read() as connection:
        wrong += check_rows(connection, there)
        spare = there - {name for name, _ in named(connection)}
        content = digest(connection)
    return Checked(tuple(wrong), len(there), len(spare), content)


def check_rows(connection: Connection, there: Collection[str]) -> list[Wrong]:
    """What is wrong with the rows; ``there``: the files that are kept."""
    wrong = [Wrong("chain", str(f.seq), f.reason) for f in faults(connection)]
    wrong += [Wrong("run-without-proposal", run) for run in _bereft(connection)]
    wrong += [
        Wrong("file-missing", name, owner)
        for name, owner in sorted(dict(named(connection)).items())
        if name not in there
    ]
    return wrong


def named(connection: Connection) -> Iterator[tuple[str, str]]:
    """Every artifact that a row names, and the row."""
    for row in connection.execute(sa.select(survey_versions)):
        owner = f"survey {row.survey}/{row.number}"
        yield row.findings, owner
        for file in row.files:
            yield str(file["sha256"]), owner
    for row in connection.execute(sa.select(proposals)):
        for name in (*row.files.values(), *row.layers.values()):
            yield str(name), f"proposal {row.id}"
    for row in connection.execute(sa.select(attachments)):
        yield row.artifact, f"attachment {row.id}"


def _bereft(connection: Connection) -> Iterator[str]:
    """Runs that are done, and have no proposal."""
    first = (proposals.c.run == runs.c.id) & (proposals.c.step == AS_ASKED)
    joined = runs.outerjoin(proposals, first)
    query = sa.select(runs.c.id).select_from(joined)
    lone = (runs.c.state == "done") & proposals.c.id.is_(None)
    yield from connection.execute(query.where(lone)).scalars()
