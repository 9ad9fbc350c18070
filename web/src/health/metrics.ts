/** One line of Prometheus' text format. */
export interface Sample {
  name: string
  labels: Readonly<Record<string, string>>
  value: number
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+\d+)?$/
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g

export function parseMetrics(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value = ''] = LINE.exec(line.trim()) ?? []
    if (!name || line.startsWith('#')) return []
    return [
      {
        name,
        labels: Object.fromEntries(
          [...labels.matchAll(LABEL)].map(([, key = '', said = '']) => [key, unescaped(said)]),
        ),
        value: numberOf(value),
      },
    ]
  })
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign))
}

function numberOf(text: string): number {
  return text === '+Inf' ? Number.POSITIVE_INFINITY : text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text)
}

/** The sum of all samples of a name whose labels have these values. */
export function sum(samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>> = {}): number {
  return samples
    .filter((one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value))
    .reduce((total, { value }) => total + value, 0)
}

/** Sums by the values of a label. */
export function by(samples: readonly Sample[], name: string, label: string): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { name: own, labels, value } of samples) {
    const key = labels[label]
    if (own === name && key !== undefined) sums.set(key, (sums.get(key) ?? 0) + value)
  }
  return sums
}

/** Within what time a share of all that a histogram counted was done, in seconds: the bound of the bucket; null: none was. */
export function quantile(samples: readonly Sample[], name: string, share: number): number | null {
  const buckets = by(samples, `${name}_bucket`, 'le')
  const bounds = [...buckets].map(([le, count]) => ({ le: numberOf(le), count })).sort((a, b) => a.le - b.le)
  const all = bounds.at(-1)?.count ?? 0
  return all === 0 ? null : (bounds.find(({ count }) => count >= all * share)?.le ?? null)
}
