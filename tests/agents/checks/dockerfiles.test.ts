import { describe, expect, it } from 'vitest';
import { dockerfiles } from '../../../agents/checks/dockerfiles.ts';
import { checkFixture } from '../../support/check-fixture.ts';

async function problems(files: Readonly<Record<string, string>>): Promise<string[]> {
  const report = await checkFixture(files).inspect(dockerfiles);
  expect(report.outcome, report.hint).not.toBe('errored');
  return report.findings.map(({ path, line, rule, severity }) => `${path}:${line} ${rule} ${severity}`);
}

/** What a Dockerfile of these lines gets. */
async function told(...lines: string[]): Promise<string[]> {
  return (await problems({ Dockerfile: lines.join('\n') + '\n' })).map((line) => line.replace('Dockerfile:', ''));
}

/** A Dockerfile that maintainers call clean. */
const SOUND = [
  '# syntax=docker/dockerfile:1',
  'ARG NODE_VERSION=24.1.0',
  'FROM node:${NODE_VERSION}-slim AS base',
  'WORKDIR /app',
  'FROM base AS build',
  'COPY package.json package-lock.json ./',
  'RUN --mount=type=secret,id=npm_token npm ci',
  'COPY . .',
  'RUN npm run build && \\',
  '  # one layer less',
  '  npm prune --omit=dev',
  'FROM base',
  'ENV NODE_ENV=production PORT=3000 TOKEN_URL=https://login.acme.com/token',
  'COPY --from=build --chown=node:node /app/dist ./dist',
  'COPY --from=ghcr.io/acme/tools:1.2 /tool /usr/bin/tool',
  'EXPOSE $PORT 9229/tcp 8000-8010',
  'HEALTHCHECK CMD curl -f http://localhost:$PORT/health || exit 1',
  'USER node',
  'CMD ["node", "dist/main.js"]',
];

describe('a sound Dockerfile', () => {
  it('gets nothing: stages as bases, variables in tags and ports, comments between lines, heredocs', async () => {
    expect(await told(...SOUND)).toEqual([]);
    expect(await told('FROM debian:12', 'RUN <<EOF', 'apt-get update', 'apt-get install -y curl', 'EOF')).toEqual([]);
    expect(await told('FROM scratch', 'COPY app /app', 'ENTRYPOINT ["/app"]')).toEqual([]);
    expect(await told('FROM nginx:1.29', 'COPY dist /usr/share/nginx/html')).toEqual([]);
    expect(await told('FROM gcr.io/distroless/nodejs24-debian12:nonroot', 'COPY . /app', 'CMD ["/app/main.js"]')).toEqual([]);
  });

  it('is not asked for where there is none, and what a generator fills in is passed over', async () => {
    expect(await checkFixture({ 'README.md': '# x' }).detect(dockerfiles)).toMatchObject({ applies: false });
    const templated = { 'app/Dockerfile.j2': 'FROM {{ base }}\n', 'app/Dockerfile': 'FROM {{ base }}\nNONSENSE\n' };
    expect((await checkFixture(templated).inspect(dockerfiles)).outcome).toBe('skipped');
    expect(await problems({ 'test/fixtures/Dockerfile': 'NONSENSE x\n', Dockerfile: 'FROM node:24\n' })).toEqual([]);
  });
});

describe('what cannot be built', () => {
  it('is an error: an unknown instruction, one without arguments, one before FROM', async () => {
    expect(await told('FROM node:24', 'RUNN npm ci', 'WORKDIR')).toEqual(['2 unknown-instruction error', '3 no-arguments error']);
    expect(await told('WORKDIR /app', 'RUN ls', 'FROM node:24')).toEqual(['1 before-from error']);
    expect(await told('RUN ls')).toEqual(['1 before-from error']);
    expect(await told('# syntax=acme/frontend:2', 'FROM node:24', 'INCLUDE other')).toEqual([]);
  });

  it('is an error: a stage that is not above, or whose name has a slip', async () => {
    const stages = ['FROM node:24 AS build', 'RUN npm ci', 'FROM node:24-slim AS run'];
    expect(await told(...stages, 'COPY --from=biuld /app /app')).toEqual(['4 unknown-stage error']);
    expect(await told(...stages, 'COPY --from=1 /app /app')).toEqual(['4 unknown-stage error']);
    expect(await told(...stages, 'COPY --from=run /app /app')).toEqual(['4 unknown-stage error']);
    expect(await told(...stages, 'COPY --from=0 /app /app', 'COPY --chmod=755 --from=BUILD /a /b', 'COPY --from=busybox /a /b')).toEqual(
      [],
    );
  });

  it('is an error: a port that is none, and a list that is no JSON', async () => {
    expect(await told('FROM node:24', 'EXPOSE 80800 443 http')).toEqual(['2 bad-port error', '2 bad-port error']);
    expect(await told('FROM node:24', 'USER node', "CMD ['node', 'main.js']")).toEqual(['3 list-not-json error']);
    expect(await told('FROM node:24', 'USER node', 'ENTRYPOINT [node, main.js]')).toEqual(['3 list-not-json error']);
    expect(await told('FROM node:24', 'USER node', 'CMD [ -f main.js ] && node main.js')).toEqual([]);
  });
});

