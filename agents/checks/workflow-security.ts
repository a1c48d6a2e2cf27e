/** What an attacker could use in a workflow or a composite action: the rules that actionlint does not have. */
import type { YamlDocument, YamlPath } from './yaml-document.ts';

/** One weakness. */
export interface WorkflowWeakness {
  readonly rule: string;
  readonly line: number;
  readonly message: string;
  /** Exploitable as it stands; all others are hygiene. */
  readonly isGrave: boolean;
  readonly identity: string;
}

type Map = Readonly<Record<string, unknown>>;

interface Step {
  readonly at: YamlPath;
  readonly step: Map;
  readonly job: Map;
}

/** Triggers that run with the repository's secrets on content that strangers can send. */
const PRIVILEGED = ['pull_request_target', 'workflow_run', 'issue_comment', 'issues', 'discussion', 'discussion_comment', 'fork'];
/** What a stranger writes, as GitHub lists it. */
const UNTRUSTED =
  /\btoJSON\s*\(\s*github(\s*\.\s*event(\s*\.\s*\w{1,40})?)?\s*\)|\bgithub\s*\.\s*(head_ref\b|event\s*\.\s*(issue\s*\.\s*(title|body)|pull_request\s*\.\s*(title|body|head\s*\.\s*(ref|label|repo\s*\.\s*(default_branch|description|homepage)))|(comment|review|review_comment)\s*\.\s*body|discussion\s*\.\s*(title|body)|pages\s*\.[^}]*page_name|(commits\s*(\.\s*\*|\[[^\]]*\])|head_commit)\s*\.\s*(message|(author|committer)\s*\.\s*(name|email))|workflow_run\s*\.\s*(head_branch|display_title|head_commit\s*\.\s*(message|author\s*\.\s*(name|email))|head_repository\s*\.\s*description)))\b/;
const HEAD =
  /pull_request\.head\.|github\.head_ref|refs\/pull\/|workflow_run\.head_(sha|branch|commit|repository)|event\.(number|issue\.number)\s*\}\}\/(head|merge)/;
/** Conditions by which maintainers let only trusted or approved content through. */
const GUARD =
  /label|author_association|head\.repo\.full_name|github\.actor|sender\.login|user\.login|permission|head_repository|event\s*==\s*'push'/i;

/** The weaknesses of one file, in order of their rules. */
export function findWeaknesses(document: YamlDocument): WorkflowWeakness[] {
  const top = mapOf(document.data);
  const jobs = Object.entries(mapOf(top['jobs'])).map(([id, job]) => ({ id, job: mapOf(job) }));
  const steps: Step[] = [
    ...jobs.flatMap(({ id, job }) => stepsOf(job['steps'], ['jobs', id, 'steps'], job)),
    ...stepsOf(mapOf(top['runs'])['steps'], ['runs', 'steps'], {}),
  ];
  const found: WorkflowWeakness[] = [];
  const add = (rule: string, weakness: { line: number; message: string; identity: string; isGrave?: boolean }): void => {
    found.push({ rule, isGrave: false, ...weakness });
  };
  const isPrivileged = triggersOf(top['on']).some((trigger) => PRIVILEGED.includes(trigger));

  if (jobs.length > 0) {
    checkPermissions(document, { top, jobs, add });
    checkJobs(document, { jobs, add });
  }
  checkPins(document, { steps, jobs, add });
  for (const step of steps) {
    if (isPrivileged) checkHeadCheckout(document, step, add);
    checkScripts(document, { ...step, isPrivileged }, add);
  }
  const leaking = steps.find(
    ({ step, job }) =>
      isCheckout(step) &&
      mapOf(step['with'])['persist-credentials'] !== false &&
      mapOf(step['with'])['persist-credentials'] !== 'false' &&
      !pushes(job),
  );
  if (leaking !== undefined) {
    add('persist-credentials', {
      line: document.lineOf([...leaking.at, 'uses']),
      message: 'checkout leaves its token in .git/config for every later step: set persist-credentials: false where no later step pushes',
      identity: 'persist-credentials',
    });
  }
  return found;
}

