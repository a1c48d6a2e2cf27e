/** Faults in web pages: React, Vue and Svelte as create-vite ships them, and React with ESLint, Prettier and Stylelint. */
import { append, dependOn, FIXED, replace } from '../fault.ts';
import type { Seeding } from '../fault.ts';

const MAIN = 'src/main.tsx';
const used = (file: string): ((text: string) => string) => replace('import App from', `import './${file}'\nimport App from`);

export const viteReact: Seeding = {
  scaffold: 'vite-react',
  faults: [
    {
      what: 'a component that nothing imports any more',
      change: { 'src/OldBanner.tsx': 'export function OldBanner() {\n  return <p>old</p>\n}\n' },
      agent: 'architecture',
      check: 'unused-code',
      rule: 'files',
      path: 'src/OldBanner.tsx',
      at: null,
    },
    {
      what: 'two modules that import each other',
      change: {
        'src/cart.ts': "import { total } from './total.ts'\n\nexport const cart = [1, 2]\nconsole.log(total())\n",
        'src/total.ts': "import { cart } from './cart.ts'\n\nexport const total = () => cart.length\n",
        [MAIN]: used('cart.ts'),
      },
      agent: 'architecture',
      check: 'import-cycles',
      rule: 'import-cycle',
      path: 'src/cart.ts',
      at: "from './total.ts'",
    },
    {
      what: 'an import of a package that only another package asks for',
      change: { 'src/ids.ts': "import { nanoid } from 'nanoid'\n\nconsole.log(nanoid())\n", [MAIN]: used('ids.ts') },
      agent: 'architecture',
      check: 'unused-code',
      rule: 'unlisted',
      path: 'src/ids.ts',
      at: "from 'nanoid'",
    },
    {
      what: 'a dependency that nothing uses any more',
      change: dependOn('picomatch', '^4.0.0'),
      agent: 'architecture',
      check: 'unused-code',
      rule: 'dependencies',
      path: 'package.json',
      at: '"picomatch"',
    },
    {
      what: 'a module map that is out of step',
      change: { 'README.md': append('\n## Map\n\n<!-- upkeep:module-map -->\nold\n<!-- /upkeep:module-map -->\n') },
      agent: 'architecture',
      check: 'module-map',
      rule: 'module-map-drift',
      path: 'README.md',
      at: FIXED,
    },
    {
      what: 'a property of the wrong type',
      change: {
        'src/Price.tsx':
          'export const Price = ({ cents }: { cents: number }) => <b>{cents}</b>\nexport const Free = () => <Price cents="0" />\n',
        [MAIN]: used('Price.tsx'),
      },
      agent: 'frontend',
      check: 'type-check',
      rule: 'TS2322',
      path: 'src/Price.tsx',
      at: 'cents="0"',
    },
    {
      what: 'a hook behind a condition',
      change: {
        'src/Badge.tsx':
          "import { useState } from 'react'\n\nexport function Badge({ isNew }: { isNew: boolean }) {\n  if (!isNew) return null\n  const [count] = useState(0)\n  return <i>{count}</i>\n}\n",
        [MAIN]: used('Badge.tsx'),
      },
      agent: 'frontend',
      check: 'oxlint',
      rule: 'react-hooks/rules-of-hooks',
      path: 'src/Badge.tsx',
      at: 'useState(0)',
    },
    {
      what: 'a list without keys',
      change: {
        'src/List.tsx':
          'export function List({ names }: { names: string[] }) {\n  return <ul>{names.map((name) => <li>{name}</li>)}</ul>\n}\n',
        [MAIN]: used('List.tsx'),
      },
      agent: 'frontend',
      check: 'oxlint',
      rule: 'react/jsx-key',
      path: 'src/List.tsx',
      at: '<li>',
    },
    {
      what: 'a negation that is done twice for nothing',
      change: {
        'src/Door.tsx': 'export function Door({ open }: { open: boolean }) {\n  return <p>{!!open ? 1 : 2}</p>\n}\n',
        [MAIN]: used('Door.tsx'),
      },
      agent: 'frontend',
      check: 'oxlint',
      rule: 'no-extra-boolean-cast',
      path: 'src/Door.tsx',
      at: '!!open',
    },
    {
      what: 'a setting of the wrong type',
      change: { 'vite.config.ts': replace('plugins: [react()],', "plugins: [react()],\n  server: { port: '3000' },") },
      agent: 'backend',
      check: 'type-check',
      rule: 'TS2769',
      path: 'vite.config.ts',
      at: "port: '3000'",
    },
    {
      what: 'a comparison with NaN',
      change: { 'src/rate.ts': 'const rate = Number(location.hash)\nconsole.log(rate === NaN)\n', [MAIN]: used('rate.ts') },
      agent: 'backend',
      check: 'oxlint',
      rule: 'use-isnan',
      path: 'src/rate.ts',
      at: FIXED,
    },
    {
      what: 'a link to a page that was moved',
      change: { 'README.md': append('\nSee [how to deploy](docs/deploy.md).\n') },
      agent: 'docs',
      check: 'links',
      rule: 'broken-link',
      path: 'README.md',
      at: 'docs/deploy.md',
    },
  ],
};

