/** Chooses how a run is shown: a live tree, plain lines, JSON, annotations, a job summary, a SARIF file. */
import { resolve } from 'node:path';
import type { RunReport } from '../../agents/run-report.ts';
import type { CommandContext } from '../command-context.ts';
import type { RunFlags } from '../run-flags.ts';
import type { Reporter } from './reporter.ts';

/** Every sink that these options and this environment ask for, as one. */
export async function openReporters(flags: Pick<RunFlags, 'json' | 'sarif' | 'ci'>, context: CommandContext): Promise<Reporter> {
  const { output, environment } = context;
  const reporters: Reporter[] = [await openConsole(flags, context)];
  const { github } = environment;
  if (github !== null) {
    reporters.push(
      atEnd(async (report) => {
        const { annotationsOf } = await import('./annotations.ts');
        // The runner reads commands from both streams; stdout belongs to the document of --json.
        const text = annotationsOf(report);
        if (flags.json) output.err(text);
        else output.out(text);
        if (github.summaryPath !== null) {
          const { writeJobSummary } = await import('./job-summary.ts');
          const { serverUrl, repository } = github;
          await writeJobSummary(
            github.summaryPath,
            report,
            serverUrl === null || repository === null ? null : `${serverUrl}/${repository}`,
          );
        }
        if (github.outputPath !== null) {
          const [{ runOutputs }, { writeStepOutputs }] = await Promise.all([import('./run-outputs.ts'), import('../ci/step-outputs.ts')]);
          writeStepOutputs(github.outputPath, runOutputs(report));
        }
      }),
    );
  }
  const { sarif } = flags;
  if (sarif !== undefined)
    reporters.push(atEnd(async (report) => (await import('./sarif.ts')).writeSarif(resolve(context.cwd, sarif), report, context.version)));
  if (flags.json) {
    reporters.push(
      atEnd(async (report) => {
        const { jsonDocument } = await import('./json-document.ts');
        output.out(`${JSON.stringify(jsonDocument(report), null, 2)}\n`);
      }),
    );
  }
  return {
    onEvent(event) {
      for (const reporter of reporters) reporter.onEvent(event);
    },
    async finish(report) {
      for (const reporter of reporters) await reporter.finish(report);
    },
    close() {
      for (const reporter of reporters) reporter.close();
    },
  };
}

async function openConsole(flags: Pick<RunFlags, 'json' | 'ci'>, context: CommandContext): Promise<Reporter> {
  const { output, environment } = context;
  const palette = flags.json ? output.errorPalette : output.palette;
  const print = (text: string): void => {
    if (flags.json) output.err(text);
    else output.out(text);
  };
  const summary = async (): Promise<(report: RunReport) => string> => {
    const { summaryOf } = await import('./summary.ts');
    return (report) => summaryOf(report, palette);
  };
  if (output.isTerminal && !flags.ci) {
    const { openTerminalTree } = await import('./terminal-tree.ts');
    return openTerminalTree({ stream: flags.json ? output.stderr : output.stdout, palette, print, summary: await summary() });
  }
  const { openPlainLines } = await import('./plain-lines.ts');
  return openPlainLines({ print, groups: environment.github !== null, summary: await summary() });
}

function atEnd(finish: (report: RunReport) => Promise<void>): Reporter {
  return { onEvent: () => undefined, finish, close: () => undefined };
}
