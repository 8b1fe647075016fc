# SPDX-License-Identifier: GPL-3.0-or-later
"""Providers, live: one Kamailio serves two domains, and ours for those of our users who are there. As public network and as
hosting provider, both ways: whom it may speak for, whom of its users is believed, what ends when a domain is blocked or it is
switched off. Which record decides is policy/peer.table's affair."""

import pytest
from conftest import run
from lab.journal import until
from sip_users import ALICE
from sip_world import PARTNER_ADDRESS, Carol, SipWorld, numbered
from world import OUR_DOMAIN

PROVIDER = "sip.provider.test"
ONE, TWO = "one.test", "two.test"
TRUST = "ms-edge-proxy-message-trust"
MARKED = {word: [f"ms-asserted-verification-level: ms-source-verified-user={word}"] for word in ("verified", "unverified")}

# A server of one domain becomes one of three; of ours it has some users, and the others are ours to reach.
SERVED = f'"^({ONE}|{TWO}|{OUR_DOMAIN})$"'.replace(".", "[.]")
SEVERAL = [("if ($rd != DOMAIN) {", f"if (!($rd =~ {SERVED})) {{"),
           ("(!$var(edge) && $fd != DOMAIN)", f"(!$var(edge) && !($fd =~ {SERVED}))"),
           ("  if ($fd != DOMAIN) {", f"  if (!($fd =~ {SERVED})) {{"),
           ('    if (!does_uri_exist()) {\n', f'    if (!does_uri_exist() && !$var(edge) && $rd == "{OUR_DOMAIN}") {{\n'
            '      $du = EDGE;\n      route(RELAY);\n      exit;\n    }\n    if (!does_uri_exist()) {\n')]


class World(SipWorld):
    async def start_provider(self):
        await self.start_sip(domains=(), allowed=())
        # Else nobody talks to public networks.
        await self.edge.oreectl("external-access-policy", "set", "global", "enable-public-cloud-access=true")
        self.provider = self.keep(await self.kamailio(ONE, names=[PROVIDER], misfit=SEVERAL, port=5061))
        self.alice = await self.ours("alice")
        self.people = {}
        for name, domain in (("ann", ONE), ("ben", TWO), ("dora", OUR_DOMAIN)):
            self.provider.add_user(name, name, domain)
            self.people[name] = self.keep(await Carol(domain, self.provider.port, name).start())
        return self

    def prepare_names(self, names):
        names.host(PROVIDER, PARTNER_ADDRESS)
        for domain in (ONE, TWO):
            names.service("sipfederationtls", domain, PROVIDER, 5061)


@pytest.fixture(scope="module")
def world():
    world = World()
    try:
        run(world.start_provider())
        yield world
    finally:
        run(world.stop())


async def stands(world):
    """The connections somebody was allowed on."""
    return [row for row in await world.connections() if row["partners"]]


async def nothing_stands(world):
    return not await stands(world)


async def provides(edge, kind, level, **fields):
    await edge.bus.apply(("add", kind, "Cloud", {"proxy-fqdn": PROVIDER, "enabled": True, "verification-level": level, **fields}))


async def comes(world, name, **options):
    """A message of `name`'s for alice: what it ended with, and what she got."""
    text = world.word()
    person = world.people[name]
    response = await person.request("MESSAGE", ALICE, f"<{ALICE}>", headers=["Content-Type: text/plain", *options.pop("headers", [])],
                                    body=text.encode())
    return response.status, (await world.alice.heard(text)).packet if response.status == 200 else None


async def goes(world, name):
    """A message of alice's for `name`."""
    text = world.word()
    response = await world.tell(world.people[name].uri, text)
    if response.status == 200:
        await world.people[name].heard(text)
    return response.status


async def refused(world, since, name, reason):
    await world.edge.bus.event("message-refused", since=since, **{"reason": reason, "from": world.people[name].uri})


def trusted(packet):
    return dict(part.partition("=")[::2] for part in packet.get(TRUST).split(";"))


# --- whom it speaks for ----------------------------------------------------------------------------


