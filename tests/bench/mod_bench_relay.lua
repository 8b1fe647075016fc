-- SPDX-License-Identifier: GPL-3.0-or-later
-- For the benchmark: a message for USER@here goes back, from USER@here, to USER at the domain it came from: what a
-- gateway does to it, without the translation.
local jid_node, jid_host = require "util.jid".node, require "util.jid".host;

module:hook ("message/bare", function (event)
  local stanza = event.stanza;
  local user, partner = jid_node (stanza.attr.to), jid_host (stanza.attr.from);
  stanza.attr.from = user .. "@" .. module.host;
  stanza.attr.to = user .. "@" .. partner;
  module:send (stanza);
  return true;
end, 100);
