# SPDX-License-Identifier: GPL-3.0-or-later
"""What several test files say about the lab's people."""

from lab.journal import until
from sip_peer import SipUser
from world import OUR_DOMAIN, OUR_PASSWORD, PARTNER_DOMAIN

ALICE, BOB = f"sip:alice@{OUR_DOMAIN}", f"sip:bob@{OUR_DOMAIN}"
ALICE_JID, BOB_JID = f"alice@{OUR_DOMAIN}", f"bob@{OUR_DOMAIN}"
JULIET, NURSE = f"juliet@{PARTNER_DOMAIN}", f"nurse@{PARTNER_DOMAIN}"
JULIET_URI, NURSE_URI = f"sip:{JULIET}", f"sip:{NURSE}"


def bare(uri):
    """The address of record of a URI: RFC 7572 has the resource go along as `gr`."""
    return uri.partition(";")[0]


def asking(message_id, text, wants="positive-delivery, negative-delivery, display"):
    """A message/cpim of Alice's that asks for notifications (RFC 5438)."""
    return (f"From: <{ALICE}>\r\nTo: <{JULIET_URI}>\r\nDateTime: 2026-02-03T04:05:06Z\r\nNS: imdn <urn:ietf:params:imdn>\r\n"
            f"imdn.Message-ID: {message_id}\r\nimdn.Disposition-Notification: {wants}\r\n\r\n"
            f"Content-Type: text/plain;charset=UTF-8\r\n\r\n{text}")


DELIVERED = "<delivery-notification><status><delivered/></status></delivery-notification>"
DISPLAYED = "<display-notification><status><displayed/></status></display-notification>"


def notification(message_id, inside=DELIVERED):
    """Alice's notification for the message that was sent under `message_id`."""
    return (f"From: <{ALICE}>\r\nTo: <{JULIET_URI}>\r\nNS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: n{message_id[:20]}\r\n\r\n"
            "Content-Type: message/imdn+xml\r\nContent-Disposition: notification\r\n\r\n"
            f"<imdn xmlns='urn:ietf:params:xml:ns:imdn'><message-id>{message_id}</message-id>"
            f"<datetime>2026-02-03T04:05:06Z</datetime>{inside}</imdn>")


async def sip_user(world, name):
    """A user of ours, by script, signed in."""
    user = SipUser(f"sip:{name}@{OUR_DOMAIN}", OUR_PASSWORD, "127.0.0.1", world.sip_port, world.edge_authority)
    return await user.start()


async def sessions(world):
    return await world.edge.bus.call("Monitor", "Sessions", "(a{sv})", {})


async def no_sessions(world):
    return await sessions(world) == []


async def end_sessions(world):
    """By the policy, as if nothing had been: no session outlives its test."""
    before = (await world.edge.bus.status())["revision"]
    await world.edge.oreectl("external-access-policy", "set", "global", "enable-xmpp-access=false")
    await until(lambda: no_sessions(world), 20, "the end of the sessions")
    await world.edge.oreectl("restore", before)


async def both_ways(juliet, alice, word):
    """One message in each direction arrives."""
    juliet.say(ALICE_JID, f"{word} to SIP")
    assert bare((await alice.heard(f"{word} to SIP", 20)).sender) == JULIET_URI
    # 202 where the partner cannot acknowledge: a stream proved by dialback has no features to offer it in.
    assert await alice.say(JULIET_URI, f"{word} to XMPP") in (200, 202)
    heard = await juliet.heard(f"{word} to XMPP")
    assert heard.sender.split("/")[0] == ALICE_JID
