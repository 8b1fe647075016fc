# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs every check on the tree, and on the small trees in bad/, each of which must trigger exactly the rule it is
named after. Speaks TAP."""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import check_dbus  # noqa: E402
import check_layers  # noqa: E402
import check_manuals  # noqa: E402
import check_potfiles  # noqa: E402
import check_strings  # noqa: E402
import check_tree  # noqa: E402

CHECKS = {"layers": check_layers, "strings": check_strings, "dbus": check_dbus, "potfiles": check_potfiles,
          "manuals": check_manuals, "tree": check_tree}


def main():
    top = HERE.parents[1]
    bad = sorted(path for path in (HERE / "bad").iterdir() if path.is_dir())
    print(f"1..{len(CHECKS) + len(bad)}")
    number = 0
    for name, check in CHECKS.items():
        number += 1
        findings = list(check.check(top))
        for finding in findings:
            print(f"# {finding}")
        print(f"{'not ' if findings else ''}ok {number} - the tree keeps the rules of {name}")
    for tree in bad:
        number += 1
        # bad/CHECK.RULE: only that check looks at it.
        name, rule = tree.name.split(".", 1)
        rules = {finding.rule for finding in CHECKS[name].check(tree)}
        good = rules == {rule}
        if not good:
            print(f"# {tree.name} triggered {sorted(rules) or 'nothing'}")
        print(f"{'' if good else 'not '}ok {number} - bad/{tree.name} triggers exactly its rule")


if __name__ == "__main__":
    main()
