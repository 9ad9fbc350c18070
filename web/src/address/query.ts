/** A query string and back, spelled as the API spells it: a repeated name is a list, everything is text. */

export type Written = Readonly<Record<string, string | readonly string[]>>

export function parseQuery(text: string): Record<string, string | string[]> {
  const parsed = new Map<string, string[]>()
  for (const [name, value] of new URLSearchParams(text)) {
    parsed.set(name, [...(parsed.get(name) ?? []), value])
  }
  return Object.fromEntries(
    [...parsed].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
  )
}

/** With its question mark, or nothing; absent values and empty lists are left out. */
export function stringifyQuery(query: Readonly<Record<string, unknown>>): string {
  const written = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== false) written.append(name, String(one))
    }
  }
  const text = written.toString().replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%2F', '/')
  return text === '' ? '' : `?${text}`
}

/** The values of a name; none when it is absent or empty. */
export function listOf(value: unknown): string[] {
  const values = Array.isArray(value) ? value : [value]
  return [...new Set(values.filter((one): one is string => typeof one === 'string' && one !== ''))]
}

/** The one value of a name, the first when it is repeated. */
export function oneOf(value: unknown): string | undefined {
  return listOf(value)[0]
}
