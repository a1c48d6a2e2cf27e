/** The commands of `agent` and their options; what they do is loaded only when one is called. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { DELIVERY_MODES, PRIORITIES, TRIGGERS } from '../ledger/outcome.ts';
import type { CommandContext } from './command-context.ts';
import { addHelpCommand } from './help-command.ts';
import { AGENT, AGENTS, portNumber, wholeNumber, type Add, type Runs } from './program/adding.ts';
import type { DashboardFlags } from './commands/dashboard.ts';
import { addDatabase } from './program/database.ts';
import { requireRemote } from './program/remote-commands.ts';
import { addCarrying, addScheduling } from './program/scheduling.ts';
import type { LogFlags } from './commands/log.ts';
import type { QueueRunFlags } from './commands/run-queue.ts';
import type { ListenFlags, ReplayFlags } from './commands/webhook.ts';
import { runFlagsOf } from './run-flags.ts';
import { unusedGitVariables } from './unused-git-variables.ts';
import { UsageError } from './usage-error.ts';
import { HELP } from './wording.ts';

/** Options of the program itself. */
export interface GlobalFlags {
  readonly directory?: string;
  readonly debug?: boolean;
  readonly server?: string;
}

/** What the program needs of its process. */
export interface ProgramHost {
  readonly version: string;
  context(flags: GlobalFlags): CommandContext;
  /** Receives the exit code of the command. */
  finish(exitCode: number): void;
}

/** Builds the whole tree; parsing it runs one command. */
export function buildProgram(host: ProgramHost): Command {
  const program = new Command('agent');
  program
    .description(HELP.program)
    .version(host.version, '-V, --version', 'print the version')
    .addOption(new Option('-C, --directory <path>', 'work in this folder instead of the current one').argParser(existingFolder))
    .option('--server <url>', 'a service elsewhere, by a token in UPKEEP_TOKEN: for commands that run, steer and look')
    .addOption(new Option('--debug', 'show where an unexpected error came from'))
    .helpOption('-h, --help', 'explain a command')
    .addHelpText('after', HELP.examples)
    .showSuggestionAfterError();

  /** Adds a command whose work returns an exit code. */
  const add = (usage: string, summary: string, group: string): Command =>
    program.command(usage).summary(summary).description(summary).helpGroup(group);
  const runs =
    <Arguments extends unknown[]>(work: (context: CommandContext, ...values: Arguments) => Promise<number>) =>
    async (...values: unknown[]): Promise<void> => {
      const command = values.pop() as Command;
      const context = host.context(command.optsWithGlobals());
      requireRemote(command, context.server);
      const unused = unusedGitVariables(context.environment.variables);
      if (unused !== null) context.output.err(`${unused}\n`);
      host.finish(await work(context, ...(values as Arguments)));
    };

  addRun(add, runs);
  addLooking(add, runs);
  addSteering(add, runs);
  addScheduling(add, runs);
  addDatabase(add, runs);
  addCarrying(program, runs);
  addHearing(add, runs);
  addSettingUp(program, add, runs);
  addHelpCommand(program, HELP.groups.setUp);
  return program;
}

function addRun(add: Add, runs: Runs): void {
  add('run', 'check the repository, repair what is safe to repair, commit it', HELP.groups.work)
    .addArgument(AGENTS)
    .option('--due', 'only agents whose schedule asks for them')
    .option('--nightly', 'the checks of the night as well, now')
    .option('--ci', 'behave as in CI: push, install dependencies, plain lines')
    .addOption(new Option('--trigger <name>', 'what asks for this run').choices(TRIGGERS))
    .option('--base <revision>', 'check this commit instead of HEAD')
    .addOption(new Option('--working-tree', 'check uncommitted changes as well; nothing is repaired then').conflicts('base'))
    .addOption(new Option('--delivery <mode>', 'how commits reach people').choices(DELIVERY_MODES))
    .option('--rehearse <folder>', 'do everything but leave: commits, issues and comments become files there')
    .option('--no-fix', 'report only')
    .option('--force', 'run whatever is remembered')
    .option('--strict', 'findings of tools that the repository did not set up are errors')
    .option('--install', 'install dependencies from the lockfile when they are absent or out of step')
    .option('--concurrency <n>', 'tools that run at once', wholeNumber)
    .option('--json', 'print one JSON document; everything else goes to stderr')
    .option('--sarif <file>', 'write the findings as SARIF 2.1.0')
    .option('--queue', 'let the service that looks after this repository run it, and follow it to its end')
    .addOption(new Option('--priority <level>', 'with --queue: who goes first when several wait').choices(PRIORITIES))
    .option('--no-wait', 'with --queue: do not wait for the end')
    .addHelpText('after', HELP.run)
    .action(
      runs(async (context, agents: string[], options: QueueRunFlags) => {
        if (options.queue || context.server !== null)
          return (await import('./commands/run-queue.ts')).runQueueCommand(agents, options, context);
        if (options.priority !== undefined || options.wait === false)
          throw new UsageError('--priority and --no-wait belong to --queue: a run here begins at once');
        return (await import('./commands/run.ts')).runCommand(runFlagsOf(agents, options), context);
      }),
    );
}

