# SPDX-License-Identifier: GPL-3.0-or-later
# bash completion for oreectl(1). Kinds, fields and values come from the program itself, names from the service.

_oreectl_field_values()
{
  # What a field of a kind may be: the choices of its row in "describe".
  oreectl "$1" describe 2> /dev/null | awk -v field="$2" '
    $1 == field && $2 == "boolean" { print "true\nfalse" }
    $1 == field && $2 == "enum" { n = split ($NF ~ /,/ ? $NF : $(NF - 1), v, ","); for (i = 1; i <= n; i++) print v[i] }'
}

_oreectl()
{
  local cur prev words=() cword=0 word i
  local commands="status service kinds apply check export import history undo restore connections partners
    discovered-partners subscriptions sessions allow-entry counters events explain servers test reset reload forecast certificate"
  local options="--bus= --json --brief --watch --limit= --after= --deadline= --version --help
    --usage= --out= --at= --password-file= --dry-run --accept-warnings"
  local verbs="list show add set remove reset describe"
  local roles="access-edge xmpp-proxy xmpp-gateway front-end"

  cur=${COMP_WORDS[COMP_CWORD]}
  prev=${COMP_WORDS[COMP_CWORD - 1]}
  # "field=value" is three words to bash: the field is before the "=".
  if [[ $cur == "=" ]]; then
    cur=
    prev="="
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    [[ $word == -* || $word == "=" || ${COMP_WORDS[i - 1]} == "=" ]] || words+=("$word")
  done
  cword=${#words[@]}
  COMPREPLY=()

  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$cur"))
    [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace
    return
  fi
  if [[ $cword -eq 0 ]]; then
    COMPREPLY=($(compgen -W "$commands $(oreectl kinds 2> /dev/null)" -- "$cur"))
    return
  fi
  case ${words[0]} in
    service)
      case $cword in
        1) COMPREPLY=($(compgen -W "list start stop pause resume drain start-type" -- "$cur")) ;;
        2) [[ ${words[1]} == list ]] || COMPREPLY=($(compgen -W "$roles" -- "$cur")) ;;
        3) [[ ${words[1]} == start-type ]] && COMPREPLY=($(compgen -W "automatic manual disabled" -- "$cur")) ;;
      esac
      ;;
    apply | check | import | export | forecast)
      [[ $cword -eq 1 ]] && COMPREPLY=($(compgen -f -- "$cur"))
      ;;
    certificate)
      case $cword in
        1) COMPREPLY=($(compgen -W "list show needs request import assign remove renew roll roll-back export" -- "$cur")) ;;
        2) case ${words[1]} in
             import) COMPREPLY=($(compgen -f -- "$cur")) ;;
             show | assign | remove | renew | roll | export)
               COMPREPLY=($(compgen -W "$(oreectl --brief certificate list 2> /dev/null)" -- "$cur")) ;;
           esac ;;
      esac
      ;;
    test | reset)
      [[ $cword -eq 1 ]] && COMPREPLY=($(compgen -W "$(oreectl --brief xmpp-partner list 2> /dev/null)" -- "$cur"))
      ;;
    servers)
      case $cword in
        1) COMPREPLY=($(compgen -W "sip xmpp" -- "$cur")) ;;
        3) COMPREPLY=($(compgen -W "server=" -- "$cur")); compopt -o nospace ;;
      esac
      ;;
    allow-entry)
      [[ $cword -eq 1 ]] && COMPREPLY=($(compgen -W "list revoke" -- "$cur"))
      ;;
    explain)
      if [[ $cword -eq 1 ]]; then
        COMPREPLY=($(compgen -W "sip xmpp presence" -- "$cur"))
      elif [[ ${words[1]} == sip ]]; then
        COMPREPLY=($(compgen -W "source= method= from= to= authenticated=" -- "$cur"))
        compopt -o nospace
      else
        COMPREPLY=($(compgen -W "from= to= direction= ask= local-domain= remote-domain= local-user= auth= certificate-by= allow-entry=" \
          -- "$cur"))
        compopt -o nospace
      fi
      ;;
    status | kinds | history | undo | restore | connections | partners | discovered-partners | subscriptions | sessions | counters | events | reload) ;;
    *)
      if [[ $cword -eq 1 ]]; then
        COMPREPLY=($(compgen -W "$verbs" -- "$cur"))
      elif [[ $prev == "=" && $cur == @* ]]; then
        # field=@FILE
        COMPREPLY=($(compgen -P @ -f -- "${cur#@}"))
        compopt -o filenames
      elif [[ $prev == "=" ]]; then
        word=${COMP_WORDS[COMP_CWORD - 1]}
        [[ $word == "=" ]] && word=${COMP_WORDS[COMP_CWORD - 2]} || word=${COMP_WORDS[COMP_CWORD - 1]}
        COMPREPLY=($(compgen -W "$(_oreectl_field_values "${words[0]}" "${word%[+-]}")" -- "$cur"))
      elif [[ $cword -eq 2 && ${words[1]} =~ ^(show|set|remove|reset)$ ]]; then
        COMPREPLY=($(compgen -W "$(oreectl --brief "${words[0]}" list 2> /dev/null)" -- "$cur"))
      elif [[ ${words[1]} == reset ]]; then
        COMPREPLY=($(compgen -W "$(oreectl --brief "${words[0]}" describe 2> /dev/null)" -- "$cur"))
      elif [[ ${words[1]} =~ ^(add|set)$ && $cword -ge 3 ]]; then
        COMPREPLY=($(compgen -S = -W "$(oreectl --brief "${words[0]}" describe 2> /dev/null)" -- "$cur"))
        compopt -o nospace
      fi
      ;;
  esac
}

complete -F _oreectl oreectl
