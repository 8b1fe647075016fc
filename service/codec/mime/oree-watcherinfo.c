/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "codec/mime/oree-watcherinfo.h"
#include "codec/xml/oree-xml-write.h"

#define NS_WATCHERINFO "urn:ietf:params:xml:ns:watcherinfo"

static void
add_number (OreeXmlBuilder *builder, const char *name, guint64 value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, value);

  oree_xml_builder_attribute (builder, name, text);
}

static void
add_watcher (OreeXmlBuilder *builder, const OreeWatcher *watcher)
{
  g_autofree char *id = g_strdup_printf ("w%" G_GUINT64_FORMAT, watcher->id);

  oree_xml_builder_open (builder, "watcher", NULL);
  oree_xml_builder_attribute (builder, "id", id);
  oree_xml_builder_attribute (builder, "event", watcher->event);
  oree_xml_builder_attribute (builder, "status", watcher->status);
  add_number (builder, "duration-subscribed", watcher->duration);
  add_number (builder, "expiration", watcher->expiration);
  oree_xml_builder_text (builder, watcher->uri);
  oree_xml_builder_close (builder);
}

GBytes *
oree_watcherinfo_write (const char *resource, guint32 version, const OreeWatcher *watchers, guint n_watchers)
{
  g_autoptr (OreeXmlBuilder) builder = oree_xml_builder_new ();
  g_autoptr (OreeXmlNode) root = NULL;
  char *text;

  oree_xml_builder_open (builder, "watcherinfo", NS_WATCHERINFO);
  add_number (builder, "version", version);
  oree_xml_builder_attribute (builder, "state", "full");
  oree_xml_builder_open (builder, "watcher-list", NULL);
  oree_xml_builder_attribute (builder, "resource", resource);
  oree_xml_builder_attribute (builder, "package", "presence");
  for (guint i = 0; i < n_watchers; i++)
    add_watcher (builder, &watchers[i]);
  root = oree_xml_builder_finish (builder);
  text = oree_xml_write_document (root);
  return g_bytes_new_take (text, strlen (text));
}
