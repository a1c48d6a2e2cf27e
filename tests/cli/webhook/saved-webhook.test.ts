/** The files that a webhook can be saved as, and what is said of others. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSavedWebhook } from '../../../cli/webhook/saved-webhook.ts';
import { UsageError } from '../../../cli/usage-error.ts';
import { temporaryFolder } from '../../support/git-repository.ts';

async function read(content: string | object, event?: string): Promise<unknown> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'hook.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return await readSavedWebhook(path, event).catch((error: unknown) => {
    if (error instanceof UsageError) return error.message.replace(path, 'FILE');
    throw error;
  });
}

const payload = { action: 'created' };

describe('a saved webhook', () => {
  it('is a delivery as GitHub lists it', async () => {
    const delivery = {
      id: 1,
      event: 'issues',
      request: { headers: { 'X-GitHub-Event': 'issues' }, payload },
      response: { headers: {}, payload: 'ok' },
    };
    expect(await read(delivery)).toEqual({ event: 'issues', payload });
  });
  it('is headers with a payload, which may be text', async () => {
    expect(await read({ headers: { 'x-github-event': 'ping' }, payload })).toEqual({ event: 'ping', payload });
    expect(await read({ headers: { 'x-github-event': 'ping' }, payload: JSON.stringify(payload) })).toEqual({ event: 'ping', payload });
    expect(await read({ event: 'star', headers: {}, payload })).toEqual({ event: 'star', payload });
  });
  it('is a payload alone when its event is given, which comes first', async () => {
    expect(await read(payload, 'issue_comment')).toEqual({ event: 'issue_comment', payload });
    expect(await read(`\ufeff${JSON.stringify(payload)}`, 'push')).toEqual({ event: 'push', payload });
    expect(await read({ headers: { 'x-github-event': 'ping' }, payload }, 'push')).toEqual({ event: 'push', payload });
  });
  it.for<[string | object, string | undefined, RegExp]>([
    [payload, undefined, /^FILE does not say which event it is: add --event with one of check_run, check_suite, .*, workflow_run$/],
    [{ event: 'push', ref: 'refs/heads/main' }, undefined, /does not say which event/],
    [payload, 'Pull Request', /^--event "Pull Request": expected the name of an event of GitHub – did you mean "pull_request"\?$/],
    ['{', undefined, /^FILE is no JSON: expected the payload/],
    ['[]', 'push', /^FILE: expected a JSON object/],
    [{ headers: { 'x-github-event': 'ping' }, payload: '{' }, undefined, /^payload is no JSON/],
  ])('is refused when it is %j', async ([content, event, message]) => {
    expect(await read(content, event)).toMatch(message);
  });
  it('is refused when it is not there or a folder', async () => {
    await using folder = await temporaryFolder();
    await expect(readSavedWebhook(join(folder.path, 'x'), 'push')).rejects.toThrow('there is no such file; expected a webhook as JSON');
    await expect(readSavedWebhook(folder.path, 'push')).rejects.toThrow('it is a folder');
  });
});
