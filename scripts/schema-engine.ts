/** Prisma's schema engine as WebAssembly: compares a database with prisma/schema.prisma, without a download. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import type * as engineModule from '@prisma/schema-engine-wasm';
import pg from 'pg';
import { connectionSettings, SCHEMA } from '../prisma/connect.ts';

/** Numbers of types in PostgreSQL. */
const CHAR = 18;
const MONEY = 790;

const schemaPath = fileURLToPath(new URL('../prisma/schema.prisma', import.meta.url));

type Exports = Readonly<Record<string, () => void>>;
type Glue = typeof engineModule & { readonly __wbg_set_wasm: (exports: Exports) => void };

/** What is used of the global of that name, whose types come with those of browsers only. */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: { instantiate(code: Uint8Array, imports: object): Promise<{ readonly instance: { readonly exports: Exports } }> };
};

/** SQL that turns what the database behind `url` holds into what schema.prisma says; empty when they agree. */
export async function missingSql(url: string): Promise<string> {
  const schema = { path: 'schema.prisma', content: readFileSync(schemaPath, 'utf8') };
  const pool = new pg.Pool(connectionSettings(url, 'upkeep schema'));
  const engine = await openEngine(schema, adapterFor(pool));
  try {
    const { stdout } = await engine.diff({
      from: { tag: 'schemaDatasource', files: [schema], configDir: '.' },
      to: { tag: 'schemaDatamodel', files: [schema] },
      script: true,
      exitCode: null,
      filters: { externalTables: [`${SCHEMA}._prisma_migrations`], externalEnums: [] },
    });
    const sql = (stdout ?? '').trim();
    return sql === '-- This is an empty migration.' ? '' : sql;
  } finally {
    engine.free();
    await pool.end();
  }
}

/**
 * The engine reads columns of the catalogue whose type is "char", which the adapter refuses. The driver passes them as money,
 * which the catalogue has none of, and here they become what they are.
 */
function adapterFor(pool: pg.Pool): PrismaPg {
  const query = pool.query.bind(pool) as (config: pg.QueryConfig) => Promise<pg.QueryResult>;
  const queryWithMoney = async (config: pg.QueryConfig): Promise<pg.QueryResult> => {
    const result = await query(config);
    for (const field of result.fields ?? []) if (field.dataTypeID === CHAR) field.dataTypeID = MONEY;
    return result;
  };
  Object.assign(pool, { query: queryWithMoney });
  const factory = new PrismaPg(pool, { schema: SCHEMA });
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (asked) => {
      const answer = await queryRaw(asked);
      const columnTypes = answer.columnTypes.map((type) => (type === ColumnTypeEnum.Numeric ? ColumnTypeEnum.Character : type));
      return { ...answer, columnTypes };
    };
    return adapter;
  };
  return factory;
}

async function openEngine(
  schema: { readonly path: string; readonly content: string },
  adapter: PrismaPg,
): Promise<engineModule.SchemaEngine> {
  loaded ??= loadEngine();
  const { SchemaEngine } = await loaded;
  return SchemaEngine.new({ datamodels: [[schema.path, schema.content]] }, () => undefined, bindMigrationAwareSqlAdapterFactory(adapter));
}

/** Once a process: the glue remembers the memory of its first instance. */
let loaded: Promise<Glue> | null = null;

async function loadEngine(): Promise<Glue> {
  const folder = join(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'), '..');
  // The package's own entry imports WebAssembly as a module, which Node does behind a flag only.
  const glue = (await import(pathToFileURL(join(folder, 'schema_engine_bg.js')).href)) as Glue;
  const { instance } = await WebAssembly.instantiate(readFileSync(join(folder, 'schema_engine_bg.wasm')), {
    './schema_engine_bg.js': glue,
  });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports['__wbindgen_start']?.();
  return glue;
}
