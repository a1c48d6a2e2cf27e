/** Where a service listens, and what it refuses. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openHttpServer } from '../../../cli/serve/http-server.ts';
import { listenPlace } from '../../../cli/serve/listen-place.ts';
import { UsageError } from '../../../cli/usage-error.ts';

const HERE = { host: '127.0.0.1', port: 0 };
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describe('the place of a service', () => {
  it('is this machine, and needs nothing more', () => {
    for (const host of ['127.0.0.1', 'localhost', '::1', '127.9.9.9'])
      expect(listenPlace({ ...HERE, host }, '/').place).toEqual({ host, hasTls: false, publicUrl: null });
  });

  it('is reached by others with TLS only: here, or in front', () => {
    for (const host of ['0.0.0.0', '::', '192.168.1.7', 'upkeep.lan']) {
      expect(() => listenPlace({ ...HERE, host }, '/')).toThrow(/--public-url https:.*--tls-cert and --tls-key/);
      const { at, place } = listenPlace({ ...HERE, host, publicUrl: 'https://upkeep.example.com' }, '/');
      expect([at.isBehindProxy, place.publicUrl?.origin]).toEqual([true, 'https://upkeep.example.com']);
    }
    expect(listenPlace({ ...HERE, host: '0.0.0.0', publicUrl: 'http://127.0.0.1:8788' }, '/').at.isBehindProxy).toBe(false);
  });

  it('has an address that says what people type, and a certificate with its key', () => {
    for (const publicUrl of ['upkeep.example.com', 'ftp://a.b', 'https://a.b/path', 'https://a.b/?q', 'https://u:p@a.b', 'http://a.b'])
      expect(() => listenPlace({ ...HERE, publicUrl }, '/')).toThrow(UsageError);
    expect(() => listenPlace({ ...HERE, tlsCert: 'a.pem' }, '/')).toThrow('--tls-cert and --tls-key belong together');
    expect(() => listenPlace({ ...HERE, tlsCert: 'no-such.pem', tlsKey: 'no-such.key' }, '/')).toThrow(
      '--tls-cert no-such.pem cannot be read',
    );
    expect(() => listenPlace({ ...HERE, tlsCert: import.meta.filename, tlsKey: import.meta.filename }, '/')).toThrow('in PEM');
  });

  it.skipIf(!hasOpenssl)('speaks TLS with the certificate that it is given', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'upkeep-tls-'));
    try {
      const made = spawnSync(
        'openssl',
        [...'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout key.pem -out cert.pem'.split(' ')],
        { cwd: folder },
      );
      expect(made.status).toBe(0);
      writeFileSync(join(folder, 'other.pem'), 'no key');
      expect(() => listenPlace({ ...HERE, tlsCert: 'cert.pem', tlsKey: 'other.pem' }, folder)).toThrow('in PEM');
      const { at, place } = listenPlace({ ...HERE, host: '127.0.0.1', tlsCert: 'cert.pem', tlsKey: 'key.pem' }, folder);
      expect(place.hasTls).toBe(true);
      const server = await openHttpServer({
        ...at,
        onProblem: () => undefined,
        health: { look: () => Promise.resolve([]) },
        metrics: { contentType: 'text/plain', read: () => Promise.resolve('') },
        status: () => null,
      });
      const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
      get({ host: '127.0.0.1', port: server.port, path: '/healthz', rejectUnauthorized: false, agent: false }, (response) =>
        resolve(response.resume().statusCode),
      ).on('error', reject);
      expect(await promise).toBe(200);
      await server.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
