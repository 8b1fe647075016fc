# SPDX-License-Identifier: GPL-3.0-or-later
"""Kamailio as a next hop, with the configuration that ships in data/config."""

import hashlib
import os
import pathlib
import re
import sqlite3
import subprocess

from .process import Process, free_port, literal

CONFIG = pathlib.Path(__file__).resolve().parents[3] / "data" / "config" / "kamailio-next-hop.cfg"
SCHEMAS = pathlib.Path("/usr/share/kamailio/db_sqlite")

TLS = """[server:default]
method = TLSv1.2+
verify_certificate = yes
require_certificate = no
private_key = {key}
certificate = {certificate}
ca_list = {ca}

[client:default]
method = TLSv1.2+
verify_certificate = yes
require_certificate = yes
ca_list = {ca}
"""

SHOWN = """private_key = {key}
certificate = {certificate}
"""


# What a storm does, in front of all else that happens to a request: `storm` is the status, in `percent` of a hundred. `pages`: the
# same for messages outside a session alone, as servers answer whose clients take them inside sessions.
STORM = """loadmodule "ctl.so"
loadmodule "cfgutils.so"
modparam("ctl", "binrpc", "unix:{socket}")
modparam("pv", "shvset", "storm=i:0")
modparam("pv", "shvset", "percent=i:100")
modparam("pv", "shvset", "pages=i:0")

request_route {{
  if (is_method("MESSAGE") && $shv(storm) != 0 && $RANDOM mod 100 < $shv(percent)) {{
    append_to_reply("Retry-After: 2\\r\\n");
    sl_send_reply("$shv(storm)", "Storm");
    exit;
  }}
  if (is_method("MESSAGE") && $shv(pages) != 0 && !has_totag()) {{
    sl_send_reply("$shv(pages)", "In Sessions Only");
    exit;
  }}
"""


class Kamailio:
    """`hosts` maps names to addresses: Kamailio asks the system's resolver, so it sees an /etc/hosts of its own."""

    def __init__(self, directory, domain, certificate, key, ca, edge_uri, edge_name, hosts, address="127.0.0.1",
                 trusting=False, storms=False, answer_within=None, port=None, shows=True, misfit=(), also=()):
        """`trusting`: whoever signs in is believed, for clients that know no digest (pidgin-sipe).
        `storms`: see `storm` and `refuse_pages`. `answer_within`: seconds a request may take, other than as configured.
        `shows`: its certificate, to whom it calls. `misfit`: (text, other text) pairs that spoil its configuration.
        `also`: where it listens besides, as `listen` takes it."""
        self.directory = directory
        self.domain = domain
        self.address = address
        self.port = port or free_port(address)
        self._edge_uri = edge_uri
        self._edge_name = edge_name
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "tls.cfg").write_text((TLS + (SHOWN if shows else "")).format(key=key, certificate=certificate, ca=ca))
        self._hosts = directory / "hosts"
        self._hosts.write_text("127.0.0.1 localhost\n" + "".join(f"{at} {name}\n" for name, at in hosts.items()))
        self._database = directory / "kamailio.sqlite"
        with sqlite3.connect(self._database) as database:
            # Else a reader of one process keeps another one from writing, which gives up at once (data/config/README.md).
            database.execute("PRAGMA journal_mode = WAL")
            for schema in ("standard", "usrloc", "auth_db", "presence", "uri_db"):
                database.executescript((SCHEMAS / f"{schema}-create.sql").read_text())
        self.process = None
        self._control = directory / "ctl"
        text = CONFIG.read_text()
        if answer_within is not None:
            text = re.sub(r'"fr_timer", \d+', f'"fr_timer", {answer_within * 1000}', text)
        if trusting:
            text = re.sub(r"!(www|proxy)_authenticate\([^)]*\)", "0", text)
            # Nobody proved a name, so there is none to compare with.
            text = re.sub(r"\$au != \$[ft]U", "0", text).replace("consume_credentials();", "")
        if storms:
            text = text.replace("request_route {\n", STORM.format(socket=self._control))
        for one, other in (*misfit, *[("listen=LISTEN\n", f"listen=LISTEN\nlisten={place}\n") for place in also]):
            assert one in text, one
            text = text.replace(one, other, 1)
        self.config = directory / "kamailio.cfg"
        self.config.write_text(text)

    def add_user(self, name, password, domain=None):
        domain = domain or self.domain
        ha1 = hashlib.md5(f"{name}:{domain}:{password}".encode()).hexdigest()
        with sqlite3.connect(self._database) as database:
            database.execute("INSERT INTO subscriber (username, domain, ha1, ha1b) VALUES (?, ?, ?, '')",
                             (name, domain, ha1))

    def forget(self, name):
        """The states that user published. A client that takes them back on its way out may be gone before it has."""
        with self._open:
            self._open.execute("DELETE FROM presentity WHERE username = ?", (name,))

    async def start(self):
        # As long as somebody has it open, whoever closes it is not the last, who locks it to tidy up: a process that starts just
        # then finds it locked, gives up, and ends them all.
        self._open = sqlite3.connect(self._database)
        self._open.execute("SELECT count(*) FROM version").fetchall()
        values = {
            "DOMAIN": f'"{self.domain}"',
            "LISTEN": f"tls:{literal(self.address)}:{self.port}",
            "EDGE": f'"{self._edge_uri}"',
            "EDGE_NAME": f'"{self._edge_name}"',
            "PRESENCE_URI": f'"sip:presence@{self.domain};transport=tls"',
            "DB": f'"sqlite:///{self._database}"',
            "TLS_CONFIG": f'"{self.directory / "tls.cfg"}"',
        }
        words = [word for name, value in values.items() for word in ("-A", f"{name}={value}")]
        own = ["unshare", "--mount", *([] if os.getuid() == 0 else ["--map-root-user"]), "sh", "-c",
               'mount --bind "$0" /etc/hosts && exec "$@"', self._hosts]
        self.process = await Process("kamailio", [*own, "kamailio", "-DD", "-E", "-f", self.config, *words, "-Y", self.directory,
                                                  "-w", self.directory], self.directory / "kamailio.log").start()
        await self.process.ready(self.address, self.port)
        return self

    def storm(self, status, percent=100):
        """From now on messages are answered `status`, with Retry-After, in so many of a hundred; 0: no more."""
        self._set(percent=percent, storm=status)

    def refuse_pages(self, status):
        """From now on messages outside a session are answered `status`; 0: they are taken."""
        self._set(pages=status)

    def _set(self, **values):
        for name, value in values.items():
            subprocess.run(["kamcmd", "-s", f"unix:{self._control}", "pv.shvSet", name, "int", str(value)], check=True,
                           capture_output=True, timeout=10)

    async def stop(self):
        if self.process is not None:
            await self.process.stop()
            self._open.close()
