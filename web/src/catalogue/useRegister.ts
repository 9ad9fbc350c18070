import { useQueryClient } from '@tanstack/react-query'
import { answer, api, done } from '../api/client'
import type { EntityIn, Relation } from '../api/nouns'
import { useCall } from '../api/useCall'

export function useRegister() {
  return useChange((entities: EntityIn[]) => answer(api.PUT('/v1/entities', { body: { entities } })))
}

export function useRemoveEntity() {
  return useChange((name: string) => done(api.DELETE('/v1/entities/{name}', { params: { path: { name } } })))
}

export function useRelate() {
  return useChange((relations: Relation[]) => answer(api.PUT('/v1/relations', { body: { relations } })))
}

export function useUnrelate() {
  return useChange((relations: Relation[]) => done(api.DELETE('/v1/relations', { body: { relations } })))
}

function useChange<Asked, Answer>(mutationFn: (asked: Asked) => Promise<Answer>) {
  const client = useQueryClient()
  return useCall({
    mutationFn,
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['entities'] }),
        client.invalidateQueries({ queryKey: ['relations'] }),
      ]),
  })
}
