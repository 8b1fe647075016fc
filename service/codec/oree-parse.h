/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The codec contract: a parser returns > 0 bytes consumed, 0 partial, < 0 an OreeParseError.
 * Input may be any length, is never written to and need not be terminated; results are spans that live
 * as long as the buffer. Every cap has its own code, so a refusal can be counted and explained. */
#pragma once
#include "base/oree-span.h"

#define OREE_PARSE_PARTIAL 0

typedef enum
{
  OREE_PARSE_BAD_SYNTAX = -1,
  OREE_PARSE_BAD_ENCODING = -2,
  OREE_PARSE_BAD_VALUE = -3,
  OREE_PARSE_BAD_VERSION = -4,
  OREE_PARSE_BAD_LENGTH = -5,
  OREE_PARSE_DUPLICATE = -6,
  OREE_PARSE_MISSING = -7,
  OREE_PARSE_TOO_LONG = -8,
  OREE_PARSE_TOO_MANY = -9,
  OREE_PARSE_TOO_DEEP = -10,
  OREE_PARSE_RESTRICTED = -11,
  OREE_PARSE_UNSUPPORTED = -12,
  OREE_PARSE_ERROR_LAST = -12
} OreeParseError;
