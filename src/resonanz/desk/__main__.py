"""The command `resonanz`. It reads the words, prepares the home, and hands over to where the work is done.

`--json` prints JSON alone on standard output; progress and words go to standard error. Exit codes:
0 done, 1 something failed, 2 the input cannot be used.
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "resonanz.desk.settings")


def main() -> None:
    """Run one command."""
    import django  # noqa: PLC0415 - after the settings are named

    django.setup()
    from resonanz.desk.commands import run  # noqa: PLC0415 - models need Django to be set up

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
