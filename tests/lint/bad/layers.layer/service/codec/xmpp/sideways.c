/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One codec that reaches over into another. */
#include "codec/sip/oree-sip-msg.h"
