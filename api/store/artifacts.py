"""Files by the hash of what is in them: written aside, made durable, then named."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from api.errors import NotFound, StorageFull, TooLarge
from api.outside import FULL

CHUNK = 1024 * 1024
_NAME = re.compile(r"[0-9a-f]{64}")


class Artifacts:
    """A folder of files named by sha256. What has a name is whole and is never changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._aside = folder / "aside"
        self._aside.mkdir(parents=True, exist_ok=True)

    def put(self, chunks: Iterable[bytes], limit: int | None = None) -> str:
        """Keep ``chunks``; the sha256 hex of them all is the name.

        Raises TooLarge beyond ``limit`` bytes, StorageFull where there is no room; in both cases
        nothing is kept.
        """
        with self._full_is_told(), self._writing() as aside:
            digest, size = hashlib.sha256(), 0
            with aside.open("wb") as out:
                for chunk in chunks:
                    size += len(chunk)
                    if limit is not None and size > limit:
                        raise TooLarge("too-large", limit=limit)
                    digest.update(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            name = digest.hexdigest()
            place = self._place(name)
            place.parent.mkdir(exist_ok=True)
            aside.chmod(0o440)
            aside.rename(place)  # the same bytes under the same name: replacing is harmless
            _sync_folder(place.parent)
            return name

    def put_file(self, path: Path) -> str:
        """Keep the file at ``path``."""
        with path.open("rb") as source:
            return self.put(iter(lambda: source.read(CHUNK), b""))

    def path(self, name: str) -> Path:
        """Where the file of this name lies. Raises NotFound."""
        place = self._place(name)
        if not place.is_file():
            raise NotFound
        return place

    def read(self, name: str) -> bytes:
        """All of a (small) file. Raises NotFound."""
        return self.path(name).read_bytes()

    def probe(self) -> None:
        """Raise OSError where nothing could be written now."""
        with self._writing() as aside:
            aside.write_bytes(b"?")

    def names(self) -> Iterator[str]:
        """Every name there is, sorted."""
        for path in sorted(self._folder.glob("??/*")):
            if _NAME.fullmatch(path.name):
                yield path.name

    def wrong(self) -> list[str]:
        """Names whose file is not what the name says."""
        return [name for name in self.names() if _hash_of(self._place(name)) != name]

    def _place(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise NotFound
        return self._folder / name[:2] / name

    @contextmanager
    def _writing(self) -> Generator[Path]:
        aside = self._aside / secrets.token_hex(16)
        try:
            yield aside
        finally:
            with suppress(FileNotFoundError):
                aside.unlink()

    @contextmanager
    def _full_is_told(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in FULL:
                raise StorageFull("storage-full") from error
            raise


def _hash_of(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
