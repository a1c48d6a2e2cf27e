/** What is broken in a Dockerfile, and what its image would be better without. Pure. */
import { distance } from 'fastest-levenshtein';
import type { DockerDocument, DockerStage, DockerStep } from './docker-stages.ts';
import { isUnpinned, SECRET_NAME, SWITCH } from './docker-words.ts';
import { isExampleValue } from './secret-placeholder.ts';

/** One thing to tell. */
export interface DockerProblem {
  readonly rule: string;
  /** 1-based. */
  readonly line: number;
  readonly message: string;
  /** It cannot be built as it stands, or what is built cannot start; all others are advice. */
  readonly isBroken: boolean;
  readonly identity: string;
}

const KEYWORDS = new Set([
  ...['ADD', 'ARG', 'CMD', 'COPY', 'ENTRYPOINT', 'ENV', 'EXPOSE', 'FROM', 'HEALTHCHECK', 'LABEL', 'MAINTAINER', 'ONBUILD', 'RUN', 'SHELL'],
  ...['STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR'],
]);

/** The problems of one file, in the order of their lines. */
export function findDockerProblems(document: DockerDocument): DockerProblem[] {
  const { stages } = document;
  const found = [...wordProblems(document), ...stages.flatMap((stage) => stageProblems(stage, stages)), ...userProblems(stages)];
  return found.sort((one, other) => one.line - other.line);
}

function wordProblems({ steps, stages, hasOwnFrontEnd }: DockerDocument): DockerProblem[] {
  const first = stages[0]?.from.line ?? Infinity;
  const early = steps.find(({ line, word }) => line < first && word !== 'ARG' && KEYWORDS.has(word));
  return [
    ...(early === undefined ? [] : [broken(early, 'before-from', `${early.word} stands before the first FROM: only ARG may`)]),
    ...steps.flatMap((step) => {
      if (KEYWORDS.has(step.word)) return step.text === '' ? [broken(step, 'no-arguments', `${step.word} needs something behind it`)] : [];
      if (hasOwnFrontEnd) return [];
      return [broken(step, 'unknown-instruction', `${step.name} is no instruction of a Dockerfile${meant(step.word, KEYWORDS)}`)];
    }),
  ];
}

function stageProblems(stage: DockerStage, stages: readonly DockerStage[]): DockerProblem[] {
  return [
    ...imageProblems(stage, stages),
    ...stage.steps.flatMap((step) => stepProblems(step, stage, stages)),
    ...uselessProblems(stage),
    ...orderProblems(stage),
  ];
}

function imageProblems({ from, image, index }: DockerStage, stages: readonly DockerStage[]): DockerProblem[] {
  const isStage = stages.slice(0, index).some(({ name }) => name !== null && name === image?.toLowerCase());
  if (image === null || isStage || !isUnpinned(image)) return [];
  const message = `${image} is another image with each release: name a version`;
  return [advice(from, 'unpinned-image', { message, identity: image })];
}

function stepProblems(step: DockerStep, stage: DockerStage, stages: readonly DockerStage[]): DockerProblem[] {
  switch (step.word) {
    case 'COPY':
      return [...sourceProblems(step, stage, stages), ...keyFileProblems(step)];
    case 'ADD':
      return keyFileProblems(step);
    case 'ENV':
    case 'ARG':
      return secretProblems(step);
    case 'EXPOSE':
      return portProblems(step);
    case 'CMD':
    case 'ENTRYPOINT':
      return listProblems(step);
    case 'RUN':
      return runProblems(step);
    default:
      return [];
  }
}

/** `COPY --from=…` of a stage that is not there, or not yet. */
function sourceProblems(step: DockerStep, stage: DockerStage, stages: readonly DockerStage[]): DockerProblem[] {
  const source = step.flags.get('from');
  if (source === undefined || source.includes('$')) return [];
  if (/^\d+$/.test(source))
    return Number(source) < stage.index
      ? []
      : [broken(step, 'unknown-stage', `--from=${source}: there are ${stage.index} stages before this one`)];
  const named = stages.findIndex(({ name }) => name === source.toLowerCase());
  if (named >= stage.index)
    return [broken(step, 'unknown-stage', `--from=${source} is the stage itself or one below it: only stages above can be copied from`)];
  // Anything else may be an image.
  if (named !== -1 || /[/:.@]/.test(source)) return [];
  const names = new Set(stages.slice(0, stage.index).flatMap(({ name }) => name ?? []));
  const hint = meant(source.toLowerCase(), names);
  return hint === '' ? [] : [broken(step, 'unknown-stage', `--from=${source}: no stage above has that name${hint}`)];
}

const KEY_FILE =
  /(^|\/)(\.env(\.(local|production|prod))?|id_(rsa|dsa|ecdsa|ed25519)|\.ssh|\.aws|\.netrc|\.git-credentials|\.docker\/config\.json)\/?$/;

function keyFileProblems(step: DockerStep): DockerProblem[] {
  if (step.flags.has('from')) return [];
  return sourcesOf(step)
    .filter((source) => KEY_FILE.test(source))
    .map((source) =>
      advice(step, 'secret-in-layer', {
        message: `${source} becomes part of the image, for everybody who has it: hand it over when it runs, or mount it with RUN --mount=type=secret`,
        identity: source,
      }),
    );
}

function secretProblems(step: DockerStep): DockerProblem[] {
  const { word } = step;
  const pairs = step.pairs.filter(({ name }) => SECRET_NAME.test(name));
  return pairs.flatMap(({ name, value }) => {
    const isGiven = value !== null && !SWITCH.test(value) && !isExampleValue(value);
    const isPassedOn = word === 'ENV' && value !== null && /^\$/.test(value);
    const isBuildArgument = word === 'ARG' && (value === null || value === '');
    if (!isGiven && !isPassedOn && !isBuildArgument) return [];
    const where = isGiven
      ? `the value of ${name} becomes part of the image`
      : `what is given for ${name} stays in the image and its history`;
    return [advice(step, 'secret-in-layer', { message: `${where}: mount it with RUN --mount=type=secret`, identity: name })];
  });
}

