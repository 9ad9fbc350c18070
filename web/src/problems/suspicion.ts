import type { Problem } from '../api/nouns'

/** Where a problem probably began, in half a sentence. */
export function suspicion({
  causes,
  likely,
  explained_at,
}: Pick<Problem, 'causes' | 'likely' | 'explained_at'>): string {
  const [first] = causes
  if (!explained_at) return 'causes are being looked for'
  if (!first || !likely) return 'no likely cause'
  const where = first.entity?.name ?? first.event?.title ?? 'something'
  const change = first.reasons.find(({ code }) => code === 'change')
  return change ? `probably ${where}: ${change.text}` : `probably ${where}`
}
