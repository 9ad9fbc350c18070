#!/bin/sh
# A Komodor custom event, as a Komodor sender posts it. Only the base URL and the key are whence's.
#   komodor-event.sh EVENT_TYPE SUMMARY [SERVICE]
# Needs WHENCE_URL and WHENCE_TOKEN (right events:write). Prints the answer's headers and body.
set -eu

type=${1:?usage: komodor-event.sh EVENT_TYPE SUMMARY [SERVICE]}
summary=${2:?usage: komodor-event.sh EVENT_TYPE SUMMARY [SERVICE]}
service=${3:-}
: "${WHENCE_URL:?}" "${WHENCE_TOKEN:?}"

case "$type$summary$service" in *[\\\"]*) echo "no quotes or backslashes, please" >&2; exit 2 ;; esac

services=${service:+\"$service\"}
curl --silent --show-error --fail-with-body --max-time 10 --include --location "$WHENCE_URL/mgmt/v1/events" \
    --header "x-api-key: $WHENCE_TOKEN" \
    --header 'Content-Type: application/json' \
    --data-raw "{\"eventType\": \"$type\", \"summary\": \"$summary\", \"severity\": \"Info\",
                 \"scope\": {\"servicesNames\": [$services]}, \"details\": {\"from\": \"komodor-event.sh\"}}"
echo
