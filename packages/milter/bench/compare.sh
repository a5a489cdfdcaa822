#!/bin/sh
# compare.sh LAB MESSAGE...   filters of this package beside LAB/milter-accept.mjs, taking turns under LAB/milter-load.mjs.
# Build first. ROUNDS (3), CONNS (8), MESSAGES (3000) on each connection, PORT (10924). CPU is that of the filter, warmed up.
set -eu
LAB=$1; shift
HERE=$(cd "$(dirname "$0")" && pwd); AT=127.0.0.1:${PORT:-10924}
load() { node "$LAB/milter-load.mjs" --json --to "$AT" --conns "${CONNS:-8}" --messages "$@"; }
one() { # NAME COMMAND...
  name=$1; shift; "$@" --listen "$AT" >/dev/null & pid=$!
  load "${MESSAGES:-3000}" "$message" >/dev/null
  load "${MESSAGES:-3000}" --pid $pid "$message" | node -e '
    const r = JSON.parse(require("node:fs").readFileSync(0)); const [name, message] = process.argv.slice(1)
    console.log(name.padEnd(24), message.padEnd(16), `${r.rps}/s`.padStart(10), `${r.serverCpuUs} us CPU`.padStart(16), `p50 ${r.p50} ms, ${r.rssMiB} MiB`)' \
    "$name" "$(basename "$message")"
  kill $pid; wait $pid 2>/dev/null || :
}
for message in "$@"; do
  for _ in $(seq "${ROUNDS:-3}"); do
    one 'accept --no-reply --hash' node "$LAB/milter-accept.mjs" --no-reply --hash
    one 'ours, hash' node "$HERE/server.mjs" --hash
    one 'accept --no-reply' node "$LAB/milter-accept.mjs" --no-reply
    one 'ours' node "$HERE/server.mjs"
    one 'accept' node "$LAB/milter-accept.mjs"
    one 'ours, deciding all' node "$HERE/server.mjs" --decide
  done
done
