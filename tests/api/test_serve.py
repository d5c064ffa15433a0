"""`redistrict serve` as a user starts it: it says the way in, answers, and ends when asked."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.api.processes import COMMAND, serving


def test_serve_says_the_way_in_and_it_is_one(tmp_path: Path, database_url: str | None) -> None:
    with serving(tmp_path / "data", database_url) as served:
        assert served.password is not None
        served.sign_in("admin", served.password)
        said = served.client.get("api/session").json()
        assert said["account"]["role"] == "administrator"
        assert served.client.get("readyz").json()["status"] == "ready"
    assert served.process.returncode is not None


def test_what_is_in_use_is_a_sentence(tmp_path: Path) -> None:
    with serving(tmp_path / "one") as served:
        port = str(served.client.base_url.port)
        for data, more, code in (
            ("two", ["--port", port], "address-taken"),
            ("one", ["--port", "0"], "data-in-use"),
        ):
            done = subprocess.run(
                [str(COMMAND), "serve", "--data", str(tmp_path / data), *more],
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 2
            assert f"[{code}]" in done.stderr
            assert "Traceback" not in done.stderr
