import type { ReactNode } from 'react'
import classes from './CodeBlock.module.css'
import { Copy } from './Copy'

/** Text to be copied, as it is. */
export function CodeBlock({ text, label, wrap = false }: { text: string; label: string; wrap?: boolean }): ReactNode {
  return (
    <div className={classes.block}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <pre role="region" className={classes.code} data-wrap={wrap} tabIndex={0} aria-label={label}>
        {text}
      </pre>
      <div className={classes.copy}>
        <Copy text={text} what={label} />
      </div>
    </div>
  )
}
