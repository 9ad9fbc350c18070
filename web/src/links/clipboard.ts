/**
 * Puts the text on the clipboard; false: the browser does not let this page.
 *
 * Over plain http on another host there is no `navigator.clipboard`: the older way copies what is selected.
 */
export async function onClipboard(text: string): Promise<boolean> {
  if (!('clipboard' in navigator) || !navigator.clipboard) return bySelection(text)
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return bySelection(text)
  }
}

function bySelection(text: string): boolean {
  const before = document.activeElement
  const shown = document.createElement('textarea')
  shown.value = text
  shown.readOnly = true
  shown.className = 'unseen'
  document.body.append(shown)
  shown.select()
  try {
    return document.execCommand('copy')
  } catch {
    return false // a browser that has left the older way behind
  } finally {
    shown.remove()
    if (before instanceof HTMLElement) before.focus({ preventScroll: true })
  }
}
