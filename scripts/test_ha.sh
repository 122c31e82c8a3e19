#!/bin/sh
# Run the tests of servers that are lost and have a substitute. What they need and this machine does
# not have is fetched where that is possible; the summary says what did not run, and why.
set -eu
cd "$(dirname "$0")/.."
if [ -z "${WIREWATCH_TEST_KAFKA:-}" ]; then
  if why_not=$(.venv/bin/python scripts/kafka/broker.py --check); then
    export WIREWATCH_TEST_KAFKA=start
  else
    echo "Apache Kafka does not run in these tests. $why_not"
  fi
fi
if ! PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v pgbouncer >/dev/null &&
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  # Only the program of Debian's package, and its libraries: the package would start a server.
  (folder=$(mktemp -d) && cd "$folder" && apt-get -qq update &&
    apt-get -qq -y install --no-install-recommends libc-ares2 libevent-2.1-7 &&
    apt-get -qq download pgbouncer && dpkg-deb --fsys-tarfile pgbouncer_*.deb |
    tar -xC /usr/local/sbin --strip-components=3 ./usr/sbin/pgbouncer && rm -r "$folder") >/dev/null 2>&1 ||
    echo "PgBouncer cannot be installed here: its tests do not run."
fi
exec nice .venv/bin/pytest --ha -n 0 tests/ha "$@"
