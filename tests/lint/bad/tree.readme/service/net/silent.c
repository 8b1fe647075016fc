/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A directory that does not say what it is. */
