-- SPDX-License-Identifier: GPL-3.0-or-later
-- For the benchmark: a message that comes for USER@here goes on, from USER@here, to USER at the domain `bench_sink`:
-- what a gateway does to it, without the translation.
local jid_node = require "util.jid".node;
local sink = module:get_option_string ("bench_sink");

module:hook ("message/bare", function (event)
  local stanza = event.stanza;
  local user = jid_node (stanza.attr.to);
  stanza.attr.from = user .. "@" .. module.host;
  stanza.attr.to = user .. "@" .. sink;
  module:send (stanza);
  return true;
end, 100);
