# agent serve in a container: docs/guide/service.md tells how to use it.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node scripts/build.ts && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE}
# tini is process 1: it passes signals on and buries what tools leave behind.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git openssh-client tini \
  && rm -rf /var/lib/apt/lists/* \
  && git config --system --add safe.directory '*' \
  && install -d -o node -g node /repository /var/lib/upkeep /var/cache/upkeep
COPY --from=build /build/package.json /opt/upkeep/package.json
COPY --from=build /build/bin /opt/upkeep/bin
COPY --from=build /build/dist /opt/upkeep/dist
COPY --from=build /build/schema /opt/upkeep/schema
COPY --from=build /build/node_modules /opt/upkeep/node_modules
ENV NODE_ENV=production \
    UPKEEP_STATE=/var/lib/upkeep \
    XDG_CACHE_HOME=/var/cache/upkeep
USER node
WORKDIR /repository
VOLUME ["/var/lib/upkeep", "/var/cache/upkeep"]
EXPOSE 8788
# Alive, not ready: a database that is away is no reason to start anew.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8788/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/tini", "--", "node", "/opt/upkeep/bin/agent.js"]
# Publish the port on this machine only, or name the address of the proxy that has TLS.
CMD ["serve", "--host", "0.0.0.0", "--public-url", "http://127.0.0.1:8788", "--port", "8788", "--log", "json"]
