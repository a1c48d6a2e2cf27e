import { expect, it } from 'vitest';
import { yamlSyntax } from '../../../agents/checks/yaml-syntax.ts';
import { checkFixture } from '../../support/check-fixture.ts';

async function problems(files: Readonly<Record<string, string>>): Promise<string[]> {
  const report = await checkFixture(files).inspect(yamlSyntax);
  expect(report.outcome, report.hint).not.toBe('errored');
  return report.findings.map(({ path, line, rule, severity }) => `${path}:${line} ${rule} ${severity}`);
}

it('finds files that no program can read, at the place where they break', async () => {
  const files = {
    'tabs.yml': 'a:\n\tb: 1\n',
    'open.yaml': 'a: "never closed\nb: 2\n',
    'twice.yml': 'a: 1\nb: 2\na: 3\n',
    'k8s/deployment.yaml': 'a: 1\n---\nb: [1, 2\n',
    'indent.yml': 'a:\n  b: 1\n c: 2\n',
  };
  expect(await problems(files)).toEqual([
    expect.stringMatching(/^indent\.yml:\d yaml-syntax error$/) as string,
    expect.stringMatching(/^k8s\/deployment\.yaml:\d yaml-syntax error$/) as string,
    expect.stringMatching(/^open\.yaml:\d yaml-syntax error$/) as string,
    'tabs.yml:2 yaml-syntax error',
    'twice.yml:3 duplicate-key error',
  ]);
});

it('reads what is sound, and passes over templates, fixtures, lockfiles, and what has a check of its own', async () => {
  const files = {
    'several.yml': '%YAML 1.2\n---\na: &x { b: 1 }\nc: { <<: *x }\n---\n!Ref d: !Sub "${e}"\n',
    'empty.yml': '',
    'chart/templates/service.yaml': '{{ if .Values.x }}\na: [\n{{ end }}\n',
    'ansible.yml': 'a: {{ name }}\n',
    'test/fixtures/broken.yml': 'a: [\n',
    'pnpm-lock.yaml': 'a: [\n',
    '.github/workflows/ci.yml': 'a: [\n',
  };
  expect(await problems(files)).toEqual([]);
  expect(await checkFixture({ 'a.json': '{}' }).detect(yamlSyntax)).toMatchObject({ applies: false });
});
