/** A run that may only write patches shows them where people find them: its machine is thrown away. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DeliveryReport } from '../../../agents/run-report.ts';
import { writeJobSummary } from '../../../cli/reporters/job-summary.ts';
import { temporaryFolder } from '../../support/git-repository.ts';
import { runReport } from '../../support/run-report.ts';

async function pageWith(patches: Readonly<Record<string, string | Buffer>>, outcome: DeliveryReport['outcome'] = 'patch'): Promise<string> {
  await using folder = await temporaryFolder();
  const paths = Object.keys(patches).map((name) => join(folder.path, name));
  for (const [name, content] of Object.entries(patches)) await writeFile(join(folder.path, name), content);
  const page = join(folder.path, 'summary.md');
  const delivery = { ...runReport().delivery, mode: 'patch', outcome, patches: paths } as const;
  await writeJobSummary(page, runReport({ delivery }));
  return await readFile(page, 'utf8');
}

describe('the page of a job', () => {
  it('shows the patches of a run that may only write them, as they are', async () => {
    const page = await pageWith({ '0001-docs.patch': '-teh\n+the\n', '0002-qa.patch': '-grey\n+gray\n' });
    expect(page).toContain('```diff\n-teh\n+the\n-grey\n+gray\n```');
  });

  it('is not ended by what stands in them', async () => {
    const page = await pageWith({ '0001-docs.patch': '+```\n+</details>\n+@team\n' });
    expect(page).toContain('````diff\n+```\n+</details>\n+@team\n````');
  });

  it('leaves out what is too long or no text, and stays as it is for other deliveries', async () => {
    const page = await pageWith({ '0001-docs.patch': 'x'.repeat(500_000), '0002-qa.patch': Buffer.from([0xff, 0xfe]) });
    expect(page).not.toContain('```diff');
    expect(await pageWith({ '0001-docs.patch': '+the\n' }, 'refused')).not.toContain('```diff');
  });
});
