#!/bin/sh
# curl: -N, or it waits for a buffer to fill.
# CHAT_URL=… CHAT_KEY=… sh curl.sh "Tell me about the sea"
printf '{"content": "%s"}' "$(printf %s "$1" | sed 's/[\\"]/\\&/g')" |
    curl -sSN --fail-with-body "$CHAT_URL/api/v1/chat" -H "Authorization: Bearer $CHAT_KEY" \
        -H 'Content-Type: application/json' -H 'Accept: text/plain' --data-binary @-
