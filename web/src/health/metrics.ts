/** One line of Prometheus' text format. */
export interface Sample {
  name: string
  labels: Readonly<Record<string, string>>
  value: number
}

/** What a server says of itself: its samples, and the names of all that it counts, also of what never happened yet. */
export interface Metrics {
  declared: ReadonlySet<string>
  samples: readonly Sample[]
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+\d+)?$/
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g
const TYPE = /^# TYPE ([a-zA-Z_:][\w:]*) /
const PART = /_(?:bucket|count|sum)$/ // of a histogram, which is declared without

export function parseMetrics(text: string): Metrics {
  const lines = text.split('\n').map((line) => line.trim())
  return {
    declared: new Set(lines.flatMap((line) => TYPE.exec(line)?.[1] ?? [])),
    samples: lines.flatMap(sampleOf),
  }
}

function sampleOf(line: string): Sample[] {
  const [, name, labels = '', value = ''] = LINE.exec(line) ?? []
  if (!name || line.startsWith('#')) return []
  return [
    {
      name,
      labels: Object.fromEntries([...labels.matchAll(LABEL)].map(([, key = '', said = '']) => [key, unescaped(said)])),
      value: numberOf(value),
    },
  ]
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign))
}

function numberOf(text: string): number {
  return text === '+Inf' ? Number.POSITIVE_INFINITY : text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text)
}

/** Whether the server counts this at all: what it does not count is unknown, and not nought. */
export function isReported({ declared, samples }: Metrics, name: string): boolean {
  return declared.has(name) || declared.has(name.replace(PART, '')) || samples.some((one) => one.name === name)
}

/** The sum of all samples of a name whose labels have these values; null: it is not reported. */
export function sum(metrics: Metrics, name: string, labels: Readonly<Record<string, string>> = {}): number | null {
  if (!isReported(metrics, name)) return null
  return metrics.samples
    .filter((one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value))
    .reduce((total, { value }) => total + value, 0)
}

/** Sums by the values of a label, of samples whose other labels have these values; null: it is not reported. */
export function by(
  metrics: Metrics,
  name: string,
  label: string,
  labels: Readonly<Record<string, string>> = {},
): Map<string, number> | null {
  if (!isReported(metrics, name)) return null
  const values = new Set(metrics.samples.filter((one) => one.name === name).flatMap((one) => one.labels[label] ?? []))
  const sums = [...values].map((value) => [value, sum(metrics, name, { ...labels, [label]: value }) ?? 0] as const)
  return new Map(sums)
}

/** Within what time a share of all that a histogram counted was done, in seconds: the bound of the bucket; null: none was. */
export function quantile(metrics: Metrics, name: string, share: number): number | null {
  const buckets = by(metrics, `${name}_bucket`, 'le') ?? []
  const bounds = [...buckets].map(([le, count]) => ({ le: numberOf(le), count })).sort((a, b) => a.le - b.le)
  const all = bounds.at(-1)?.count ?? 0
  return all === 0 ? null : (bounds.find(({ count }) => count >= all * share)?.le ?? null)
}
