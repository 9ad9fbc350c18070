// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { FacetGroup } from './FacetGroup'

afterEach(cleanup)

const values = Array.from({ length: 12 }, (_, i) => ({ value: `type-${i}`, count: 12 - i }))
const group = (given: Partial<Parameters<typeof FacetGroup>[0]> = {}) => {
  const onToggle = vi.fn()
  render(
    <FacetGroup
      facet="type"
      name="Type"
      values={values}
      more={3}
      chosen={[]}
      onToggle={onToggle}
      onClear={() => {}}
      {...given}
    />,
  )
  return onToggle
}

test('the most frequent values are shown, all of them when asked for', () => {
  group()
  expect(screen.getAllByRole('checkbox')).toHaveLength(7)
  fireEvent.click(screen.getByRole('button', { name: 'Show all 15' }))
  expect(screen.getAllByRole('checkbox')).toHaveLength(12)
  expect(screen.getByText('3 rarer ones are not listed')).toBeTruthy()
})

test('what is chosen stays in sight, also when it does not occur', () => {
  group({ chosen: ['gone'] })
  expect(screen.getByRole<HTMLInputElement>('checkbox', { name: /^gone/ }).checked).toBe(true)
})

test('values are found by their letters, and Enter chooses', () => {
  const onToggle = group()
  const box = screen.getByRole('searchbox', { name: 'Find type' })
  fireEvent.change(box, { target: { value: 'E-11' } })
  expect(screen.getAllByRole('checkbox')).toHaveLength(1)
  fireEvent.keyDown(box, { key: 'Enter' })
  expect(onToggle).toHaveBeenCalledWith('type-11')
})

test('Enter chooses a value that is too rare to be listed', () => {
  const onToggle = group()
  const box = screen.getByRole('searchbox', { name: 'Find type' })
  fireEvent.change(box, { target: { value: ' rare one ' } })
  fireEvent.keyDown(box, { key: 'Enter' })
  expect(onToggle).toHaveBeenCalledWith('rare one')
})
