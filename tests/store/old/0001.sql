-- SPDX-License-Identifier: GPL-3.0-or-later
-- A store of schema 1 with a little of everything in it.
CREATE TABLE "access_edge" ("id" TEXT PRIMARY KEY, "allow_anonymous_users" BIGINT, "allow_federated_users" BIGINT, "allow_outside_users" BIGINT, "be_clearing_house" BIGINT, "enable_partner_discovery" BIGINT, "discovered_partner_verification_level" TEXT, "enable_archiving_disclaimer" BIGINT, "enable_user_replicator" BIGINT, "keep_crls_up_to_date_for_peers" BIGINT, "mark_source_verifiable_on_outgoing_messages" BIGINT, "outgoing_tls_count_for_federated_partners" BIGINT, "discovered_partner_standard_rate" BIGINT, "enable_discovered_partner_contacts_limit" BIGINT, "max_contacts_per_discovered_partner" BIGINT, "discovered_partner_report_period_minutes" BIGINT, "max_accepted_certificates_stored" BIGINT, "max_rejected_certificates_stored" BIGINT, "certificates_deleted_percentage" BIGINT, "routing_method" TEXT, "default_route_fqdn" TEXT, "verification_level" TEXT, "is_public_provider" BIGINT);
CREATE TABLE "allowed_domain" ("id" TEXT PRIMARY KEY, "proxy_fqdn" TEXT, "comment" TEXT, "mark_for_monitoring" BIGINT);
INSERT INTO "allowed_domain" VALUES('litware.test','','',0);
CREATE TABLE audit (
  number BIGINT PRIMARY KEY,
  written BIGINT NOT NULL,
  body TEXT NOT NULL
);
INSERT INTO "audit" VALUES(1,1,'{''who'': <''uid:0''>}');
CREATE TABLE "blocked_domain" ("id" TEXT PRIMARY KEY, "comment" TEXT, "include_subdomains" BIGINT);
INSERT INTO "blocked_domain" VALUES('spam.test','',0);
CREATE TABLE "external_access_policy" ("id" TEXT PRIMARY KEY, "description" TEXT, "enable_federation_access" BIGINT, "enable_xmpp_access" BIGINT, "enable_public_cloud_access" BIGINT, "enable_public_cloud_audio_video_access" BIGINT, "enable_outside_access" BIGINT);
CREATE TABLE history (
  revision BIGINT NOT NULL,
  place BIGINT NOT NULL,
  written BIGINT NOT NULL,
  who TEXT NOT NULL,
  operation TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  old_body TEXT,
  new_body TEXT,
  PRIMARY KEY (revision, place)
);
INSERT INTO "history" VALUES(1,0,1795244023585517,'uid:0','apply','public-provider','AOL',NULL,'{''enabled'': <false>, ''proxy-fqdn'': <''sip.oscar.aol.com''>, ''verification-level'': <''always-unverifiable''>, ''icon-url'': <''''>, ''name-decoration-domain'': <''''>}');
INSERT INTO "history" VALUES(1,1,1795244023585517,'uid:0','apply','public-provider','Windows Live',NULL,'{''enabled'': <false>, ''proxy-fqdn'': <''federation.messenger.msn.com''>, ''verification-level'': <''always-unverifiable''>, ''icon-url'': <''''>, ''name-decoration-domain'': <''''>}');
INSERT INTO "history" VALUES(1,2,1795244023585517,'uid:0','apply','public-provider','Yahoo!',NULL,'{''enabled'': <false>, ''proxy-fqdn'': <''lcsap.msg.yahoo.com''>, ''verification-level'': <''always-unverifiable''>, ''icon-url'': <''''>, ''name-decoration-domain'': <''''>}');
INSERT INTO "history" VALUES(2,0,1795244023588501,'uid:0','apply','sip-domain','contoso.test',NULL,'{''default'': <true>, ''sip'': <true>, ''xmpp'': <true>, ''description'': <"l''été \"?\" 日本 🌲">}');
INSERT INTO "history" VALUES(2,1,1795244023588501,'uid:0','apply','sip-domain','other.test',NULL,'{''default'': <false>, ''sip'': <true>, ''xmpp'': <false>, ''description'': <''''>}');
INSERT INTO "history" VALUES(2,2,1795244023588501,'uid:0','apply','site','Paris',NULL,'@a{sv} {}');
INSERT INTO "history" VALUES(2,3,1795244023588501,'uid:0','apply','topology','global','{''site'': <''''>, ''edge-internal-fqdn'': <''''>, ''internal-addresses'': <@as []>, ''access-edge-external-fqdn'': <''''>, ''access-edge-external-addresses'': <@as []>, ''access-edge-external-port'': <uint64 5061>, ''access-edge-client-port'': <uint64 443>, ''access-edge-internal-port'': <uint64 5061>, ''xmpp-proxy-enabled'': <false>, ''xmpp-external-fqdn'': <''''>, ''xmpp-external-port'': <uint64 5269>, ''xmpp-internal-port'': <uint64 23456>, ''web-conferencing-enabled'': <false>, ''web-conferencing-external-fqdn'': <''''>, ''web-conferencing-external-port'': <uint64 443>, ''av-edge-enabled'': <false>, ''av-edge-external-fqdn'': <''''>, ''av-edge-external-addresses'': <@as []>, ''stun-port'': <uint64 3478>, ''media-port-first'': <uint64 50000>, ''media-port-last'': <uint64 59999>, ''mras-port'': <uint64 5062>, ''next-hop'': <''embedded''>}','{''site'': <''''>, ''edge-internal-fqdn'': <''edge.contoso.test''>, ''internal-addresses'': <@as []>, ''access-edge-external-fqdn'': <''''>, ''access-edge-external-addresses'': <@as []>, ''access-edge-external-port'': <uint64 5061>, ''access-edge-client-port'': <uint64 443>, ''access-edge-internal-port'': <uint64 5061>, ''xmpp-proxy-enabled'': <false>, ''xmpp-external-fqdn'': <''''>, ''xmpp-external-port'': <uint64 5269>, ''xmpp-internal-port'': <uint64 23456>, ''web-conferencing-enabled'': <false>, ''web-conferencing-external-fqdn'': <''''>, ''web-conferencing-external-port'': <uint64 443>, ''av-edge-enabled'': <false>, ''av-edge-external-fqdn'': <''''>, ''av-edge-external-addresses'': <@as []>, ''stun-port'': <uint64 3478>, ''media-port-first'': <uint64 50000>, ''media-port-last'': <uint64 59999>, ''mras-port'': <uint64 5062>, ''next-hop'': <''embedded''>}');
INSERT INTO "history" VALUES(2,4,1795244023588501,'uid:0','apply','allowed-domain','litware.test',NULL,'{''proxy-fqdn'': <''''>, ''comment'': <''''>, ''mark-for-monitoring'': <false>}');
INSERT INTO "history" VALUES(2,5,1795244023588501,'uid:0','apply','blocked-domain','spam.test',NULL,'{''comment'': <''''>, ''include-subdomains'': <false>}');
INSERT INTO "history" VALUES(2,6,1795244023588501,'uid:0','apply','xmpp-partner','fabrikam.test',NULL,'{''additional-domains'': <[''a.fabrikam.test'', ''b.fabrikam.test'']>, ''description'': <''''>, ''partner-type'': <''federated''>, ''tls-negotiation'': <''required''>, ''sasl-negotiation'': <''optional''>, ''support-dialback-negotiation'': <true>, ''enable-keep-alive'': <true>, ''connection-limit'': <uint64 0>, ''proxy-fqdn'': <''''>}');
INSERT INTO "history" VALUES(2,7,1795244023588501,'uid:0','apply','user','sip:alice@contoso.test',NULL,'{''display-name'': <''Alice''>, ''external-access-policy'': <''''>, ''site'': <''''>, ''home'': <''embedded''>, ''ha1-sha256'': <''00613c5070b8463d05651a0e35d7e2026a9a211b73e73dc5fceb58df892df722''>, ''ha1-md5'': <''34393d8c40ef541dbd8bd5b250e5340b''>}');
CREATE TABLE "hosting_provider" ("id" TEXT PRIMARY KEY, "enabled" BIGINT, "proxy_fqdn" TEXT, "enabled_shared_address_space" BIGINT, "hosts_ocs_users" BIGINT, "is_local" BIGINT, "verification_level" TEXT, "autodiscover_url" TEXT, "sip_client_port" BIGINT);
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);
INSERT INTO "meta" VALUES('revision',2);
CREATE TABLE "public_provider" ("id" TEXT PRIMARY KEY, "enabled" BIGINT, "proxy_fqdn" TEXT, "verification_level" TEXT, "icon_url" TEXT, "name_decoration_domain" TEXT);
INSERT INTO "public_provider" VALUES('AOL',0,'sip.oscar.aol.com','always-unverifiable','','');
INSERT INTO "public_provider" VALUES('Windows Live',0,'federation.messenger.msn.com','always-unverifiable','','');
INSERT INTO "public_provider" VALUES('Yahoo!',0,'lcsap.msg.yahoo.com','always-unverifiable','','');
CREATE TABLE runtime (
  space TEXT NOT NULL,
  name TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (space, name)
);
INSERT INTO "runtime" VALUES('state','x','{''n'': <int64 1>}');
CREATE TABLE schema_version (version BIGINT NOT NULL);
INSERT INTO "schema_version" VALUES(1);
CREATE TABLE "sip_domain" ("id" TEXT PRIMARY KEY, "default" BIGINT, "sip" BIGINT, "xmpp" BIGINT, "description" TEXT);
INSERT INTO "sip_domain" VALUES('contoso.test',1,1,1,'l''été "?" 日本 🌲');
INSERT INTO "sip_domain" VALUES('other.test',0,1,0,'');
CREATE TABLE "site" ("id" TEXT PRIMARY KEY);
INSERT INTO "site" VALUES('Paris');
CREATE TABLE "topology" ("id" TEXT PRIMARY KEY, "site" TEXT, "edge_internal_fqdn" TEXT, "internal_addresses" TEXT, "access_edge_external_fqdn" TEXT, "access_edge_external_addresses" TEXT, "access_edge_external_port" BIGINT, "access_edge_client_port" BIGINT, "access_edge_internal_port" BIGINT, "xmpp_proxy_enabled" BIGINT, "xmpp_external_fqdn" TEXT, "xmpp_external_port" BIGINT, "xmpp_internal_port" BIGINT, "web_conferencing_enabled" BIGINT, "web_conferencing_external_fqdn" TEXT, "web_conferencing_external_port" BIGINT, "av_edge_enabled" BIGINT, "av_edge_external_fqdn" TEXT, "av_edge_external_addresses" TEXT, "stun_port" BIGINT, "media_port_first" BIGINT, "media_port_last" BIGINT, "mras_port" BIGINT, "next_hop" TEXT);
INSERT INTO "topology" VALUES('global','','edge.contoso.test','','','',5061,443,5061,0,'',5269,23456,0,'',443,0,'','',3478,50000,59999,5062,'embedded');
CREATE TABLE "user" ("id" TEXT PRIMARY KEY, "display_name" TEXT, "external_access_policy" TEXT, "site" TEXT, "home" TEXT, "ha1_sha256" TEXT, "ha1_md5" TEXT);
INSERT INTO "user" VALUES('sip:alice@contoso.test','Alice','','','embedded','00613c5070b8463d05651a0e35d7e2026a9a211b73e73dc5fceb58df892df722','34393d8c40ef541dbd8bd5b250e5340b');
CREATE TABLE "xmpp_gateway" ("id" TEXT PRIMARY KEY, "connection_limit" BIGINT, "partner_connection_limit" BIGINT, "dialback_passphrase" TEXT, "enable_logging_all_message_bodies" BIGINT, "keep_alive_interval" BIGINT, "stream_establishment_timeout" BIGINT, "stream_inactivity_timeout" BIGINT, "subscription_refresh_interval" BIGINT);
CREATE TABLE "xmpp_partner" ("id" TEXT PRIMARY KEY, "additional_domains" TEXT, "description" TEXT, "partner_type" TEXT, "tls_negotiation" TEXT, "sasl_negotiation" TEXT, "support_dialback_negotiation" BIGINT, "enable_keep_alive" BIGINT, "connection_limit" BIGINT, "proxy_fqdn" TEXT);
INSERT INTO "xmpp_partner" VALUES('fabrikam.test','a.fabrikam.test,b.fabrikam.test','','federated','required','optional',1,1,0,'');
