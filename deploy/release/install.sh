#!/bin/sh
# Downloads Sheetdesk, checks what came against its checksum, and copies the program. Nothing else: no service is started, no setting made.
#
#   sh install.sh [DIRECTORY]        # by default /usr/local/bin, or ~/.local/bin where that may not be written to
#
# SHEETDESK_RELEASE_URL: where the files lie, if not where this script came from.
set -eu

version='@VERSION@'
url=${SHEETDESK_RELEASE_URL:-@URL@}
# The words of the operator's language: RUSSIAN ENGLISH
words() { case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in ru*) printf '%s\n' "$1" ;; *) printf '%s\n' "$2" ;; esac; }
fail() { echo "install.sh: $(words "$@")" >&2; exit 1; }

case $url in *://*) ;; *) fail "в SHEETDESK_RELEASE_URL нужен адрес, по которому лежат файлы выпуска" "SHEETDESK_RELEASE_URL must name the address of the release's files" ;; esac
build='cargo install --path . --locked'
[ "$(uname -s)" = Linux ] || fail "готовая программа есть только для Linux; соберите её: $build" "there are programs for Linux alone; elsewhere build it: $build"
case $(uname -m) in
x86_64 | amd64) kind=x86_64 ;;
aarch64 | arm64) kind=aarch64 ;;
*) fail "для $(uname -m) готовой программы нет; соберите её: $build" "there is no program for $(uname -m); build it: $build" ;;
esac
if [ $# -gt 0 ]; then
    directory=$1
elif [ -w /usr/local/bin ]; then
    directory=/usr/local/bin
else
    directory=$HOME/.local/bin
fi

name=sheetdesk-$version-$kind-linux
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
get() {
    if command -v curl >/dev/null; then
        curl --fail --location --silent --show-error --retry 3 --output "$work/$1" "$url/$1"
    elif command -v wget >/dev/null; then
        wget --quiet --tries=3 --output-document="$work/$1" "$url/$1"
    else
        fail "нет ни curl, ни wget" "neither curl nor wget is there"
    fi || fail "$url/$1 не скачивается" "$url/$1 cannot be downloaded"
}

get SHA256SUMS
get "$name.tar.gz"
(cd "$work" && grep -F "  $name.tar.gz" SHA256SUMS | sha256sum -c - >/dev/null 2>&1) ||
    fail "$name.tar.gz не сходится с контрольной суммой; ничего не установлено" "$name.tar.gz is not what its checksum says; nothing was installed"
tar -xzf "$work/$name.tar.gz" -C "$work"
mkdir -p "$directory"
# Beside and then in its place, so that a running program is not written into.
cp "$work/$name/sheetdesk" "$directory/.sheetdesk.new"
chmod 755 "$directory/.sheetdesk.new"
mv "$directory/.sheetdesk.new" "$directory/sheetdesk"
echo "$directory/sheetdesk: $("$directory/sheetdesk" --version)"
case :$PATH: in *":$directory:"*) ;; *) words "Папки $directory нет в вашем PATH." "$directory is not in your PATH." ;; esac
words "Дальше: sheetdesk demo – посмотреть, sheetdesk init – настроить своего бота." "Next: sheetdesk demo, to see it; sheetdesk init, to set up your own bot."
