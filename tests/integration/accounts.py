# SPDX-License-Identifier: GPL-3.0-or-later
"""The account of messages: every one is delivered or reported, none twice, whatever happens in between."""

import asyncio
import contextlib
from collections import Counter

from lab.journal import Missed, until
from sip_users import ALICE_JID


class Account:
    """delivered, reported, both, neither — per direction."""

    def __init__(self, sent, delivered, reported):
        self.doubled = [number for number, times in Counter(delivered).items() if times > 1]
        delivered, reported = set(delivered), set(reported)
        self.sent = sent
        self.both = delivered & reported
        self.delivered = len(delivered)
        self.reported = len(reported)
        self.neither = set(range(sent)) - delivered - reported

    def __str__(self):
        return (f"{self.sent} sent: {self.delivered} delivered, {self.reported} reported, of these {len(self.both)} "
                f"both, {len(self.neither)} neither, {len(self.doubled)} doubled")


class Line:
    """The conversation of Alice with the user probe of `domain`, at a `server` (lab/prosody_hosts.py)."""

    def __init__(self, ledger, name, server, domain):
        self.name, self.server, self.domain = name, server, domain
        self._ledger = ledger
        self.out_sent, self.out_delivered, self.out_reported = 0, [], []
        self.out_answers = {}      # number → status, None when her connection went
        self.out_reasons = Counter()
        self.in_sent, self.in_delivered, self.in_reported = 0, [], []
        self.in_waiting = set()
        self.in_said = {}          # number → when
        self.since = server.streams.mark()

    @property
    def out_waiting(self):
        return self.out_sent - len(self.out_answers)

    def to_xmpp(self):
        number, self.out_sent = self.out_sent, self.out_sent + 1

        def answered(future):
            response = future.result()
            self.out_answers[number] = response.status if response else None
            if response is None or response.status >= 300:
                self.out_reported.append(number)
                self.out_reasons[response.get("warning").rpartition(" ")[2].strip('"') if response else "lost"] += 1
            else:
                self._ledger.calls[response.get("call-id")] = (self, number)

        self._ledger.alice.post(f"sip:probe@{self.domain}", f"{self.name} out {number}").add_done_callback(answered)

    def to_sip(self):
        number, self.in_sent = self.in_sent, self.in_sent + 1
        self.in_waiting.add(number)
        self.in_said[number] = asyncio.get_running_loop().time()
        self.server.say(f"probe@{self.domain}", ALICE_JID, f"{self.name} in {number}", f"{self.name} in {number}")

    async def write(self, done, window=20, pace=0.01):
        """Both ways until `done ()`; at most `window` unanswered each way."""
        while not done():
            if self.out_waiting < window and self._ledger.alice.up:
                self.to_xmpp()
            if len(self.in_waiting) < window and self.server.up:
                self.to_sip()
            await asyncio.sleep(pace)

    def died(self):
        """Its server was shot: what it had not heard of is reported by its death."""
        self.in_reported.extend(self.in_waiting)
        self.in_waiting.clear()

    @property
    def accounts(self):
        return (Account(self.out_sent, self.out_delivered, self.out_reported),
                Account(self.in_sent, self.in_delivered, self.in_reported))


class Ledger:
    """All the lines of one Alice."""

    def __init__(self, alice):
        self.alice = alice
        self.calls = {}
        self.lines = {}
        self._since = alice.messages.mark()
        alice.messages.on_add = self._on_message

    def line(self, name, server, domain):
        self.lines[name] = Line(self, name, server, domain)
        server.stanzas.on_add = self._on_stanza
        return self.lines[name]

    def _find(self, text):
        name, _, rest = text.partition(" ")
        direction, _, number = rest.partition(" ")
        return (self.lines.get(name), direction, int(number)) if number.isdigit() else (None, None, None)

    def _on_message(self, message):
        line, direction, number = self._find(message.text)
        if line is not None and direction == "in":
            line.in_delivered.append(number)
            line.in_waiting.discard(number)
        else:
            # An error that came after the answer reaches her as a message of its own (DECISIONS/008).
            line, number = self.calls.get(message.packet.get("in-reply-to"), (None, None))
            if line is not None:
                line.out_reported.append(number)
                line.out_reasons["late"] += 1

    def _on_stanza(self, stanza):
        if stanza.error:
            line, _, number = self._find(stanza.id)
            if line is not None:
                line.in_reported.append(number)
                line.in_waiting.discard(number)
        else:
            line, direction, number = self._find(stanza.body)
            if line is not None and direction == "out":
                line.out_delivered.append(number)

    async def quiet(self, seconds=0.5):
        """Nothing has come for a while."""
        with contextlib.suppress(Missed):
            while True:
                await self.alice.messages.wait(lambda _: True, since=self.alice.messages.mark(), deadline=seconds)

    async def settle(self, deadline=60):
        """Until everything is answered; what is not, the accounts show."""
        with contextlib.suppress(Missed):
            await until(lambda: not any(line.out_waiting or line.in_waiting for line in self.lines.values()), deadline)
        await self.quiet()

    def total(self, names=None):
        """(SIP to XMPP, XMPP to SIP) over these lines."""
        totals = []
        for way in (0, 1):
            some = [line.accounts[way] for name, line in self.lines.items() if names is None or name in names]
            total = Account(0, [], [])
            total.sent = sum(one.sent for one in some)
            total.delivered = sum(one.delivered for one in some)
            total.reported = sum(one.reported for one in some)
            for word in ("both", "neither"):
                setattr(total, word, [number for one in some for number in getattr(one, word)])
            total.doubled = [number for one in some for number in one.doubled]
            totals.append(total)
        return totals


def in_order(line):
    """What arrived on the line arrived in the order it was written; but for Prosody, which with each stream it has made may let
    what is written at that moment overtake what waited for the stream (data/doc/PEERS.md)."""
    made = sum(stream.what == "s2sout-established" for stream in line.server.streams.entries[line.since:])
    for way, numbers, excused in (("SIP to XMPP", line.out_delivered, 0), ("XMPP to SIP", line.in_delivered, made)):
        late = [place for place in range(1, len(numbers)) if numbers[place] < numbers[place - 1]]
        around = [numbers[max(0, place - 5):place + 5] for place in late[:5]]
        assert len(late) <= excused, f"{line.name}, {way}: {len(late)} came after later ones: {around}"


def balance(accounts, both=0):
    """Fails when anything was lost or doubled, or more than `both` were delivered and reported."""
    for way, account in zip(("SIP to XMPP", "XMPP to SIP"), accounts):
        assert not account.neither, f"{way}: {account}: {sorted(account.neither)[:20]}"
        assert not account.doubled, f"{way}: {account}: {account.doubled[:20]}"
        assert len(account.both) <= both, f"{way}: {account}"