describe('what an image would be better without', () => {
  it('is told of images without a version, once each, and not of digests', async () => {
    expect(await told('FROM node', 'FROM ghcr.io:443/acme/base:latest AS x', 'FROM node@sha256:' + 'a'.repeat(64))).toEqual([
      '1 unpinned-image warning',
      '2 unpinned-image warning',
    ]);
    expect(await told('ARG BASE=node', 'FROM $BASE')).toEqual(['2 unpinned-image warning']);
    expect(await told('ARG BASE', 'FROM $BASE')).toEqual([]);
  });

  it('is told of what runs as root, by nobody’s wish or back to it, but not in a development container', async () => {
    expect(await told('FROM node:24', 'CMD ["node", "main.js"]')).toEqual(['1 no-user warning']);
    expect(await told('FROM node:24', 'USER node', 'USER root', 'CMD node main.js')).toEqual(['3 no-user warning']);
    expect(await told('FROM node:24 AS base', 'USER node', 'FROM base', 'CMD node main.js')).toEqual([]);
    expect(await problems({ '.devcontainer/Dockerfile': 'FROM node:24\nCMD sleep infinity\n' })).toEqual([]);
  });

  it('is told of secrets in layers: values, build arguments, files', async () => {
    expect(await told('FROM node:24', 'ENV STRIPE_API_KEY=rk8s7Jq2 MODE=x', 'ENV DB_PASSWORD hunter42!', 'ARG NPM_TOKEN')).toEqual([
      '2 secret-in-layer warning',
      '3 secret-in-layer warning',
      '4 secret-in-layer warning',
    ]);
    expect(await told('FROM node:24', 'ENV GITHUB_TOKEN=$GITHUB_TOKEN', 'COPY .env ./', 'ADD ["keys/id_rsa", "/root/.ssh/"]')).toEqual([
      '2 secret-in-layer warning',
      '3 secret-in-layer warning',
      '4 secret-in-layer warning',
    ]);
    expect(await told('FROM node:24', 'ENV POSTGRES_PASSWORD=postgres SECRET_KEY=changeme', 'COPY .env.example .env')).toEqual([]);
  });

  it('is told of installs that every change repeats, and lists of packages that go stale', async () => {
    expect(await told('FROM node:24', 'COPY . .', 'RUN npm ci && npm run build')).toEqual(['3 cache-order warning']);
    expect(await told('FROM python:3.14', 'ADD ./ /app', 'RUN pip install --no-cache-dir -r requirements.txt')).toEqual([
      '3 cache-order warning',
    ]);
    expect(await told('FROM node:24', 'COPY . .', 'RUN --mount=type=cache,target=/root/.npm npm ci')).toEqual([]);
    expect(await told('FROM node:24', 'COPY . .', 'RUN npm install -g pnpm@11')).toEqual([]);
    expect(await told('FROM debian:12', 'RUN apt-get update', 'RUN apt-get install -y curl')).toEqual(['2 update-alone warning']);
  });

  it('is told of commands that a later one takes the place of', async () => {
    expect(await told('FROM node:24', 'USER node', 'CMD ["a"]', 'CMD ["b"]')).toEqual(['3 no-effect warning']);
    expect(await told('FROM node:24 AS a', 'USER node', 'CMD ["a"]', 'FROM a', 'CMD ["b"]')).toEqual([]);
  });
});
