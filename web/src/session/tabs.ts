/** The tabs of a browser share its session: each tells the others when it signs in or out. */
const channel = new BroadcastChannel('whence.session')

export function tellTabs(): void {
  channel.postMessage('changed')
}

/** Calls when another tab signed in or out, until the returned function is called. */
export function hearTabs(onNews: () => void): () => void {
  channel.addEventListener('message', onNews)
  return () => channel.removeEventListener('message', onNews)
}
