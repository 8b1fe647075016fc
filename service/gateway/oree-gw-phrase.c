/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/oree-gw-phrase.h"

enum { ENGLISH, FRENCH, N_LANGUAGES };

static const char *const tags[N_LANGUAGES] = { "en", "fr" };

static const char *const phrases[][N_LANGUAGES] = {
  [OREE_GW_PHRASE_GROUP_CHAT] = {
    "Group chats cannot cross this gateway. Please write to the person directly.",
    "Les discussions de groupe ne traversent pas cette passerelle. Veuillez écrire directement à la personne." },
  [OREE_GW_PHRASE_INVITATION] = {
    "This person cannot join group chats across the gateway. Please write to the person directly.",
    "Cette personne ne peut pas rejoindre de discussion de groupe par la passerelle. Veuillez lui écrire directement." },
  [OREE_GW_PHRASE_FILE] = {
    "Files cannot be transferred across this gateway. Please send a link to the file instead.",
    "Le transfert de fichiers n’est pas possible par cette passerelle. Veuillez envoyer un lien vers le fichier." },
  [OREE_GW_PHRASE_CALL] = {
    "Calls are not possible across this gateway. Please write a message instead.",
    "Les appels ne sont pas possibles par cette passerelle. Veuillez écrire un message." },
  [OREE_GW_PHRASE_MANY_RECIPIENTS] = {
    "A message to several people at once cannot cross this gateway. Please write to each of them.",
    "Un message adressé à plusieurs personnes à la fois ne traverse pas cette passerelle. Veuillez écrire à chacune d’elles." },
  [OREE_GW_PHRASE_EXTENSION] = {
    "Your program demands something this gateway does not know.",
    "Votre programme exige une extension que cette passerelle ne connaît pas." },
  [OREE_GW_PHRASE_BODY_TOO_BIG] = {
    "The message is too long. Please send it in several parts.",
    "Le message est trop long. Veuillez l’envoyer en plusieurs parties." },
  [OREE_GW_PHRASE_CONTENT] = {
    "Only text can cross this gateway.",
    "Seul du texte peut traverser cette passerelle." },
  [OREE_GW_PHRASE_ENCRYPTED] = {
    "The message is encrypted end to end and cannot be read on the other side. Please send it unencrypted.",
    "Le message est chiffré de bout en bout et ne peut pas être lu de l’autre côté. Veuillez l’envoyer sans ce chiffrement." },
  [OREE_GW_PHRASE_NOT_A_PERSON] = {
    "This is the address of a gateway, not of a person.",
    "Cette adresse est celle d’une passerelle, pas d’une personne." },
  [OREE_GW_PHRASE_ADDRESS] = {
    "This address has no form on the other side.",
    "Cette adresse n’a pas d’équivalent de l’autre côté." },
  [OREE_GW_PHRASE_BUDGET] = {
    "Too much at once. Please try again in a moment.",
    "Trop de demandes à la fois. Veuillez réessayer dans un instant." },
  [OREE_GW_PHRASE_BOUNDARY_CONTENT] = {
    "This kind of message may not be sent there. Please send plain text.",
    "Ce type de message ne peut pas y être envoyé. Veuillez envoyer du texte simple." },
  [OREE_GW_PHRASE_EXPIRED] = {
    "The message could not be delivered in the time it was good for.",
    "Le message n’a pas pu être remis pendant sa durée de validité." },
  [OREE_GW_PHRASE_UNDELIVERED] = {
    "Your message was not delivered. {}",
    "Votre message n’a pas été remis. {}" },
  [OREE_GW_PHRASE_UNREACHABLE] = {
    "The recipient cannot be reached.",
    "Le destinataire est injoignable." },
  [OREE_GW_PHRASE_NO_ANSWER] = {
    "The recipient’s server did not answer in time.",
    "Le serveur du destinataire n’a pas répondu à temps." },
  [OREE_GW_PHRASE_NO_SERVER] = {
    "The recipient’s server was not found.",
    "Le serveur du destinataire est introuvable." },
  [OREE_GW_PHRASE_FORBIDDEN] = {
    "It is not allowed to write to the recipient.",
    "Il n’est pas autorisé d’écrire au destinataire." },
  [OREE_GW_PHRASE_NOT_ACCEPTED] = {
    "The other side does not accept this message.",
    "L’autre côté n’accepte pas ce message." },
  [OREE_GW_PHRASE_GONE] = {
    "The recipient is no longer at this address.",
    "Le destinataire n’est plus à cette adresse." },
  [OREE_GW_PHRASE_BUSY] = {
    "The other side is overloaded. Please try again later.",
    "L’autre côté est surchargé. Veuillez réessayer plus tard." },
  [OREE_GW_PHRASE_FAILED] = {
    "Something failed on the other side.",
    "Une erreur s’est produite de l’autre côté." },
  [OREE_GW_PHRASE_CORRECTION] = { "Correction: {}", "Correction : {}" },
  [OREE_GW_PHRASE_REACTION] = { "Reaction: {}", "Réaction : {}" },
  [OREE_GW_PHRASE_REACTION_OVER] = { "The reaction was withdrawn.", "La réaction a été retirée." },
  [OREE_GW_PHRASE_ATTACHMENT] = { "Attachment: {}", "Pièce jointe : {}" },
  [OREE_GW_PHRASE_ATTACHMENT_LOST] = {
    "Attachment: {} (cannot be fetched from here)",
    "Pièce jointe : {} (ne peut pas être récupérée d’ici)" },
};
G_STATIC_ASSERT (G_N_ELEMENTS (phrases) == OREE_N_GW_PHRASES);

