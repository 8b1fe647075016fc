# SPDX-License-Identifier: GPL-3.0-or-later
"""What the wizard assigned, as the others see it: a real Prosody outside and a real Kamailio inside."""

import re

import pytest
from authority import serial_of
from conftest import run
from lab import pki
from lab.journal import until
from sip_peer import SipUser
from sip_users import both_ways
from wizard import WORDS, assigned, offer, pick, stands, wizard  # noqa: F401
from world import EDGE_ADDRESS, OUR_DOMAIN, PARTNER_DOMAIN, World

USAGES = {"external": ("External Edge", ["access-edge-external", "web-conferencing-external"]),
          "internal": ("Internal Edge", ["edge-internal"])}


@pytest.fixture
def behind(tmp_path):
    """Prosody outside, Kamailio inside, and two requests that wait."""
    world = World()
    try:
        run(world.start_behind(["alice"], trusting=True))
        for usage, (name, _) in USAGES.items():
            run(world.edge.oreectl("certificate", "request", "--usage", usage, "--out", tmp_path / f"{usage}.csr",
                                   "organization=Contoso", "key-type=ecdsa-p256", "key-usage=both", f"friendly-name={name}"))
        yield world
    finally:
        run(world.stop())


def answer(world, directory, usage):
    """The authority that Prosody and Kamailio trust signs the request."""
    out = directory / f"{usage}.pem"
    extensions = directory / "answer.ext"
    extensions.write_text("basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\n")
    pki._openssl("x509", "-req", "-in", directory / f"{usage}.csr", "-CA", world.authority.certificate, "-CAkey",
                 world.authority._key, "-CAcreateserial", "-days", "90", "-copy_extensions", "copyall", "-extfile", extensions,
                 "-out", out)
    return out


async def import_and_assign(w, words, name, path):
    """From the list of requests that wait to the certificate in force, by keys alone."""
    await stands(w, words["pending"])
    await pick(w, name)
    w.key(words["next"])
    await offer(w, words, path)
    await stands(w, words["summary"])
    await w.see(re.compile(words["fine"]))
    w.key(words["do-import"])
    await stands(w, words["imported"])
    w.key(words["next"])
    await stands(w, words["usage"])
    w.key(words["next"])
    await stands(w, words["assign"])
    await w.see(re.compile(words["fine"]))
    w.key(words["do-assign"])
    await stands(w, words["assigned"])
    w.key(words["finish"])
    await w.ends()


async def streams(world):
    """The partner's streams: which they are, and how each was proved."""
    return {(row["direction"], row.get("peer"), row.get("since")): row["method"]
            for row in await world.edge.oreectl_json("connections") if row.get("partner") == PARTNER_DOMAIN}


async def next_hop_is_there(world):
    rows = await world.edge.oreectl_json("service", "list")
    return not [row for row in rows if row["role"] == "access-edge" and row["degraded"]]


async def talk(world, word):
    """A word each way between a user of Prosody and one of Kamailio, both signed in for it."""
    alice = await SipUser(f"sip:alice@{OUR_DOMAIN}", "alice", EDGE_ADDRESS, world.kamailio.port, world.authority.certificate).start()
    juliet = await world.xmpp_user("juliet")
    try:
        await both_ways(juliet, alice, word)
    finally:
        await juliet.stop()
        await alice.stop()


async def test_prosody_and_kamailio_see_the_new_certificate(behind, wizard, tmp_path):
    """A10, live. Streams that stand are not touched; then each of the two servers trusts one authority alone, not the one whose
    certificates were shown before: what they accept is what the wizard assigned."""
    words = WORDS["en"]
    await talk(behind, "before")
    before = await streams(behind)
    assert len(before) == 2, before
    answers = {usage: answer(behind, tmp_path, usage) for usage in USAGES}
    for usage, (name, _) in USAGES.items():
        w = await wizard(behind, "--no-memory", "--task=pending")
        await import_and_assign(w, words, name, answers[usage])
    assert sorted(await assigned(behind)) == sorted(one for _, ones in USAGES.values() for one in ones)
    await talk(behind, "over the streams that stood")
    assert await streams(behind) == before

    behind.trust.write_bytes(behind.authority.certificate.read_bytes())
    await behind.partner.restart()
    await behind.kamailio.process.kill()
    await behind.kamailio.start()
    await until(lambda: next_hop_is_there(behind), 60, "the next hop")
    await talk(behind, "after")
    after = await streams(behind)
    assert not before.keys() & after.keys() and set(after.values()) == {"sasl-tls"} and len(after) == 2, after

    # And the other way round: who trusts only the former authority takes neither.
    behind.trust.write_bytes(behind.edge_authority.read_bytes())
    await behind.partner.restart()
    juliet = await behind.xmpp_user("juliet")
    refused = await juliet.refused(juliet.say(f"alice@{OUR_DOMAIN}", "nobody hears this"), 60)
    assert refused.error
    await juliet.stop()
    assert serial_of(answers["external"]) != serial_of(answers["internal"])
