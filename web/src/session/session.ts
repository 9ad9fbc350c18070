import { answer, api, done, send } from '../api/client'
import type { Right, Session } from '../api/nouns'
import { Refusal } from '../api/refusal'
import { heed } from '../time/now'

/** A server without sessions, reached through a proxy that adds a token: everything may be tried. */
const PROXIED: Session = {
  token: {
    id: '',
    name: 'proxy',
    account: 'default',
    rights: ['admin'],
    sees: 'all',
    expires_at: null,
    bootstrap: false,
  },
  csrf: '',
  expires_at: '',
  now: '',
}

/** Who is signed in, and what proves that a change comes from this page; null when nobody is. Its time is heeded. */
export async function current(signal?: AbortSignal): Promise<Session | null> {
  const sent = Date.now()
  try {
    const session = await answer(api.GET('/v1/session', { signal }))
    heed(Date.parse(session.now), sent, Date.now())
    return session
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) return null
    if (error instanceof Refusal && error.status === 404) return PROXIED
    throw error
  }
}

export function signIn(token: string): Promise<void> {
  return done(api.POST('/v1/session', { body: { token } }))
}

/** Ends the session; one that has ended already is as good. */
export async function signOut(): Promise<void> {
  try {
    await done(api.DELETE('/v1/session'))
  } catch (error) {
    if (!(error instanceof Refusal && error.status === 401)) throw error
  }
}

const PROOF = 'x-csrf-token'

/**
 * Puts the session's proof on every request that changes something, until the returned function is called.
 *
 * Who signed in again in another tab has another proof: what was refused is sent once more with that one. Not when it
 * is somebody else's: they did not ask for it.
 *
 * @param onOther - told of the session that there is instead.
 */
export function prove({ csrf, token }: Session, onOther: (session: Session | null) => void): () => void {
  const sent = new Map<string, Request>()
  const proof = {
    onRequest({ request, id }: { request: Request; id: string }) {
      if (request.method === 'GET' || csrf === '') return request
      request.headers.set(PROOF, csrf)
      sent.set(id, request.clone())
      return request
    },
    async onResponse({ response, id }: { response: Response; id: string }) {
      const again = sent.get(id)
      sent.delete(id)
      if (!again || response.status !== 403) return response
      const other = await current().catch(() => undefined) // the refusal says enough
      if (other === undefined || other?.csrf === csrf) return response
      onOther(other)
      if (other?.token.id !== token.id) return response
      again.headers.set(PROOF, other.csrf)
      return send(again)
    },
    onError({ id }: { id: string }) {
      sent.delete(id)
    },
  }
  api.use(proof)
  return () => api.eject(proof)
}

export function may({ token }: Session, right: Right): boolean {
  return token.rights.includes('admin') || token.rights.includes(right)
}
