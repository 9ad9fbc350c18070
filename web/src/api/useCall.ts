import { type UseMutationOptions, type UseMutationResult, useMutation } from '@tanstack/react-query'
import { useRef } from 'react'

/**
 * A call that changes something, one at a time: whoever asks again before it is answered is not heard.
 * The second click of a double click comes before the button is drawn as busy.
 */
export function useCall<Answer, Asked = void>(
  options: UseMutationOptions<Answer, Error, Asked>,
): UseMutationResult<Answer, Error, Asked> {
  const isUnderWay = useRef(false)
  const call = useMutation({
    ...options,
    onSettled: async (...settled) => {
      try {
        await options.onSettled?.(...settled)
      } finally {
        isUnderWay.current = false
      }
    },
  })
  const mutate: typeof call.mutate = (...asked) => {
    if (isUnderWay.current) return
    isUnderWay.current = true
    call.mutate(...asked)
  }
  return { ...call, mutate }
}
