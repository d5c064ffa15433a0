"""What goes wrong outside of us, by the exceptions that tell it."""

from __future__ import annotations

import errno

from sqlalchemy.exc import InterfaceError, OperationalError

FULL = (errno.ENOSPC, errno.EDQUOT)
"""Error numbers of a disk that is full, or of a user's share of it."""

UNREACHABLE = (OperationalError, InterfaceError)
"""The database does not answer, or not now; another time it may."""