function addLooking(add: Add, runs: Runs): void {
  add('status', 'show how every agent stands', HELP.groups.look)
    .option('--json', 'print JSON')
    .option('--branch <name>', 'a branch instead of the one that is checked out')
    .action(
      runs(async (context, flags: { json?: boolean; branch?: string }) =>
        (await import('./commands/status.ts')).statusCommand(flags, context),
      ),
    );
  add('why', 'explain why an agent did or did not run, commit or ask for help', HELP.groups.look)
    .addArgument(AGENT)
    .option('--json', 'print JSON')
    .option('--branch <name>', 'a branch instead of the one that is checked out')
    .action(
      runs(async (context, agent: string, flags: { json?: boolean; branch?: string }) =>
        (await import('./commands/why.ts')).whyCommand(agent, flags, context),
      ),
    );
  add('list', 'show the agents and checks as they apply here', HELP.groups.look)
    .addArgument(AGENTS)
    .option('--json', 'print JSON')
    .option('--base <revision>', 'look at this commit instead of HEAD')
    .action(
      runs(async (context, agents: string[], flags: { json?: boolean; base?: string }) =>
        (await import('./commands/list.ts')).listCommand(agents, flags, context),
      ),
    );
  add('dashboard', 'write what is remembered as pages that need no server', HELP.groups.look)
    .option('--static <folder>', 'where to; what was written there before is written anew')
    .option('--branch <name>', 'a branch instead of the one that is checked out')
    .action(runs(async (context, flags: DashboardFlags) => (await import('./commands/dashboard.ts')).dashboardCommand(flags, context)));
  add('log', 'show what happened', HELP.groups.look)
    .option('-n, --number <n>', 'events to show', wholeNumber, 20)
    .option('--agent <agent>', 'only events of this agent')
    .option('--dead-letters', 'lines that cannot be read instead of events')
    .option('--json', 'print one event a line as JSON')
    .action(runs(async (context, flags: LogFlags) => (await import('./commands/log.ts')).logCommand(flags, context)));
}

function addSteering(add: Add, runs: Runs): void {
  const everyone = new Argument('[agent]', 'the agent; none: all of them');
  const steer = (name: 'pause' | 'resume' | 'retry', summary: string): Command =>
    add(name, summary, HELP.groups.steer)
      .addArgument(everyone)
      .option('--reason <text>', 'why, for people who ask later')
      .option('--branch <name>', 'only on this branch')
      .option('--shared', 'for everyone who works with the remote, not only this clone');
  steer('pause', 'keep an agent from running')
    .option('--for <duration>', 'end the pause by itself, for example 2h or 3d')
    .option('--everything', 'all agents of all repositories of the service')
    .option('--after-run', 'of a service: wait for the ends of runs that are under way')
    .addOption(new Option('--cancel', 'of a service: cancel runs that are under way').conflicts('afterRun'))
    .action(
      runs(async (context, agent: string | undefined, flags: object) =>
        (await import('./commands/steer.ts')).pauseCommand(agent, flags, context),
      ),
    );
  steer('resume', 'let a paused agent run again')
    .option('--everything', 'all agents of all repositories of the service')
    .action(
      runs(async (context, agent: string | undefined, flags: object) =>
        (await import('./commands/steer.ts')).resumeCommand(agent, flags, context),
      ),
    );
  steer('retry', 'bring an agent back that could not be carried out or keeps failing').action(
    runs(async (context, agent: string | undefined, flags: object) =>
      (await import('./commands/steer.ts')).retryCommand(agent, flags, context),
    ),
  );
  add('accept', 'take commits that wait under refs/upkeep/suggest', HELP.groups.steer)
    .addArgument(AGENTS)
    .action(runs(async (context, agents: string[]) => (await import('./commands/accept.ts')).acceptCommand(agents, context)));
  add('undo', 'revert what an agent did and keep it from doing it again', HELP.groups.steer)
    .argument('<run-or-commit>', 'id of a run or commit of an agent')
    .option('--reason <text>', 'why, for people who ask later')
    .action(
      runs(async (context, target: string, flags: { reason?: string }) =>
        (await import('./commands/undo.ts')).undoCommand(target, flags, context),
      ),
    );
  add('recover', 'clean up after a run that was ended, keep its finished work', HELP.groups.steer).action(
    runs(async (context) => (await import('./commands/recover.ts')).recoverCommand(context)),
  );
}

