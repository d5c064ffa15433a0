"""The providers that people may sign in at, as the file of ``redistrict serve --oidc`` names them.

::

    [[provider]]
    id = "city"                        # in addresses
    name = "市统一身份认证"
    issuer = "https://id.example.cn"   # https, or http on the loopback
    client_id = "redistrict"
    client_secret_file = "secret"      # beside this file; none for a public client
    public_url = "https://map.example.cn/"   # where browsers reach this service, if not as asked
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from redistrict.model.errors import InputError
from redistrict.model.finding import Finding

LOOPBACK = ("127.0.0.1", "::1", "localhost")
_ID = re.compile(r"[a-z0-9-]{1,32}")
_KNOWN = {"id", "name", "issuer", "client_id", "client_secret_file", "public_url"}


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider. ``secret`` None: a public client, which PKCE alone vouches for."""

    id: str
    name: str
    issuer: str
    client_id: str
    secret: str | None = None
    public_url: str | None = None


def read(path: Path) -> tuple[Provider, ...]:
    """The providers that the file names. Raises InputError (oidc-file) that says what is wrong."""
    try:
        said = tomllib.loads(path.read_text("utf-8"))
        rows = said["provider"]
        found = tuple(_provider(row, path.parent) for row in rows)
        if len({p.id for p in found}) != len(found) or set(said) != {"provider"}:
            raise ValueError("id")
    except KeyError as error:
        raise _wrong(path, f"{error.args[0]}") from None
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise _wrong(path, str(error)) from None
    return found


def safe(address: str) -> bool:
    """Whether secrets may be sent to an address: HTTPS, or this very machine."""
    parts = urlsplit(address)
    if parts.scheme == "https":
        return bool(parts.hostname)
    return parts.scheme == "http" and parts.hostname in LOOPBACK


def _provider(row: dict[str, Any], folder: Path) -> Provider:
    unknown = set(row) - _KNOWN
    if unknown:
        raise ValueError(", ".join(sorted(unknown)))
    for name in ("id", "name", "issuer", "client_id"):
        if not isinstance(row[name], str) or not row[name].strip():
            raise ValueError(name)
    if not _ID.fullmatch(row["id"]):
        raise ValueError("id")
    for name in ("issuer", "public_url"):
        if name in row and not safe(row[name]):
            raise ValueError(name)
    secret = row.get("client_secret_file")
    return Provider(
        row["id"],
        row["name"],
        row["issuer"],
        row["client_id"],
        None if secret is None else (folder / secret).read_text("utf-8").strip(),
        row.get("public_url"),
    )


def _wrong(path: Path, reason: str) -> InputError:
    params = {"path": str(path), "reason": reason}
    return InputError(Finding("oidc-file", "error", params=params))
