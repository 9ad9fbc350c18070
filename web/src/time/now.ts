/** How far the server's clock is ahead of this browser's, in milliseconds. */
let ahead = 0

/** What the server's clock shows, as far as this browser knows: windows end where events are. */
export const now = (): number => Date.now() + ahead

/** Takes what the server's clock showed at some moment between two that this browser's shows. */
export function heed(said: number, sent: number, received: number): void {
  if (Number.isFinite(said)) ahead = aheadOf(said, sent, received)
}

/** How far a clock is ahead that showed `said` between the two; 0 when this one may be right, else rather too far. */
export function aheadOf(said: number, sent: number, received: number): number {
  return said >= sent && said <= received ? 0 : said - sent
}
