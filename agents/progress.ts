/** Tells those who watch what is under way: `agent:started` and `agent:progress` events. */
import { makeEvent } from '../ledger/event.ts';
import { findingsOf } from './divide-findings.ts';
import type { Inspection, InspectorOptions } from './inspector.ts';
import type { PlannedCheck } from './plan-checks.ts';
import type { AgentRunRequest, Workshop } from './run-agent.ts';
import type { RunAgentsRequest } from './run-agents.ts';

/** Says which agents start with which checks, and that a check ended whenever one does. */
export async function announce(request: RunAgentsRequest, workshop: Workshop): Promise<void> {
  const { context, requests } = request;
  const scene = await workshop.inspector.scene(request.base);
  for (const each of requests) {
    const own = scene.plan.planned.filter((planned) => planned.agents.includes(each.agent.id));
    const checks = own.map((planned) => planned.check.id);
    context.emit(
      makeEvent(
        'agent:started',
        { ...common(each, request, 'running'), attempt: 1, trigger: request.trigger, base: request.base, checks },
        context.origin,
      ),
    );
    let ended = 0;
    for (const planned of own) {
      // An interruption reaches the caller through the same promise; here it only ends the announcing.
      void workshop.inspector.inspect(planned, scene).then(
        (inspection) => context.emit(ending(each, { inspection, request, progress: (ended += 1) / own.length })),
        () => undefined,
      );
    }
  }
}

/** Says that an agent has its commit and waits for the others. */
export function announceCommit(each: AgentRunRequest, subject: string, request: RunAgentsRequest): void {
  const data = {
    ...common(each, request, 'running'),
    progress: 1,
    message: `has its commit: ${subject}`,
    check: null,
    outcome: null,
    durationMs: null,
  };
  request.context.emit(makeEvent('agent:progress', data, request.context.origin));
}

/** The inspector's callback: a line from a check goes to every agent that lists it. */
export function announceCheck(request: RunAgentsRequest): Pick<InspectorOptions, 'onProgress'> {
  return {
    onProgress(planned: PlannedCheck, message: string) {
      for (const each of request.requests) {
        if (!planned.agents.includes(each.agent.id)) continue;
        const data = {
          ...common(each, request, 'running'),
          progress: 0,
          message,
          check: planned.check.id,
          outcome: null,
          durationMs: null,
        };
        request.context.emit(makeEvent('agent:progress', data, request.context.origin));
      }
    },
  };
}

function ending(
  each: AgentRunRequest,
  ask: { inspection: Inspection; request: RunAgentsRequest; progress: number },
): ReturnType<typeof makeEvent<'agent:progress'>> {
  const { inspection, request, progress } = ask;
  const { report, planned, durationMs, isRemembered } = inspection;
  const mine = findingsOf(each.agent.id, inspection, request.context.policy);
  const errors = mine.filter((finding) => finding.severity === 'error').length;
  const warnings = mine.length - errors;
  const message =
    report.outcome === 'errored'
      ? (report.hint ?? 'could not be carried out')
      : [
          errors > 0 ? plural(errors, 'error') : '',
          warnings > 0 ? plural(warnings, 'warning') : '',
          isRemembered === true ? 'as before' : '',
        ]
          .filter((text) => text !== '')
          .join(', ');
  const outcome = report.outcome === 'failed' && errors === 0 ? 'passed' : report.outcome;
  return makeEvent(
    'agent:progress',
    { ...common(each, request, 'running'), progress, message, check: planned.check.id, outcome, durationMs },
    request.context.origin,
  );
}

function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function common(
  each: AgentRunRequest,
  request: RunAgentsRequest,
  status: string,
): { agentId: typeof each.agent.id; jobId: string; runId: string; branch: string; status: string } {
  return { agentId: each.agent.id, jobId: each.runId, runId: each.runId, branch: request.branch, status };
}
