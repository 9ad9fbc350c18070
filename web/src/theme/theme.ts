import { createTheme, type MantineColorsTuple } from '@mantine/core'

const indigo: MantineColorsTuple = [
  '#eef0fd',
  '#dcdff8',
  '#b6bcf0',
  '#8f98e8',
  '#6f7ae1',
  '#5a67dc',
  '#4c5bd4',
  '#4351c9',
  '#3845ae',
  '#2c3791',
]

/** The grey of the surfaces, a shade of blue, from light to dark: Mantine draws its dark surfaces from it. */
const dark: MantineColorsTuple = [
  '#e7ebf2',
  '#b9c2cf',
  '#9aa6b6',
  '#6c788a',
  '#323b49',
  '#29313d',
  '#181e27',
  '#10151c',
  '#0c1016',
  '#080b0f',
]

export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 7, dark: 5 },
  colors: { indigo, dark },
  fontFamily: 'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    Tooltip: { defaultProps: { openDelay: 250, withArrow: true } },
    Modal: {
      defaultProps: {
        centered: true,
        closeButtonProps: { 'aria-label': 'Close' },
        closeOnClickOutside: false, // a slip of the hand beside it would lose what was typed
      },
      styles: { title: { overflowWrap: 'anywhere', lineHeight: 1.35 } }, // names of others stand in it
    },
    Drawer: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
  },
})
