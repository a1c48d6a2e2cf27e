/** Lists cut into pages, and answers that are sent again only when they changed. */
import { createHash } from 'node:crypto';
import type { Reply } from './reply.ts';

const DEFAULT_SIZE = 30;
const LARGEST_SIZE = 100;

/** The body of the page that was asked for and its `link` header. */
export function pageOf(reply: Reply, url: URL): { body: unknown; link: string | null } {
  if (reply.list === undefined) return { body: reply.body, link: null };
  const size = Math.min(Number(url.searchParams.get('per_page') ?? DEFAULT_SIZE), LARGEST_SIZE);
  const page = Math.max(Number(url.searchParams.get('page') ?? 1), 1);
  const last = Math.max(Math.ceil(reply.list.length / size), 1);
  const list = reply.list.slice((page - 1) * size, page * size);
  const to = (target: number, rel: string): string => {
    const address = new URL(url);
    address.searchParams.set('page', String(target));
    return `<${address.href}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [to(page - 1, 'prev'), to(1, 'first')] : []),
    ...(page < last ? [to(page + 1, 'next'), to(last, 'last')] : []),
  ];
  return {
    body: reply.wrap === undefined ? list : { total_count: reply.list.length, [reply.wrap]: list },
    link: links.length === 0 ? null : links.join(', '),
  };
}

export function etagOf(text: string): string {
  return `W/"${createHash('sha256').update(text).digest('hex')}"`;
}
