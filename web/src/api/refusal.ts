import { objectOf } from './json'
import type { Violation } from './nouns'

/** What the server refused, in its own words; `status` 0: it was not reached. */
export class Refusal extends Error {
  readonly status: number
  readonly violations: readonly Violation[]
  readonly requestId: string | null

  constructor(status: number, message: string, violations: readonly Violation[] = [], requestId: string | null = null) {
    super(message)
    this.name = 'Refusal'
    this.status = status
    this.violations = violations
    this.requestId = requestId
  }

  /** Whether the same would be refused again; what was not reached, or not now, may be answered another time. */
  get isForGood(): boolean {
    return this.status > 0 && this.status < 500 && this.status !== 429
  }
}

/** What a body says is wrong; a body of another shape came from a proxy. */
export function refusal(status: number, body: unknown): Refusal {
  const error = errorOf(body)
  if (!error) return new Refusal(status, `The server answered ${status}`)
  const violations = Array.isArray(error.violations) ? error.violations.filter(isViolation) : []
  return new Refusal(
    status,
    typeof error.message === 'string' ? error.message : `The server answered ${status}`,
    violations,
    typeof error.request_id === 'string' ? error.request_id : null,
  )
}

const AWAY: ReadonlySet<number> = new Set([502, 503, 504])

/** Whether it is a proxy's word that the server is away: with one of its statuses, and without a body of ours. */
export async function isOfProxy(response: Response): Promise<boolean> {
  return AWAY.has(response.status) && errorOf(objectOf(await response.clone().text())) === null
}

function errorOf(body: unknown): Record<string, unknown> | null {
  return isObject(body) && isObject(body.error) ? body.error : null
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isViolation(value: unknown): value is Violation {
  return isObject(value) && typeof value.path === 'string' && typeof value.message === 'string'
}