/* What each condition tells a person. Nothing here says more than the condition itself does. */
static const OreeGwPhrase of_errs[] = {
  [OREE_STANZA_ERR_BAD_REQUEST] = OREE_GW_PHRASE_NOT_ACCEPTED,
  [OREE_STANZA_ERR_CONFLICT] = OREE_GW_PHRASE_FAILED,
  [OREE_STANZA_ERR_FEATURE_NOT_IMPLEMENTED] = OREE_GW_PHRASE_NOT_ACCEPTED,
  [OREE_STANZA_ERR_FORBIDDEN] = OREE_GW_PHRASE_FORBIDDEN,
  [OREE_STANZA_ERR_GONE] = OREE_GW_PHRASE_GONE,
  [OREE_STANZA_ERR_INTERNAL_SERVER_ERROR] = OREE_GW_PHRASE_FAILED,
  [OREE_STANZA_ERR_ITEM_NOT_FOUND] = OREE_GW_PHRASE_UNREACHABLE,
  [OREE_STANZA_ERR_JID_MALFORMED] = OREE_GW_PHRASE_ADDRESS,
  [OREE_STANZA_ERR_NOT_ACCEPTABLE] = OREE_GW_PHRASE_NOT_ACCEPTED,
  [OREE_STANZA_ERR_NOT_ALLOWED] = OREE_GW_PHRASE_FORBIDDEN,
  [OREE_STANZA_ERR_NOT_AUTHORIZED] = OREE_GW_PHRASE_FORBIDDEN,
  [OREE_STANZA_ERR_PAYMENT_REQUIRED] = OREE_GW_PHRASE_NOT_ACCEPTED,
  [OREE_STANZA_ERR_POLICY_VIOLATION] = OREE_GW_PHRASE_NOT_ACCEPTED,
  [OREE_STANZA_ERR_RECIPIENT_UNAVAILABLE] = OREE_GW_PHRASE_UNREACHABLE,
  [OREE_STANZA_ERR_REDIRECT] = OREE_GW_PHRASE_UNREACHABLE,
  [OREE_STANZA_ERR_REGISTRATION_REQUIRED] = OREE_GW_PHRASE_FORBIDDEN,
  [OREE_STANZA_ERR_REMOTE_SERVER_NOT_FOUND] = OREE_GW_PHRASE_NO_SERVER,
  [OREE_STANZA_ERR_REMOTE_SERVER_TIMEOUT] = OREE_GW_PHRASE_NO_ANSWER,
  [OREE_STANZA_ERR_RESOURCE_CONSTRAINT] = OREE_GW_PHRASE_BUSY,
  [OREE_STANZA_ERR_SERVICE_UNAVAILABLE] = OREE_GW_PHRASE_UNREACHABLE,
  [OREE_STANZA_ERR_SUBSCRIPTION_REQUIRED] = OREE_GW_PHRASE_FORBIDDEN,
  [OREE_STANZA_ERR_UNDEFINED_CONDITION] = OREE_GW_PHRASE_FAILED,
  [OREE_STANZA_ERR_UNEXPECTED_REQUEST] = OREE_GW_PHRASE_NOT_ACCEPTED,
};
G_STATIC_ASSERT (G_N_ELEMENTS (of_errs) == OREE_N_STANZA_ERRS);

