/** The environment of a program of the repository that is not to reach the network. */

/** Said by what is kept from it; other programs meet a proxy that is not there. */
const REFUSAL = 'the network is not to be reached';

/** Loaded into every process of Node before its own code. */
const GUARD = `
import net from 'node:net';
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  const given = Array.isArray(args[0]) ? args[0] : args;
  const [first, second] = given;
  const isPipe = typeof first === 'string' || typeof first?.path === 'string';
  const host = typeof first === 'object' && first !== null ? first.host : typeof second === 'string' ? second : undefined;
  if (isPipe || host === undefined || host === null || /^(localhost|127\\.|::1$)/.test(host)) return connect.apply(this, args);
  process.nextTick(() => this.destroy(new Error('${REFUSAL}: ' + host)));
  return this;
};
`;

const NOWHERE = 'http://127.0.0.1:9';

/** These variables and those that keep a program within the machine. */
export function withoutNetwork(env: Readonly<Record<string, string>>): Record<string, string> {
  const guard = `--import=data:text/javascript,${encodeURIComponent(GUARD)}`;
  return {
    ...env,
    NODE_OPTIONS: [env['NODE_OPTIONS'], guard].filter(Boolean).join(' '),
    ...Object.fromEntries(
      ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'].map((name) => [name, NOWHERE]),
    ),
    ...{ NO_PROXY: 'localhost,127.0.0.1', no_proxy: 'localhost,127.0.0.1', npm_config_offline: 'true' },
    JAVA_TOOL_OPTIONS: '-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=9 -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=9',
  };
}
