// @vitest-environment happy-dom
import { render } from '@testing-library/react'
import { expect, test } from 'vitest'
import { Sentence } from './Sentence'

test('what is quoted has its own direction, and the sentence its words', () => {
  const text = '“تعطل 31 %” 10 minutes before “evil \u202eexe.png”, as others'

  const { container } = render(<Sentence text={text} />)

  expect([...container.querySelectorAll('bdi')].map((one) => one.textContent)).toEqual([
    '“تعطل 31 %”',
    '“evil \u202eexe.png”',
  ])
  expect(container.textContent).toBe(text)
})
