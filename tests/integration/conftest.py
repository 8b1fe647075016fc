# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures. Every test is a coroutine; all of them, and the fixtures, share one event loop."""

import asyncio
import inspect
import os
import pathlib
import sys

import pytest

pytest.register_assert_rewrite("sip_users")

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "faults"))

from lab import journal  # noqa: E402
from sip_users import sip_user  # noqa: E402
from world import PARTNER_DOMAIN, World  # noqa: E402

LONG = bool(os.environ.get("OREE_TEST_LONG"))

loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)


def pytest_runtest_logstart():
    journal.begin_test()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    if not inspect.iscoroutinefunction(pyfuncitem.function):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    loop.run_until_complete(asyncio.wait_for(pyfuncitem.function(**arguments), 600 if not LONG else 7200))
    return True


def pytest_configure(config):
    config.addinivalue_line("markers", "long: takes too long for CI")


def pytest_collection_modifyitems(items):
    """What is too long is not there, rather than skipped: a test skipped where CI runs is a failure."""
    items[:] = [item for item in items if LONG or item.get_closest_marker("long") is None]


def run(coroutine):
    return loop.run_until_complete(coroutine)


@pytest.fixture(scope="session")
def long():
    return LONG


@pytest.fixture(scope="module")
def lab():
    """The whole lab, with fabrikam.test a partner of type federated whose streams must be encrypted; EXTERNAL or
    dialback. Shared by the tests of one file, which leave it as they found it."""
    world = World()
    try:
        run(world.start_lab())
        run(world.edge.oreectl("xmpp-partner", "add", PARTNER_DOMAIN, "partner-type=federated",
                               "tls-negotiation=required", "sasl-negotiation=optional",
                               "support-dialback-negotiation=true"))
        yield world
    finally:
        run(world.stop())


@pytest.fixture(scope="module")
def alone():
    """The service and its bus, nothing around it."""
    world = World()
    try:
        run(world.start())
        yield world
    finally:
        run(world.stop())


@pytest.fixture
def alice(lab):
    user = run(sip_user(lab, "alice"))
    yield user
    run(user.stop())


@pytest.fixture
def bob(lab):
    user = run(sip_user(lab, "bob"))
    yield user
    run(user.stop())


@pytest.fixture
def juliet(lab):
    user = run(lab.xmpp_user("juliet"))
    yield user
    run(user.stop())


@pytest.fixture
def nurse(lab):
    user = run(lab.xmpp_user("nurse"))
    yield user
    run(user.stop())


def restored(world):
    """Goes back to the configuration there was before the test."""
    before = run(world.edge.bus.status())["revision"]
    yield world.edge
    if run(world.edge.bus.status())["revision"] != before:
        run(world.edge.oreectl("restore", before))


@pytest.fixture
def undo(lab):
    yield from restored(lab)


@pytest.fixture
def edge(world):
    """For files with a world of their own."""
    yield from restored(world)