/** Whether a step of the job needs the token that the checkout left: it pushes, by a command or by an action known for it. */
function pushes(job: Map): boolean {
  return stepsOf(job['steps'], [], job).some(({ step }) => matches(PUSHING_COMMAND, step['run']) || matches(PUSHING_ACTION, step['uses']));
}

function matches(pattern: RegExp, value: unknown): boolean {
  return typeof value === 'string' && pattern.test(value);
}

const PUSHING_COMMAND = /\bgit\b[^\n]{0,200}\bpush\b|\b(agent|upkeep) run\b|\bsemantic-release\b|\blerna\b|\brelease-it\b|\bnpm version\b/;
const PUSHING_ACTION =
  /auto-commit|create-pull-request|add-and-commit|changesets\/action|gh-pages|semantic-release|release-please|git-push/;

type Add = (rule: string, weakness: { line: number; message: string; identity: string; isGrave?: boolean }) => void;
interface Jobs {
  readonly jobs: readonly { readonly id: string; readonly job: Map }[];
  readonly add: Add;
}

function checkPermissions(document: YamlDocument, { top, jobs, add }: Jobs & { readonly top: Map }): void {
  const bare = jobs.filter(({ job }) => job['permissions'] === undefined);
  if (top['permissions'] === undefined && bare.length > 0) {
    const message = `without permissions the token gets the default of the repository, often write access to everything: state them for the workflow or for ${bare.map(({ id }) => id).join(', ')}`;
    add('permissions-missing', { line: document.lineOf(['jobs', bare[0]?.id ?? '']), message, identity: 'permissions' });
  }
  if (isWide(top['permissions'], MOST_WRITES.workflow))
    add('permissions-excessive', {
      line: document.lineOf(['permissions']),
      message: 'every job of this workflow may write: give write access to the one job that needs it',
      identity: 'workflow',
    });
  for (const { id, job } of jobs) {
    if (isWide(job['permissions'], MOST_WRITES.job))
      add('permissions-excessive', {
        line: document.lineOf(['jobs', id, 'permissions']),
        message: `the job ${id} may write nearly everything: name only what it needs`,
        identity: id,
      });
  }
}

/** Scopes that may be written before it is too much: every job of a workflow needs few in common, one job may need what it names. */
const MOST_WRITES = { workflow: 3, job: 5 } as const;

function isWide(permissions: unknown, most: number): boolean {
  return permissions === 'write-all' || Object.values(mapOf(permissions)).filter((access) => access === 'write').length > most;
}

function checkJobs(document: YamlDocument, { jobs, add }: Jobs): void {
  for (const { id, job } of jobs) {
    if (job['secrets'] === 'inherit')
      add('secrets-inherit', {
        line: document.lineOf(['jobs', id, 'secrets']),
        message: `the job ${id} hands every secret to the workflow that it calls: name the ones it needs`,
        identity: id,
      });
  }
  const endless = jobs.filter(({ job }) => job['steps'] !== undefined && job['timeout-minutes'] === undefined).map(({ id }) => id);
  if (endless.length > 0) {
    add('no-timeout', {
      line: document.lineOf(['jobs', endless[0] ?? '']),
      message: `a step that hangs runs for six hours: set timeout-minutes for ${endless.join(', ')}`,
      identity: 'timeout',
    });
  }
}

/** One finding for each action, where it is used first. */
function checkPins(document: YamlDocument, { steps, jobs, add }: Jobs & { readonly steps: readonly Step[] }): void {
  const seen = new Set<string>();
  const uses = [
    ...jobs.map(({ id, job }) => ({ at: ['jobs', id, 'uses'], name: job['uses'] })),
    ...steps.map(({ at, step }) => ({ at: [...at, 'uses'], name: step['uses'] })),
  ];
  for (const { at, name } of uses) {
    if (
      typeof name !== 'string' ||
      seen.has(name) ||
      /^\.{1,2}\//.test(name) ||
      /@(sha256:)?[0-9a-f]{40,64}$/.test(name) ||
      name.includes('${{')
    )
      continue;
    seen.add(name);
    const image = name.startsWith('docker://');
    const message = image
      ? `${name} can change under you: pin it by its digest (@sha256:…)`
      : `${name} can be moved to other code by its owner: pin it to a commit`;
    add('unpinned-action', { line: document.lineOf(at), message, identity: name });
  }
}

