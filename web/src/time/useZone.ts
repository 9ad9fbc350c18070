import { useLocalStorage } from '@mantine/hooks'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { chosenZone, ownZone } from './zone'

interface Zone {
  /** In which times are shown: that of the address, else that chosen before, else the browser's own. */
  zone: string
  /** The same, if somebody chose it: a link then says it to others, too. */
  chosen: string | null
  setZone: (zone: string) => void
}

/** A zone that is chosen is kept in this browser, and stands in the address. */
export function useZone(): Zone {
  const navigate = useNavigate()
  const named = useSearch({ strict: false, select: (search) => search.tz })
  const [stored, store] = useLocalStorage({ key: 'whence.zone', defaultValue: '', getInitialValueInEffect: false })
  const chosen = chosenZone(named, stored)
  const setZone = (zone: string) => {
    store(zone)
    navigate({ to: '.', search: (before) => ({ ...before, tz: zone }), replace: true })
  }
  return { zone: chosen ?? ownZone(), chosen, setZone }
}
