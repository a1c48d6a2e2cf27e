/** What became of a comment with commands, in one line for a log. */
import type { CommentEnd } from './answer-comment.ts';

export function describeEnd(end: CommentEnd, author: string): string {
  switch (end.kind) {
    case 'answered':
    case 'unanswered': {
      const next = end.run.length === 0 ? '' : `; now ${end.run.join(', ')} ${end.run.length === 1 ? 'runs' : 'run'}`;
      const unshared = end.unshared.length === 0 ? '' : `; others do not know of it yet: ${end.unshared.join('; ')}`;
      const answer = end.kind === 'answered' ? `answered: ${end.url}` : `carried out, but not answered yet: ${end.why}`;
      return `${answer}${unshared}${next}`;
    }
    case 'answered-before':
      return `it was answered before: ${end.url}`;
    case 'stranger':
      return `nothing is done: ${author} may not write to the repository`;
    case 'gone':
      return 'nothing is done: the comment was deleted';
    case 'turned-off':
      return 'nothing is done: the configuration turns comments off (github.comments)';
  }
}
