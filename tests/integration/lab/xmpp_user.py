# SPDX-License-Identifier: GPL-3.0-or-later
"""A user of an XMPP server: python3-slixmpp, everything it hears in journals."""

import contextlib
import logging
from dataclasses import dataclass

# Before the import: it has something to say about the speed of its stringprep.
logging.getLogger("slixmpp").setLevel(logging.CRITICAL)

import slixmpp  # noqa: E402
from slixmpp.xmlstream.handler import Callback  # noqa: E402
from slixmpp.xmlstream.matcher import MatchXPath  # noqa: E402

from .journal import Journal  # noqa: E402


@dataclass
class Message:
    sender: str
    body: str
    type: str
    id: str
    thread: str
    subject: str
    language: str
    error: str       # the condition, "" when this is no error
    error_type: str
    error_text: str


@dataclass
class Presence:
    sender: str
    type: str        # available, unavailable, subscribe, subscribed, …
    show: str
    status: str
    error: str
    priority: int = 0
    idle: str = ""   # since when, as XEP-0319 says


class XmppUser:
    def __init__(self, jid, password, host, port):
        self.jid = jid
        self._password = password
        self._endpoint = (host, port)
        self.messages = Journal(f"{jid} messages")
        self.presences = Journal(f"{jid} presences")
        self.answers = Journal(f"{jid} answers")          # every iq result and error, as an element
        self.stanzas = Journal(f"{jid} message stanzas")  # every message, as an element: states and receipts too
        self.states = Journal(f"{jid} connection")
        self._client = None

    async def start(self, available=True):
        client = slixmpp.ClientXMPP(self.jid, self._password)
        self._client = client
        client.roster.auto_authorize = None  # the test answers
        client.roster.auto_subscribe = False
        client.register_plugin("feature_mechanisms", {"unencrypted_plain": True}, module=None)
        client.register_plugin("xep_0199")
        # Everything is taken from the raw stanzas: what slixmpp's roster makes of them is not ours to test.
        client.add_event_handler("message", self._on_message)
        client.add_event_handler("message_error", self._on_message)
        client.register_handler(Callback("every message", MatchXPath("{jabber:client}message"),
                                         lambda stanza: self.stanzas.add(stanza.xml)))
        client.register_handler(Callback("every answer", MatchXPath("{jabber:client}iq"), self._on_iq))
        client.add_event_handler("session_start", lambda _: self.states.add("online"))
        client.add_event_handler("disconnected", lambda _: self.states.add("offline"))
        client.add_event_handler("failed_auth", lambda _: self.states.add("refused"))
        # slixmpp names the event of an available presence by its show.
        for name in ("available", "away", "chat", "dnd", "xa", "unavailable", "subscribe", "subscribed", "unsubscribe",
                     "unsubscribed", "error", "probe"):
            client.add_event_handler(f"presence_{name}", self._on_presence)
        since = self.states.mark()
        client.connect(self._endpoint, force_starttls=False, disable_starttls=True)
        await self.states.wait(lambda state: state in ("online", "refused"), since=since, deadline=20,
                               what="sign-in")
        assert self.states.entries[-1] == "online", f"{self.jid} cannot sign in"
        await client.get_roster(timeout=10)
        if available:
            client.send_presence()
            # An answer to what follows the presence: the server has taken it, and hands messages over from here on.
            await client["xep_0199"].send_ping(client.boundjid.domain, timeout=10)
        return self

    def _on_message(self, stanza):
        error = stanza["error"] if stanza["type"] == "error" else None
        self.messages.add(Message(
            sender=str(stanza["from"]), body=stanza["body"], type=stanza["type"], id=stanza["id"],
            thread=stanza["thread"], subject=stanza["subject"], language=stanza.get_lang() or "",
            error=error["condition"] if error else "", error_type=error["type"] if error else "",
            error_text=error["text"] if error else ""))

    def _on_iq(self, stanza):
        if stanza["type"] in ("result", "error"):
            self.answers.add(stanza.xml)

    def _on_presence(self, stanza):
        kind = stanza.xml.get("type") or "available"
        self.presences.add(Presence(
            sender=str(stanza["from"]), type=kind,
            show=stanza["show"] if kind == "available" else "", status=stanza["status"],
            error=stanza["error"]["condition"] if kind == "error" else "",
            priority=int(stanza.xml.findtext("{jabber:client}priority") or 0),
            idle=getattr(stanza.xml.find("{urn:xmpp:idle:1}idle"), "attrib", {}).get("since", "")))

    @property
    def raw(self):
        return self._client

    def say(self, to, body, **attributes):
        """A chat message; returns its id."""
        stanza = self._client.make_message(mto=to, mbody=body, mtype=attributes.pop("type", "chat"),
                                           msubject=attributes.pop("subject", None))
        stanza["id"] = attributes.pop("id", None) or self._client.new_id()
        if "thread" in attributes:
            stanza["thread"] = attributes.pop("thread")
        assert not attributes, attributes
        stanza.send()
        return stanza["id"]

    def send(self, to, inside, type="chat", id=None, language=None):
        """A message stanza with these contents, as written; returns its id."""
        id = id or self._client.new_id()
        spoken = f" xml:lang='{language}'" if language else ""
        self._client.send_raw(f"<message to='{to}' type='{type}' id='{id}'{spoken}>{inside}</message>")
        return id

    async def ask(self, to, payload, type="get", language=None, deadline=30.0):
        """An iq; the element of the result or error that answers it."""
        id = self._client.new_id()
        since = self.answers.mark()
        spoken = f" xml:lang='{language}'" if language else ""
        self._client.send_raw(f"<iq to='{to}' type='{type}' id='{id}'{spoken}>{payload}</iq>")
        return await self.answers.wait(lambda iq: iq.get("id") == id, deadline, since, what=f"answer to {payload[:60]}")

    async def stanza(self, wanted, deadline=30.0, since=None, what="stanza"):
        """The first message stanza (an element) for which `wanted` holds."""
        return await self.stanzas.wait(wanted, deadline, since, what=what)

    def presence(self, to=None, type=None, show=None, status=None):
        self._client.send_presence(pto=to, ptype=type, pshow=show, pstatus=status)

    def subscribe(self, to):
        self.presence(to=to, type="subscribe")

    def approve(self, to):
        self.presence(to=to, type="subscribed")

    async def forget(self, contact):
        """Ends both directions of a roster entry, if there is one."""
        with contextlib.suppress(slixmpp.exceptions.IqError):
            await self._client.del_roster_item(contact)

    async def heard(self, body, deadline=30.0, since=None):
        """The message with this body."""
        return await self.messages.wait(lambda message: message.body == body and not message.error,
                                        deadline, since, what=f"message {body!r}")

    async def refused(self, id, deadline=30.0, since=None):
        """The error that came back for the message `id`."""
        return await self.messages.wait(lambda message: message.error and message.id == id, deadline, since,
                                        what=f"error for {id}")

    async def sees(self, sender, type="available", show=None, deadline=30.0, since=None):
        """Presence from the bare or full address `sender`."""
        return await self.presences.wait(
            lambda p: (p.sender == sender or p.sender.split("/")[0] == sender) and p.type == type
            and (show is None or p.show == show), deadline, since, what=f"presence {type} {show or ''} of {sender}")

    async def stop(self):
        if self._client is None:
            return
        if self._client.is_connected():
            await self._client.disconnect(wait=1.0)
        # slixmpp leaves the task of its send filters behind.
        task = getattr(self._client, "_run_out_filters", None)
        if task is not None:
            task.cancel()
        self._client = None