function portProblems(step: DockerStep): DockerProblem[] {
  return step.words
    .filter((port) => !port.includes('$') && !isPort(port))
    .map((port) => broken(step, 'bad-port', `${port} is no port: expected 1 to 65535, with /tcp, /udp or /sctp if need be`));
}

function isPort(text: string): boolean {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/i.exec(text);
  return match !== null && [match[1], match[2] ?? match[1]].every((port) => Number(port) >= 1 && Number(port) <= 65_535);
}

/** A list that is no JSON is handed to a shell as it stands. */
function listProblems(step: DockerStep): DockerProblem[] {
  const { text } = step;
  if (!/^\[\s*['"]?[\w./@:-]+['"]?\s*(,|\])/.test(text) || isJson(text)) return [];
  return [
    broken(
      step,
      'list-not-json',
      `the list behind ${step.word} is no JSON (its strings want "double quotes"), so a shell takes it for a command`,
    ),
  ];
}

function runProblems(step: DockerStep): DockerProblem[] {
  const { text } = step;
  if (!/\bapt(-get)?\s+(-\S+\s+)*update\b/.test(text) || /\bapt(-get)?\b[^&|;]*\s(install|build-dep|upgrade|dist-upgrade)\b/.test(text))
    return [];
  const message = 'the list of packages is kept as a layer and goes stale: run apt-get update and install in one RUN';
  return [advice(step, 'update-alone', { message, identity: text })];
}

/** Of several CMD or ENTRYPOINT the last counts. */
function uselessProblems({ steps }: DockerStage): DockerProblem[] {
  return ['CMD', 'ENTRYPOINT'].flatMap((word) =>
    steps
      .filter((step) => step.word === word)
      .slice(0, -1)
      .map((step) =>
        advice(step, 'no-effect', {
          message: `a later ${word} of the same stage takes the place of this one`,
          identity: step.text,
        }),
      ),
  );
}

const INSTALL =
  /\b(p?npm\s+(ci|i|install)\b(?![^&|;\n]*\s(-g|--global)\b)|yarn\s+install|yarn\s*(&&|$)|bun\s+install|pip3?\s+install\s+(\S+\s+)*-r|poetry\s+install|uv\s+sync|bundle\s+install|composer\s+install|go\s+mod\s+download)/m;

function orderProblems({ steps }: DockerStage): DockerProblem[] {
  const install = steps.findIndex((step) => step.word === 'RUN' && INSTALL.test(step.text));
  const step = steps[install];
  if (step === undefined || step.flags.get('mount')?.includes('type=cache') === true) return [];
  const before = steps.slice(0, install).filter((one) => ['COPY', 'ADD'].includes(one.word) && !one.flags.has('from'));
  const all = before.find((one) => sourcesOf(one).some((source) => /^(\.|\.\/|\*|\.\/\*)$/.test(source)));
  if (all === undefined) return [];
  const message = `${all.word} of everything in line ${all.line} comes first, so each change of any file installs all of it again: copy the manifest and the lockfile, install, then copy the rest`;
  return [advice(step, 'cache-order', { message, identity: INSTALL.exec(step.text)?.[0] ?? '' })];
}

const UNPRIVILEGED = /nonroot|unprivileged|rootless|(^|\/)bitnami\/|^cgr\.dev\//;

/** What runs as root though nothing says that it has to. */
function userProblems(stages: readonly DockerStage[]): DockerProblem[] {
  const last = stages.at(-1);
  if (last === undefined) return [];
  const line = lineage(last, stages);
  const steps = line.flatMap((stage) => stage.steps);
  const base = line[0]?.image ?? null;
  // Without a command of its own it is what its base is.
  if (!steps.some((step) => ['CMD', 'ENTRYPOINT'].includes(step.word)) || base === null || base === 'scratch' || UNPRIVILEGED.test(base))
    return [];
  const user = steps.findLast((step) => step.word === 'USER');
  const name = user?.text;
  if (name !== undefined && !/^(root|0)(:|$)/.test(name)) return [];
  const message =
    name === undefined
      ? 'what it starts runs as root: add USER with an account of its own before the command'
      : `what it starts runs as ${name}: go back to an account of its own before the command`;
  return [advice(user ?? last.from, 'no-user', { message, identity: 'user' })];
}

/** The stage and those it is built on, the first of them first. */
function lineage(stage: DockerStage, stages: readonly DockerStage[]): DockerStage[] {
  const below = stages.slice(0, stage.index).find(({ name }) => name !== null && name === stage.image?.toLowerCase());
  return below === undefined ? [stage] : [...lineage(below, stages), stage];
}

/** What a COPY or ADD copies, without where to. */
function sourcesOf({ text, words }: DockerStep): string[] {
  const list: unknown = text.startsWith('[') && isJson(text) ? JSON.parse(text) : words;
  return Array.isArray(list) ? list.slice(0, -1).map(String) : [];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function meant(word: string, names: ReadonlySet<string>): string {
  const near = [...names].find((name) => distance(word, name) <= 2);
  return near === undefined ? '' : `; did you mean ${near}?`;
}

function broken(step: DockerStep, rule: string, message: string): DockerProblem {
  return { rule, line: step.line, message, isBroken: true, identity: message };
}

function advice(
  step: DockerStep,
  rule: string,
  { message, identity }: { readonly message: string; readonly identity: string },
): DockerProblem {
  return { rule, line: step.line, message, isBroken: false, identity };
}
