/** Comments on issues and pull requests, reactions to them, and labels. */
import { invalid, notFound, text, tooLong } from '../reply.ts';
import type { Call, Handler } from '../reply.ts';
import type { Comment, Issue, Label } from '../state.ts';
import { assertBody, assertLabel, labelsOf, theIssue } from './issues.ts';
import { commentShape, labelOf, labelShape, userShape } from './shapes.ts';

export const commentOperations: Readonly<Record<string, Handler>> = {
  'issues/list-comments': (call) => {
    const issue = theIssue(call);
    const since = new Date(call.query.get('since') ?? 0);
    const found = issue.comments.filter((comment) => comment.updatedAt >= since);
    return { status: 200, list: found.map((comment) => commentShape(call.world, call.repository, { issue, comment })) };
  },
  'issues/list-comments-for-repo': ({ world, repository, query }) => {
    const since = new Date(query.get('since') ?? 0);
    const all = repository.issues.flatMap((issue) => issue.comments.map((comment) => ({ issue, comment })));
    const found = all.filter(({ comment }) => comment.updatedAt >= since).sort((a, b) => a.comment.id - b.comment.id);
    if (query.get('direction') === 'desc') found.reverse();
    return { status: 200, list: found.map((entry) => commentShape(world, repository, entry)) };
  },
  'issues/get-comment': (call) => ({ status: 200, body: commentShape(call.world, call.repository, theComment(call)) }),
  'issues/create-comment': (call) => {
    const { world, login } = call;
    const issue = theIssue(call);
    const body = bodyOf(call);
    const comment: Comment = { id: world.nextId(), author: login, body, createdAt: world.now(), updatedAt: world.now(), reactions: [] };
    issue.comments.push(comment);
    issue.updatedAt = world.now();
    return { status: 201, body: commentShape(world, call.repository, { issue, comment }) };
  },
  'issues/update-comment': (call) => {
    const found = theComment(call);
    found.comment.body = bodyOf(call);
    found.comment.updatedAt = call.world.now();
    return { status: 200, body: commentShape(call.world, call.repository, found) };
  },
  'issues/delete-comment': (call) => {
    const { issue, comment } = theComment(call);
    issue.comments.splice(issue.comments.indexOf(comment), 1);
    return { status: 204 };
  },
  'reactions/create-for-issue-comment': (call) => {
    const { world, login, body } = call;
    const { comment } = theComment(call);
    const content = text(body['content']);
    const isKnown = comment.reactions.some((reaction) => reaction.login === login && reaction.content === content);
    if (!isKnown) comment.reactions.push({ login, content });
    return { status: isKnown ? 200 : 201, body: { id: world.nextId(), user: userShape(world, login), content } };
  },
  'issues/list-labels-on-issue': (call) => ({ status: 200, list: shapesOf(call, theIssue(call).labels) }),
  'issues/add-labels': (call) => {
    const issue = theIssue(call);
    issue.labels = [...new Set([...issue.labels, ...labelsOf(call, call.body['labels'])])];
    return { status: 200, body: shapesOf(call, issue.labels) };
  },
  'issues/set-labels': (call) => {
    const issue = theIssue(call);
    issue.labels = labelsOf(call, call.body['labels']);
    return { status: 200, body: shapesOf(call, issue.labels) };
  },
  'issues/remove-label': (call) => {
    const issue = theIssue(call);
    const index = issue.labels.findIndex((name) => name.toLowerCase() === call.path['name']?.toLowerCase());
    if (index < 0) throw notFound();
    issue.labels.splice(index, 1);
    return { status: 200, body: shapesOf(call, issue.labels) };
  },
  'issues/list-labels-for-repo': ({ world, repository }) => ({
    status: 200,
    list: repository.labels.map((label) => labelShape(world, repository, label)),
  }),
  'issues/get-label': (call) => ({ status: 200, body: labelShape(call.world, call.repository, theLabel(call)) }),
  'issues/create-label': (call) => {
    const { world, repository, body } = call;
    const name = text(body['name']);
    assertLabel(name);
    if (repository.labels.some((label) => label.name.toLowerCase() === name.toLowerCase()))
      throw invalid('Label', 'name', 'already_exists');
    const label = labelOf(world, repository, name);
    paint(label, body);
    return { status: 201, body: labelShape(world, repository, label) };
  },
  'issues/update-label': (call) => {
    const label = theLabel(call);
    paint(label, call.body);
    return { status: 200, body: labelShape(call.world, call.repository, label) };
  },
};

function bodyOf({ body }: Call): string {
  const words = text(body['body']);
  if (words.trim() === '') throw invalid('IssueComment', 'body', 'missing_field');
  assertBody('IssueComment', words);
  return words;
}

function theComment({ repository, path }: Call): { issue: Issue; comment: Comment } {
  for (const issue of repository.issues) {
    const comment = issue.comments.find(({ id }) => id === Number(path['comment_id']));
    if (comment !== undefined) return { issue, comment };
  }
  throw notFound();
}

function theLabel({ repository, path }: Call): Label {
  const label = repository.labels.find(({ name }) => name.toLowerCase() === path['name']?.toLowerCase());
  if (label === undefined) throw notFound();
  return label;
}

function paint(label: Label, body: Call['body']): void {
  const { color, description } = body;
  if (color !== undefined) {
    if (!/^[0-9a-f]{6}$/i.test(text(color))) throw invalid('Label', 'color', 'invalid');
    label.color = text(color);
  }
  if (description === undefined || description === null) return;
  if (text(description).length > 100) throw tooLong('Label', 'description', 100);
  label.description = text(description);
}

function shapesOf({ world, repository }: Call, names: readonly string[]): unknown[] {
  return names.map((name) => labelShape(world, repository, labelOf(world, repository, name)));
}