export const nextApp: Seeding = {
  scaffold: 'next-app',
  faults: [
    {
      what: 'a component that nothing imports any more',
      change: { 'src/parts/Banner.tsx': 'export function Banner() {\n  return <p>old</p>;\n}\n' },
      agent: 'architecture',
      check: 'unused-code',
      rule: 'files',
      path: 'src/parts/Banner.tsx',
      at: null,
    },
    {
      what: 'an image that Next.js cannot make smaller',
      change: { 'src/app/about/page.tsx': 'export default function About() {\n  return <img src="/about.png" alt="About" />;\n}\n' },
      agent: 'frontend',
      check: 'eslint',
      rule: '@next/next/no-img-element',
      path: 'src/app/about/page.tsx',
      at: '<img',
    },
    {
      what: 'a hook in a callback',
      change: {
        'src/app/list/page.tsx':
          "'use client';\nimport { useState } from 'react';\n\nexport default function List() {\n  const all = [1, 2].map((one) => useState(one)[0]);\n  return <p>{all.join()}</p>;\n}\n",
      },
      agent: 'frontend',
      check: 'eslint',
      rule: 'react-hooks/rules-of-hooks',
      path: 'src/app/list/page.tsx',
      at: 'useState(one)',
    },
    {
      what: 'metadata of the wrong type',
      change: {
        'src/app/layout.tsx': replace('export const metadata: Metadata = {', 'export const metadata: Metadata = {\n  keywords: 7,'),
      },
      agent: 'frontend',
      check: 'type-check',
      rule: 'TS2322',
      path: 'src/app/layout.tsx',
      at: 'keywords: 7',
    },
  ],
};

export const viteVue: Seeding = {
  scaffold: 'vite-vue',
  faults: [
    {
      what: 'a dependency that is in package.json and not in package-lock.json',
      change: { 'package.json': replace('"dependencies": {', '"dependencies": {\n    "pinia": "^3.0.0",') },
      agent: 'devops',
      check: 'lockfile',
      rule: 'lockfile-out-of-step',
      path: 'package-lock.json',
      at: null,
    },
    {
      what: 'eval where no linter is set up',
      change: { 'src/run.ts': 'export function run(code: string) {\n  return eval(code)\n}\n' },
      agent: 'backend',
      check: 'code-rules',
      rule: 'no-eval',
      path: 'src/run.ts',
      at: 'eval(code)',
    },
    {
      what: 'a comparison of a component that is never true',
      change: {
        'src/components/Total.vue':
          '<script setup lang="ts">\nconst text = typeof location.hash === \'strnig\'\n</script>\n\n<template>{{ text }}</template>\n',
      },
      agent: 'frontend',
      check: 'code-rules',
      rule: 'valid-typeof',
      path: 'src/components/Total.vue',
      at: 'strnig',
    },
    {
      what: 'a type error in a component',
      change: { 'src/components/HelloWorld.vue': replace('const count = ref(0)', "const count = ref(0)\nconst price: number = 'free'") },
      agent: 'frontend',
      check: 'type-check',
      rule: 'TS2322',
      path: 'src/components/HelloWorld.vue',
      at: "'free'",
    },
    {
      what: 'a style that wants one which is not there',
      change: { 'src/style.css': (text) => `@import './gone.css';\n${text}` },
      agent: 'frontend',
      check: 'build',
      rule: 'build-failed',
      path: 'src/style.css',
      at: null,
    },
  ],
};

export const viteSvelte: Seeding = {
  scaffold: 'vite-svelte',
  faults: [
    {
      what: 'a duplicate key in a component',
      change: {
        'src/lib/Counter.svelte': replace(
          'let count: number = $state(0)',
          'let count: number = $state(0)\n  console.log({ size: 1, size: 2 })',
        ),
      },
      agent: 'frontend',
      check: 'code-rules',
      rule: 'no-dupe-keys',
      path: 'src/lib/Counter.svelte',
      at: 'size: 1, size: 2',
    },
    {
      what: 'a component that nothing imports any more',
      change: { 'src/lib/Old.svelte': '<p>old</p>\n' },
      agent: 'architecture',
      check: 'unused-code',
      rule: 'files',
      path: 'src/lib/Old.svelte',
      at: null,
      missed: 'components of Svelte and Vue may be found by their names; where knip is not set up nothing is said of them',
    },
    {
      what: 'a picture in the README that is not there',
      change: { 'README.md': append('\n![The page](docs/page.png)\n') },
      agent: 'docs',
      check: 'links',
      rule: 'broken-image',
      path: 'README.md',
      at: 'docs/page.png',
    },
    {
      what: 'a type error in a component',
      change: {
        'src/App.svelte': replace('<script>', '<script lang="ts">\n  const price: number = \'free\'\n  console.log(price)'),
      },
      agent: 'frontend',
      check: 'svelte-check',
      rule: 'TS2322',
      path: 'src/App.svelte',
      at: "'free'",
    },
  ],
};
