# SPDX-License-Identifier: GPL-3.0-or-later
"""What several test files say about the lab's people."""

from sip_peer import SipUser
from world import OUR_DOMAIN, OUR_PASSWORD, PARTNER_DOMAIN

ALICE, BOB = f"sip:alice@{OUR_DOMAIN}", f"sip:bob@{OUR_DOMAIN}"
ALICE_JID, BOB_JID = f"alice@{OUR_DOMAIN}", f"bob@{OUR_DOMAIN}"
JULIET, NURSE = f"juliet@{PARTNER_DOMAIN}", f"nurse@{PARTNER_DOMAIN}"
JULIET_URI, NURSE_URI = f"sip:{JULIET}", f"sip:{NURSE}"


def bare(uri):
    """The address of record of a URI: RFC 7572 has the resource go along as `gr`."""
    return uri.partition(";")[0]


async def sip_user(world, name):
    """A user of ours, by script, signed in."""
    user = SipUser(f"sip:{name}@{OUR_DOMAIN}", OUR_PASSWORD, "127.0.0.1", world.sip_port, world.edge_authority)
    return await user.start()


async def both_ways(juliet, alice, word):
    """One message in each direction arrives."""
    juliet.say(ALICE_JID, f"{word} to SIP")
    assert bare((await alice.heard(f"{word} to SIP", 20)).sender) == JULIET_URI
    # 202 where the partner cannot acknowledge: a stream proved by dialback has no features to offer it in.
    assert await alice.say(JULIET_URI, f"{word} to XMPP") in (200, 202)
    heard = await juliet.heard(f"{word} to XMPP")
    assert heard.sender.split("/")[0] == ALICE_JID
