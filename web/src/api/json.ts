/** The object that a text of JSON is; null: it is none. */
export function objectOf(text: string): Record<string, unknown> | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null // whoever typed it is told
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
}
