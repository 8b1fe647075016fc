# SPDX-License-Identifier: GPL-3.0-or-later
"""A person who may look and not touch: another user of the machine, the real polkitd, a system bus of our own. Needs root
and polkitd; else it is skipped."""

import os
import pathlib
import pwd
import re
import shutil
import tempfile

import pytest
from conftest import run
from lab.edge import Edge
from lab.process import Process
from world import TOP, build_directory

POLKITD = "/usr/lib/polkit-1/polkitd"
PERSON = "daemon"
RULE = """polkit.addRule (function (action, subject) {
  if (action.id == "org.oree.edge.view" && subject.user == "%s")
    return polkit.Result.YES;
});
""" % PERSON

NOTHING = """polkit.addRule (function (action, subject) {
  if (action.id.indexOf ("org.oree.edge.") == 0 && subject.user == "%s")
    return polkit.Result.NO;
});
""" % PERSON

# What polkitd reads, as it alone sees it.
HIDE = """for place in /usr/share/polkit-1/actions /usr/share/polkit-1/rules.d /etc/polkit-1/rules.d; do
  [ -d $place ] && mount -t tmpfs -o mode=755 tmpfs $place
done
cp "$1" /usr/share/polkit-1/actions/ && cp "$2" /etc/polkit-1/rules.d/10-test.rules && exec "$3" --no-debug"""

SYSTEM_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
  </policy>
</busconfig>
"""

# The buses of the session admit their owner alone; these admit the person too, and let
# her be asked about everything she sees at once.
OPEN_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <servicedir>/usr/share/dbus-1/accessibility-services</servicedir>
  <policy context="default">
    <allow user="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
  <limit name="max_replies_per_connection">50000</limit>
  <limit name="max_match_rules_per_connection">50000</limit>
</busconfig>
"""


class Office:
    """The service under polkit, on a system bus; a home and an accessibility bus for the person."""

    def __init__(self, rule=RULE):
        self.rule = rule
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="oree-rights-", dir="/tmp"))
        self.directory.chmod(0o755)
        self.address = f"unix:path={self.directory}/bus"
        self.a11y = f"unix:path={self.directory}/a11y"
        self.edge = Edge(build_directory(), self.directory / "edge", self.address, "lab",
                         {("service", "bus"): "system", ("service", "authorization"): "polkit"})
        self.edge.environment["DBUS_SYSTEM_BUS_ADDRESS"] = self.address
        self._started = []

    async def _run(self, name, *words, **environment):
        self._started.append(await Process(name, words, self.directory / f"{name}.log",
                                           env=dict(os.environ, **environment)).start())
        return self._started[-1]

    async def _bus(self, name, text):
        config = self.directory / f"{name}.conf"
        config.write_text(text.format(socket=self.directory / name))
        bus = await self._run(name, "dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile", "--print-address",
                              AT_SPI_BUS_ADDRESS=self.a11y)
        await bus.lines.wait(lambda line: line.startswith("unix:"), 20)

    async def start(self):
        await self._bus("bus", SYSTEM_BUS)
        await self._bus("a11y", OPEN_BUS)
        await self._bus("session", OPEN_BUS)
        rules = self.directory / "rules"
        rules.write_text(self.rule)
        await self._run("polkitd", "unshare", "--mount", "sh", "-c", HIDE, "sh", TOP / "data/polkit/org.oree.edge.policy",
                        rules, POLKITD, DBUS_SYSTEM_BUS_ADDRESS=self.address)
        there = await self._run("gdbus", "gdbus", "wait", "--system", "--timeout=30", "org.freedesktop.PolicyKit1",
                                DBUS_SYSTEM_BUS_ADDRESS=self.address)
        assert await there.wait(40) == 0, "polkitd did not come: " + self._started[-2].tail()
        await self.edge.start()

    def environment_of(self, name):
        """What a program of that user's lives in."""
        user = pwd.getpwnam(name)
        home = self.directory / "home"
        shutil.copytree(pathlib.Path(os.environ["HOME"]) / ".config", home / ".config")
        (home / "run").mkdir(mode=0o700)
        for path in (home, *home.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid)
        return {"HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run"), "AT_SPI_BUS_ADDRESS": self.a11y, "OREE_BUS": "system",
                "DBUS_SYSTEM_BUS_ADDRESS": self.address, "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self.directory}/session"}

    async def stop(self):
        try:
            await self.edge.stop()
        finally:
            for process in reversed(self._started):
                await process.stop()
            shutil.rmtree(self.directory, ignore_errors=True)


