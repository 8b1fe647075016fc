# SPDX-License-Identifier: GPL-3.0-or-later
"""What survives, with PostgreSQL as the store: the cases of test_restart.py, and the database itself shot."""

import pytest
from conftest import run
from lab.journal import until
from lab.postgresql import PostgreSql
from sip_users import both_ways, sip_user
from test_restart import (durable, test_our_service_is_shot_and_comes_back,  # noqa: F401
                          test_our_service_is_shot_while_records_are_written)
from world import PARTNER_DOMAIN, World


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    database = PostgreSql(tmp_path_factory.mktemp("postgresql"))
    if not run(database.start()):
        pytest.skip("PostgreSQL is not installed")
    yield database
    run(database.stop())


@pytest.fixture(scope="module")
def lab(database):
    world = World(settings={("store", "url"): database.url})
    try:
        run(world.start_lab())
        run(world.edge.oreectl("xmpp-partner", "add", PARTNER_DOMAIN, "partner-type=federated",
                               "tls-negotiation=required", "sasl-negotiation=optional",
                               "support-dialback-negotiation=true"))
        yield world
        assert not list(world.edge.state.glob("*.db")), "it used SQLite"
    finally:
        run(world.stop())


async def test_the_database_is_shot_and_comes_back(lab, database):
    """Messages go on; what was stored is there, and what comes next is stored as soon as it answers again."""
    alice = await sip_user(lab, "alice")
    juliet = await lab.xmpp_user("juliet")
    await both_ways(juliet, alice, "before")
    before = await durable(lab)
    await database.restart()
    await both_ways(juliet, alice, "after")

    async def stored():
        try:
            return await lab.edge.oreectl("blocked-domain", "add", "stored-after.test")
        except AssertionError:
            return None

    await until(stored, 30, "a change stored after the database came back", every=0.5)
    after = await durable(lab)
    assert after["revision"] == before["revision"] + 1
    assert set(before["records"]) < set(after["records"])
    await lab.edge.kill()
    await lab.edge.start()
    assert await durable(lab) == after
    await juliet.stop()
    await alice.stop()
