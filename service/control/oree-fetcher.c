/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/oree-fetcher.h"

const char *
oree_fetch_problem_nick (OreeFetchProblem problem)
{
  static const char *const nicks[OREE_N_FETCH_PROBLEMS] = {
#define X(symbol, nick) [OREE_FETCH_##symbol] = nick,
    OREE_FETCH_PROBLEMS (X)
#undef X
  };

  return nicks[problem];
}
