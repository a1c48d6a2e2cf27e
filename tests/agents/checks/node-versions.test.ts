import { expect, it } from 'vitest';
import { nodeVersions } from '../../../agents/checks/node-versions.ts';
import { checkFixture } from '../../support/check-fixture.ts';

async function problems(files: Readonly<Record<string, string | object>>): Promise<string[]> {
  const report = await checkFixture(files).inspect(nodeVersions);
  expect(report.outcome, report.hint).toBe('passed');
  return report.findings.map(({ path, line, message }) => `${path}:${line} ${message}`);
}

it('finds each place that is outside of what the package promises', async () => {
  const found = await problems({
    'package.json': { engines: { node: '>=22.18' }, volta: { node: '20.1.0' } },
    '.nvmrc': '# old\nv20\n',
    '.node-version': '18.20.1\n',
    '.tool-versions': 'ruby 3.4\nnodejs 20.11.0\n',
    Dockerfile: 'FROM --platform=$BUILDPLATFORM node:18-slim AS build\nFROM node:24\n',
  });
  expect(found).toEqual([
    'package.json:null volta.node 20.1.0 is outside of engines.node >=22.18 in package.json: one of them is out of date',
    '.node-version:1 18.20.1 is outside of engines.node >=22.18 in package.json: one of them is out of date',
    '.nvmrc:2 v20 is outside of engines.node >=22.18 in package.json: one of them is out of date',
    '.tool-versions:2 20.11.0 is outside of engines.node >=22.18 in package.json: one of them is out of date',
    'Dockerfile:1 node:18 is outside of engines.node >=22.18 in package.json: one of them is out of date',
  ]);
});

it('finds pins of one folder that differ, where nothing is promised', async () => {
  expect(await problems({ '.nvmrc': '22\n', '.node-version': '24.1.0\n' })).toEqual([
    '.nvmrc:1 22 is outside of 24.1.0 in .node-version: one of them is out of date',
  ]);
});

it('says nothing of what agrees, of names of releases, of other folders and of images that are not Node’s', async () => {
  const files = {
    'package.json': { engines: { node: '^22.18 || >=24' } },
    '.nvmrc': 'lts/*\n',
    '.node-version': '24\n',
    Dockerfile: 'ARG V\nFROM node:${V}\nFROM acme/node:18\nFROM node:lts\n',
    'examples/old/package.json': { engines: { node: '>=10' } },
    'examples/old/.nvmrc': '8\n',
    'site/.nvmrc': '20\n',
  };
  expect(await problems(files)).toEqual([]);
  expect(await checkFixture({ 'package.json': { name: 'x' }, '.nvmrc': '22\n' }).detect(nodeVersions)).toMatchObject({ applies: false });
});
