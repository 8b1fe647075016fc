# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the journeys: those of tests/integration (`lab`, `alone`), and programs with windows."""

import importlib.util
import os
import pathlib
import re
import sys

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(TOP / "tests" / "integration")]

_spec = importlib.util.spec_from_file_location("oree_integration", TOP / "tests" / "integration" / "conftest.py")
_integration = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_integration)
pytest_pyfunc_call = _integration.pytest_pyfunc_call
run, lab, alone, undo, long = (getattr(_integration, name) for name in ("run", "lab", "alone", "undo", "long"))

from driver import Program  # noqa: E402
from world import build_directory  # noqa: E402

LONG = bool(os.environ.get("OREE_TEST_LONG"))

# Where the pictures go: shots/NAME-en.png and so on.
SHOTS = build_directory() / "shots"


def look_of(language="en", dark=False, contrast=False):
    """The environment of a program in this language and this dress."""
    look = {"LC_ALL": "C.UTF-8", "LANGUAGE": language, "ADW_DEBUG_COLOR_SCHEME": "prefer-dark" if dark else "prefer-light"}
    if contrast:
        look["ADW_DEBUG_HIGH_CONTRAST"] = "1"
    return look


@pytest.fixture
def program(request, tmp_path):
    """`await program (world, "oree-panel", "--page=xmpp", language="fr", dark=False)`: the program, started in the world
    (or alone, when that is None); `before` are words in front of its own, such as setpriv's; stopped, and its warnings judged, after the test."""
    started = []

    async def start(world, name, *words, language="en", dark=False, contrast=False, environment=None, path=None, before=(), **options):
        env = world.environment() if world is not None else dict(os.environ)
        directory = next((build_directory() / place for place in ("panel", "wizards", "wizards/certificate")
                          if (build_directory() / place / name).exists()), build_directory() / "panel")
        # A warning is judged when the program ends; a critical ends it on the spot, with a trace of where.
        env.update(look_of(language, dark, contrast), G_DEBUG="fatal-criticals", G_ENABLE_DIAGNOSTIC="0",
                   OREE_LOCALEDIR=str(build_directory() / "po"))
        env.update(environment or {})
        case = re.sub(r"\W+", "-", request.node.name).strip("-")
        one = Program([*before, path or directory / name, *words], tmp_path, env, name=name, pictures=SHOTS / case, **options)
        started.append(one)
        return await one.start()

    yield start
    complaint = None
    for one in reversed(started):
        try:
            if one.process.running:
                run(one.stop())
            else:
                one.check_log()
        except AssertionError as problem:
            complaint = complaint or problem
    if complaint is not None:
        raise complaint


@pytest.fixture
def panel(program):
    """`await panel (world, "--page=home", …)`."""
    async def start(world, *words, **options):
        return await program(world, "oree-panel", *words, **options)
    return start
