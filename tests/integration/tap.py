# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one test file with pytest and says every case in TAP, so that meson gives each failure its name. Each file gets a
network of its own where the system allows it, so that several run side by side."""

import os
import subprocess
import sys

import pytest


class Tap:
    def __init__(self, out):
        self._out = out
        self._number = 0

    def _say(self, line):
        print(line, file=self._out, flush=True)

    def pytest_collection_finish(self, session):
        self._say(f"1..{len(session.items)}")

    def pytest_collectreport(self, report):
        if report.failed:
            self._explain(str(report.longrepr))
            self._say("Bail out! the test file cannot be read")

    def pytest_runtest_logreport(self, report):
        # One line per case: its body, or the set-up or tear-down that went wrong.
        name = report.nodeid.split("::", 1)[-1].replace("#", "")
        if report.when == "call" or (report.when == "setup" and not report.passed):
            self._number += 1
            if report.skipped:
                self._say(f"ok {self._number} - {name} # SKIP {_why(report)}")
            elif report.passed:
                self._say(f"ok {self._number} - {name}")
            else:
                self._explain(report.longreprtext)
                self._say(f"not ok {self._number} - {name}")
        elif report.when == "teardown" and report.failed:
            self._explain(f"{name}, after it ended:\n{report.longreprtext}")
            self._say("Bail out! " + name)

    def _explain(self, text):
        for line in text.splitlines():
            self._say("# " + line)


def _why(report):
    return report.longrepr[2].removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else ""


OWN_NETWORK = ["unshare", "--net", "--kill-child", "--"]


def enter_own_network():
    """Runs this program again where it has loopback to itself."""
    if os.environ.get("OREE_TEST_NETWORK") or subprocess.run([*OWN_NETWORK, "true"], stderr=subprocess.DEVNULL).returncode:
        return
    os.environ["OREE_TEST_NETWORK"] = "own"
    os.execvp(OWN_NETWORK[0], [*OWN_NETWORK, "sh", "-c", 'ip link set lo up && exec "$@"', "sh", sys.executable, *sys.argv])


def main():
    enter_own_network()
    # What pytest itself prints would break the protocol: it goes to standard error.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    status = pytest.main(["-q", "-p", "no:cacheprovider", "--no-header", "-s", *sys.argv[1:]], plugins=[Tap(out)])
    # Failed cases have been said; only what TAP cannot say is a status.
    return 0 if status in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) else 1


if __name__ == "__main__":
    sys.exit(main())
