#!/bin/sh
# Unpacks packages of Debian sid beside the system: nothing is installed, no file outside DEST changes.
#
#   debian-sid.sh DEST PACKAGE…        then DEST/usr/bin/… holds their programs
#
# Where sid lies is taken from the machine's own apt configuration, with the suite's name replaced.
set -eu

mkdir -p "$1"
dest=$(cd "$1" && pwd)           # absolute, since the packages are fetched elsewhere
shift
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT INT TERM
mkdir -p "$state/lists/partial" "$state/cache/archives/partial"

# shellcheck disable=SC2016  # apt's own placeholder
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1)
[ -n "$mirror" ] || { echo "debian-sid.sh: apt knows no Debian archive here" >&2; exit 1; }
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" >"$state/sources.list"

apt() {
    apt-get -q -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State::lists="$state/lists" -o Dir::Cache="$state/cache" -o APT::Sandbox::User=root \
        -o Acquire::Languages=none -o Acquire::Retries=3 "$@" >"$state/log" 2>&1 || { cat "$state/log" >&2; return 1; }
}

apt update
cd "$state"
apt download "$@"
for package in ./*.deb; do
    dpkg -x "$package" "$dest"
done
