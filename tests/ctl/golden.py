#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Golden output of oreectl: runs the commands of one session against a real service of its own and compares what they
say, in one language, with golden/LANGUAGE/SESSION.expected.

usage: golden.py SESSION LANGUAGE [--update]

A session is a file of commands, one a line. "FILE <<" starts a file of the working directory, up to a lone ".". "sh COMMAND"
runs what is not ours there, unseen; it must succeed. "{+3}" in a command is the time in three days.
"""

import datetime
import difflib
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
INSIDE = "OREE_GOLDEN_INSIDE"

# What differs from run to run, and what stands in its place.
NORMAL = [
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?|\d\d/\d\d/\d{4} à \d\d:\d\d"), "DATE TIME"),
    (re.compile(r'("(?:since|started|time)": )\d+'), r"\1TIME"),
    (re.compile(r"((?:access-edge-internal-port|xmpp-external-port|xmpp-internal-port)\"?[ =:]+)\d+"), r"\1PORT"),
    (re.compile(r'("version": )"[^"]*"'), r'\1"VERSION"'),
    (re.compile(r"(Orée )\d+\.\d+\.\d+"), r"\1VERSION"),
    (re.compile(r"oreectl \d+\.\d+\.\d+"), "oreectl VERSION"),
    (re.compile(r'("store": )"[^"]*"'), r'\1"STORE"'),
    (re.compile(r"request-[0-9a-f]{16}"), "request-NUMBER"),
    (re.compile(r"(?<!sha256:)\b(?:[0-9a-f]{12}|[0-9a-f]{64})\b"), "FINGERPRINT"),
    (re.compile(r"\b\d{4}-\d\d-\d\d\b"), "DATE"),
    (re.compile(r"authority [0-9a-f]{8}"), "authority NUMBER"),
    (re.compile(r"(?<=  )39[67](?=  )"), "DAYS"),
    (re.compile(r"(?<=\S) {2,}| {10,}"), "  "),
]


def normal(text):
    user = os.environ.get("USER") or subprocess.run(["id", "-un"], capture_output=True, text=True).stdout.strip()
    text = re.sub(rf"(?<![\w./-]){re.escape(user)}(?![\w/-])", "USER", text)
    for pattern, replacement in NORMAL:
        text = pattern.sub(replacement, text)
    return text


def steps(session):
    """Yields (file name, text) for files and (None, command) for commands."""
    lines = iter((HERE / "sessions" / f"{session}.session").read_text().splitlines())
    for line in lines:
        if line.endswith(" <<"):
            text = []
            for inner in lines:
                if inner == ".":
                    break
                text.append(inner + "\n")
            yield line[:-3].strip(), "".join(text)
        elif line.strip() and not line.startswith("#"):
            yield None, line


def play(session, language):
    """Everything that was said, command by command."""
    said = []
    environment = dict(os.environ, LC_ALL="C.UTF-8", LANGUAGE={"en": "C"}.get(language, language), TZ="UTC")
    with tempfile.TemporaryDirectory() as directory:
        for name, text in steps(session):
            if name is not None:
                (pathlib.Path(directory) / name).write_text(text)
                continue
            if text.startswith("sh "):
                subprocess.run(text[3:], shell=True, check=True, env=environment, cwd=directory, capture_output=True, timeout=60)
                continue
            now = datetime.datetime.now(datetime.timezone.utc)
            words = re.sub(r"\{\+(\d+)\}", lambda days: f"{now + datetime.timedelta(days=int(days[1])):%Y-%m-%dT%H:%M:%SZ}", text)
            done = subprocess.run(["oreectl", *shlex.split(words)], env=environment, cwd=directory, text=True,
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
            said.append(f"$ oreectl {text}\n{done.stdout}")
            said.extend(f"! {line}\n" for line in done.stderr.splitlines())
            said.append(f"= {done.returncode}\n\n")
    return normal("".join(said))


def main(session, language, update):
    if not os.environ.get(INSIDE):
        words = [sys.executable, __file__, session, language, *(["--update"] if update else [])]
        return subprocess.run([HERE.parent / "run-uninstalled", "--profile", "lab", *words],
                              env=dict(os.environ, **{INSIDE: "1"})).returncode
    expected = HERE / "golden" / language / f"{session}.expected"
    seen = play(session, language)
    if update:
        expected.write_text(seen)
        return 0
    wanted = expected.read_text() if expected.exists() else ""
    if seen == wanted:
        return 0
    sys.stdout.writelines(difflib.unified_diff(wanted.splitlines(True), seen.splitlines(True), str(expected), "seen"))
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], "--update" in sys.argv[3:]))
