/** Why an issue could not be written, with what to change. Pure. */
import type { GitHubError } from './github-error.ts';

/** One sentence. `webUrl`: `https://github.com/owner/name`, or null. */
export function whyNot(error: GitHubError, webUrl: string | null): string {
  const page = (path: string) => (webUrl === null ? '' : ` (${webUrl}/${path})`);
  switch (error.code) {
    case 'disabled':
      return `issues are turned off in this repository: turn them on under Settings → General → Features${page('settings')}`;
    case 'archived':
      return 'the repository is archived, so nobody can write to it';
    case 'forbidden':
    case 'not-found':
      return `the token may not write issues: give the job "permissions: issues: write", an App "Issues: read and write"${page('settings/actions')} – ${error.message}`;
    default:
      return error.message;
  }
}