function addHearing(add: Add, runs: Runs): void {
  add('comment', 'carry out the commands of the comment that started this workflow, and answer it', HELP.groups.hear)
    .option('--event <file>', 'the payload of the comment, instead of the one of the workflow')
    .addHelpText('after', HELP.comment)
    .action(runs(async (context, flags: { event?: string }) => (await import('./commands/comment.ts')).commentCommand(flags, context)));
  const webhook = add('webhook', 'act on what GitHub sends, for this clone', HELP.groups.hear);
  webhook
    .command('listen')
    .description('receive webhooks over HTTP and act on one after the other; the secret is in UPKEEP_WEBHOOK_SECRET')
    .addOption(new Option('--port <n>', 'where to listen').default(8787).argParser(portNumber))
    .addOption(new Option('--host <address>', 'address to listen on; behind a proxy or tunnel the default is right').default('127.0.0.1'))
    .addHelpText('after', HELP.webhookListen)
    .action(runs(async (context, flags: ListenFlags) => (await import('./commands/webhook.ts')).webhookListenCommand(flags, context)));
  webhook
    .command('replay')
    .argument('<file>', 'a webhook that was saved: its payload, or a delivery with its headers')
    .description('show what a saved webhook would lead to')
    .option('--event <name>', 'its event, where the file does not tell')
    .option('--run', 'do it')
    .option('--json', 'print JSON')
    .addHelpText('after', HELP.webhookReplay)
    .action(
      runs(async (context, file: string, flags: ReplayFlags) =>
        (await import('./commands/webhook.ts')).webhookReplayCommand(file, flags, context),
      ),
    );
  addHelpCommand(webhook, '');
}

function addSettingUp(program: Command, add: Add, runs: Runs): void {
  add('init', 'set the repository up: configuration, workflow, commit messages', HELP.groups.setUp)
    .option('-y, --yes', 'write without asking')
    .option('--dry-run', 'show what would be written and write nothing')
    .action(
      runs(async (context, flags: { yes?: boolean; dryRun?: boolean }) => (await import('./commands/init.ts')).initCommand(flags, context)),
    );
  add('demo', 'run all six agents on a small repository with real faults', HELP.groups.setUp)
    .option('--keep <folder>', 'make the repository here instead of in a temporary folder')
    .action(runs(async (context, flags: { keep?: string }) => (await import('./commands/demo.ts')).demoCommand(flags, context)));
  add('doctor', 'look for what could keep agents from working here', HELP.groups.setUp)
    .option('--json', 'print JSON')
    .option('--offline', 'do not ask the remote')
    .action(
      runs(async (context, flags: { json?: boolean; offline?: boolean }) =>
        (await import('./commands/doctor.ts')).doctorCommand(flags, context),
      ),
    );

  const config = add('config', 'show and check the configuration', HELP.groups.setUp);
  const atBase = (command: Command): Command =>
    command
      .addOption(new Option('--working-tree', 'read the file as it is on disk instead of the commit').conflicts('base'))
      .option('--base <revision>', 'read it from this commit instead of HEAD');
  atBase(config.command('print').description('print the configuration as it applies'))
    .option('--explain', 'say where each value comes from')
    .option('--ci', 'with the defaults of CI')
    .action(runs(async (context, flags: object) => (await import('./commands/config.ts')).configPrintCommand(flags, context)));
  atBase(config.command('validate').description('check the configuration; exit code 2 when it is wrong')).action(
    runs(async (context, flags: object) => (await import('./commands/config.ts')).configValidateCommand(flags, context)),
  );
  config
    .command('schema')
    .description('print the JSON Schema of the configuration')
    .action(runs(async (context) => (await import('./commands/config.ts')).configSchemaCommand(context)));
  addHelpCommand(config, '');

  add('completion', 'print a script that completes commands in a shell', HELP.groups.setUp)
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', HELP.completion)
    .action(
      runs(async (context, shell: 'bash' | 'zsh' | 'fish') =>
        (await import('./commands/completion.ts')).completionCommand(shell, program, context),
      ),
    );
}

function existingFolder(path: string): string {
  let found = 'there is nothing';
  try {
    if (statSync(resolve(path)).isDirectory()) return path;
    found = 'this is a file';
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code !== 'ENOENT') found = `it cannot be looked at (${code})`;
  }
  throw new InvalidArgumentError(`a folder is expected, and ${found}.`);
}
