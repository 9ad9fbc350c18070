import { useLocalStorage } from '@mantine/hooks'
import { isZone, ownZone } from './zone'

/** The zone in which times are shown, and how to choose another; kept in this browser. */
export function useZone(): { zone: string; setZone: (zone: string) => void } {
  const [chosen, setZone] = useLocalStorage({ key: 'whence.zone', defaultValue: '', getInitialValueInEffect: false })
  return { zone: chosen !== '' && isZone(chosen) ? chosen : ownZone(), setZone }
}
