import { apiReference } from './checks/api-reference.ts';
import { cliHelp } from './checks/cli-help.ts';
import { codeFences } from './checks/code-fences.ts';
import { dprint } from './checks/dprint.ts';
import { frontMatter } from './checks/front-matter.ts';
import { generatedDocs } from './checks/generated-docs.ts';
import { links } from './checks/links.ts';
import { markdown } from './checks/markdown.ts';
import { oxfmt } from './checks/oxfmt.ts';
import { prettier } from './checks/prettier.ts';
import { spelling } from './checks/spelling.ts';
import type { Agent } from './agent.ts';

/** Owns Markdown and other prose. */
export const docs: Agent = {
  id: 'docs',
  title: 'Docs',
  summary: 'Markdown, relative links and anchors, code in fences, front matter, regions that programs write',
  priority: 'LOW',
  schedule: '*/5 * * * *',
  triggers: ['push', 'pull-request', 'schedule', 'manual', 'webhook', 'comment', 'retry', 'handoff'],
  checks: [markdown, links, codeFences, frontMatter, spelling, cliHelp, apiReference, generatedDocs, prettier, dprint, oxfmt],
};
