/** Says in the corner what an order was refused for. */
import { toPageError } from '../api/page-error.ts';
import { say } from './toast.ts';

export function tellFailure(error: unknown): void {
  const { message, code, requestId } = toPageError(error);
  say('bad', message, requestId === null ? code : `${code} · ${requestId}`);
}
