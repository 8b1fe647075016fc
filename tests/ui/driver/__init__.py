# SPDX-License-Identifier: GPL-3.0-or-later
"""A person in front of a program of ours: finds things by what a screen reader says of them, types and clicks."""

from .program import Program  # noqa: F401
from .screen import Screen  # noqa: F401
