import { isReached, UNREACHED } from './client'

/** Code of the UI that did not come; only another load of the address brings it. */
export class NotLoaded extends Error {}

/** How code is loaded. What failed once stays so: a browser asks again for the script, and not for its styles. */
export function code<T>(load: () => Promise<T>): () => Promise<T> {
  let failed: NotLoaded | null = null
  return async () => {
    if (failed) throw failed
    try {
      return await load()
    } catch (cause) {
      failed = new NotLoaded((await isReached()) ? 'The page could not be loaded' : UNREACHED, { cause })
      throw failed
    }
  }
}