async def test_a_public_provider_serves_every_domain_that_dns_says(world, edge):
    await provides(edge, "public-provider", "always-verifiable")
    for name, domain in (("ann", ONE), ("ben", TWO)):
        assert await goes(world, name) == 200
        status, packet = await comes(world, name)
        assert status == 200
        marks = trusted(packet)
        assert (marks["ms-source-type"], marks["ms-source-network"], marks["ms-source-verified-user"]) == (
            "AuthorizedServer", "publiccloud", "verified"), marks
    rows = await stands(world)
    assert {(row["relation"], row["certificate-name"]) for row in rows} == {("public-provider", PROVIDER)}
    # One connection of the provider's carries both of its domains; of ours there is one, for that server.
    assert sorted((row["direction"], tuple(sorted(row["partners"]))) for row in rows)[0] == ("in", (ONE, TWO))
    assert [row["direction"] for row in rows].count("out") == 1


async def test_a_hosting_provider_serves_what_is_listed_or_discovered(world, edge):
    await edge.oreectl("allowed-domain", "add", ONE)
    await provides(edge, "hosting-provider", "always-verifiable")
    assert await goes(world, "ann") == 200
    status, packet = await comes(world, "ann")
    assert status == 200
    assert (trusted(packet)["ms-source-type"], trusted(packet)["ms-source-network"]) == ("AuthorizedServer", "federation")
    # Nobody listed the other one, and people are told what to do about it.
    since = edge.bus.events.mark()
    response = await world.tell(world.people["ben"].uri)
    assert response.status == 403 and response.get("ms-diagnostics").startswith("1028;")
    await edge.bus.event("message-refused", since=since, reason="hosted-domain-not-allowed")
    since = edge.bus.events.mark()
    assert (await comes(world, "ben"))[0] == 403
    await refused(world, since, "ben", "hosted-domain-not-allowed")
    for language, words in (("C", "Add it there to let it through"), ("fr", "Ajoutez-l’y pour le laisser passer")):
        assert words in await edge.oreectl("events", language=language)
    await edge.oreectl("access-edge", "set", "enable-partner-discovery=true")
    assert await goes(world, "ben") == 200
    assert (await comes(world, "ben"))[0] == 200
    assert {row["relation"] for row in await stands(world)} == {"hosting-provider"}


async def test_those_of_our_users_who_are_there(world, edge):
    """Shared address space: dora is at the provider, alice is here, both are contoso.test's."""
    assert await goes(world, "dora") == 404  # nobody's
    await provides(edge, "hosting-provider", "always-verifiable")
    since = edge.bus.events.mark()
    assert (await comes(world, "dora"))[0] in (403, 504)
    await refused(world, since, "dora", "own-domain")
    await edge.oreectl("hosting-provider", "set", "Cloud", "enabled-shared-address-space=true")
    assert await goes(world, "dora") == 200
    status, packet = await comes(world, "dora")
    assert status == 200 and trusted(packet)["ms-source-verified-user"] == "verified"
    # A name that is neither here nor there comes back from there, and does not wander.
    assert (await world.tell(f"sip:nobody@{OUR_DOMAIN}")).status == 404


async def test_domains_that_name_the_same_server_each_by_its_record(world, edge):
    """No provider, two allowed servers: what one record is content with does not do for the other."""
    await edge.oreectl("allowed-domain", "add", ONE, f"proxy-fqdn={PROVIDER}")
    await edge.oreectl("allowed-domain", "add", TWO, f"proxy-fqdn={PROVIDER}", "name-check=domain")
    assert await goes(world, "ann") == (await comes(world, "ann"))[0] == 200
    numbered(await world.tell(world.people["ben"].uri), 1010, PeerServer=PROVIDER)
    since = edge.bus.events.mark()
    assert (await comes(world, "ben"))[0] == 504
    await refused(world, since, "ben", "certificate-name")
    await edge.oreectl("allowed-domain", "set", TWO, "name-check=either")
    assert await goes(world, "ben") == (await comes(world, "ben"))[0] == 200


# --- whom of its users is believed -----------------------------------------------------------------


