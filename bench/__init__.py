"""Where the numbers in the README come from. Run by `resonanz bench NAME`, each in a home of its own.

Machines are noisy: what counts are ratios of two ways measured in turns within one run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

BENCHES = ("annotate", "intake", "inbox", "keys", "live", "match", "search", "storm")


def run_bench(name: str, *, as_json: bool) -> int:
    """Run one benchmark in a process and home of its own and print its result; returns the exit code."""
    if name not in BENCHES:
        print(f"resonanz: there is no benchmark {name!r}; there are {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="resonanz-bench-") as home:
        done = subprocess.run(
            [sys.executable, "-m", f"bench.{name}"],
            env={
                **os.environ,
                "RESONANZ_HOME": home,
                "RESONANZ_SECOND_LOOK": "no",
            },  # what is measured is usual
            cwd=Path(__file__).resolve().parent.parent,
            stdout=subprocess.PIPE,
            check=False,
        )
    if done.returncode:
        return 1
    if as_json:
        print(done.stdout.decode().strip())
    else:
        _print(json.loads(done.stdout))
    return 0


def _print(result: dict[str, dict[str, float]]) -> None:
    print(result["name"])
    for part in ("figures", "ratios"):
        for key, value in result[part].items():
            print(f"  {part[:-1]:6}  {key:32} {value:,.3f}")
