/** A Dockerfile as plain data: its instructions with their lines, and the stages they make. */
import { DockerfileParser, type From, type Instruction } from 'dockerfile-ast';

export interface DockerStep {
  /** As it is written. */
  readonly name: string;
  /** In upper case. */
  readonly word: string;
  /** 1-based. */
  readonly line: number;
  /** Everything behind the word and its flags. */
  readonly text: string;
  readonly words: readonly string[];
  /** Flags with their values: `from` → `build`; several of one name: the last. */
  readonly flags: ReadonlyMap<string, string>;
  /** Of ENV and ARG. */
  readonly pairs: readonly { readonly name: string; readonly value: string | null }[];
}

export interface DockerStage {
  readonly index: number;
  readonly from: DockerStep;
  /** Its name in lower case, as Docker compares it; null: it has none. */
  readonly name: string | null;
  /** What it is built on, with build arguments at their defaults; null: that cannot be told. */
  readonly image: string | null;
  /** Without FROM. */
  readonly steps: readonly DockerStep[];
}

export interface DockerDocument {
  readonly steps: readonly DockerStep[];
  readonly stages: readonly DockerStage[];
  /** Another front end than Docker's own may have instructions of its own. */
  readonly hasOwnFrontEnd: boolean;
}

/** Reads the text of a Dockerfile. */
export function readDockerfile(text: string): DockerDocument {
  const dockerfile = DockerfileParser.parse(text);
  const frontEnd = dockerfile.getDirectives().find((directive) => directive.getName().toLowerCase() === 'syntax');
  const all = dockerfile.getInstructions();
  const defaults = new Map(
    dockerfile.getInitialARGs().map((arg) => [arg.getProperty()?.getName() ?? '', arg.getProperty()?.getValue() ?? null]),
  );
  const begins = all.flatMap((one, index) => (one.getKeyword() === 'FROM' ? [index] : []));
  return {
    steps: all.map(stepOf),
    stages: begins.map((begin, index) => {
      const from = all[begin] as From;
      return {
        index,
        from: stepOf(from),
        name: from.getBuildStage()?.toLowerCase() ?? null,
        image: expanded(from.getImage() ?? '', defaults),
        steps: all.slice(begin + 1, begins[index + 1] ?? all.length).map(stepOf),
      };
    }),
    hasOwnFrontEnd: frontEnd !== undefined && !/^(docker\.io\/)?docker\/dockerfile/.test(frontEnd.getValue()),
  };
}

/** What only some instructions have. */
interface MaybePairs {
  getProperties?(): { getName(): string; getValue(): string | null }[];
  getProperty?(): { getName(): string; getValue(): string | null } | null;
  getFlags?(): { getName(): string; getValue(): string | null }[];
}

function stepOf(instruction: Instruction): DockerStep {
  const given = instruction as Instruction & MaybePairs;
  const pairs = given.getProperties?.() ?? [given.getProperty?.() ?? null];
  return {
    name: instruction.getInstruction(),
    word: instruction.getKeyword(),
    line: instruction.getRange().start.line + 1,
    text: (instruction.getRawArgumentsContent() ?? '').trim(),
    words: instruction.getArguments().map((argument) => argument.getValue()),
    flags: new Map((given.getFlags?.() ?? []).map((flag) => [flag.getName(), flag.getValue() ?? ''])),
    pairs: pairs.flatMap((pair) => (pair === null ? [] : [{ name: pair.getName(), value: pair.getValue() }])),
  };
}

const VARIABLE = /\$(?:\{(?<braced>\w+)(?::?[-+](?<fallback>[^}]*))?\}|(?<plain>\w+))/g;

/** With variables replaced; null when one of them has no value here. */
function expanded(text: string, values: ReadonlyMap<string, string | null>): string | null {
  const given = [...text.matchAll(VARIABLE)].map(
    ({ groups = {} }) => values.get(groups['braced'] ?? groups['plain'] ?? '') ?? groups['fallback'],
  );
  if (text === '' || given.includes(undefined)) return null;
  return text.replace(VARIABLE, () => given.shift() ?? '');
}
