#!/bin/sh
# Tell whence that a version of a service is out. For the last step of a deployment.
#   send-deploy.sh SERVICE VERSION [CLUSTER]
# Needs WHENCE_URL and WHENCE_TOKEN (right events:write). The same call within 24 hours is stored once, so that a step
# that is run again does no harm. Prints the server's answer; fails when the event was not taken.
set -eu

service=${1:?usage: send-deploy.sh SERVICE VERSION [CLUSTER]}
version=${2:?usage: send-deploy.sh SERVICE VERSION [CLUSTER]}
cluster=${3:-}
: "${WHENCE_URL:?}" "${WHENCE_TOKEN:?}"

# Names and versions as they are, or fail: nothing here escapes JSON.
case "$service$version$cluster" in *[!A-Za-z0-9._/@:+-]*) echo "names must be plain" >&2; exit 2 ;; esac

clusters=${cluster:+\"$cluster\"}
curl --silent --show-error --fail-with-body --max-time 10 --retry 5 --retry-connrefused \
    --header "Authorization: Bearer $WHENCE_TOKEN" \
    --header 'Content-Type: application/json' \
    --header "Idempotency-Key: deploy-$service-$version-${cluster:-everywhere}" \
    --data "{\"kind\": \"change\", \"type\": \"deploy\", \"source\": \"send-deploy.sh\",
             \"title\": \"$service $version is out\",
             \"scope\": {\"services\": [\"$service\"], \"clusters\": [$clusters]},
             \"properties\": {\"version\": \"$version\"}}" \
    "$WHENCE_URL/v1/events"
echo
