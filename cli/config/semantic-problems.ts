/** What a schema cannot see: cron expressions, time zones, regular expressions, names of checks. */
import { canonicalTimeZone, didYouMeanZone } from '../../scheduler/cron/zone-name.ts';
import { isConfigObject, type ConfigObject, type ConfigPath } from './config-layer.ts';
import { show, type PathProblem } from './describe-issue.ts';
import { valueAt } from './merge-config.ts';
import { didYouMean } from './nearest-name.ts';

/** Problems of one layer, which may be partial: only what is there is judged. */
export async function semanticProblems(layer: ConfigObject, knownChecks: () => Promise<readonly string[]>): Promise<PathProblem[]> {
  return [
    ...(await agentProblems(layer)),
    ...quietProblems(layer),
    ...patternProblems(layer),
    ...(await checkNameProblems(layer, knownChecks)),
  ];
}

/** Problems that only the merged configuration can have. */
export function mergedProblems(merged: ConfigObject): PathProblem[] {
  return entriesOf(merged['customChecks']).flatMap(([id, check]) => {
    const findings = check['findings'];
    const path = ['customChecks', id, 'findings'];
    if (!isConfigObject(findings) || findings['format'] !== 'pattern') return [];
    if (typeof findings['pattern'] !== 'string')
      return [problem([...path, 'pattern'], `${path.join('.')}.pattern is missing: the format "pattern" needs a regular expression`)];
    return findings['pattern'].includes('(?<message>')
      ? []
      : [
          problem(
            [...path, 'pattern'],
            `${path.join('.')}.pattern: expected a named group (?<message>…), got ${show(findings['pattern'])}`,
          ),
        ];
  });
}

/** Settings of an agent that are cron expressions, with one that could stand there. */
const CRON_SETTINGS = [
  ['schedule', '*/5 * * * *'],
  ['nightly', '0 2 * * *'],
] as const;

async function agentProblems(layer: ConfigObject): Promise<PathProblem[]> {
  const problems: PathProblem[] = [];
  for (const [id, agent] of entriesOf(layer['agents'])) {
    problems.push(...zoneProblems(['agents', id, 'timeZone'], agent['timeZone']));
    for (const [name, example] of CRON_SETTINGS) {
      const cron = agent[name];
      const fault = typeof cron === 'string' ? await cronFault(cron, agent['timeZone']) : null;
      if (fault !== null) {
        const message = `agents.${id}.${name}: expected a cron expression such as "${example}", got ${show(cron)}: ${fault}`;
        problems.push(problem(['agents', id, name], message));
      }
    }
  }
  return problems;
}

function quietProblems(layer: ConfigObject): PathProblem[] {
  const path = ['scheduler', 'escalation', 'quietHours', 'timeZone'];
  return zoneProblems(path, valueAt(layer, path));
}

function zoneProblems(path: readonly string[], zone: unknown): PathProblem[] {
  if (typeof zone !== 'string' || canonicalTimeZone(zone) !== null) return [];
  return [problem(path, `${path.join('.')}: expected a time zone such as "Europe/Berlin", got ${show(zone)}${didYouMeanZone(zone)}`)];
}

/** Why a cron expression cannot be used, or null. A zone that is none is another problem. */
async function cronFault(expression: string, zone: unknown): Promise<string | null> {
  const { parseCron } = await import('../../scheduler/cron/parse-cron.ts');
  const isZone = typeof zone === 'string' && canonicalTimeZone(zone) !== null;
  const parsed = parseCron(expression, isZone ? zone : 'UTC');
  return parsed.ok ? null : parsed.error.message;
}

function patternProblems(layer: ConfigObject): PathProblem[] {
  return entriesOf(layer['customChecks']).flatMap(([id, check]) => {
    const findings = check['findings'];
    const pattern = isConfigObject(findings) ? findings['pattern'] : undefined;
    if (typeof pattern !== 'string') return [];
    try {
      new RegExp(pattern, 'u');
      return [];
    } catch (error) {
      const path = ['customChecks', id, 'findings', 'pattern'];
      return [
        problem(
          path,
          `${path.join('.')}: expected a regular expression, got ${show(pattern)} (${error instanceof Error ? error.message : String(error)})`,
        ),
      ];
    }
  });
}

async function checkNameProblems(layer: ConfigObject, knownChecks: () => Promise<readonly string[]>): Promise<PathProblem[]> {
  const custom = entriesOf(layer['customChecks']).map(([id]) => id);
  const named = isConfigObject(layer['checks']) ? Object.keys(layer['checks']) : [];
  if (custom.length === 0 && named.length === 0) return [];
  const known = await knownChecks();
  const taken = custom
    .filter((id) => known.includes(id))
    .map((id) => keyProblem(['customChecks', id], `customChecks.${id}: the name belongs to a check of ours; choose another`));
  const unknown = named
    .filter((id) => !known.includes(id) && !custom.includes(id))
    .map((id) =>
      keyProblem(
        ['checks', id],
        `unknown check ${show(id)} in checks${didYouMean(id, [...known, ...custom]) || ` – known: ${[...known, ...custom].join(', ')}`}`,
      ),
    );
  return [...taken, ...unknown];
}

function entriesOf(value: unknown): [string, ConfigObject][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).filter((entry): entry is [string, ConfigObject] => isConfigObject(entry[1] as ConfigObject));
}

function problem(path: ConfigPath, message: string): PathProblem {
  return { path, part: 'value', message, isMissing: false };
}

function keyProblem(path: ConfigPath, message: string): PathProblem {
  return { path, part: 'key', message, isMissing: false };
}
