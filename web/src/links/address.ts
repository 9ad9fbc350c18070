/** The address, if a browser may be sent there: http or https, without a user's name in it; else null. */
export function safeAddress(text: string): string | null {
  if (!URL.canParse(text)) return null
  const { protocol, username, password, href } = new URL(text)
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '' ? href : null
}
