/** From an event of GitHub and its payload to a typed trigger, or to the reason why nothing follows. Pure. */
import type { z } from 'zod';
import { classifyCheckRun, classifyCheckSuite, classifyWorkflowRun } from './classify-ci.ts';
import { classifyPullRequest, classifyPush } from './classify-code.ts';
import { classifyInstallation, classifyInstallationRepositories, classifyPing } from './classify-installation.ts';
import { classifyComment, classifyIssue } from './classify-issue.ts';
import * as payloads from './payload-schema.ts';
import type { Classified, Verdict } from './trigger.ts';
import { ignored, type Ours } from './verdict.ts';

type Classify = (payload: unknown, ours: Ours) => Classified;

/** More complaints about one payload help nobody. */
const MOST_PROBLEMS = 5;

/** Events that lead to something, and what reads them. */
const CLASSIFIERS: Readonly<Record<string, Classify>> = {
  push: reading(payloads.pushSchema, classifyPush),
  pull_request: reading(payloads.pullRequestSchema, classifyPullRequest),
  issue_comment: reading(payloads.issueCommentSchema, classifyComment),
  issues: reading(payloads.issuesSchema, classifyIssue),
  workflow_run: reading(payloads.workflowRunSchema, classifyWorkflowRun),
  check_suite: reading(payloads.checkSuiteSchema, classifyCheckSuite),
  check_run: reading(payloads.checkRunSchema, classifyCheckRun),
  installation: reading(payloads.installationSchema, classifyInstallation),
  installation_repositories: reading(payloads.installationRepositoriesSchema, classifyInstallationRepositories),
  ping: reading(payloads.pingSchema, classifyPing),
};

/** Names of the events that lead to something: what a webhook should send. */
export const HEARD_EVENTS: readonly string[] = Object.keys(CLASSIFIERS).sort();

/** What the payload of an event comes to. Never throws. */
export function classify(event: string, payload: unknown, ours: Ours): Classified {
  const read = Object.hasOwn(CLASSIFIERS, event) ? CLASSIFIERS[event] : undefined;
  return read === undefined ? ignored('unknown-event') : read(payload, ours);
}

function reading<Schema extends z.ZodType>(schema: Schema, work: (payload: z.output<Schema>, ours: Ours) => Verdict): Classify {
  return (payload, ours) => {
    const read = schema.safeParse(payload);
    return read.success ? work(read.data, ours) : { kind: 'malformed', problems: problemsOf(read.error) };
  };
}

/** `repository.full_name: expected string, received number`. Of what came only its type is said. */
function problemsOf(error: z.ZodError): string[] {
  return error.issues.slice(0, MOST_PROBLEMS).map(({ path, message }) => {
    const place = path.length === 0 ? 'the payload' : path.map(String).join('.');
    return `${place}: ${message.replace(/^Invalid input: /, '')}`;
  });
}
