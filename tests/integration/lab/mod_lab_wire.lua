-- SPDX-License-Identifier: GPL-3.0-or-later
-- For tests with many hosts on one Prosody, instead of a client for each: whatever comes for a user called probe… at
-- any host, and what becomes of the streams, goes to the file `lab_wire_journal`, a line each, before anything is
-- acknowledged: it outlives a shot server. A user called refuse-CONDITION answers everything but presence and answers with that
-- error (refuse-gone-ADDRESS tells where it went); of presence, a request to subscribe. A stanza written to the port `lab_wire` is sent as if by a client.
module:set_global ();

local jid_node = require "util.jid".node;
local jid_host = require "util.jid".host;
local st = require "util.stanza";
local parse = require "util.xml".parse;

local journal = assert (io.open (module:get_option_string ("lab_wire_journal"), "a"));

local function note (...)
  journal:write (table.concat ({ ... }, "\t"):gsub ("\n", "&#10;"), "\n");
  journal:flush ();
end

local function refusal (stanza, condition)
  local address = condition:match ("^gone%-(.+)$");
  local reply = st.reply (stanza);
  reply.attr.type = "error";
  reply:tag ("error", { type = "cancel" });
  reply:tag (address and "gone" or condition, { xmlns = "urn:ietf:params:xml:ns:xmpp-stanzas" });
  if address then reply:text ("xmpp:" .. address .. "@" .. jid_host (stanza.attr.to)); end
  return reply;
end

local function on_refused (event, condition)
  local stanza = event.stanza;
  local type = stanza.attr.type;
  if stanza.name == "presence" and type ~= "subscribe" or type == "error" or type == "result" then
    return true;
  end
  module:context (jid_host (stanza.attr.to)):send (refusal (stanza, condition));
  return true;
end

local function on_stanza (event)
  local node = jid_node (event.stanza.attr.to);
  if node and node:sub (1, 5) == "probe" then
    note ("stanza", tostring (event.stanza));
    return true;
  end
  local condition = node and node:match ("^refuse%-(.+)$");
  if condition then
    return on_refused (event, condition);
  end
end

local function on_stream (what)
  return function (event)
    local session = event.session;
    note (what, session.from_host or "", session.to_host or "", session.lab_mechanism or "none",
          session.secure and "tls" or "clear", tostring (event.reason or ""));
  end
end

function module.add_host (host)
  for _, kind in ipairs { "message", "presence", "iq" } do
    host:hook (kind .. "/bare", on_stanza, 100);
    host:hook (kind .. "/full", on_stanza, 100);
  end
  host:hook ("s2s-authenticated", function (event) event.session.lab_mechanism = event.mechanism; end, 10);
  for _, what in ipairs { "s2sin-established", "s2sout-established", "s2sin-destroyed", "s2sout-destroyed" } do
    host:hook (what, on_stream (what));
  end
end

local listener = {};
local pending = setmetatable ({}, { __mode = "k" });

-- Only now does the server run: the port was open while it still loaded its hosts.
function listener.onconnect ()
  note ("open");
end

function listener.onincoming (conn, data)
  data = (pending[conn] or "") .. data;
  local rest = data:gsub ("([^\n]*)\n", function (line)
    local stanza = parse (line);
    local host = stanza and jid_host (stanza.attr.from);
    if host and prosody.hosts[host] then
      module:context (host):send (stanza);
    else
      note ("unsendable", line);
    end
    return "";
  end);
  pending[conn] = rest;
end

function listener.ondisconnect (conn)
  pending[conn] = nil;
end

module:provides ("net", { name = "lab_wire"; listener = listener; default_port = 5999 });
