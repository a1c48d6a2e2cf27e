/** Chooses how a run is shown: a live tree, plain lines, JSON, annotations, a job summary, a SARIF file. */
import { resolve } from 'node:path';
import type { RunReport } from '../../agents/run-report.ts';
import type { CommandContext } from '../command-context.ts';
import type { RunFlags } from '../run-flags.ts';
import type { Reporter } from './reporter.ts';

export interface Reporters extends Omit<Reporter, 'finish'> {
  /** Resolves to the report as it was shown: one more note and exit code 3 for each file that could not be written. */
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
      // First, so that everything else can tell that one failed.
      let shown = report;
      for (const file of filesOf(flags, context)) shown = await written(file, shown);
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

interface ReportFile {
  readonly what: string;
  write(report: RunReport): Promise<void>;
}

/** The files that the options and the runner ask for. */
function filesOf({ sarif }: Pick<RunFlags, 'sarif'>, { cwd, version, environment: { github } }: CommandContext): ReportFile[] {
  const files: ReportFile[] = [];
  if (sarif !== undefined) {
    const path = resolve(cwd, sarif);
    const write = async (report: RunReport): Promise<void> => (await import('./sarif.ts')).writeSarif(path, report, version);
    files.push({ what: `the SARIF file ${path}`, write });
  }
  const { summaryPath = null, outputPath = null } = github ?? {};
  if (github !== null && summaryPath !== null) {
    const { serverUrl, repository } = github;
    const pages = serverUrl === null || repository === null ? null : `${serverUrl}/${repository}`;
    const write = async (report: RunReport): Promise<void> =>
      (await import('./job-summary.ts')).writeJobSummary(summaryPath, report, pages);
    files.push({ what: 'the page of the job (GITHUB_STEP_SUMMARY)', write });
  }
  if (outputPath !== null) {
    const write = async (report: RunReport): Promise<void> => {
      const [{ runOutputs }, { writeStepOutputs }] = await Promise.all([import('./run-outputs.ts'), import('../ci/step-outputs.ts')]);
      writeStepOutputs(outputPath, runOutputs(report));
    };
    files.push({ what: 'the outputs for further steps (GITHUB_OUTPUT)', write });
  }
  return files;
}

/** What was found and delivered is told whatever becomes of a file. */
async function written(file: ReportFile, report: RunReport): Promise<RunReport> {
  try {
    await file.write(report);
    return report;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const exitCode = report.exitCode === 130 ? 130 : 3;
    return { ...report, notes: [...report.notes, `${file.what} could not be written: ${why}`], exitCode };
  }
}

function atEnd(finish: (report: RunReport) => Promise<void>): Reporter {
  return { onEvent: () => undefined, finish, close: () => undefined };
}
