# SPDX-License-Identifier: GPL-3.0-or-later
"""What the checks share: the finding, the C files of a tree, and C without its comments and literals."""

import re
from dataclasses import dataclass

ROOTS = ("common", "service", "panel", "wizards")


@dataclass(frozen=True)
class Finding:
    rule: str
    path: str
    line: int
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.text}"


def c_files(top):
    """(path relative to `top`, text) of every C file of the product."""
    for root in ROOTS:
        for path in sorted((top / root).rglob("*.[ch]")):
            yield path.relative_to(top).as_posix(), path.read_text()


_COMMENT_OR_LITERAL = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


def bare(text):
    """The code alone: comments and what stands between quotes become blanks, lines stay where they are."""
    def blank(match):
        word = match.group()
        if word[0] in "\"'":
            return word[0] + " " * (len(word) - 2) + word[0]
        return re.sub(r"[^\n]", " ", word)
    return _COMMENT_OR_LITERAL.sub(blank, text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1
