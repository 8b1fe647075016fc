# SPDX-License-Identifier: GPL-3.0-or-later
"""The strict partner: Debian's ejabberd for one domain. It runs as a lone Erlang node, so that no port mapper is needed
and nothing of it is seen outside."""

import os

from .process import Process, free_port

CONFIG = """
hosts: ["{domain}"]
loglevel: debug
certfiles: ["{pem}"]
ca_file: "{ca}"
auth_method: internal
auth_password_format: plain
s2s_use_starttls: required
s2s_cafile: "{ca}"
s2s_access: all
s2s_timeout: 20
negotiation_timeout: 20
outgoing_s2s_families: [ipv4]
listen:
  - {{port: {c2s_port}, ip: "{address}", module: ejabberd_c2s, starttls: false, access: all}}
  - {{port: {s2s_port}, ip: "{address}", module: ejabberd_s2s_in}}
modules:
  mod_disco: {{}}
  mod_ping: {{}}
  mod_roster: {{}}
{dialback}
"""


class Ejabberd:
    """`certificate` and `key` are files, `users` maps names to passwords. `dialback=False` leaves EXTERNAL alone."""

    def __init__(self, directory, domain, resolver, certificate, key, ca, address="127.0.0.3", users=None,
                 dialback=False):
        self.directory = directory
        self.domain = domain
        self.address = address
        self.users = users or {}
        self.dialback = dialback
        self.c2s_port, self.s2s_port = free_port(address), free_port(address)
        self._resolver = resolver
        self.certificate, self.key, self._ca = certificate, key, ca
        self.process = None
        directory.mkdir(parents=True, exist_ok=True)

    def _write_config(self):
        pem = self.directory / "identity.pem"
        pem.write_bytes(self.key.read_bytes() + self.certificate.read_bytes())
        pem.chmod(0o600)
        config = self.directory / "ejabberd.yml"
        config.write_text(CONFIG.format(domain=self.domain, pem=pem, ca=self._ca, address=self.address,
                                        c2s_port=self.c2s_port, s2s_port=self.s2s_port,
                                        dialback="  mod_s2s_dialback: {}" if self.dialback else ""))
        host, port = self._resolver.split("@")
        inetrc = self.directory / "inetrc"
        # The name server comes last: reading a resolver's file forgets it.
        inetrc.write_text('{resolv_conf, "/dev/null"}.\n{hosts_file, "/dev/null"}.\n{lookup, [file, dns]}.\n'
                          f'{{nameserver, {{{host.replace(".", ",")}}}, {port}}}.\n')
        return config, inetrc

    async def start(self):
        config, inetrc = self._write_config()
        spool = self.directory / "spool"
        register = "".join(f'ejabberd_auth:try_register(<<"{name}">>, <<"{self.domain}">>, <<"{password}">>), '
                           for name, password in self.users.items())
        env = dict(os.environ, EJABBERD_CONFIG_PATH=str(config), EJABBERD_LOG_PATH=str(self.directory / "ejabberd.log"),
                   ERL_INETRC=str(inetrc), ERL_LIBS="/usr/lib/x86_64-linux-gnu", HOME=str(self.directory),
                   ERL_CRASH_DUMP_SECONDS="0", LC_ALL="C.UTF-8")
        argv = ["erl", "-noinput", "+S", "1", "+A", "1", "+sbwt", "none", "-mnesia", "dir", f'"{spool}"',
                "-s", "ejabberd", "-eval", register + 'io:format("accounts are there~n").']
        self.process = await Process(f"ejabberd {self.domain}", argv, self.directory / "output.log", cwd=self.directory,
                                     env=env).start()
        await self.process.ready(self.address, self.s2s_port, 40)
        await self.process.ready(self.address, self.c2s_port, 40)
        await self.process.lines.wait(lambda line: "accounts are there" in line, 20, what="accounts")
        return self

    async def stop(self):
        if self.process is not None:
            await self.process.stop()

    async def restart(self, **settings):
        """Stops, changes attributes such as `certificate` and `key`, starts on the same ports."""
        await self.stop()
        for name, value in settings.items():
            assert hasattr(self, name), name
            setattr(self, name, value)
        await self.start()