/* The number of the language a tag is of, or -1. */
static int
language_of (OreeSpan tag)
{
  OreeSpan primary, rest;

  oree_span_cut (tag, '-', &primary, &rest);
  for (guint i = 0; i < N_LANGUAGES; i++)
    if (oree_span_equal_nocase_str (primary, tags[i]))
      return (int) i;
  return -1;
}

const char *
oree_gw_phrase (OreeGwPhrase phrase, const char *lang)
{
  g_return_val_if_fail ((guint) phrase < OREE_N_GW_PHRASES, NULL);
  return phrases[phrase][language_of (oree_span_str (lang)) == FRENCH ? FRENCH : ENGLISH];
}

char *
oree_gw_phrase_with (OreeGwPhrase phrase, const char *lang, const char *text)
{
  const char *pattern = oree_gw_phrase (phrase, lang);
  const char *place = strstr (pattern, "{}");

  if (place == NULL)
    return g_strdup (pattern);
  return g_strdup_printf ("%.*s%s%s", (int) (place - pattern), pattern, text, place + 2);
}

OreeGwPhrase
oree_gw_phrase_of_err (OreeStanzaErr err)
{
  g_return_val_if_fail ((guint) err < OREE_N_STANZA_ERRS, OREE_GW_PHRASE_FAILED);
  return of_errs[err];
}

/* "0.8" → 800, without it 1000; 0 when it is nonsense. */
static guint
quality (OreeSpan params)
{
  OreeSpan digits = oree_span_trim (params), q;
  guint64 value = 0;

  if (digits.length == 0)
    return 1000;
  if (!oree_span_cut (digits, '=', &q, &digits) || digits.length == 0)
    return 0;
  if (digits.data[0] == '1')
    return 1000;
  digits = oree_span_sub (digits, 2, 3);
  if (!oree_span_to_uint (digits, 999, &value))
    return 0;
  for (gsize i = digits.length; i < 3; i++)
    value *= 10;
  return (guint) value;
}

const char *
oree_gw_phrase_choose (OreeSpan languages)
{
  OreeSpan rest = languages, one, tag, params;
  guint best = 0;
  const char *chosen = NULL;

  while (rest.length > 0)
    {
      guint q;
      int language;

      oree_span_cut (rest, ',', &one, &rest);
      oree_span_cut (one, ';', &tag, &params);
      language = language_of (oree_span_trim_lws (tag));
      q = quality (params);
      if (language >= 0 && q > best)
        {
          best = q;
          chosen = tags[language];
        }
    }
  return chosen;
}

const char *
oree_gw_phrase_language (const char *lang)
{
  return tags[language_of (oree_span_str (lang)) == FRENCH ? FRENCH : ENGLISH];
}
