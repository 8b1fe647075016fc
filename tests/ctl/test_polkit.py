#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Permissions with the real polkitd on a private system bus: who may view, who may change, who may nothing. The service is not
root there either: it runs in an account of its own, under the rules for the bus and for polkit that are installed.

Needs root (a mount namespace of its own hides the system's polkit files) and polkitd; else it is skipped."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
POLKITD = "/usr/lib/polkit-1/polkitd"
SKIP = 77
VIEWER, NOBODY = "daemon", "games"
SERVICE, SERVICE_ID = "oree", 64738

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_destination="org.freedesktop.DBus"/>
    <allow send_destination="org.freedesktop.PolicyKit1"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
  </policy>
  <policy user="root">
    <allow own="org.freedesktop.PolicyKit1"/>
  </policy>
  <policy user="polkitd">
    <allow own="org.freedesktop.PolicyKit1"/>
  </policy>
  <include>{policy}</include>
</busconfig>
"""

RULE = """polkit.addRule (function (action, subject) {
  if (%s.indexOf (action.id) >= 0 && subject.user == "%s")
    return polkit.Result.YES;
});
"""

# One connection that exports a certificate whenever it reads a line, and says how many bytes came, or the error.
EXPORTER = """
import sys
from gi.repository import Gio, GLib
bus = Gio.bus_get_sync (Gio.BusType.SYSTEM)
for line in sys.stdin:
    try:
        file, problems = bus.call_sync ("org.oree.Edge1", "/org/oree/Edge1", "org.oree.Edge1.Certificates", "Export",
                                        GLib.Variant ("(ssa{sv})", (line.strip (), "swordfish-2026", {})), None, 0, -1, None).unpack ()
        print (len (file), flush=True)
    except GLib.Error as error:
        print (Gio.DBusError.get_remote_error (error), flush=True)
"""


def as_user(user, *words):
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *words]


def until(what, check, seconds=20):
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.05)


class World:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.directory.chmod(0o755)
        self.build = pathlib.Path(os.environ.get("OREE_BUILD") or TOP / "build")
        self.address = f"unix:path={self.directory}/bus"
        self.environment = dict(os.environ, DBUS_SYSTEM_BUS_ADDRESS=self.address, OREE_BUS="system", LC_ALL="C.UTF-8",
                                LANGUAGE="C")
        self.started = []

    def start(self, name, *words):
        log = open(self.directory / f"{name}.log", "wb")
        self.started.append(subprocess.Popen(words, env=self.environment, stdout=log, stderr=log))
        return self.started[-1]

    def log(self, name):
        return (self.directory / f"{name}.log").read_text()

    def prepare_polkit(self):
        for place in ("/usr/share/polkit-1/actions", "/usr/share/polkit-1/rules.d", "/etc/polkit-1/rules.d"):
            if pathlib.Path(place).is_dir():
                subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", place], check=True)
        shutil.copy(TOP / "data/polkit/org.oree.edge.policy", "/usr/share/polkit-1/actions/")
        self.allow("view")

    def prepare_account(self):
        """What systemd-sysusers does on a machine where the service is installed."""
        for file, line in (("/etc/passwd", f"{SERVICE}:x:{SERVICE_ID}:{SERVICE_ID}::/:/usr/sbin/nologin\n"),
                           ("/etc/group", f"{SERVICE}:x:{SERVICE_ID}:\n")):
            lines = [kept for kept in pathlib.Path(file).read_text().splitlines(True) if not kept.startswith(f"{SERVICE}:")]
            copy = self.directory / pathlib.Path(file).name
            copy.write_text("".join([*lines, line]))
            copy.chmod(0o644)
            subprocess.run(["mount", "--bind", copy, file], check=True)

    def allow(self, *actions):
        """What the viewer may from now on; polkitd reads it when it likes."""
        names = [f"org.oree.edge.{action}" for action in actions]
        pathlib.Path("/etc/polkit-1/rules.d/10-test.rules").write_text(RULE % (names, VIEWER))

    def oreed(self, name, bus="system", authorization="polkit"):
        config = self.directory / f"{name}.conf"
        state = self.directory / f"{name}-state"
        state.mkdir()
        os.chown(state, SERVICE_ID, SERVICE_ID)
        config.write_text(f"[service]\nstate-directory={state}\nbus={bus}\n"
                          f"authorization={authorization}\nprofile=empty\nworkers=1\n")
        return self.start(name, *as_user(SERVICE, str(self.build / "service/oreed"), "--config", str(config)))

    def ctl(self, user, *words):
        command = [str(self.build / "service/ctl/oreectl"), *words]
        if user != "root":
            command = as_user(user, *command)
        # The command line is readable by all, wherever the build lies.
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60, cwd="/")
        return done.returncode, done.stdout + done.stderr

    def stop(self):
        for child in reversed(self.started):
            child.terminate()
            child.wait(20)


def keys_leave_with_leave_alone(world):
    """Exporting a private key is a permission of its own, asked each time, even of a caller that had it a moment ago; the audit
    keeps who took which, and no password."""
    place = world.directory / "keys"
    place.mkdir()
    place.chmod(0o777)

    def openssl(*words):
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)

    def root(*words):
        status, said = world.ctl("root", *words)
        assert status == 0, (words, said)
        return said

    root("sip-domain", "add", "contoso.test", "default=true")
    root("topology", "set", "access-edge-external-fqdn=sip.contoso.test")
    root("certificate", "request", "--usage", "external", "organization=Contoso", "key-type=ecdsa-p256", "--out", str(place / "csr"))
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", place / "ca.key", "-out",
            place / "ca.pem", "-subj", "/CN=ca")
    openssl("x509", "-req", "-in", place / "csr", "-CA", place / "ca.pem", "-CAkey", place / "ca.key", "-copy_extensions", "copyall",
            "-days", "30", "-out", place / "pem")
    root("certificate", "import", str(place / "pem"))
    certificate = root("certificate", "list", "--brief").split()[0]
    (place / "password").write_text("swordfish-2026\n")
    export = ["certificate", "export", certificate, "--out", str(place / "p12"), "--password-file", str(place / "password")]

    # Who may manage certificates may not take keys away.
    world.allow("view", "manage-certificates")
    request = ["certificate", "request", "--usage", "external", "organization=Contoso", "key-type=ecdsa-p256"]
    until("managing", lambda: world.ctl(VIEWER, *request)[0] == 0)
    assert world.ctl(VIEWER, *export)[0] == 4 and not (place / "p12").exists()
    assert world.ctl(VIEWER, "certificate", "show", certificate)[0] == 0
    assert world.ctl(NOBODY, *export)[0] == 4

    world.allow("view", "export-key")
    until("export", lambda: world.ctl(VIEWER, *export)[0] == 0)
    openssl("pkcs12", "-in", place / "p12", "-passin", "pass:swordfish-2026", "-nodes", "-out", place / "out")
    assert "PRIVATE KEY" in (place / "out").read_text()
    assert world.ctl(VIEWER, *request)[0] == 4

    # The same connection, the leave withdrawn.
    caller = subprocess.Popen(as_user(VIEWER, "/usr/bin/python3", "-c", EXPORTER), env=world.environment, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True, cwd="/")

    def ask():
        caller.stdin.write(certificate + "\n")
        caller.stdin.flush()
        return caller.stdout.readline().strip()

    assert int(ask()) > 1000
    world.allow("view")
    until("withdrawn", lambda: world.ctl(VIEWER, *export)[0] == 4)
    assert ask() == "org.oree.Edge1.Error.Denied"
    caller.stdin.close()
    assert caller.wait(20) == 0

    audit = [line for line in world.log("oreed").splitlines() if "Certificates.Export" in line]
    assert any(certificate in line and line.endswith(": ok") and "by uid:" in line for line in audit), audit
    assert any(line.endswith(": denied") and "by uid:" in line for line in audit), audit
    assert "swordfish" not in world.log("oreed")


def main(world):
    world.prepare_polkit()
    world.prepare_account()
    policy = world.build / "data/org.oree.Edge1.conf"
    (world.directory / "bus.conf").write_text(BUS.format(socket=world.directory / "bus", policy=policy))
    world.start("bus-daemon", "dbus-daemon", f"--config-file={world.directory}/bus.conf", "--nofork", "--nopidfile")
    until("bus", (world.directory / "bus").exists)

    refused = world.oreed("same-uid", authorization="same-uid")
    assert refused.wait(20) == 78, "same-uid was taken on the system bus"
    assert "authorization" in world.log("same-uid")

    world.start("polkitd", POLKITD, "--no-debug")
    world.oreed("oreed")
    until("service", lambda: world.ctl("root", "status")[0] == 0)

    cases = [
        # who, what, expected status
        ("root", ["xmpp-partner", "add", "fabrikam.test", "sasl-negotiation=optional"], 0),
        (VIEWER, ["status"], 0),
        (VIEWER, ["xmpp-partner", "list"], 0),
        (VIEWER, ["export"], 0),
        (VIEWER, ["explain", "xmpp", "from=a@fabrikam.test", "to=b@contoso.test"], 1),
        (VIEWER, ["xmpp-partner", "remove", "fabrikam.test"], 4),
        (VIEWER, ["undo"], 4),
        (VIEWER, ["service", "stop", "xmpp-gateway"], 4),
        (VIEWER, ["allow-entry", "revoke", "a@contoso.test", "b@fabrikam.test"], 4),
        (NOBODY, ["status"], 4),
        (NOBODY, ["xmpp-partner", "list"], 4),
        (NOBODY, ["events"], 4),
        ("root", ["--brief", "xmpp-partner", "list"], 0),
    ]
    for user, words, expected in cases:
        status, said = world.ctl(user, *words)
        assert status == expected, f"{user}: oreectl {' '.join(words)}: {status} instead of {expected}\n{said}"
    assert "fabrikam.test" in said

    audit = world.log("oreed")
    assert "call Configuration.Apply by uid:" in audit and ": denied" in audit, audit
    assert "call Configuration.Apply by root add xmpp-partner fabrikam.test: ok" in audit, audit

    keys_leave_with_leave_alone(world)

    # A caller that leaves while polkit is still thinking ends its call.
    polkitd = world.started[2]
    world.start("questions", "dbus-monitor", "--address", world.address,
                "interface='org.freedesktop.PolicyKit1.Authority',member='CheckAuthorization'")
    until("dbus-monitor", lambda: "NameLost" in world.log("questions"))
    polkitd.send_signal(signal.SIGSTOP)
    before = world.log("oreed").count("GetStatus by ?: denied")
    caller = subprocess.Popen(as_user(VIEWER, str(world.build / "service/ctl/oreectl"), "status"), env=world.environment,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
    until("polkit asked", lambda: "member=CheckAuthorization" in world.log("questions"))
    assert caller.poll() is None, "polkit answered while it was stopped"
    caller.kill()
    caller.wait()
    until("cancelled", lambda: world.log("oreed").count("GetStatus by ?: denied") == before + 1)
    polkitd.send_signal(signal.SIGCONT)
    assert world.ctl(VIEWER, "status")[0] == 0

    # Without polkit nobody may do anything, root's own calls included.
    polkitd.terminate()
    polkitd.wait(20)
    until("denied", lambda: world.ctl(VIEWER, "status")[0] == 4)


if __name__ == "__main__":
    if os.geteuid() != 0 or not os.path.exists(POLKITD) or shutil.which("unshare") is None:
        sys.exit(SKIP)
    if not os.environ.get("OREE_POLKIT_INSIDE"):
        os.environ["OREE_POLKIT_INSIDE"] = "1"
        if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
            sys.exit(SKIP)
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, __file__])
    with tempfile.TemporaryDirectory(prefix="oree-polkit-") as place:
        world = World(place)
        try:
            main(world)
        except BaseException:
            for log in sorted(world.directory.glob("*.log")):
                print(f"--- {log.name}\n{log.read_text()}", file=sys.stderr)
            raise
        finally:
            world.stop()
