# SPDX-License-Identifier: GPL-3.0-or-later
"""The partner's server: Debian's Prosody for one domain, without root's resolver, on ports of the lab's choice."""

import os

from .process import Process, free_port

# %-formatted; `ca` holds every authority it trusts.
CONFIG = """
pidfile = nil
run_as_root = true
data_path = "%(data)s"
plugin_paths = {}
interfaces = { %(interfaces)s }
c2s_ports = { %(c2s_port)d }
s2s_ports = { %(s2s_port)d }
c2s_direct_tls_ports = {}
s2s_direct_tls_ports = { %(direct_tls_port)s }
s2s_direct_tls_ssl = { certificate = "%(direct_tls_certificate)s", key = "%(direct_tls_key)s", cafile = "%(ca)s",
  alpn = { "xmpp-server" } }
http_ports = {}
https_ports = {}
modules_enabled = { "roster", "saslauth", "tls", "dialback", "disco", "smacks", "presence", "message", "iq", "s2s",
  "c2s", "s2s_auth_certs", "offline", "posix", "ping", "s2s_bidi" }
modules_disabled = { %(disabled)s }
authentication = "internal_plain"
allow_registration = false
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
s2s_require_encryption = %(encryption)s
s2s_secure_auth = %(secure_auth)s
s2s_timeout = 20
unbound = {
  resolvconf = false,
  forward = { "%(resolver)s" },%(anchors)s
  options = { ["local-zone:"] = "test. transparent", ["do-not-query-localhost:"] = "no",
              -- A machine that pauses for a second is no name server that is down for two minutes (data/doc/PEERS.md).
              ["infra-cache-min-rtt:"] = "1000", ["infra-host-ttl:"] = "10" },
}
ssl = { cafile = "%(ca)s" }
log = { { levels = { min = "%(level)s" }, to = "console" } }

%(more)s
VirtualHost "%(domain)s"
  ssl = { certificate = "%(certificate)s", key = "%(key)s", cafile = "%(ca)s" }
"""
HOST = """
VirtualHost "%s"
  ssl = { certificate = "%s", key = "%s", cafile = "%s" }
"""


class Prosody:
    """`certificate` and `key` are files. Dialback instead of EXTERNAL: `external=False`."""

    def __init__(self, directory, domain, resolver, certificate, key, ca, address="127.0.0.1",
                 secure_auth=True, external=True, encryption=True, smacks=True, offline=False, level="debug", s2s_port=None,
                 bidi=False):
        self.domain = domain
        self.address = address
        self.c2s_port = free_port(address)
        self.s2s_port = s2s_port or free_port(address)
        self.directory = directory
        self.settings = dict(data=directory / "data", address=address, c2s_port=self.c2s_port,
                             s2s_port=self.s2s_port, resolver=resolver, certificate=certificate, key=key, ca=ca,
                             domain=domain, level=level)
        self.secure_auth = secure_auth
        self.external = external
        self.encryption = encryption
        self.smacks = smacks
        self.offline = offline
        self.bidi = bidi
        self.direct_tls = None  # or port, certificate and key of XEP-0368
        self.addresses = [address]
        self.process = None
        self.hosts = []  # further domains: (domain, certificate, key)
        self.more = ""   # further lines of the configuration
        self.anchors = None  # a file of DNSSEC trust anchors: then it believes TLSA records (use_dane)
        directory.mkdir(parents=True, exist_ok=True)

    def add_user(self, name, password, domain=None):
        accounts = self.directory / "data" / (domain or self.domain).replace(".", "%2e").replace("-", "%2d") / "accounts"
        accounts.mkdir(parents=True, exist_ok=True)
        (accounts / f"{name}.dat").write_text(f'return {{ ["password"] = "{password}" }};\n')

    def _write_config(self):
        # With no certificate authentication left, what remains is dialback over TLS.
        absent = {"s2s_auth_certs": not self.external, "smacks": not self.smacks, "offline": not self.offline,
                  "s2s_bidi": not self.bidi}
        words = lambda flag: "true" if flag else "false"
        anchors = f'\n  trustfile = "{self.anchors}",' if self.anchors else ""
        more = self.more + ("use_dane = true\n" if self.anchors else "")
        direct_tls = self.direct_tls or ("", self.settings["certificate"], self.settings["key"])
        text = CONFIG % dict(self.settings, anchors=anchors, more=more, encryption=words(self.encryption),
                             direct_tls_port=direct_tls[0], direct_tls_certificate=direct_tls[1],
                             direct_tls_key=direct_tls[2],
                             interfaces=", ".join(f'"{address}"' for address in self.addresses),
                             secure_auth=words(self.secure_auth and self.external),
                             disabled=", ".join(f'"{name}"' for name, is_absent in absent.items() if is_absent))
        text += "".join(HOST % (*host, self.settings["ca"]) for host in self.hosts)
        path = self.directory / "prosody.cfg.lua"
        path.write_text(text)
        return path

    async def start(self):
        env = dict(os.environ, LC_ALL="C.UTF-8")
        self.process = await Process(f"prosody {self.domain}", ["prosody", "-F", "--config", self._write_config()],
                                     self.directory / "prosody.log", env=env).start()
        await self.process.ready(self.address, self.s2s_port)
        await self.process.ready(self.address, self.c2s_port)
        return self

    async def kill(self):
        await self.process.kill()

    async def stop(self):
        if self.process is not None:
            await self.process.stop()

    async def restart(self, **settings):
        """Stops, changes attributes such as `secure_auth` or `external`, starts on the same ports."""
        await self.stop()
        for name, value in settings.items():
            if name in self.settings:
                self.settings[name] = value
            else:
                assert hasattr(self, name), name
                setattr(self, name, value)
        await self.start()
