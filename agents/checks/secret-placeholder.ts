/** Tells a secret from what only looks like one: examples, local databases, test data. */

const TEACHING =
  /example|sample|dummy|fake|placeholder|redacted|changeme|change-me|your[-_]?|my[-_]?(secret|token|password|key)|not[-_]?a?[-_]?(real|secret)|xxxx|\*\*\*|\.\.\.|…|1234567890|0123456789|abcdefghij|deadbeef|foobar/i;
const VARIABLE = /^[<[{$%]|[>\]}%]$|\$\{|\$\(|\{\{|#\{|process\.env|^%s$|^:\w+$/;
const COMMON_PASSWORDS =
  /^(|user(name)?|pass(w(or)?d|wort)?|pw|pwd|postgres|postgresql|mysql|mariadb|mongo|redis|root|admin|administrator|secret|test(ing|er)?|guest|token|key|apikey|api_key|example|demo|dev|development|local|docker|app|db|database|default|changeit|letmein|qwerty|hunter2|12345?6?7?8?|abc123?|foo|bar|baz|x+|\*+|_+|-+)$/i;
const LOCAL_HOST =
  /^(localhost|127(\.\d{1,3}){3}|0\.0\.0\.0|\[?::1\]?|host\.docker\.internal|[\w-]+|[\w.-]*\.(local|localhost|test|invalid|internal|example)|([\w-]+\.)*example\.(com|org|net)|(www\.)?(domain|host|server|mysite|yourdomain|acme)\.(com|org|net|tld))$/i;
const TEST_PATH =
  /(^|[/._-])(tests?|spec|specs|__tests__|__mocks__|mocks?|fixtures?|__fixtures__|test-?data|testing|e2e|cypress|examples?|samples?|demo|stories|benchmarks?|snapshots?|__snapshots__)([/._-]|$)/i;

/** Whether a value is obviously none: a word that says so, a variable, hardly any different characters, or a local database with a usual password. */
export function isPlaceholder(value: string): boolean {
  const url = /^[a-z][a-z0-9+.-]*:\/\/([^\s/?#]*)@([^\s/?#,]*)/i.exec(value);
  if (url !== null) return isHarmlessUrl(url[1] ?? '', url[2] ?? '');
  if (/-----BEGIN/.test(value)) return TEACHING.test(value) || /\n?\s*(\.{3}|…|<[^>]+>)\s*\n?/.test(value);
  return TEACHING.test(value) || VARIABLE.test(value) || distinctCharacters(value) < 10;
}

/** As `isPlaceholder`, for what is named a secret: of that a short value can be real as well. */
export function isExampleValue(value: string): boolean {
  return TEACHING.test(value) || VARIABLE.test(value) || COMMON_PASSWORDS.test(value);
}

/** Whether the path is one of test data and examples, where keys made for the purpose are usual. */
export function isTestPath(path: string): boolean {
  return TEST_PATH.test(path);
}

function isHarmlessUrl(credentials: string, hostAndPort: string): boolean {
  const [user = '', ...rest] = credentials.split(':');
  const password = decode(rest.length === 0 ? user : rest.join(':'));
  const host = hostAndPort.replace(/:[^:\]]*$/, '');
  if (COMMON_PASSWORDS.test(password) || VARIABLE.test(password) || TEACHING.test(password)) return true;
  if (VARIABLE.test(host) || /example\.(com|org|net)$/i.test(host)) return true;
  return LOCAL_HOST.test(host) && (password === decode(user) || /^[a-z_-]+\d{0,4}$/i.test(password));
}

/** How many different characters follow the part of a token that names its kind. */
function distinctCharacters(value: string): number {
  return new Set(value.slice(value.length > 24 ? 8 : 0)).size;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