@pytest.mark.parametrize("kind", ["public-provider", "hosting-provider"])
async def test_contacts_only(world, edge, kind):
    if kind == "hosting-provider":
        await edge.bus.apply(*[("add", "allowed-domain", domain, {}) for domain in (ONE, TWO)])
    await provides(edge, kind, "always-unverifiable")
    ann = world.people["ann"].uri
    # Nobody's contact, whatever it says of itself.
    for headers in ([], MARKED["verified"]):
        since = edge.bus.events.mark()
        assert (await comes(world, "ann", headers=headers))[0] == 403
        await refused(world, since, "ann", "allow-entry-needed")
    since = edge.bus.events.mark()
    assert await goes(world, "ann") == 200
    await edge.bus.event("allow-entry-made", since=since, user=ALICE)
    status, packet = await comes(world, "ann", headers=MARKED["verified"])
    assert status == 200 and trusted(packet)["ms-source-verified-user"] == "unverified"
    assert (await comes(world, "ben"))[0] == 403  # she knows ann, not the provider
    await edge.oreectl("allow-entry", "revoke", ALICE, ann)
    assert (await comes(world, "ann"))[0] == 403
    for language, words in (("C", "does not know"), ("fr", "ne connaît pas")):
        assert words in await edge.oreectl("events", language=language), words


async def test_the_providers_own_word(world, edge):
    await provides(edge, "public-provider", "use-source-verification")
    assert (await comes(world, "ann"))[0] == 403
    assert (await comes(world, "ann", headers=MARKED["unverified"]))[0] == 403
    status, packet = await comes(world, "ann", headers=MARKED["verified"])
    assert status == 200 and trusted(packet)["ms-source-verified-user"] == "verified"


# --- what ends -------------------------------------------------------------------------------------


async def test_one_of_its_domains_is_blocked(world, edge):
    await provides(edge, "public-provider", "always-verifiable")
    for name in ("ben", "ann"):
        assert await goes(world, name) == (await comes(world, name))[0] == 200
    stood = {row["peer"] for row in await stands(world)}
    since, before = edge.bus.events.mark(), await edge.bus.counters()
    await edge.oreectl("blocked-domain", "add", TWO)
    response = await world.tell(world.people["ben"].uri)
    assert response.status == 403 and response.get("ms-diagnostics").startswith("1005;")
    assert (await comes(world, "ben"))[0] == 403
    await refused(world, since, "ben", "blocked-domain")
    after = await edge.bus.counters()
    assert after["refused-blocked-domain"] - before.get("refused-blocked-domain", 0) == 2
    # The other one's people write on, on the same connections.
    assert await goes(world, "ann") == (await comes(world, "ann"))[0] == 200
    rows = await stands(world)
    assert {row["peer"] for row in rows} == stood and all(TWO not in row["partners"] for row in rows)
    # So they do on a new one, although the blocked domain was the first to want the old one.
    await edge.oreectl("public-provider", "set", "Cloud", "enabled=false")
    await until(lambda: nothing_stands(world), 20, "no connections")
    await edge.oreectl("public-provider", "set", "Cloud", "enabled=true")
    assert await goes(world, "ann") == (await comes(world, "ann"))[0] == 200
    await edge.oreectl("blocked-domain", "remove", TWO)
    assert await goes(world, "ben") == (await comes(world, "ben"))[0] == 200


@pytest.mark.parametrize("kind, statuses", [("public-provider", (403, 504)), ("hosting-provider", (504, 504))])
async def test_it_is_switched_off(world, edge, kind, statuses):
    """Then DNS leads to a server that is nobody's: for a listed domain out of the domain (1009), for another nowhere (1005)."""
    if kind == "hosting-provider":
        await edge.oreectl("allowed-domain", "add", ONE)
    await provides(edge, kind, "always-verifiable")
    assert await goes(world, "ann") == (await comes(world, "ann"))[0] == 200
    since = edge.bus.events.mark()
    effects = await edge.bus.check(("set", kind, "Cloud", {"enabled": False}))
    assert effects["sip-connections-closed"] == len(await stands(world)) == 2
    await edge.oreectl(kind, "set", "Cloud", "enabled=false")
    for direction in ("in", "out"):
        event = await edge.bus.event("sip-partner-closed", since=since, partner=ONE, direction=direction)
        assert event["details"]["reason"] in ("not-a-partner", "srv-target-outside", "certificate-name"), event
    await until(lambda: nothing_stands(world), 20, "no connections")
    response = await world.tell(world.people["ann"].uri)
    assert (response.status, (await comes(world, "ann"))[0]) == statuses
    assert response.get("ms-diagnostics").startswith("1009;" if kind == "hosting-provider" else "1005;")
    await edge.oreectl(kind, "set", "Cloud", "enabled=true")
    assert await goes(world, "ann") == (await comes(world, "ann"))[0] == 200
