import { expect } from 'vitest';
import { GitHubError } from '../../../github/github-error.ts';

/** The failure of a call that is to fail; fails the test when it does not, or by anything but a GitHubError. */
export async function failureOf(call: Promise<unknown>): Promise<GitHubError> {
  const error = await call.then(
    () => 'nothing was thrown',
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(GitHubError);
  return error as GitHubError;
}
