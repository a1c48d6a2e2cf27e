/** Who owns which file: every path has exactly one owning agent. */
import { posix } from 'node:path';
import type { AgentId } from '../ledger/outcome.ts';

const TEST_PATH = /(^|\/)(__tests__|__mocks__|__snapshots__|tests?|e2e|specs?|cypress|playwright)\//;
const TEST_NAME = /\.(test|spec|cy|e2e)\.[cm]?[jt]sx?$|(^|\/)test\.[cm]?[jt]sx?$|_test\.(py|go)$|(^|\/)test_[^/]*\.py$/;
const TEST_CONFIG =
  /(^|\/)(vitest|vitest\.workspace|jest|ava|cypress|playwright|karma)\.(config|setup|workspace)?\.?[cm]?[jt]s(on)?$|(^|\/)(conftest\.py|\.?pytest\.(ini|toml))$|(^|\/)(\.mocharc|\.nycrc|\.c8rc)(\.[a-z]+)?$/;
const UI_EXTENSION = new Set(['.tsx', '.jsx', '.vue', '.svelte', '.astro', '.css', '.scss', '.sass', '.less', '.styl', '.html', '.htm']);
const PROSE_EXTENSION = new Set(['.md', '.mdx', '.markdown', '.rst', '.adoc', '.txt']);
const DEVOPS_PATH = /^(\.github|\.gitlab|\.circleci|\.husky|\.devcontainer|docker|k8s|deploy|helm|terraform)\//;
const DEVOPS_NAME =
  /(^|\/)((Docker|Container)file(\.[^/]+)?|[^/]+\.[Dd]ockerfile|\.dockerignore|(docker-)?compose(\.[^/]+)?\.ya?ml|package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|uv\.lock|poetry\.lock|Pipfile\.lock|go\.sum|\.nvmrc|\.node-version|\.npmrc|\.env(\.[^/]+)?|Makefile|Jenkinsfile)$/;
const DEVOPS_EXTENSION = new Set(['.yml', '.yaml', '.sh', '.bash', '.zsh', '.tf', '.toml', '.ini']);
const UI_FOLDER = /(^|\/)(components|pages|views|ui|web|frontend|client|app|styles|hooks)\//;
const SERVER_FOLDER = /(^|\/)(api|server|backend|services|routes|controllers|models|db|cli|lib)\//;

/** The agent that owns `path` (repository-relative, POSIX). Architecture owns no file: it owns the graph. */
export function ownerOf(path: string): AgentId {
  const extension = posix.extname(path).toLowerCase();
  if (PROSE_EXTENSION.has(extension)) return 'docs';
  if (DEVOPS_PATH.test(path) || DEVOPS_NAME.test(path)) return 'devops';
  if (TEST_NAME.test(path) || TEST_CONFIG.test(path) || TEST_PATH.test(path)) return 'qa';
  if (DEVOPS_EXTENSION.has(extension)) return 'devops';
  if (UI_EXTENSION.has(extension)) return 'frontend';
  if (isCode(extension) && UI_FOLDER.test(path) && !SERVER_FOLDER.test(path)) return 'frontend';
  return 'backend';
}

/** Whether the extension is one of JavaScript's or TypeScript's. */
export function isCode(extension: string): boolean {
  return /^\.[cm]?[jt]sx?$/.test(extension);
}
