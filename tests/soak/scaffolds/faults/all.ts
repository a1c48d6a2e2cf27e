/** All seeded faults. */
import type { Seeding } from '../fault.ts';
import { typedApi } from './api.ts';
import { fastifyApp } from './deploy.ts';
import { goModule, pythonModule } from './languages.ts';
import { libraryAva, npmWorkspaces, pnpmWorkspaces, yarnTwice, yarnWorkspaces } from './packages.ts';
import { markdownOnly } from './prose.ts';
import { reactEslint } from './react-eslint.ts';
import { expressMocha, nestApp } from './server.ts';
import { nextApp, viteReact, viteSvelte, viteVue } from './web.ts';

export const SEEDINGS: readonly Seeding[] = [
  ...[viteReact, viteVue, viteSvelte, nextApp, reactEslint],
  ...[fastifyApp, nestApp, expressMocha],
  ...[libraryAva, npmWorkspaces, pnpmWorkspaces, yarnWorkspaces, yarnTwice],
  ...[typedApi, pythonModule, goModule, markdownOnly],
];
