import type { WebhookIn } from '../api/nouns'

export type Receiver = WebhookIn['receiver']

/** Whose payloads a webhook reads, and where its address belongs. */
export const RECEIVERS: Readonly<Record<Receiver, { name: string; use: string; setup: (url: string) => string }>> = {
  alertmanager: {
    name: 'Prometheus Alertmanager',
    use: 'In alertmanager.yml, as a receiver:',
    setup: (url) =>
      `receivers:\n  - name: whence\n    webhook_configs:\n      - url: ${url}\n        send_resolved: true`,
  },
  grafana: {
    name: 'Grafana',
    use: 'Alerting, Contact points, Webhook; its URL:',
    setup: (url) => url,
  },
  aws_sns: {
    name: 'AWS SNS and CloudWatch',
    use: 'A subscription of the topic:',
    setup: (url) => `aws sns subscribe --protocol https --topic-arn TOPIC \\\n  --notification-endpoint '${url}'`,
  },
  direct: {
    name: 'Anything that posts JSON',
    use: 'Post the event itself:',
    setup: (url) =>
      `curl '${url}' -H 'Content-Type: application/json' \\\n  -d '{"event_key":"db-1-disk","title":"Disk almost full","event_type":"ALERT","severity":"WARNING","resource":{"name":"db-1"}}'`,
  },
}
