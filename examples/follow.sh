#!/bin/sh
# Print the title of each event as it comes.
#   follow.sh [QUERY]      for example: follow.sh 'service=cart&severity=error'
# Needs WHENCE_URL and WHENCE_TOKEN (right events:read). Ends with Ctrl-C, or after FOLLOW_SECONDS if that is set.
# Over a lost connection it goes on where it was, with Last-Event-ID.
set -eu

query=${1:-}
seconds=${FOLLOW_SECONDS:-0} # curl's 0: for ever
: "${WHENCE_URL:?}" "${WHENCE_TOKEN:?}"

# Once at the start: an address or a token that is wrong ends it here, with what the server says.
if ! answer=$(curl --silent --show-error --fail-with-body --max-time 10 \
    --header "Authorization: Bearer $WHENCE_TOKEN" "$WHENCE_URL/v1/events/facets?$query"); then
    printf '%s\n' "$answer" >&2
    exit 1
fi

place=$(mktemp)
trap 'rm -f "$place"' EXIT
trap 'exit 130' INT

while :; do
    last=$(cat "$place")
    code=0
    curl --silent --no-buffer --fail --max-time "$seconds" \
        --header "Authorization: Bearer $WHENCE_TOKEN" ${last:+--header "Last-Event-ID: $last"} \
        "$WHENCE_URL/v1/events/stream?$query" || code=$?
    [ "$code" = 22 ] && sleep 5 # the server says no, or not yet
    [ "$seconds" != 0 ] && break
    sleep 1
done | while IFS= read -r line; do
    case "$line" in
    'id: '*) printf '%s' "${line#id: }" >"$place" ;;
    'event: reset'*) : >"$place" ;; # there is a gap: start anew
    'data: {'*)
        title=${line#*\"title\":\"} # the first is the event's own; its links have titles too
        printf '%s\n' "$title" | sed -E 's/^(([^"\\]|\\.)*)".*/\1/'
        ;;
    esac
done
