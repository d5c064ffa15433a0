"""The surveys that are kept: versions that never change, the newest on top."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from api.bounded import Bounded
from api.errors import Conflict, NotFound, StorageFull, UnsupportedFormat
from api.settings import Limits
from api.store import Artifacts, Store
from api.store.audit import record
from api.store.tables import accounts, survey_versions, surveys
from api.store.types import new_id, now
from api.surveys.check import Checked, Stated, check, kept, restored, write_settings
from api.surveys.intake import Laid, Sent, lay
from api.surveys.picture import columns, picture
from redistrict.model.errors import SurveyError
from redistrict.model.finding import Finding


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a survey, as kept."""

    survey: str
    number: int
    title: str
    content_hash: str
    files: Sequence[Mapping[str, Any]]
    """``name``, ``sha256`` and ``bytes`` of each."""
    stated: Stated
    crs: str
    basis: str
    rows: Mapping[str, int]
    mapping: Mapping[str, Mapping[str, str]]
    confirmed: bool
    created: datetime
    created_by: str


class Shelf:
    """Surveys of one service."""

    def __init__(self, store: Store, artifacts: Artifacts, limits: Limits | None = None) -> None:
        self._store = store
        self._artifacts = artifacts
        self._pictures = Bounded[dict[str, Any]](4, lambda _: 1)
        self._limits = limits or Limits()

    def look(self, sent: Sequence[Sent], encoding: str | None) -> list[dict[str, Any]]:
        """What the columns of an upload hold; nothing of it is kept."""
        with _folder() as folder:
            laid = lay(sent, folder)
            return columns(laid[0].path if len(laid) == 1 else folder, encoding)

    def add(
        self,
        by: str,
        title: str,
        sent: Sequence[Sent],
        survey: str | None = None,
        stated: Stated | None = None,
    ) -> Version:
        """Check an upload and keep it: a survey, or the next version of ``survey``.

        ``stated``: how it is to be read, where its own survey.toml does not say so.

        Raises NotFound; UnsupportedFormat and the library's SurveyError where it cannot be used,
        StorageFull (account-full, storage-full) where there is no room for it: then nothing of it
        is kept.
        """
        if survey is not None:
            self.latest(survey)
        with _folder() as folder:
            laid = lay(sent, folder)
            with self._store.read() as connection:  # before the sandbox takes its half a minute
                self._insist_on_room(connection, by, {})
            if stated is None or stated.empty:
                checked = self._checked(laid[0].path if len(laid) == 1 else folder)
                return self._keep(by, title, laid, Stated(), checked, survey)
            write_settings(stated, folder)
            return self._keep(by, title, laid, stated, self._checked(folder), survey)

    def restate(self, by: str, survey: str, number: int, stated: Stated) -> Version:
        """The same files read another way: the next version of the survey."""
        old = self.version(survey, number)
        with _folder() as folder:
            laid = self._lay_out(old, folder)
            write_settings(stated, folder)
            checked = self._checked(folder)
            return self._keep(by, old.title, laid, stated, checked, survey)

    def confirm(self, by: str, survey: str, number: int) -> Version:
        """A person has looked at the mapping. Confirming twice is confirming once."""
        with self._store.write() as connection:
            row = _one(connection, survey, number)
            if not row.confirmed:
                at = _at(survey, number)
                connection.execute(survey_versions.update().where(at).values(confirmed=True))
                record(connection, by, "survey.confirm", survey, {"version": number})
            return _version(_one(connection, survey, number))

    @contextmanager
    def files(self, survey: str, number: int) -> Generator[Path]:
        """A folder with the survey's files as a run reads them; gone when the context ends."""
        version = self.version(survey, number)
        with _folder() as folder:
            laid = self._lay_out(version, folder)
            if version.stated.empty:
                yield laid[0].path if len(laid) == 1 else folder
                return
            write_settings(version.stated, folder)
            yield folder

    def version(self, survey: str, number: int) -> Version:
        """Raises NotFound."""
        with self._store.read() as connection:
            return _version(_one(connection, survey, number))

    def latest(self, survey: str) -> Version:
        """The newest version. Raises NotFound."""
        found = self.versions(survey)
        if not found:
            raise NotFound
        return found[-1]

    def versions(self, survey: str) -> list[Version]:
        """Every version, oldest first."""
        return self._select(survey_versions.c.survey == survey)

    def listed(self) -> list[Version]:
        """The newest version of every survey, newest survey first."""
        other = survey_versions.alias()
        newest = (
            sa.select(sa.func.max(other.c.number))
            .where(other.c.survey == survey_versions.c.survey)
            .scalar_subquery()
        )
        return self._select(survey_versions.c.number == newest)[::-1]

    def findings(self, survey: str, number: int) -> list[Finding]:
        """Everything that was noticed when it was checked."""
        with self._store.read() as connection:
            name = _one(connection, survey, number).findings
        return [restored(said) for said in json.loads(self._artifacts.read(name))]

    def columns(self, survey: str, number: int) -> list[dict[str, Any]]:
        """What the columns of its files hold. Raises NotFound."""
        encoding = self.version(survey, number).stated.encoding
        with self.files(survey, number) as source:
            return columns(source, encoding)

    def picture(self, survey: str, number: int) -> dict[str, Any]:
        """Outlines, buildings, the place of each finding; made once: versions never change."""

        def made() -> dict[str, Any]:
            with self.files(survey, number) as source:
                return picture(source)

        self.version(survey, number)
        return self._pictures.get((survey, number), made)

    def _checked(self, source: Path) -> Checked:
        try:
            return check(source)
        except SurveyError as error:
            if error.findings[0].code == "unsupported-format":
                raise UnsupportedFormat("unsupported-format", error.findings) from error
            raise

    def _lay_out(self, version: Version, folder: Path) -> list[Laid]:
        laid: list[Laid] = []
        for file in version.files:
            path = folder / str(file["name"])
            shutil.copyfile(self._artifacts.path(str(file["sha256"])), path)
            laid.append(Laid(path.name, path, int(file["bytes"])))
        return laid

    def _keep(
        self,
        by: str,
        title: str,
        laid: Sequence[Laid],
        stated: Stated,
        checked: Checked,
        survey: str | None,
    ) -> Version:
        files = [
            {"name": one.name, "sha256": self._artifacts.put_file(one.path), "bytes": one.bytes}
            for one in laid
        ]
        text = json.dumps(kept(checked.findings), ensure_ascii=False)
        findings = self._artifacts.put([text.encode()])
        number, identity = 1, survey or new_id()
        with self._store.write() as connection:
            # The account's lock: what it sends at the same time is counted one after the other.
            connection.execute(
                sa.select(accounts.c.id).where(accounts.c.id == by).with_for_update()
            )
            self._insist_on_room(connection, by, {str(f["sha256"]): f["bytes"] for f in files})
            if survey is None:
                connection.execute(
                    surveys.insert().values(id=identity, title=title, created=now(), created_by=by)
                )
            else:
                held = sa.select(surveys.c.id).where(surveys.c.id == identity).with_for_update()
                connection.execute(held)
                newest = sa.func.max(survey_versions.c.number)
                query = sa.select(newest).where(survey_versions.c.survey == identity)
                number = connection.execute(query).scalar_one() + 1
            connection.execute(
                survey_versions.insert().values(
                    survey=identity,
                    number=number,
                    content_hash=checked.content_hash,
                    files=files,
                    stated=asdict(stated),
                    crs=checked.crs,
                    basis=checked.basis,
                    rows=dict(checked.rows),
                    mapping=dict(checked.mapping),
                    findings=findings,
                    confirmed=False,
                    created=now(),
                    created_by=by,
                )
            )
            body = {"version": number, "content_hash": checked.content_hash}
            record(connection, by, "survey.add", identity, body)
            return _version(_one(connection, identity, number))

    def _insist_on_room(self, connection: Connection, by: str, more: Mapping[str, Any]) -> None:
        """Raise StorageFull where an account's surveys would be more than it may have.

        ``more``: bytes of what it sends, by content.
        """
        sent = sa.select(survey_versions.c.files).where(survey_versions.c.created_by == by)
        versions = connection.execute(sent).scalars().all()
        held = {str(f["sha256"]): int(f["bytes"]) for files in versions for f in files}
        room, most = self._limits.survey_bytes, self._limits.survey_versions
        if sum((held | dict(more)).values()) > room or len(versions) >= most:
            raise StorageFull("account-full", bytes=room, versions=most)

    def _select(self, condition: sa.ColumnElement[bool]) -> list[Version]:
        query = (
            sa.select(survey_versions, surveys.c.title)
            .join(surveys, surveys.c.id == survey_versions.c.survey)
            .where(condition)
            .order_by(surveys.c.created, surveys.c.id, survey_versions.c.number)
        )
        with self._store.read() as connection:
            return [_version(row) for row in connection.execute(query).all()]


def insist_confirmed(version: Version) -> None:
    """Raise Conflict (survey-unconfirmed) for a version whose mapping nobody has looked at."""
    if not version.confirmed:
        raise Conflict("survey-unconfirmed", survey=version.survey, version=version.number)


@contextmanager
def _folder() -> Generator[Path]:
    with tempfile.TemporaryDirectory(prefix="redistrict-upload-") as name:
        folder = Path(name) / "survey"
        folder.mkdir()
        yield folder


def _at(survey: str, number: int) -> sa.ColumnElement[bool]:
    return (survey_versions.c.survey == survey) & (survey_versions.c.number == number)


def _one(connection: Connection, survey: str, number: int) -> Row[Any]:
    query = (
        sa.select(survey_versions, surveys.c.title)
        .join(surveys, surveys.c.id == survey_versions.c.survey)
        .where(_at(survey, number))
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound
    return row


def _version(row: Row[Any]) -> Version:
    return Version(
        row.survey,
        row.number,
        row.title,
        row.content_hash,
        row.files,
        Stated(**row.stated),
        row.crs,
        row.basis,
        row.rows,
        row.mapping,
        row.confirmed,
        row.created,
        row.created_by,
    )
