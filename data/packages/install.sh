# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by `run` and `test`: install_packages LIST… installs what is missing of data/packages/LIST.list.
# Packaged servers are kept from starting while they are installed, and only then.

packages_missing()
{
  for list in "$@"; do
    grep -v '^#' "$top/data/packages/$list.list"
  done | sort -u | while read -r package; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
  done
}

# As root: $@ are the packages. Its own process, so that the traps end with it.
packages_apt='
set -e
policy=/usr/sbin/policy-rc.d
kept=
restore()
{
  if [ -n "$kept" ]; then mv -f "$kept" "$policy"; else rm -f "$policy"; fi
}
# A file of ours is what an installation that was shot left behind.
if [ -e "$policy.before-oree" ]; then
  kept=$policy.before-oree
elif [ -e "$policy" ] && ! grep -q "^# oree" "$policy"; then
  kept=$policy.before-oree
  cp -p "$policy" "$kept"
fi
trap restore EXIT
trap "exit 130" INT TERM HUP
printf "#!/bin/sh\n# oree: nothing starts while packages are installed\nexit 101\n" > "$policy"
chmod 755 "$policy"
export DEBIAN_FRONTEND=noninteractive
apt-get -q -o Acquire::Retries=3 update || true
apt-get -q -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 install -y --no-install-recommends "$@"
'

install_packages()
{
  missing=$(packages_missing "$@")
  [ -n "$missing" ] || return 0
  log=$(mktemp)
  # One word per package is what we want here.
  # shellcheck disable=SC2086
  set -- $missing
  say installing "$*"
  if [ "$(id -u)" = 0 ]; then
    sh -c "$packages_apt" sh "$@" > "$log" 2>&1 || { cat "$log" >&2; say install-failed "$*" >&2; rm -f "$log"; return 1; }
  elif command -v sudo > /dev/null; then
    sudo sh -c "$packages_apt" sh "$@" > "$log" 2>&1 || { cat "$log" >&2; say install-failed "$*" >&2; rm -f "$log"; return 1; }
  else
    say no-root "$*" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}
