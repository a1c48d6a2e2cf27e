/** The steps of a job, or of a composite action, one after another. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { commandFiles } from './command-files.ts';
import { expressionsIn, type Contexts, type Expressions, type Scalar, type Status } from './expressions.ts';

export interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: Scalar;
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, Scalar>>;
  readonly env?: Readonly<Record<string, Scalar>>;
  readonly shell?: string;
  readonly 'working-directory'?: string;
  readonly 'continue-on-error'?: Scalar;
}

/** Stands for an action of others: looks at its inputs, does what it does. Throws when an input is not as it must be. */
export type ActionStandIn = (
  inputs: Readonly<Record<string, string>>,
  place: { readonly workspace: string; readonly env: Readonly<Record<string, string>>; readonly uses: string },
) => Promise<{ readonly outputs?: Readonly<Record<string, string>>; readonly paths?: readonly string[] } | undefined>;

export interface StepResult {
  readonly name: string;
  readonly outcome: 'success' | 'failure' | 'skipped';
  /** What it printed. */
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface StepsPlace {
  readonly contexts: Contexts;
  readonly env: Readonly<Record<string, Scalar>>;
  /** Environment of the runner itself. */
  readonly outside: Readonly<Record<string, string>>;
  readonly workspace: string;
  readonly temp: string;
  readonly actions: Readonly<Record<string, ActionStandIn>>;
  readLocal(path: string): Promise<string>;
}

export interface StepsEnd {
  readonly status: Status;
  readonly steps: readonly StepResult[];
  /** The `steps` context. */
  readonly contexts: Readonly<Record<string, unknown>>;
  readonly summary: string;
}

interface Progress {
  status: Status;
  summary: string;
  readonly contexts: Record<string, unknown>;
  readonly env: Record<string, string>;
  readonly paths: string[];
}

interface Done {
  readonly failed: boolean;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly inner?: readonly StepResult[];
}

let steps = 0;

export async function runSteps(list: readonly Step[], place: StepsPlace): Promise<StepsEnd> {
  const progress: Progress = { status: 'success', summary: '', contexts: {}, env: {}, paths: [] };
  const results: StepResult[] = [];
  for (const step of list) {
    const contexts = {
      ...place.contexts,
      steps: progress.contexts,
      job: { status: progress.status },
      runner: { os: 'Linux', temp: place.temp },
    };
    const status = (): Status => progress.status;
    const outer = expressionsIn(contexts, status);
    const env = Object.fromEntries(
      [place.env, progress.env, step.env ?? {}].flatMap((one) => Object.entries(one).map(([name, value]) => [name, outer.text(value)])),
    );
    const expressions = expressionsIn({ ...contexts, env }, status);
    const name = expressions.text(step.name ?? step.uses ?? step.run?.split('\n')[0]);
    if (!expressions.holds(step.if)) {
      results.push({ name, outcome: 'skipped', log: '', outputs: {} });
      if (step.id !== undefined) progress.contexts[step.id] = { outputs: {}, outcome: 'skipped', conclusion: 'skipped' };
      continue;
    }
    const done = await runStep(step, { place, progress, expressions, env, contexts });
    const outcome = done.failed ? 'failure' : 'success';
    const isForgiven = expressions.text(step['continue-on-error']) === 'true';
    results.push({ name, outcome, log: done.log, outputs: done.outputs }, ...(done.inner ?? []));
    if (step.id !== undefined) {
      progress.contexts[step.id] = { outputs: done.outputs, outcome, conclusion: isForgiven ? 'success' : outcome };
    }
    if (done.failed && !isForgiven) progress.status = 'failure';
  }
  return { status: progress.status, steps: results, contexts: progress.contexts, summary: progress.summary };
}

interface Around {
  readonly place: StepsPlace;
  readonly progress: Progress;
  readonly expressions: Expressions;
  readonly env: Readonly<Record<string, string>>;
  readonly contexts: Contexts;
}

async function runStep(step: Step, around: Around): Promise<Done> {
  if (step.uses === undefined) return runScript(step, around);
  const inputs = Object.fromEntries(Object.entries(step.with ?? {}).map(([name, value]) => [name, around.expressions.text(value)]));
  if (step.uses.startsWith('./')) return runComposite(step.uses, inputs, around);
  const action = around.place.actions[step.uses.split('@')[0] ?? ''];
  if (action === undefined) throw new Error(`nothing stands for ${step.uses}`);
  const env = { ...around.place.outside, ...around.env };
  const done = (await action(inputs, { workspace: around.place.workspace, env, uses: step.uses })) ?? {};
  around.progress.paths.unshift(...(done.paths ?? []));
  return { failed: false, log: '', outputs: done.outputs ?? {} };
}

async function runScript(step: Step, { place, progress, expressions, env }: Around): Promise<Done> {
  steps += 1;
  const files = await commandFiles(place.temp, `step-${steps}`);
  const script = join(place.temp, `step-${steps}.sh`);
  await writeFile(script, expressions.text(step.run));
  const options = step.shell === undefined ? ['-e'] : ['--noprofile', '--norc', '-e', '-o', 'pipefail'];
  const path = [...progress.paths, place.outside['PATH']].join(':');
  const child = spawn('bash', [...options, script], {
    cwd: resolve(place.workspace, expressions.text(step['working-directory'] ?? '.')),
    env: { ...place.outside, ...env, ...files.env, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  const said = await files.read();
  Object.assign(progress.env, said.env);
  progress.paths.unshift(...said.paths);
  progress.summary += said.summary;
  return { failed: code !== 0, log, outputs: said.outputs };
}

interface Action {
  readonly inputs?: Readonly<Record<string, { readonly default?: Scalar; readonly required?: boolean }>>;
  readonly outputs?: Readonly<Record<string, { readonly value: Scalar }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

/** An action of the repository itself, from its action.yml. */
async function runComposite(uses: string, given: Readonly<Record<string, string>>, around: Around): Promise<Done> {
  const { place, contexts, expressions, env, progress } = around;
  const action = parse(await place.readLocal(join(uses, 'action.yml'))) as Action;
  if (action.runs.using !== 'composite') throw new Error(`${uses} is no composite action`);
  const unknown = Object.keys(given).filter((name) => !(name in (action.inputs ?? {})));
  if (unknown.length > 0) throw new Error(`${uses} has no input ${unknown.join(', ')}`);
  const inputs = Object.fromEntries(
    Object.entries(action.inputs ?? {}).map(([name, input]) => [name, given[name] ?? expressions.text(input.default)]),
  );
  const missing = action.runs.steps.filter((step) => step.run !== undefined && step.shell === undefined);
  if (missing.length > 0) throw new Error(`${uses}: each run step of a composite action names its shell`);
  const github = { ...(contexts['github'] as object), action_path: resolve(place.workspace, uses) };
  const inner = await runSteps(action.runs.steps, {
    ...place,
    contexts: { ...contexts, github, inputs, secrets: {} },
    env,
    outside: { ...place.outside, GITHUB_ACTION_PATH: github.action_path },
  });
  progress.summary += inner.summary;
  const end = expressionsIn({ ...contexts, github, inputs, steps: inner.contexts }, () => inner.status);
  const outputs = Object.fromEntries(Object.entries(action.outputs ?? {}).map(([name, { value }]) => [name, end.text(value)]));
  return { failed: inner.status !== 'success', log: inner.steps.map(({ log }) => log).join(''), outputs, inner: inner.steps };
}
