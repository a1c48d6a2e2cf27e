/** A real Chromium for tests of the page: from the packages of this repository, or the machine's own. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--headless=shell',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--font-render-hinting=none',
];
const SYSTEM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const HELP =
  'the tests of the page need Chromium: `npm ci` brings it (@sparticuz/chromium); where that does not start, `apt-get install -y chromium` and set nothing else';

/** Starts one. Throws one clear line where there is none. */
export async function openBrowser(): Promise<Browser> {
  const problems: string[] = [];
  for (const find of [packaged, system]) {
    try {
      const { executablePath, libraries, fonts } = await find();
      const LD_LIBRARY_PATH = [libraries, process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':');
      const FONTCONFIG_PATH = process.env['FONTCONFIG_PATH'] ?? (existsSync('/etc/fonts') ? '/etc/fonts' : fonts);
      return await chromium.launch({ executablePath, args: FLAGS, env: { ...process.env, LD_LIBRARY_PATH, FONTCONFIG_PATH } });
    } catch (error) {
      problems.push((error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '');
    }
  }
  throw new Error(`${HELP} (${problems.join('; ')})`);
}

/** How a program of its own starts the same one: the path, and the flags and variables that it needs here. */
export async function browserProgram(): Promise<{ executablePath: string; args: readonly string[]; env: Record<string, string> }> {
  const { executablePath, libraries } = await packaged();
  return { executablePath, args: FLAGS, env: { LD_LIBRARY_PATH: libraries } };
}

interface Found {
  readonly executablePath: string;
  readonly libraries: string;
  readonly fonts: string;
}

/** Unpacked once for all test files, and whole or not at all: several of them may be first at the same time. */
async function packaged(): Promise<Found> {
  const manifest = JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8')) as { readonly version: string };
  const place = join(tmpdir(), `upkeep-chromium-${manifest.version}-${process.getuid?.() ?? 0}`);
  if (!existsSync(place)) await unpackTo(place);
  return { executablePath: join(place, 'chromium'), libraries: join(place, 'al2023', 'lib'), fonts: join(place, 'fonts') };
}

function packageFolder(): string {
  return join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..');
}

async function unpackTo(place: string): Promise<void> {
  const before = process.env['TMPDIR'];
  const temporary = mkdtempSync(`${place}-`);
  process.env['TMPDIR'] = temporary;
  try {
    const { default: sparticuz, inflate } = await import('@sparticuz/chromium');
    await sparticuz.executablePath();
    await inflate(join(packageFolder(), 'bin', 'al2023.tar.br'));
    renameSync(temporary, place);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(place)) throw error;
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
}

function system(): Promise<Found> {
  const executablePath = SYSTEM.find((path) => existsSync(path));
  return executablePath === undefined
    ? Promise.reject(new Error('no Chromium is installed'))
    : Promise.resolve({ executablePath, libraries: '', fonts: '' });
}

/** Where pictures of the page are put, so that a person may look at them; the folder is ignored. */
export function pictureFolder(): string {
  const folder = join(import.meta.dirname, '..', '..', '.vitest', 'pictures');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Where the picture in the README is put when it is asked for (`npm run pictures`); else beside the others. */
export function readmePicture(): string {
  return process.env['README_PICTURE'] === '1'
    ? join(import.meta.dirname, '..', '..', 'docs', 'images', 'dashboard.png')
    : join(pictureFolder(), 'README.png');
}
