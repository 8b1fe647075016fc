# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of the README: run-uninstalled, and the demonstration in both languages."""

import asyncio
import os

import pytest
from world import TOP, build_directory

RUN_UNINSTALLED = TOP / "tests" / "run-uninstalled"


async def command(*words, deadline=60, **env):
    child = await asyncio.create_subprocess_exec(
        *map(str, words), env={**os.environ, "OREE_BUILD": str(build_directory()), **env},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    output, errors = await asyncio.wait_for(child.communicate(), deadline)
    return child.returncode, output.decode(), errors.decode()


@pytest.mark.parametrize("status", [0, 3])
async def test_the_status_of_the_command_is_ours(status):
    assert (await command(RUN_UNINSTALLED, "sh", "-c", f"exit {status}"))[0] == status


async def test_the_command_meets_the_service():
    status, output, errors = await command(RUN_UNINSTALLED, "oreectl", "user", "list")
    assert status == 0, errors
    assert "sip:alice@contoso.test" in output


async def test_the_empty_profile_has_no_users():
    status, output, errors = await command(RUN_UNINSTALLED, "--profile", "empty", "oreectl", "--json", "user", "list")
    assert status == 0, errors
    assert "alice" not in output


async def test_a_missing_command_is_127():
    status, _, errors = await command(RUN_UNINSTALLED, "no-such-command")
    assert status == 127
    assert "no-such-command" in errors


@pytest.mark.parametrize("language, word", [("en", "Juliet"), ("fr", "Juliette")])
async def test_the_demonstration_holds(language, word):
    locale = {"en": "C.UTF-8", "fr": "fr_FR.UTF-8"}[language]
    status, output, errors = await command(
        "/usr/bin/python3", TOP / "tests" / "integration" / "demo.py", "--exit", deadline=180,
        LC_ALL=locale, LANG=locale, LANGUAGE="")
    assert status == 0, output + errors
    assert word in output
