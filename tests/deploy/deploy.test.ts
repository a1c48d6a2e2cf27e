/** What people deploy by: it names what there is, and keeps to what containers and units have to keep to. */
import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { buildProgram } from '../../cli/program.ts';
import { METRICS } from '../../scheduler/metric-list.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const serveOptions = (): readonly string[] =>
  buildProgram({ version: '1', context: () => ({}) as never, finish: () => undefined })
    .commands.find((command) => command.name() === 'serve')
    ?.options.map(({ long }) => long ?? '') ?? [];

interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** The instructions of a Dockerfile, continued lines joined, comments left out. */
function instructionsOf(text: string): Instruction[] {
  const lines = text.split('\n').filter((line) => !line.startsWith('#') && line.trim() !== '');
  return lines
    .join('\n')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => ({ word: line.split(' ', 1)[0] ?? '', rest: line.slice(line.indexOf(' ') + 1) }));
}

describe('the Dockerfile', () => {
  const all = instructionsOf(read('Dockerfile'));
  const lastStage = all.slice(all.findLastIndex(({ word }) => word === 'FROM'));
  const only = (word: string, from = lastStage): string => {
    const found = from.filter((one) => one.word === word);
    expect(found, word).toHaveLength(1);
    return found[0]?.rest ?? '';
  };

  it('knows only instructions that there are, in two stages of pinned images', () => {
    const words = 'ARG FROM WORKDIR COPY RUN ENV USER VOLUME EXPOSE HEALTHCHECK STOPSIGNAL ENTRYPOINT CMD'.split(' ');
    expect(all.filter(({ word }) => !words.includes(word))).toEqual([]);
    expect(all.filter(({ word }) => word === 'FROM').map(({ rest }) => rest)).toEqual(['${NODE_IMAGE} AS build', '${NODE_IMAGE}']);
    expect(only('ARG', all)).toMatch(/^NODE_IMAGE=node:\d+-\w+-slim$/);
  });

  it('runs as somebody who is not root, in a folder of theirs, under a first process that passes signals on', () => {
    expect(only('USER')).toBe('node');
    expect(lastStage.findIndex(({ word }) => word === 'USER')).toBeGreaterThan(lastStage.findLastIndex(({ word }) => word === 'RUN'));
    expect(only('WORKDIR')).toBe('/repository');
    expect(only('STOPSIGNAL')).toBe('SIGTERM');
    expect(JSON.parse(only('ENTRYPOINT'))).toEqual(['/usr/bin/tini', '--', 'node', '/opt/upkeep/bin/agent.js']);
  });

  it('installs what a run needs of the system, leaves no lists behind, and runs no scripts of packages', () => {
    const run = only('RUN');
    for (const name of ['ca-certificates', 'git', 'tini']) expect(run).toMatch(new RegExp(`install .*\\b${name}\\b`));
    expect(run).toContain('--no-install-recommends');
    expect(run).toContain('rm -rf /var/lib/apt/lists/*');
    for (const { rest } of all.filter(({ rest: text }) => /npm (ci|prune)/.test(text))) expect(rest).toContain('--ignore-scripts');
  });

  it('copies what the package ships, and asks what the service answers', () => {
    const { files } = JSON.parse(read('package.json')) as { readonly files: readonly string[] };
    const copied = lastStage.filter(({ word }) => word === 'COPY').map(({ rest }) => rest.split(' ').at(-1)?.replace('/opt/upkeep/', ''));
    expect(copied).toEqual(['package.json', ...files, 'node_modules']);
    const sources = all
      .filter(({ word, rest }) => word === 'COPY' && !rest.startsWith('--from'))
      .flatMap(({ rest }) => rest.split(' ').slice(0, -1));
    for (const source of sources) expect(existsSync(join(ROOT, source)), source).toBe(true);
    const command = JSON.parse(only('CMD')) as string[];
    const port = command[command.indexOf('--port') + 1] ?? '';
    expect(command.filter((word) => word.startsWith('--')).filter((word) => !serveOptions().includes(word))).toEqual([]);
    expect(only('EXPOSE')).toBe(port);
    expect(only('HEALTHCHECK')).toContain(`http://127.0.0.1:${port}/healthz`);
  });

  it('has a check of health that is a program which ends well and badly', async () => {
    const [, text = ''] = /CMD (\[.*\])$/.exec(only('HEALTHCHECK')) ?? [];
    const [, ...args] = JSON.parse(text) as string[];
    const { createServer } = await import('node:http');
    const server = createServer((_request, response) => response.end('{}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { readonly port: number };
    const ask = (): Promise<unknown> =>
      promisify(execFile)(
        process.execPath,
        args.map((one) => one.replace(':8788', `:${port}`)),
      );
    await expect(ask()).resolves.toBeDefined();
    await new Promise((resolve) => server.close(resolve));
    await expect(ask()).rejects.toMatchObject({ code: 1 });
  });
});

interface ComposeService {
  readonly environment: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly security_opt: readonly string[];
  readonly stop_grace_period?: string;
}

describe('compose.yaml', () => {
  const { services, volumes } = parse(read('compose.yaml')) as {
    readonly services: Readonly<Record<'postgres' | 'upkeep', ComposeService>>;
    readonly volumes: object;
  };

  it('starts the service when its database is healthy, and lets runs end', () => {
    expect(services.upkeep.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
    expect(services.postgres.healthcheck?.test.join(' ')).toContain('pg_isready');
    expect(Number.parseInt(services.upkeep.stop_grace_period ?? '', 10)).toBeGreaterThan(60);
  });

  it('holds no secret, and does not start without the password', () => {
    expect(services.postgres.environment['POSTGRES_PASSWORD']).toMatch(/^\$\{POSTGRES_PASSWORD:\?.+\}$/);
    expect(services.upkeep.environment['DATABASE_URL']).toMatch(/^postgres:\/\/upkeep:\$\{POSTGRES_PASSWORD:\?.+\}@postgres:5432\/upkeep$/);
    expect(services.upkeep.environment['GITHUB_TOKEN']).toBe('${GITHUB_TOKEN:-}');
  });

  it('is reached from its machine alone, gains no rights, and names each volume that it uses', () => {
    expect(services.upkeep.ports?.every((port) => port.startsWith('127.0.0.1:'))).toBe(true);
    expect(services.postgres.ports).toBeUndefined();
    for (const service of Object.values(services)) expect(service.security_opt).toEqual(['no-new-privileges:true']);
    const named = Object.values(services).flatMap((service) => service.volumes.map((one) => one.split(':')[0] ?? ''));
    expect(named.filter((name) => /^\w+$/.test(name)).sort()).toEqual(Object.keys(volumes).sort());
  });
});

describe('the dashboard for Grafana', () => {
  interface Panel {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
    readonly targets?: readonly { readonly expr: string }[];
  }
  const { panels } = JSON.parse(read('deploy/grafana/upkeep.json')) as { readonly panels: readonly Panel[] };
  const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

  it('asks only for metrics that there are, each by the form of its kind', () => {
    const wrong = expressions.flatMap((expr) =>
      [...expr.matchAll(/\bupkeep_\w+/g)].flatMap(([name]) => {
        const [, base = name, part] = /^(\w+?)_(bucket|sum|count)$/.exec(name) ?? [];
        const metric = METRICS[base as keyof typeof METRICS] as (typeof METRICS)[keyof typeof METRICS] | undefined;
        if (metric === undefined || (metric.kind === 'histogram') !== (part !== undefined)) return [name];
        return metric.kind === 'counter' && !/(rate|increase)\(/.test(expr) ? [`${name} without a rate`] : [];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('asks only for labels that a metric has', () => {
    const known = new Set(['job', 'instance', 'le', ...Object.values(METRICS).flatMap(({ labels }) => Object.keys(labels))]);
    const named = expressions.flatMap((expr) => [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/)));
    expect(named.filter((label) => !known.has(label))).toEqual([]);
  });

  it('shows every metric', () => {
    const all = expressions.join('\n');
    expect(Object.keys(METRICS).filter((name) => !new RegExp(`\\b${name}(_bucket)?\\b`).test(all))).toEqual([]);
  });

  it('has panels that do not lie over each other', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)} ${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });
});

describe('the unit for systemd', () => {
  const unit = read('deploy/systemd/upkeep.service');
  const valueOf = (name: string): string | undefined => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1];

  it('starts the service by options that there are, not as root, and not again after wrong usage', () => {
    const words = (valueOf('ExecStart') ?? '').split(' ').filter((word) => word.startsWith('--') && word !== '--no-install');
    expect(words.filter((word) => !serveOptions().includes(word))).toEqual([]);
    expect(valueOf('User')).toBe('upkeep');
    expect(valueOf('RestartPreventExitStatus')).toBe('2');
    expect(Number(valueOf('TimeoutStopSec'))).toBeGreaterThan(60);
    expect(valueOf('KillMode')).toBe('mixed');
  });

  it('is understood by systemd, where there is one', async (test) => {
    const [analyze] = globSync('/{usr/,}bin/systemd-analyze');
    if (analyze === undefined) return test.skip();
    const { stdout, stderr } = await promisify(execFile)(analyze, ['verify', '--man=no', join(ROOT, 'deploy/systemd/upkeep.service')], {
      env: { ...process.env, SYSTEMD_LOG_LEVEL: 'warning' },
    }).catch((error: { stdout: string; stderr: string }) => error);
    // What else is wrong with the units of this machine is not ours.
    expect(`${stdout}${stderr}`.split('\n').filter((line) => line.includes('upkeep.service'))).toEqual([]);
  });
});

describe('the guide', () => {
  it('has every metric in its table, with its kind, its labels and its words', () => {
    const cells = read('docs/guide/service.md')
      .split('\n')
      .filter((line) => line.startsWith('| `upkeep_'))
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    const rows = Object.entries(METRICS).map(([name, { kind, labels, help }]) => [
      `\`${name}\``,
      kind,
      Object.keys(labels)
        .map((label) => `\`${label}\``)
        .join(', '),
      help,
    ]);
    expect(cells).toEqual(rows);
  });

  it('tells of every option of the service', () => {
    const guide = read('docs/guide/service.md');
    expect(serveOptions().filter((option) => !guide.includes(`\`${option}`))).toEqual([]);
  });
});