@pytest.fixture
def office(request):
    if os.geteuid() != 0 or not pathlib.Path(POLKITD).exists():
        pytest.skip("needs root and polkitd")
    office = Office(getattr(request, "param", RULE))
    try:
        run(office.start())
        yield office
    finally:
        run(office.stop())


async def test_who_may_only_look(office, program):
    await office.edge.oreectl("xmpp-partner", "add", "fabrikam.test", "partner-type=federated", "description=Look at me")
    before = (await office.edge.bus.status())["revision"]
    p = await program(None, "oree-panel", "--page=xmpp",
                      before=["setpriv", f"--reuid={PERSON}", f"--regid={PERSON}", "--clear-groups"], environment=office.environment_of(PERSON))
    # Everything is to be seen, and nobody is asked for a password for looking.
    await p.see("fabrikam.test")
    await p.gone(re.compile("^You can view the settings"), "label")
    for number, heading in enumerate(("Home", "Federation and External Access", "Services", "Certificates",
                                      "Partner Connections", "Event Log", "Topology", "Users", "History"), 1):
        p.key(f"alt+{number}")
        await p.find(heading, "list item", selected=True)
    p.key("alt+2")
    await p.click("fabrikam.test", "label")
    p.key("Delete")
    await p.see("Delete 1 Partner?")
    await p.click("Delete", "button")
    # Polkit says no: it is told once, and what changes things is closed.
    await p.see("The Changes Were Not Committed")
    p.key("Escape")
    await p.see("You can view the settings. Changing them needs authorization.")
    p.picture("read-only")
    await p.find("New", "button", sensitive=False)
    p.key("Delete")
    await p.click("fabrikam.test", "label", count=2)
    await p.see("Edit XMPP Federated Partner")
    await p.see("Read only")
    await p.gone("Commit", "button", sensitive=True)
    p.picture("read-only-editor")
    p.key("Escape")
    await p.see("1 partner")
    p.key("alt+3")
    await p.click(re.compile("^XMPP gateway, Running"), "list item")
    await p.click("Pause", "button")
    await p.see("XMPP gateway: the command was not carried out")
    p.key("Escape")
    await p.find("Pause", "button", sensitive=False)
    # Unlocking asks again, of polkit; the person still may not.
    p.key("alt+2")
    await p.click("Unlock…", "button")
    await p.gone(re.compile("^You can view the settings"), "label")
    status = await office.edge.bus.status()
    assert status["revision"] == before
    assert [row["id"] for row in await office.edge.oreectl_json("xmpp-partner", "list")] == ["fabrikam.test"]
    assert all(row["state"] == "running" for row in await office.edge.oreectl_json("service", "list"))


@pytest.mark.parametrize("office", [NOTHING], indirect=True, ids=["nothing"])
async def test_who_may_not_even_look(office, program):
    """No list is empty without a word, and nothing turns for ever: it is said that one may not, and what can be done."""
    await office.edge.oreectl("xmpp-partner", "add", "fabrikam.test")
    p = await program(None, "oree-panel", "--page=xmpp",
                      before=["setpriv", f"--reuid={PERSON}", f"--regid={PERSON}", "--clear-groups"], environment=office.environment_of(PERSON))
    await p.see("You May Not View This Edge")
    await p.see(re.compile("Ask the administrator of this computer.*org.oree.edge.view"))
    await p.gone("fabrikam.test", "label")
    await p.gone("Loading")
    p.picture("denied")
    p.key("alt+1")
    await p.find("Home", "list item", selected=True)
    await p.see("You May Not View This Edge")
    # Asked again, polkit says the same.
    await p.click("Try again", "button")
    await p.see("You May Not View This Edge")
    p.key("ctrl+w")
    await p.ends()
