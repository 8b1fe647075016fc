/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A codec that reaches up into the roles. */
#include "roles/oree-roles.h"
