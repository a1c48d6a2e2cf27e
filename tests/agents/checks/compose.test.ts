import { describe, expect, it } from 'vitest';
import { compose } from '../../../agents/checks/compose.ts';
import { checkFixture } from '../../support/check-fixture.ts';

async function problems(files: Readonly<Record<string, string>>): Promise<string[]> {
  const report = await checkFixture(files).inspect(compose);
  expect(report.outcome, report.hint).not.toBe('errored');
  return report.findings.map(({ path, line, rule, severity, message }) => `${path}:${line} ${rule} ${severity} ${message}`);
}

/** What a compose file of these lines gets, without its path. */
async function told(...lines: string[]): Promise<string[]> {
  return (await problems({ 'compose.yml': lines.join('\n') + '\n' })).map((line) => line.replace('compose.yml:', ''));
}

const SOUND = `
name: shop
x-common: &common
  restart: unless-stopped
  environment: &env
    NODE_ENV: production
services:
  web:
    <<: *common
    build: .
    image: acme/shop
    ports: ["\${PORT:-8080}:8080", 9229, "127.0.0.1:5000-5010:5000-5010"]
    environment:
      <<: *env
      POSTGRES_PASSWORD: postgres
      SESSION_SECRET: \${SESSION_SECRET}
    depends_on:
      db: { condition: service_healthy }
    volumes: [./src:/app/src:ro, data:/data, /var/lib/app, "C:\\\\temp:/tmp"]
    networks: [front, default]
    deploy: { resources: { limits: { cpus: "0.5", memory: 512M } } }
    develop: { watch: [{ action: sync, path: ./src, target: /app/src }] }
  db:
    image: postgres:18@sha256:${'a'.repeat(64)}
    healthcheck: { test: ["CMD", "pg_isready"], interval: 5s }
    volumes: [{ type: volume, source: data, target: /var/lib/postgresql }]
volumes: { data: }
networks: { front: {} }
`;

describe('a sound compose file', () => {
  it('gets nothing: anchors, variables, ranges of ports, paths as volumes, long forms', async () => {
    expect(await problems({ 'docker-compose.yml': SOUND })).toEqual([]);
  });

  it('is whole only under its own name: what is laid over another one may leave things out', async () => {
    expect(await problems({ 'compose.override.yml': 'services:\n  web:\n    depends_on: [db]\n    networks: [front]\n' })).toEqual([]);
    expect(await told('include: [other.yml]', 'services:', '  web:', '    image: a:1', '    depends_on: [db]')).toEqual([]);
    expect(await checkFixture({ 'a.yml': 'services: 1\n' }).detect(compose)).toMatchObject({ applies: false });
  });
});

describe('what Compose would refuse', () => {
  it('is an error: keys with a slip, values of a wrong type; unknown keys may be new ones', async () => {
    expect(await told('services:', '  web:', '    image: a:1', '    enviroment: [A=b]', '    brandnewfeature: 1')).toEqual([
      '4 compose-schema error services.web.enviroment: there is no such key in a compose file; did you mean environment?',
      '5 compose-schema warning services.web.brandnewfeature: there is no such key in a compose file',
    ]);
    expect(await told('services:', '  web:', '    image: a:1', '    restart: 5', '    ports: ["80:80", true]')).toEqual([
      '4 compose-schema error services.web.restart: expected string, got a number',
      '5 compose-schema error services.web.ports.1: expected number or string or object, got true or false',
    ]);
    expect(await told('services:', '- web')).toEqual(['1 compose-schema error services: expected object, got a list']);
  });

  it('is told without the values of the file, which may be secrets', async () => {
    const lines = ['services:', '  web:', '    image: a:1', '    environment: hunter2', '    command: {key: hunter2}'];
    const found = await told(...lines);
    expect(found).toHaveLength(2);
    expect(found.join('\n')).not.toContain('hunter2');
  });

  it('is an error: what refers to nothing', async () => {
    const lines = ['services:', '  web:', '    image: a:1', '    depends_on: [db]', '    networks: [front]', '    volumes: [data:/data]'];
    expect(await told(...lines, '    secrets: [key]', '  empty: {}')).toEqual([
      '4 unknown-service error web depends on db, and no service has that name',
      '5 undeclared error web uses front, which is not declared under networks at the top',
      '6 undeclared error web uses data, which is not declared under volumes at the top',
      '7 undeclared error web uses key, which is not declared under secrets at the top',
      '8 no-image error empty has neither an image nor a build',
    ]);
  });
});

describe('what services would be better without', () => {
  it('is told as warnings: images without a version, all rights, secrets in the file', async () => {
    const lines = ['services:', '  web:', '    image: nginx:latest', '    privileged: true', '    environment:'];
    const found = await told(
      ...lines,
      '      API_KEY: rk8s7Jq2',
      '  api:',
      '    image: redis',
      '    environment: ["DB_PASSWORD=hunter42!"]',
    );
    expect(found.map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      '3 unpinned-image warning',
      '4 privileged warning',
      '6 secret-in-file warning',
      '8 unpinned-image warning',
      '9 secret-in-file warning',
    ]);
    expect(found.join()).not.toContain('hunter42');
  });
});
