/** The built page over HTTP. */
import { describe, expect, it } from 'vitest';
import { dashboardServer } from '../../support/dashboard-server.ts';

const HTML = { accept: 'text/html,*/*' };

describe('the page', () => {
  it('comes for every address of its own, and is asked for again each time', async () => {
    await using scene = await dashboardServer();
    const guest = scene.guest();
    for (const path of ['/', '/runs/0198?x=1', '/claim', '/r/acme/site/agents']) {
      const response = await guest.fetch(path, { headers: HTML });
      expect([path, response.status, response.headers.get('cache-control')]).toEqual([path, 200, 'no-cache']);
      expect(response.headers.get('content-type')).toContain('text/html');
      expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(await response.text()).toContain('<title>page');
    }
  });

  it('has files that are named by their content: kept for a year, and sent as they were compressed', async () => {
    await using scene = await dashboardServer();
    const response = await scene.guest().fetch('/assets/main-1.js', { headers: { 'accept-encoding': 'br' } });
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(response.headers.get('content-encoding')).toBe('br');
    expect(await response.text()).toBe('compressed');
    expect(await (await scene.guest().fetch('/assets/main-1.js', { headers: { 'accept-encoding': 'identity' } })).text()).toBe('plain');
  });

  it('keeps to its folder, and to what is meant for browsers', async () => {
    await using scene = await dashboardServer();
    for (const path of [
      '/assets/nothing.js',
      '/assets/../manifest.json',
      '/assets/%2e%2e/%2e%2e/etc/passwd',
      '/manifest.json',
      '/.env',
      '/api/nothing',
      '/nothing.txt',
    ]) {
      const response = await scene.guest().fetch(path);
      expect([path, response.status >= 400 && response.status < 500]).toEqual([path, true]);
    }
    expect((await scene.guest().fetch('/api/nothing', { headers: HTML })).status).toBe(404);
    expect((await scene.guest().fetch('/healthz')).status).toBe(200);
    expect(scene.problems).toEqual([]);
  });

  it('is refused under a name that is not ours', async () => {
    const { request } = await import('node:http');
    await using scene = await dashboardServer();
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    request(scene.url, { headers: { host: 'evil.example' } }, ({ statusCode }) => resolve(statusCode)).end();
    expect(await promise).toBe(403);
  });
});
