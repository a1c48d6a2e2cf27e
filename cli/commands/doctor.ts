/** `agent doctor`: looks for what could keep agents from working here. Changes nothing. */
import { GitError } from '../../git/git-error.ts';
import { remoteUrl } from '../../git/remote.ts';
import { openRepository } from '../../git/repository.ts';
import type { CommandContext } from '../command-context.ts';
import { explainGitError } from '../explain-error.ts';
import { bad, type Diagnosis } from '../doctor/diagnosis.ts';
import { examineGate } from '../doctor/examine-gate.ts';
import { examineOnGitHub } from '../doctor/examine-github.ts';
import { examineMachine } from '../doctor/examine-machine.ts';
import { examineProject } from '../doctor/examine-project.ts';
import { examineRemote } from '../doctor/examine-remote.ts';
import { examineRepository } from '../doctor/examine-repository.ts';
import { remoteAuth } from '../github/remote-auth.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { count } from '../wording.ts';

/** 0 when agents can work here, 3 when something keeps them from it. */
export async function doctorCommand(
  flags: { readonly json?: boolean; readonly offline?: boolean },
  context: CommandContext,
): Promise<number> {
  const diagnoses = await examine(flags.offline ?? false, context);
  const worst = diagnoses.filter((diagnosis) => diagnosis.verdict === 'bad').length;
  const { out, palette } = context.output;
  if (flags.json) {
    out(`${JSON.stringify({ schemaVersion: 1, diagnoses }, null, 2)}\n`);
    return worst > 0 ? 3 : 0;
  }
  const signs = { good: palette.good('✔'), 'worth-knowing': palette.warn('!'), bad: palette.bad('✖') };
  for (const { subject, verdict, text, advice } of diagnoses) {
    out(
      `${signs[verdict]} ${palette.strong(subject.padEnd(13))} ${plainLine(text)}\n${advice === null ? '' : palette.dim(`  ${' '.repeat(13)} ${plainLine(advice)}\n`)}`,
    );
  }
  out(worst === 0 ? 'agents can work here\n' : `${count(worst, 'thing')} ${worst === 1 ? 'keeps' : 'keep'} agents from working here\n`);
  return worst > 0 ? 3 : 0;
}

async function examine(offline: boolean, context: CommandContext): Promise<Diagnosis[]> {
  const machine = await examineMachine(context.cwd, context.environment);
  try {
    const repository = await openRepository(context.cwd);
    const { diagnoses, remote, mode } = await examineProject(repository, context);
    const auth = remoteAuth(context.environment, await remoteUrl(repository, remote));
    const [here, there, github, gate] = await Promise.all([
      examineRepository(repository),
      examineRemote(repository, { remote, offline, isNeeded: mode === 'push' || mode === 'pull-request', auth }),
      examineOnGitHub(repository, context, { remote, offline }),
      examineGate(repository, context.version),
    ]);
    return [...machine, ...here, ...diagnoses, ...gate, ...there, ...github];
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    const { text, advice } = explainGitError(error);
    return [...machine, bad('repository', text, advice ?? 'look at what Git says')];
  }
}
