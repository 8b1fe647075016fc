# SPDX-License-Identifier: GPL-3.0-or-later
"""Manual pages: each is there in French too, and has the same commands, options and settings in the same order."""

import re

from source import Finding

# What stands in capitals is a placeholder, and translated; so are the words of a font in between.
_LITERAL = re.compile(r"(?<!\w)[a-z][a-z0-9-]+(?!\w)")


def _entries(path):
    """What each .TP of the page is about: its first literal word, nothing for a sentence."""
    lines = path.read_text().splitlines()
    for number, line in enumerate(lines[:-1]):
        if line.startswith(".TP"):
            head = re.sub(r"\\f\w|\\(?=[-e])", "", lines[number + 1])
            macro, _, words = head.partition(" ")
            yield number + 2, "".join(_LITERAL.findall(words)[:1]) if macro.startswith(".") else ""


def check(top):
    manuals = top / "data/man"
    for page in sorted(manuals.glob("*.[1-8]")):
        french = manuals / "fr" / page.name
        path = f"data/man/fr/{page.name}"
        if not french.exists():
            yield Finding("manuals", path, 1, "missing")
            continue
        ours, theirs = list(_entries(page)), list(_entries(french))
        for (_, said), (line, translated) in zip(ours, theirs):
            if said != translated:
                yield Finding("manuals", path, line, f"has {translated!r} where the English page has {said!r}")
                break
        else:
            if len(ours) != len(theirs):
                yield Finding("manuals", path, 1, f"has {len(theirs)} entries, the English page {len(ours)}")
