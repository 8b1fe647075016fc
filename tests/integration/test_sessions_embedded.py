# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions of messages with users of the embedded front end: pidgin-sipe signed in there (somebody answers the digest for it),
and a client by script that takes messages inside a session alone."""

import asyncio

import pytest
from conftest import run
from lab.journal import Journal, until
from lab.purple import Lync
from lab.signer import Signer
from next_hop import AUDIO, SDP
from sip_peer import SipUser, address, token
from sip_users import ALICE, ALICE_JID, BOB_JID, JULIET, JULIET_URI, NURSE_URI, bare, end_sessions, no_sessions, sessions
from world import EDGE_ADDRESS, OUR_DOMAIN, OUR_PASSWORD

STATES = "http://jabber.org/protocol/chatstates"


@pytest.fixture(autouse=True)
def ended(lab):
    yield
    run(end_sessions(lab))


# --- pidgin-sipe ---------------------------------------------------------------------------------


@pytest.fixture
def lync(lab):
    """Alice at pidgin-sipe, signed in at the front end."""
    certificate, key = lab.authority.issue("signer", [f"signer.{OUR_DOMAIN}"])
    signer = run(Signer(ALICE, OUR_PASSWORD, (EDGE_ADDRESS, lab.sip_port), lab.edge_authority, EDGE_ADDRESS, certificate, key).start())
    alice = Lync(lab.build, lab.directory / "purple-alice", "alice", OUR_DOMAIN, EDGE_ADDRESS, signer.port)
    run(alice.start())
    juliet = run(lab.xmpp_user("juliet"))
    yield alice, juliet
    run(juliet.stop())
    run(alice.stop())
    run(signer.stop())


async def test_a_lync_client_of_the_front_end(lab, lync):
    """INVITE, messages both ways, typing both ways, and the end, with a client nobody here wrote."""
    alice, juliet = lync
    # Signing in it asked how often to show that it lives (MS-CONMGMT).
    await alice.process.lines.wait(lambda line: "keep alive timeout is 300 seconds" in line, 30, what="keep-alive")
    alice.say(JULIET_URI, "from a session\nof messages")
    assert (await juliet.heard("from a session\nof messages", 20)).sender.split("/")[0] == ALICE_JID
    (session,) = await sessions(lab)
    assert (session["state"], session["contact"], session["direction"]) == ("open", JULIET, "to-xmpp")
    juliet.send(ALICE_JID, f"<body>and back into it 🌹</body><active xmlns='{STATES}'/>")
    assert bare((await alice.heard("and back into it 🌹")).who) == JULIET_URI
    for number in range(20):
        alice.say(JULIET_URI, f"alice {number}")
        juliet.say(ALICE_JID, f"juliet {number}")
    await juliet.heard("alice 19", 30)
    await alice.heard("juliet 19", 30)
    assert [m.body for m in juliet.messages.entries if m.body.startswith("alice ")] == [f"alice {n}" for n in range(20)]
    heard = [line.text for line in alice.lines.entries if line.word == "heard"]
    assert heard[1:] == [f"juliet {n}" for n in range(20)]
    (session,) = await sessions(lab)
    assert (session["messages-in"], session["messages-out"]) == (21, 21)

    since = alice.process.lines.mark()
    juliet.send(ALICE_JID, f"<composing xmlns='{STATES}'/>")
    await alice.process.lines.wait(lambda line: "sipe: process_incoming_info" in line, 20, since, what="INFO")
    since = juliet.stanzas.mark()
    alice.typing(JULIET_URI)
    await juliet.stanza(lambda stanza: stanza.find(f"{{{STATES}}}composing") is not None, 20, since, "chat state")

    # Another contact, another session.
    nurse = await lab.xmpp_user("nurse")
    alice.say(NURSE_URI, "good nurse")
    await nurse.heard("good nurse", 20)
    assert len(await sessions(lab)) == 2
    await nurse.stop()

    before = (await lab.edge.bus.status())["revision"]
    await lab.edge.oreectl("external-access-policy", "set", "global", "enable-xmpp-access=false")
    await until(lambda: no_sessions(lab), 20, "the end of the sessions")
    since = alice.lines.mark()
    alice.say(JULIET_URI, "after")
    await alice.lines.wait(lambda line: line.word == "notice", 20, since, what="word of the refusal")
    await lab.edge.oreectl("restore", before)
    alice.say(JULIET_URI, "open again")
    await juliet.heard("open again", 20)


# --- by script -----------------------------------------------------------------------------------


class SessionUser(SipUser):
    """Takes messages inside sessions alone."""

    def __init__(self, lab, name):
        super().__init__(f"sip:{name}@{OUR_DOMAIN}", OUR_PASSWORD, "127.0.0.1", lab.sip_port, lab.edge_authority)
        self.requests = Journal(f"{name} requests")
        self.known = set()
        self.answer = self._answer
        self.takes = True

    def _answer(self, packet):
        self.requests.add(packet)
        inside = ";tag=" in packet.get("to")
        if packet.method == "ACK":
            return None
        if packet.method == "INVITE":
            if self.takes and not inside:
                self.known.add(packet.get("call-id"))
            return 200 if self.takes else 603
        if packet.method == "MESSAGE" and not inside:
            return 405
        return 200 if packet.get("call-id") in self.known else 481

    def respond(self, request, status):
        if request.method != "INVITE" or status != 200:
            super().respond(request, status)
            return
        lines = ["SIP/2.0 200 OK", *(f"Via: {via}" for via in request.all("via")), f"From: {request.get('from')}",
                 f"To: {request.get('to')}" + ("" if ";tag=" in request.get("to") else f";tag={token()}"),
                 f"Call-ID: {request.get('call-id')}", f"CSeq: {request.get('cseq')}", f"Contact: {self.contact}",
                 "Content-Type: application/sdp", f"Content-Length: {len(SDP)}", "", SDP]
        self.write("\r\n".join(lines).encode())

    async def invite(self, to, sdp=SDP, headers=()):
        """The dialog, as arguments of `send`, and the final response."""
        call, local = token(), token()
        response = await self.request("INVITE", to, f"<{to}>", call_id=call, local_tag=local, body=sdp.encode(), sequence=1,
                                      headers=["Content-Type: application/sdp", f"Contact: {self.contact}", *headers])
        dialog = None
        if response.status == 200:
            dialog = (address(response.get("contact")), response.get("to")), {"call_id": call, "local_tag": local}
            number = int(response.get("cseq").split()[0])
            self.send("ACK", *dialog[0], **dialog[1], sequence=number)
        return dialog, response


@pytest.fixture
def bob(lab):
    bob = run(SessionUser(lab, "bob").start())
    yield bob
    run(bob.stop())


async def test_a_session_is_opened_towards_our_user(lab, bob, juliet):
    """A device that refuses single messages is offered a session; a device that forgot its session, a new one."""
    for number in range(3):
        juliet.say(BOB_JID, f"in session {number}")
        packet = await bob.requests.wait(lambda one: one.body == b"in session %d" % number and ";tag=" in one.get("to"), 20)
        assert bare(address(packet.get("from"))) == JULIET_URI
    assert [packet.method for packet in bob.requests.entries] == ["MESSAGE", "INVITE", "ACK", "MESSAGE", "MESSAGE", "MESSAGE"]
    invite, ack = bob.requests.entries[1:3]
    assert b"m=message" in invite.body and ack.get("cseq") == invite.get("cseq").replace("INVITE", "ACK")
    (session,) = await sessions(lab)
    assert (session["state"], session["direction"], session["messages-out"]) == ("open", "to-sip", 3)

    bob.known.clear()
    juliet.say(BOB_JID, "after the loss")
    await bob.requests.wait(lambda one: one.body == b"after the loss" and one.get("call-id") in bob.known, 20)

    bob.known.clear()
    bob.takes = False
    refused = await juliet.refused(juliet.say(BOB_JID, "neither"), 20)
    assert [m.id for m in juliet.messages.entries if m.error] == [refused.id]


async def test_two_devices_of_one_user(lab, bob, juliet):
    """One of them gets the session, and everything in it."""
    other = await SessionUser(lab, "bob").start()
    for number in range(4):
        juliet.say(BOB_JID, f"to one device {number}")
        await until(lambda: arrived(bob, other, f"to one device {number}"), 20, "the message")
    counts = sorted(len([p for p in user.requests.entries if p.method == "MESSAGE" and ";tag=" in p.get("to")]) for user in (bob, other))
    assert counts == [0, 4] and len(await sessions(lab)) == 1
    await other.stop()


async def arrived(bob, other, text):
    return any(p.body == text.encode() and ";tag=" in p.get("to") for user in (bob, other) for p in user.requests.entries)


async def test_our_user_opens_and_ends_sessions(lab, bob, juliet):
    dialog, response = await bob.invite(JULIET_URI)
    assert response.status == 200 and "m=message" in response.text
    where, who = dialog
    plain = ["Content-Type: text/plain;charset=UTF-8"]
    assert (await bob.send("MESSAGE", *where, plain, b"inside", sequence=11, **who)).status == 200
    assert (await juliet.heard("inside")).sender.split("/")[0] == BOB_JID
    # Several at once, each for itself.
    second, response = await bob.invite(NURSE_URI)
    assert response.status == 200 and len(await sessions(lab)) == 2
    # The same again: messages stay; a call is none.
    again = await bob.send("INVITE", *where, ["Content-Type: application/sdp", f"Contact: {bob.contact}"], SDP.encode(), sequence=12, **who)
    assert again.status == 200
    bob.send("ACK", *where, sequence=12, **who)
    call = await bob.send("INVITE", *where, ["Content-Type: application/sdp", f"Contact: {bob.contact}"], AUDIO.encode(), sequence=13, **who)
    assert call.status == 488
    assert (await bob.send("MESSAGE", *where, plain, b"still here", sequence=14, **who)).status == 200
    await juliet.heard("still here")
    assert (await bob.send("BYE", *where, sequence=15, **who)).status == 200
    assert (await bob.send("MESSAGE", *where, plain, b"too late", sequence=16, **who)).status == 481
    assert [s["contact"] for s in await sessions(lab)] == [NURSE_URI.removeprefix("sip:")]
    assert (await bob.send("BYE", *second[0], sequence=3, **second[1])).status == 200
    assert await no_sessions(lab)


async def test_calls_and_sessions_inside_are_refused(lab, bob):
    since = lab.edge.bus.events.mark()
    _, response = await bob.invite(JULIET_URI, AUDIO, ["Accept-Language: fr"])
    assert response.status == 488 and response.get("warning").startswith("304 ") and "Les appels ne sont pas possibles" in response.first
    assert (await lab.edge.bus.event("message-refused", since=since))["details"]["reason"] == "call-unsupported"
    _, response = await bob.invite(ALICE)
    assert response.status == 405 and response.get("allow")
    _, response = await bob.invite("sip:someone@stranger.test")
    assert response.status == 403
    # In the name of another: the dialog is not theirs.
    dialog, _ = await bob.invite(JULIET_URI)
    mallory = await SessionUser(lab, "alice").start()
    stolen = await mallory.send("MESSAGE", *dialog[0], ["Content-Type: text/plain"], b"not bob", sequence=20, **dialog[1])
    assert stolen.status in (403, 481)
    assert (await bob.send("BYE", *dialog[0], sequence=30, **dialog[1])).status == 200
    await mallory.stop()
    await asyncio.wait_for(until(lambda: no_sessions(lab), 30, "no session"), 45)
