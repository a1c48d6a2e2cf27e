import { describe, expect, it } from 'vitest';
import { svelteCheck } from '../../../agents/checks/svelte-check.ts';
import { checkFixture } from '../../support/check-fixture.ts';

const MANIFEST = {
  name: 'page',
  scripts: {
    check: 'svelte-check --tsconfig ./tsconfig.app.json && tsc -p tsconfig.node.json',
    watch: 'svelte-check --tsconfig ./tsconfig.app.json --watch',
  },
  devDependencies: { 'svelte-check': '4' },
};
const FILES = {
  'package.json': MANIFEST,
  'tsconfig.app.json': { include: ['src'] },
  'src/App.svelte': '<script lang="ts">\n  const price: number = "free"\n</script>\n\n<img src="a.png">\n',
};
/** What svelte-check 4.7 prints. */
const SAID = [
  '1795316254259 START "/somewhere"',
  '1795316254260 {"type":"ERROR","filename":"src/App.svelte","start":{"line":1,"character":8},"end":{"line":1,"character":13},"message":"Type \'string\' is not assignable to type \'number\'.","code":2322,"source":"ts"}',
  '1795316254260 {"type":"WARNING","filename":"src/App.svelte","start":{"line":4,"character":0},"end":{"line":4,"character":17},"message":"`<img>` element should have an alt attribute\\nhttps://svelte.dev/e/a11y_missing_attribute","code":"a11y_missing_attribute","source":"svelte"}',
  '1795316254260 {"type":"ERROR","filename":"src/App.svelte","start":{"line":3,"character":0},"end":{"line":3,"character":0},"message":"Unexpected token\\nhttps://svelte.dev/e/js_parse_error","code":-1,"source":"ts"}',
  '1795316254260 COMPLETED 95 FILES 2 ERRORS 1 WARNINGS 1 FILES_WITH_PROBLEMS',
];

function says(lines: readonly string[]): string {
  return `#!/usr/bin/env node\nif (!process.argv.includes('--watch')) console.log(${JSON.stringify(lines.join('\n'))});\n`;
}

describe('svelte-check', () => {
  it('tells wrong types as errors and what the compiler warns of as warnings, once for all scripts', async () => {
    const fixture = checkFixture(FILES);
    fixture.fakeTool('svelte-check', says(SAID));
    const { outcome, findings } = await fixture.inspect(svelteCheck);
    expect(outcome).toBe('failed');
    expect(
      findings.map(({ path, line, column, rule, severity, message }) => `${path}:${line}:${column} ${severity} ${rule} ${message}`),
    ).toEqual([
      "src/App.svelte:2:9 error TS2322 Type 'string' is not assignable to type 'number'.",
      'src/App.svelte:5:1 warning a11y_missing_attribute `<img>` element should have an alt attribute',
      'src/App.svelte:4:1 error ts-error Unexpected token',
    ]);
  });

  it.each<[string, readonly string[]]>([
    ['tool-crashed', ['Error: no such thing as moonlight']],
    ['nothing-read', ['1 START "/"', '1 COMPLETED 0 FILES 0 ERRORS 0 WARNINGS 0 FILES_WITH_PROBLEMS']],
  ])('ends errored, %s, when it came to nothing', async (reason, lines) => {
    const fixture = checkFixture(FILES);
    fixture.fakeTool('svelte-check', says(lines));
    expect(await fixture.inspect(svelteCheck)).toMatchObject({ outcome: 'errored', reason, findings: [] });
  });

  it('does not apply where no script calls it, and where svelte-kit has to write its tsconfig first', async () => {
    const unasked = { ...FILES, 'package.json': { ...MANIFEST, scripts: {} } };
    expect(await checkFixture(unasked).detect(svelteCheck)).toMatchObject({ applies: false });
    const kit = checkFixture({ ...FILES, 'tsconfig.app.json': '{ "extends": "./.svelte-kit/tsconfig.json", }' });
    expect(await kit.detect(svelteCheck)).toEqual({
      applies: false,
      why: 'tsconfig.app.json extends a file that svelte-kit writes, and that is not in the repository',
    });
    expect(await checkFixture(FILES).detect(svelteCheck)).toMatchObject({ applies: true, origin: 'repository' });
  });
});
