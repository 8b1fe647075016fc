#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs COMMAND with a private PostgreSQL cluster: with-postgresql.py COMMAND…

The cluster lives in a temporary directory, listens on a socket there and nowhere else, and belongs to an ordinary user
(PostgreSQL refuses root). OREE_TEST_PGHOST names the directory, OREE_TEST_PGRESTART a command that restarts it.
Exits with 77, which means skipped, where PostgreSQL's programs are not installed.
"""
import glob
import os
import pathlib
import pwd
import shutil
import subprocess
import sys
import tempfile


def find_programs():
    found = shutil.which("initdb")
    if found:
        return pathlib.Path(found).resolve().parent
    versions = glob.glob("/usr/lib/postgresql/*/bin/initdb")
    return pathlib.Path(max(versions)).parent if versions else None


def as_owner():
    """The prefix that drops root, and the account it drops to."""
    if os.getuid() != 0:
        return [], None
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        ids = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
        return ["setpriv", *ids, "--"], account
    sys.exit("no account to run PostgreSQL under")


def main(command):
    programs = find_programs()
    if programs is None:
        print("1..0 # SKIP PostgreSQL is not installed")
        return 77
    prefix, account = as_owner()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="oree-pg-"))
    data = directory / "data"
    log = directory / "log"
    quiet = {"stdout": subprocess.DEVNULL, "cwd": directory}
    control = [*prefix, programs / "pg_ctl", "-s", "-D", data, "-l", log, "-w", "-t", "60"]
    options = f"-k {directory} -c listen_addresses='' -c max_connections=20 -c shared_buffers=4MB -c fsync=off"
    try:
        if account is not None:
            os.chown(directory, account.pw_uid, account.pw_gid)
        directory.chmod(0o755)
        initdb = [programs / "initdb", "-D", data, "-U", "oree", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
        subprocess.run([*prefix, *initdb], check=True, **quiet)
        try:
            subprocess.run([*control, "-o", options, "start"], check=True, **quiet)
        except subprocess.CalledProcessError:
            sys.stderr.write(log.read_text())
            raise
        try:
            restart = " ".join(str(word) for word in [*control, "-m", "immediate", "restart"])
            environment = dict(os.environ, OREE_TEST_PGHOST=str(directory), OREE_TEST_PGRESTART=restart)
            return subprocess.run(command, env=environment, check=False).returncode
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=False, **quiet)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
