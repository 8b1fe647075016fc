/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TODO: handle this. TODO (#12) would be allowed. */
