#!/bin/bash
# Another version, or other settings, without anybody being sent away: one server after the other.
#   rolling-restart.sh [PORT...]      (default: 8001 8002)
# A server that ends answers new work with 503 and Retry-After, lets its replies go on for CHAT_DRAIN_SECONDS
# and saves them; whoever followed there comes back elsewhere, and goes on where they were.
# RESTART is what restarts the server on a port; it is given the port. Stops at the first that does not come back.
set -euo pipefail
restart=${RESTART:-systemctl restart chat@}

ready() { curl --silent --fail --max-time 2 --output /dev/null "http://127.0.0.1:$1/readyz"; }

ports=("$@")
((${#ports[@]})) || ports=(8001 8002)
for port in "${ports[@]}"; do
    echo "restarting the server on port $port"
    $restart"$port"
    for _ in $(seq 60); do
        ready "$port" && continue 2
        sleep 1
    done
    echo "the server on port $port is not ready after a minute; the others were left alone" >&2
    exit 1
done
