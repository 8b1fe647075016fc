# SPDX-License-Identifier: GPL-3.0-or-later
"""Translations: every file with sentences is listed, every sentence is in French, msgfmt finds nothing wrong."""

import re
import subprocess
import tempfile

from source import Finding, bare, c_files

_MARK = re.compile(r"(?<![\w_])(?:_|N_|C_|NC_|ngettext|g_dngettext|g_dpgettext2)\s*\(")
KEYWORDS = ["_", "N_", "C_:1c,2", "NC_:1c,2", "ngettext:1,2", "g_dngettext:2,3", "g_dpgettext2:2c,3"]


def _lines(path):
    return [line.strip() for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]


def check(top):
    potfiles = top / "po/POTFILES.in"
    if not potfiles.exists():
        yield Finding("potfiles", "po/POTFILES.in", 1, "missing")
        return
    listed = set(_lines(potfiles))
    skip_file = top / "po/POTFILES.skip"
    skipped = set(_lines(skip_file)) if skip_file.exists() else set()
    for path in sorted(listed):
        if not (top / path).exists():
            yield Finding("potfiles", "po/POTFILES.in", 1, f"{path} does not exist")
    for path, text in c_files(top):
        code = re.sub(r"^\s*#\s*define.*$", "", bare(text), flags=re.MULTILINE)
        if path not in listed | skipped and _MARK.search(code):
            yield Finding("potfiles", path, 1, "has sentences and is not listed in po/POTFILES.in")
    for language in _lines(top / "po/LINGUAS"):
        yield from _check_catalog(top, language, sorted(path for path in listed if (top / path).exists()))


def _tool(*words, cwd=None):
    result = subprocess.run([str(word) for word in words], cwd=cwd, capture_output=True, text=True,
                            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
    return result.returncode, result.stderr


def _check_catalog(top, language, sources):
    path = f"po/{language}.po"
    catalog = top / path
    status, said = _tool("msgfmt", "-c", "--statistics", "-o", "/dev/null", catalog)
    if status != 0:
        yield Finding("catalog", path, 1, said.strip().splitlines()[0])
        return
    for word in ("fuzzy", "untranslated"):
        found = re.search(rf"(\d+) {word}", said)
        if found:
            yield Finding("catalog", path, 1, f"{found.group(1)} {word}")
    with tempfile.NamedTemporaryFile(suffix=".pot") as pot:
        status, said = _tool("xgettext", "--from-code=UTF-8", "-o", pot.name,
                             *[f"--keyword={keyword}" for keyword in KEYWORDS], *sources, cwd=top)
        if status != 0:
            yield Finding("catalog", path, 1, said.strip())
            return
        status, said = _tool("msgcmp", catalog, pot.name)
        if status != 0:
            missing = [line for line in said.splitlines() if "msgstr" not in line and ":" in line]
            yield Finding("catalog", path, 1, "; ".join(missing[:5]) or said.strip())
