/** Every colour, size and font of the page, once. The rest of the page uses the variables that are made here. */
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

/** What can be said of a run, a check or an agent by colour, always beside an icon and a word. */
export const TONES = ['good', 'mended', 'bad', 'broken', 'waiting', 'moving', 'held', 'quiet'] as const;
export type Tone = (typeof TONES)[number];

const teal: MantineColorsTuple = [
  '#e6f6f3',
  '#cdeae5',
  '#9dd6cc',
  '#68c0b2',
  '#40ab9b',
  '#23978a',
  '#11796f',
  '#11685f',
  '#0c544d',
  '#063f3a',
];

/** Cool greys with little colour of their own; index 8 is the ground of the dark page and 7 its surfaces. */
const dark: MantineColorsTuple = [
  '#e3e8ee',
  '#c3ccd6',
  '#9aa7b5',
  '#748292',
  '#434e5a',
  '#2d3640',
  '#222a32',
  '#161b21',
  '#0e1216',
  '#090c0f',
];

export const theme = createTheme({
  primaryColor: 'teal',
  primaryShade: { light: 7, dark: 6 },
  colors: { teal, dark },
  fontFamily: "'Inter', ui-sans-serif, 'Segoe UI Variable Text', 'Segoe UI', system-ui, 'Helvetica Neue', 'Noto Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', 'JetBrains Mono', Menlo, 'DejaVu Sans Mono', monospace",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  lineHeights: { xs: '1.35', sm: '1.4', md: '1.45', lg: '1.5', xl: '1.5' },
  spacing: { xs: '0.375rem', sm: '0.5rem', md: '0.75rem', lg: '1.125rem', xl: '1.75rem' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.125rem', lineHeight: '1.35' },
      h2: { fontSize: '0.9375rem', lineHeight: '1.4' },
      h3: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  defaultRadius: 'sm',
  radius: { xs: '3px', sm: '5px', md: '8px', lg: '12px', xl: '24px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  components: {
    Button: { defaultProps: { size: 'xs', variant: 'default' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 'md' } },
    TextInput: { defaultProps: { size: 'xs' } },
    PasswordInput: { defaultProps: { size: 'sm' } },
    NativeSelect: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    Table: { defaultProps: { verticalSpacing: 5, horizontalSpacing: 'sm', fz: 'sm' } },
    Drawer: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    Modal: {
      defaultProps: {
        closeButtonProps: { 'aria-label': 'Close' },
        centered: true,
        overlayProps: { backgroundOpacity: 0.45 },
        transitionProps: { duration: 120 },
      },
    },
  },
});

const light: Record<string, string> = {
  '--mantine-color-body': '#f5f6f8',
  '--mantine-color-text': '#1b2127',
  '--mantine-color-dimmed': '#56616d',
  '--mantine-color-default-border': '#d3d9df',
  '--mantine-color-placeholder': '#66717d',
  '--surface': '#ffffff',
  '--surface-sunk': '#eef0f3',
  '--surface-hover': '#f0f3f6',
  '--line': '#dfe3e8',
  '--line-strong': '#c4ccd4',
  '--accent': '#0c6159',
  '--good': '#14692f',
  '--mended': '#0b6478',
  '--bad': '#b01c22',
  '--broken': '#96430a',
  '--waiting': '#5047b3',
  '--moving': '#0b58b0',
  '--held': '#775500',
  '--quiet': '#56616d',
  '--bar-good': '#4fa76a',
  '--bar-mended': '#3b9fb5',
  '--bar-bad': '#cf3f42',
  '--bar-broken': '#d4762f',
  '--bar-quiet': '#a9b3bd',
  '--bar-warn': '#c99516',
  '--code-keyword': '#a0246f',
  '--code-string': '#0f6233',
  '--code-constant': '#0b58b0',
  '--code-function': '#5b3fa8',
  '--shadow': '0 1px 2px rgb(20 30 40 / 6%)',
};

const night: Record<string, string> = {
  '--mantine-color-body': '#0e1216',
  '--mantine-color-text': '#e0e6ec',
  '--mantine-color-dimmed': '#98a5b3',
  '--mantine-color-default-border': '#303a45',
  '--mantine-color-placeholder': '#8593a1',
  '--surface': '#161b21',
  '--surface-sunk': '#11161b',
  '--surface-hover': '#1c232a',
  '--line': '#262e37',
  '--line-strong': '#3a4552',
  '--accent': '#68c0b2',
  '--good': '#62c47c',
  '--mended': '#55c2d8',
  '--bad': '#ff8079',
  '--broken': '#f5a05a',
  '--waiting': '#aaa5ff',
  '--moving': '#6fb1ff',
  '--held': '#e0b54c',
  '--quiet': '#98a5b3',
  '--bar-good': '#3f9a58',
  '--bar-mended': '#2f93a8',
  '--bar-bad': '#e05a55',
  '--bar-broken': '#d07d35',
  '--bar-quiet': '#4b5763',
  '--bar-warn': '#d3aa45',
  '--code-keyword': '#f08bc0',
  '--code-string': '#86d29b',
  '--code-constant': '#7fb8ff',
  '--code-function': '#c0aaff',
  '--shadow': 'none',
};

/** The variables of both themes. */
export const variables: CSSVariablesResolver = () => ({
  variables: { '--page-gap': 'var(--mantine-spacing-lg)' },
  light,
  dark: night,
});
