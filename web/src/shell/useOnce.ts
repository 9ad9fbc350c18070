import { useState } from 'react'

/** Whether it is so, or was since the component is there: what has been shown does not go back to waiting. */
export function useOnce(isSo: boolean): boolean {
  const [wasSo, setWasSo] = useState(isSo)
  if (isSo && !wasSo) setWasSo(true)
  return isSo || wasSo
}
