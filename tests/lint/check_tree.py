# SPDX-License-Identifier: GPL-3.0-or-later
"""Every directory of sources says what it is."""

from source import ROOTS, Finding


def check(top):
    for root in ROOTS:
        for directory in sorted([top / root, *(top / root).rglob("*/")]):
            if any(directory.glob("*.[ch]")) and not (directory / "README.md").exists():
                yield Finding("readme", directory.relative_to(top).as_posix(), 1, "no README.md")
