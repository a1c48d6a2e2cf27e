/** Projects as the generators ship them: nothing of them is changed. */
import type { Generator, Scaffold } from './scaffold.ts';

const vite = (template: string): Generator => ({
  bin: 'create-vite',
  args: (name) => [name, '--template', template, '--no-interactive'],
});
const fastify: Generator = { bin: 'fastify', args: (name) => ['generate', name, '--lang=ts'] };
const nest: Generator = {
  bin: 'nest',
  args: (name) => ['new', name, '--skip-install', '--skip-git', '--package-manager', 'npm', '--language', 'TS'],
};
const next: Generator = {
  bin: 'create-next-app',
  args: (name) => {
    const what = ['--ts', '--eslint', '--app', '--src-dir', '--no-tailwind', '--import-alias', '@/*'];
    return [name, ...what, '--skip-install', '--disable-git', '--yes'];
  },
};
// Nest makes none without Git, and the command that it prints says to install packages.
const IGNORE = { '.gitignore': 'node_modules/\ndist/\ncoverage/\n' };

const scaffold = (name: string, generator: Generator, files: Scaffold['files'] = {}): Scaffold => ({
  ...{ name, generator, files },
  manager: 'npm',
});

export const generated = {
  react: scaffold('vite-react', vite('react-ts')),
  vue: scaffold('vite-vue', vite('vue-ts')),
  svelte: scaffold('vite-svelte', vite('svelte-ts')),
  next: scaffold('next-app', next),
  fastify: scaffold('fastify-app', fastify),
  nest: scaffold('nest-app', nest, IGNORE),
} satisfies Record<string, Scaffold>;
