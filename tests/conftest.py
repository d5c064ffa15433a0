"""What every test can rely on."""

from __future__ import annotations

import os

# The terminal somebody starts the tests from must not say how wide a summary is.
os.environ.pop("COLUMNS", None)
