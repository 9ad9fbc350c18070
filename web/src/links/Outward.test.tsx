// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { Outward } from './Outward'

afterEach(cleanup)

test('a good address is a link that tells nobody where one came from', () => {
  render(<Outward url="https://ci.example/7">run 7</Outward>)
  const link = screen.getByRole('link', { name: /run 7/ })
  expect(link.getAttribute('href')).toBe('https://ci.example/7')
  expect(link.getAttribute('rel')).toBe('noopener noreferrer')
})

test('any other is text, and markup in it is text, too', () => {
  const { container } = render(<Outward url="javascript:alert(1)">{'<b>click</b>'}</Outward>)
  expect(screen.queryByRole('link')).toBeNull()
  expect(container.querySelector('b')).toBeNull()
  expect(container.textContent).toBe('<b>click</b>')
})
