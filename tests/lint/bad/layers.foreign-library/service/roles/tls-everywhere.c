/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A role that speaks to OpenSSL behind net's back. */
#include <openssl/ssl.h>
