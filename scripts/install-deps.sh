#!/bin/bash
# install-deps.sh build|test|arm64: installs the Debian packages that are missing, and says which. Needs root or sudo only then.
# arm64: what cross-building for 64-bit ARM needs; dpkg is told of that architecture. Nothing is ever removed: some -dev packages cannot stand beside those of
# this machine's architecture (libisal-dev, libtsk-dev, libpq-dev, libsimdjson-dev), so where those are apt refuses: use a system of its own (debootstrap).
set -euo pipefail
what=${1:-build}
packages=(gcc g++ make meson ninja-build pkg-config libsqlite3-dev libpq-dev libsimdjson-dev libssl-dev libisal-dev libtsk-dev
  libyara-dev libmagic-dev libqrencode-dev libmicrohttpd-dev libgnutls28-dev libcurl4-gnutls-dev libseccomp-dev zlib1g-dev libdeflate-dev
  libzstd-dev liblz4-dev libsnappy-dev libserd-dev liblzma-dev libbz2-dev libargon2-dev libpcre2-dev libicu-dev publicsuffix libxml2-dev libyaml-dev libarchive-dev poppler-utils fonts-dejavu-core ntfs-3g e2fsprogs fdisk)
command -v npm > /dev/null || packages+=(nodejs npm)
if [ "$what" = test ]; then
  packages+=(libcmocka-dev ewf-tools curl postgresql postgresql-client clang-14 libclang-rt-14-dev clang-format-14 mandoc jq strace chromium sleuthkit yara qemu-utils sqlite3 zstd
    xz-utils bzip2 unzip bsdextrautils time)
fi
if [ "$what" = arm64 ]; then
  packages=("${packages[@]/%-dev/-dev:arm64}" libcmocka-dev:arm64 crossbuild-essential-arm64 qemu-user-static)
fi
# A package may be there for another architecture only, or for two.
native=$(dpkg --print-architecture)
there() {
  local of=$native
  [[ $1 != *:* ]] || of=${1#*:}
  dpkg-query -W -f='${Architecture} ${db:Status-Status}\n' "$1" 2>/dev/null | grep -qxE "(all|$of) installed"
}
missing=()
for p in "${packages[@]}"; do there "$p" || missing+=("$p"); done
[ ${#missing[@]} -gt 0 ] || exit 0
echo "vigie: installing ${missing[*]}" >&2
run=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "vigie: these packages are missing and neither root nor sudo is at hand" >&2; exit 1; }
  run=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
[ "$what" != arm64 ] || dpkg --print-foreign-architectures | grep -qx arm64 || { "${run[@]}" dpkg --add-architecture arm64 && "${run[@]}" apt-get update -qq; }
install() { "${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-remove --no-install-recommends "${missing[@]}" >/dev/null; }
install 2>/dev/null || { "${run[@]}" apt-get update -qq && install; }
