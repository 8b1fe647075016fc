# SPDX-License-Identifier: GPL-3.0-or-later
"""Real programs, each behind one small class: what the integration tests, the demonstration and
run-uninstalled build their private worlds from."""