function checkHeadCheckout(document: YamlDocument, { at, step, job }: Step, add: Add): void {
  const ref = [mapOf(step['with'])['ref'], mapOf(step['with'])['repository']].map(String).join(' ');
  const byAction = isCheckout(step) && HEAD.test(ref);
  const run = typeof step['run'] === 'string' ? step['run'] : '';
  const byCommand =
    /\bgh\s+pr\s+checkout\b|\bgit\s+(fetch|pull|checkout)\b[^\n]*(refs\/)?pull\/|\bgit\s+checkout\b[^\n]*pull_request\.head/.test(run);
  if (!byAction && !byCommand) return;
  const isGuarded =
    job['environment'] !== undefined || [job['if'], step['if']].some((condition) => typeof condition === 'string' && GUARD.test(condition));
  const line = byAction ? document.lineOf([...at, 'with', 'ref']) : document.lineOf([...at, 'run']);
  const message =
    'a workflow with access to secrets checks out the code of a stranger’s pull request; what it then runs can take the secrets';
  add('untrusted-checkout', {
    line,
    message: isGuarded ? `${message}, unless the condition on the job is tight` : message,
    identity: byAction ? ref : run.trim(),
    isGrave: !isGuarded,
  });
}

function checkScripts(document: YamlDocument, { at, step, isPrivileged }: Step & { isPrivileged: boolean }, add: Add): void {
  for (const key of ['run', 'script'] as const) {
    const path: YamlPath = key === 'run' ? [...at, 'run'] : [...at, 'with', 'script'];
    const script = key === 'run' ? step['run'] : mapOf(step['with'])['script'];
    if (typeof script !== 'string') continue;
    for (const [expression] of script.matchAll(/\$\{\{[^]*?\}\}/g)) {
      const line = document.lineOfText(path, expression);
      const shown = expression.replace(/\s+/g, ' ');
      if (UNTRUSTED.test(textParts(expression))) {
        add('untrusted-expression', {
          line,
          message: `${shown} is text that strangers write, and here it becomes part of a script: pass it by env`,
          identity: shown,
          isGrave: true,
        });
      }
      if (/\bsecrets\s*[.[]/.test(expression))
        add('secret-in-script', { line, message: `${shown} is written into the script: pass it by env`, identity: shown });
    }
    const piped = /\b(curl|wget)\b[^|\n]{0,500}\|\s*(sudo\s+)?(ba|z|da)?sh\b/.exec(script);
    if (piped !== null)
      add('pipe-to-shell', {
        line: document.lineOfText(path, piped[0]),
        message: 'runs whatever the server sends: download, check its digest, then run',
        identity: piped[0],
      });
    const environment = /(>>|>|tee)[^\n]{0,20}\$\{?GITHUB_(ENV|PATH)\b/.exec(script);
    if (isPrivileged && environment !== null) {
      add('environment-file', {
        line: document.lineOfText(path, environment[0]),
        message: 'writes the environment of later steps in a workflow that strangers can start',
        identity: environment[0],
      });
    }
  }
}

/** What of an expression can become text: comparisons give true or false, whatever they compare. */
function textParts(expression: string): string {
  return expression
    .replace(/\[\s*'([\w-]{1,60})'\s*\]/g, '.$1')
    .replace(/\b(contains|startsWith|endsWith|hashFiles)\s*\([^()]{0,500}\)/gi, '')
    .replace(/[\w.*-]{1,200}\s*[=!]=\s*('[^']{0,200}'|[\w.]{1,200})/g, '')
    .replace(/'[^']{0,500}'\s*[=!]=\s*[\w.*-]{1,200}/g, '');
}

function isCheckout(step: Map): boolean {
  return typeof step['uses'] === 'string' && /^actions\/checkout@/.test(step['uses']);
}

function triggersOf(on: unknown): string[] {
  if (typeof on === 'string') return [on];
  return Array.isArray(on) ? on.map(String) : Object.keys(mapOf(on));
}

function stepsOf(steps: unknown, at: YamlPath, job: Map): Step[] {
  return Array.isArray(steps) ? steps.map((step, index) => ({ at: [...at, index], step: mapOf(step), job })) : [];
}

function mapOf(value: unknown): Map {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Map) : {};
}
