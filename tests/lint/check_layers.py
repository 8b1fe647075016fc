# SPDX-License-Identifier: GPL-3.0-or-later
"""The layer table, and one home for every foreign library."""

import fnmatch
import pathlib
import re
import tomllib

from source import Finding, c_files

TABLE = tomllib.loads((pathlib.Path(__file__).parent / "layers.toml").read_text())
_INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)
# `#include "codec/sip/…"`: the first word says which root it lives under.
_ROOTS = {directory.split("/")[-1]: directory.split("/")[0] for directory in TABLE["includes"]
          if "/" in directory}
# `#include "panel/…"`: a layer that is a root itself.
_WHOLE = {directory for directory in TABLE["includes"] if "/" not in directory}


def layer_of(path):
    return next((layer for layer in TABLE["includes"] if path == layer or path.startswith(layer + "/")), None)


def _matches(path, pattern):
    return path.count("/") == pattern.count("/") and fnmatch.fnmatchcase(path, pattern)


def _own_include(path, layer, name):
    """What is wrong with including `name` from the file `path` of `layer`, or None."""
    first = name.split("/")[0]
    if "/" not in name or (first not in _ROOTS and first not in _WHOLE):
        # Generated beside the file that includes it, or written without its directory.
        return None if name.endswith("-generated.h") or name.endswith("-resources.h") \
            else f'"{name}" lacks its directory'
    target = name if first in _WHOLE else f"{_ROOTS[first]}/{name}"
    for group in TABLE["sideways"]["groups"]:
        mine = next((entry for entry in group if path.startswith(entry + "/")), None)
        theirs = next((entry for entry in group if target.startswith(entry + "/")), None)
        if mine and theirs and mine != theirs:
            return f"{mine} must not know {theirs}"
    target_layer = layer_of(target)
    if target_layer != layer and target_layer not in TABLE["includes"][layer]:
        return f"{layer} must not include {target_layer}"
    return None


def check(top):
    for path, text in c_files(top):
        layer = layer_of(path)
        if layer is None:
            yield Finding("layer", path, 1, "in no layer of the table")
            continue
        for include in _INCLUDE.finditer(text):
            line = text.count("\n", 0, include.start(2)) + 1
            name = include.group(2)
            if include.group(1) == '"':
                wrong = _own_include(path, layer, name)
                if wrong:
                    yield Finding("layer", path, line, wrong)
                continue
            for pattern, homes in TABLE["foreign"].items():
                if fnmatch.fnmatchcase(name, pattern) and not any(_matches(path, home) for home in homes):
                    yield Finding("foreign-library", path, line, f"<{name}> lives in {', '.join(homes)}")
