/** The command that sends a first event. */
export function firstEvent(origin: string, token: string): string {
  const event = { kind: 'change', type: 'deploy', title: 'checkout v1.0.0 is out', scope: { services: ['checkout'] } }
  return [
    `curl ${origin}/v1/events \\`,
    `  -H 'Authorization: Bearer ${token}' \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '${JSON.stringify(event)}'`,
  ].join('\n')
}
