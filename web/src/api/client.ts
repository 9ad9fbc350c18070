import createClient from 'openapi-fetch'
import { stringifyQuery } from '../address/query'
import { isOfProxy, Refusal, refusal } from './refusal'
import type { paths } from './schema'
import { heard, missed } from './silence'

export const api = createClient<paths>({
  baseUrl: typeof location === 'undefined' ? 'http://localhost' : location.origin,
  credentials: 'same-origin',
  querySerializer: (query) => stringifyQuery(query).slice(1),
  fetch: send,
})

/** Every request passes here, and tells whether the server is heard of. */
export async function send(request: Request): Promise<Response> {
  try {
    const response = await fetch(request)
    if (await isOfProxy(response)) missed()
    else heard()
    return response
  } catch (error) {
    if (!isCancelled(error)) missed()
    throw error
  }
}

export const UNREACHED = 'The server cannot be reached'

interface Answered<T> {
  data?: T
  error?: unknown
  response: Response
}

/** The answer of a call; whatever is no success is thrown as a `Refusal`. */
export async function answer<T>(call: Promise<Answered<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await reached(call)
  if (!response.ok || data === undefined || data === null) throw refusal(response.status, error)
  return data
}

/** The same for calls that answer with nothing. */
export async function done(call: Promise<Answered<unknown>>): Promise<void> {
  const { error, response } = await reached(call)
  if (!response.ok) throw refusal(response.status, error)
}

async function reached<T>(call: Promise<Answered<T>>): Promise<Answered<T>> {
  try {
    return await call
  } catch (error) {
    if (isCancelled(error)) throw error
    throw new Refusal(0, UNREACHED)
  }
}

function isCancelled(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
}

/** Whether the server answers at all; a proxy that says it is away is no answer. */
export async function isReached(): Promise<boolean> {
  try {
    return (await api.GET('/healthz')).response.ok
  } catch {
    return false
  }
}
