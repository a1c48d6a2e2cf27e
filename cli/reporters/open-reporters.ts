/** Chooses how a run is shown: a live tree, plain lines, JSON, annotations, a job summary, a SARIF file. */
import { resolve } from 'node:path';
import type { RunReport } from '../../agents/run-report.ts';
import type { CommandContext } from '../command-context.ts';
import type { RunFlags } from '../run-flags.ts';
import type { Reporter } from './reporter.ts';

export interface Reporters extends Omit<Reporter, 'finish'> {
  /** Resolves to the report as it was shown: one more note and exit code 3 where the SARIF file could not be written. */
  finish(report: RunReport): Promise<RunReport>;
}

/** Every sink that these options and this environment ask for, as one. */
export async function openReporters(flags: Pick<RunFlags, 'json' | 'sarif' | 'ci'>, context: CommandContext): Promise<Reporters> {
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
      // First, so that everything else can tell that it failed.
      const shown = flags.sarif === undefined ? report : await withSarif(resolve(context.cwd, flags.sarif), report, context.version);
      for (const reporter of reporters) await reporter.finish(shown);
      return shown;
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

/** What was found and delivered is told whatever becomes of the file. */
async function withSarif(path: string, report: RunReport, version: string): Promise<RunReport> {
  const { writeSarif } = await import('./sarif.ts');
  try {
    await writeSarif(path, report, version);
    return report;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const exitCode = report.exitCode === 130 ? 130 : 3;
    return { ...report, notes: [...report.notes, `the SARIF file ${path} could not be written: ${why}`], exitCode };
  }
}

function atEnd(finish: (report: RunReport) => Promise<void>): Reporter {
  return { onEvent: () => undefined, finish, close: () => undefined };
}
