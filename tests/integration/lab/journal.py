# SPDX-License-Identifier: GPL-3.0-or-later
"""What happened, in order, and waiting for something to happen: the tests never sleep."""

import asyncio
import weakref

_all = weakref.WeakSet()


def begin_test():
    """From now on waits look at what happens in this test alone; before the first they look at everything."""
    for journal in _all:
        journal.began = journal.mark()


class Missed(AssertionError):
    """A thing that was waited for did not happen before its deadline."""


class Journal:
    """An append-only list that one can wait on. Everything runs on one event loop."""

    def __init__(self, name):
        self.name = name
        self.entries = []
        self.began = 0  # where the test began: what an earlier one saw is no answer to this one
        self.on_add = None  # called with every new entry
        self._waiters = []
        _all.add(self)

    def __len__(self):
        return len(self.entries)

    def add(self, entry):
        self.entries.append(entry)
        if self.on_add is not None:
            self.on_add(entry)
        for waiter in list(self._waiters):
            waiter()

    def mark(self):
        """Where the journal stands now, for `since`."""
        return len(self.entries)

    async def wait(self, wanted, deadline=30.0, since=None, what=None):
        """The first entry from `since` on (from the beginning of the test, unless said) for which `wanted (entry)` is
        true."""
        def look():
            nonlocal position
            while position < len(self.entries):
                entry = self.entries[position]
                position += 1
                if wanted(entry):
                    if not future.done():
                        future.set_result(entry)
                    return

        since = self.began if since is None else since
        position = since
        future = asyncio.get_running_loop().create_future()
        self._waiters.append(look)
        try:
            look()
            return await asyncio.wait_for(future, deadline)
        except asyncio.TimeoutError:
            seen = "\n".join(f"    {entry!r}"[:400] for entry in self.entries[since:][-20:])
            raise Missed(f"{self.name}: no {what or 'such entry'} within {deadline} s; seen since:\n"
                         f"{seen or '    nothing'}") from None
        finally:
            self._waiters.remove(look)

    async def wait_count(self, count, deadline, since=None, wanted=lambda entry: True, what=None):
        """Waits until `count` entries from `since` on are wanted; returns how many there are."""
        def look():
            nonlocal position, n
            while position < len(self.entries):
                n += bool(wanted(self.entries[position]))
                position += 1
            if n >= count and not future.done():
                future.set_result(n)

        position, n = self.began if since is None else since, 0
        future = asyncio.get_running_loop().create_future()
        self._waiters.append(look)
        try:
            look()
            return await asyncio.wait_for(future, deadline)
        except asyncio.TimeoutError:
            raise Missed(f"{self.name}: {n} of {count} {what or 'entries'} within {deadline} s") from None
        finally:
            self._waiters.remove(look)


async def until(condition, deadline=30.0, what="condition", every=0.05):
    """For what tells nobody when it changes (a file, a socket of another process, a bus property): asks again and
    again until `condition ()`, which may be a coroutine function, gives something true, and returns that."""
    loop = asyncio.get_running_loop()
    end = loop.time() + deadline
    while True:
        value = condition()
        if asyncio.iscoroutine(value):
            value = await value
        if value:
            return value
        if loop.time() > end:
            raise Missed(f"{what}: not within {deadline} s")
        await asyncio.sleep(every)
