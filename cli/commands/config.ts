/** `agent config print|validate|schema`. */
import { catalog } from '../../agents/catalog.ts';
import type { CommandContext } from '../command-context.ts';
import { loadConfig, type LoadedConfig } from '../config.ts';
import { valueAtPath } from '../config/value-at.ts';
import { readBelow } from '../config/read-file.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { settingsAt } from '../run/load-settings.ts';
import { look } from '../run/look.ts';
import { alignedRows } from '../table.ts';

export interface ConfigFlagsOfCommand {
  readonly workingTree?: boolean;
  readonly base?: string;
  readonly explain?: boolean;
  readonly ci?: boolean;
}

export async function configPrintCommand(flags: ConfigFlagsOfCommand, context: CommandContext): Promise<number> {
  const { loaded } = await load(flags, context);
  const { out, palette } = context.output;
  if (flags.explain !== true) {
    out(`${JSON.stringify(loaded.config, null, 2)}\n`);
    return 0;
  }
  const rows = Object.entries(loaded.origins).map(([path, origin]) => [
    path,
    JSON.stringify(valueAtPath(loaded.config, path)),
    origin === 'default' ? palette.dim(origin) : plainLine(origin),
  ]);
  out(alignedRows(rows));
  return 0;
}

/** ConfigError reaches main, which prints it and ends with 2. */
export async function configValidateCommand(flags: ConfigFlagsOfCommand, context: CommandContext): Promise<number> {
  const { loaded, where } = await load(flags, context);
  context.output.out(
    loaded.file === null
      ? `there is no configuration in ${where}: the defaults apply\n`
      : `${plainLine(loaded.file)} in ${where} is valid\n`,
  );
  return 0;
}

export async function configSchemaCommand(context: CommandContext): Promise<number> {
  const { configJsonSchema } = await import('../config-schema.ts');
  context.output.out(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  return 0;
}

async function load(flags: ConfigFlagsOfCommand, context: CommandContext): Promise<{ loaded: LoadedConfig; where: string }> {
  const seen = await look(context.cwd, { base: flags.base, workingTree: false });
  const { repository, base } = seen;
  const onDisk = repository.root === null ? null : readBelow(repository.root);
  const fromDisk = flags.workingTree === true && onDisk !== null;
  const loaded = await loadConfig({
    readFile: fromDisk ? onDisk : (await settingsAt(repository, base)).readFile,
    readInstalled: onDisk,
    // What is being worked on is looked at afresh.
    cacheFolder: null,
    version: context.version,
    environment: context.environment,
    flags: {},
    ci: flags.ci ?? context.environment.github !== null,
    knownChecks: () => Promise.resolve([...new Set(catalog.flatMap((agent) => agent.checks.map((check) => check.id)))]),
  });
  return { loaded, where: fromDisk ? 'the working tree' : base.slice(0, 9) };
}
