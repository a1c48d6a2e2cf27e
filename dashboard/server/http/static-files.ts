/** The built page: its files as they are, and for every other address that wants HTML the page itself, which knows its own addresses. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DashboardError } from '../errors.ts';

/** Files beside the page. What tells how it was built is nobody's business. */
const BESIDE = /^[\w-]+\.(?:svg|ico|png|js|webmanifest)$/;
const YEAR_MS = 365 * 86_400_000;

/** `folder`: where the built page is. */
export async function addStaticFiles(server: FastifyInstance, folder: string): Promise<void> {
  await server.register(fastifyStatic, { root: folder, serve: false, preCompressed: true, dotfiles: 'ignore' });
  server.get('/*', async (request, reply) => {
    const path = (request.params as { readonly '*': string })['*'];
    if (path.startsWith('assets/')) return reply.sendFile(path, { maxAge: YEAR_MS, immutable: true });
    if (BESIDE.test(path)) return asItIs(reply, path);
    if (path.startsWith('api/') || !wantsPage(request)) return reply.callNotFound();
    if (!existsSync(join(folder, 'index.html')))
      throw new DashboardError('NOT-FOUND-PAGE', 'the page of the dashboard is not built: node scripts/build.ts builds it');
    return asItIs(reply, 'index.html');
  });
}

/** Asked for again each time: its name stays when it changes. */
function asItIs(reply: FastifyReply, path: string): FastifyReply {
  return reply.header('cache-control', 'no-cache').sendFile(path, { cacheControl: false });
}

function wantsPage({ headers }: FastifyRequest): boolean {
  const { accept = '' } = headers;
  return accept.includes('text/html');
}
