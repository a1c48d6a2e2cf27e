/** Made-up secrets in the shapes of real ones. They are put together when they are asked for, so that no scanner takes this file for a leak. */

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const HEX = '0123456789abcdef';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const LOWER = 'abcdefghijklmnopqrstuvwxyz0123456789';

let seed = 42;

/** `count` characters that are the same in every run. */
function some(count: number, alphabet = LETTERS): string {
  return Array.from({ length: count }, () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return alphabet[Math.floor(seed / 65_536) % alphabet.length];
  }).join('');
}

const jwt = (): string => ['eyJ' + some(33), 'eyJ' + some(120), some(86)].join('.');
const url = `${LETTERS}_-`;

/** Who issues it → one of its tokens. */
export function tokenShapes(): readonly (readonly [string, string])[] {
  seed = 42;
  return [
    ['Upkeep', 'upkeep' + '_' + some(43, url)],
    ['GitHub, classic', 'ghp' + '_' + some(36)],
    ['GitHub, OAuth', 'gho' + '_' + some(36)],
    ['GitHub, user of an App', 'ghu' + '_' + some(36)],
    ['GitHub, installation', 'ghs' + '_' + some(36)],
    ['GitHub, installation of 2026', 'ghs' + '_' + '1234567' + '_' + jwt()],
    ['GitHub, refresh', 'ghr' + '_' + some(76)],
    ['GitHub, fine-grained', 'github' + '_pat_' + some(22) + '_' + some(59)],
    ['GitLab', 'glpat' + '-' + some(20)],
    ['GitLab, routable', 'glpat' + '-' + some(27) + '.' + some(2) + '.' + some(9)],
    ['GitLab, runner', 'glrt' + '-' + some(20)],
    ['Bitbucket', 'ATBB' + some(32)],
    ['Atlassian', 'ATATT3' + some(180) + '=' + some(8)],
    ['Buildkite', 'bkua' + '_' + some(40, LOWER)],
    ['CircleCI', 'CCIPAT' + '_' + some(22) + '_' + some(40, HEX)],
    ['npm', 'npm' + '_' + some(36)],
    ['PyPI', 'pypi' + '-AgEIcHlwaS5vcmc' + some(140)],
    ['RubyGems', 'rubygems' + '_' + some(48, HEX)],
    ['crates.io', 'cio' + some(32)],
    ['NuGet', 'oy2' + some(43, LOWER)],
    ['Docker', 'dckr' + '_pat_' + some(27)],
    ['JFrog', 'AKCp' + some(69)],
    ['AWS, id', 'AKIA' + some(16, UPPER)],
    ['AWS, temporary id', 'ASIA' + some(16, UPPER)],
    ['Google, API key', 'AIza' + some(35, url)],
    ['Google, OAuth', 'ya29' + '.' + some(120, url)],
    ['Google, client secret', 'GOCSPX' + '-' + some(28, url)],
    ['Azure, client secret', some(3) + '8Q~' + some(34)],
    ['DigitalOcean', 'dop' + '_v1_' + some(64, HEX)],
    ['Databricks', 'dapi' + some(32, HEX)],
    ['Netlify', 'nfp' + '_' + some(40)],
    ['Supabase', 'sbp' + '_' + some(40, HEX)],
    ['PlanetScale', 'pscale' + '_tkn_' + some(43)],
    ['Pulumi', 'pul' + '-' + some(40, HEX)],
    ['Terraform Cloud', some(14) + '.atlasv1.' + some(66)],
    ['Vault', 'hvs' + '.' + some(95)],
    ['Doppler', 'dp' + '.pt.' + some(43)],
    ['Dynatrace', 'dt0c01' + '.' + some(24, UPPER) + '.' + some(64, UPPER)],
    ['Stripe, secret', 'sk' + '_live_' + some(99)],
    ['Stripe, restricted', 'rk' + '_test_' + some(24)],
    ['Stripe, webhook', 'whsec' + '_' + some(32)],
    ['Shopify', 'shpat' + '_' + some(32, HEX)],
    ['Square', 'sq0atp' + '-' + some(22)],
    ['SendGrid', 'SG' + '.' + some(22, url) + '.' + some(43, url)],
    ['Twilio', 'SK' + some(32, HEX)],
    ['Mailgun', 'key' + '-' + some(32, HEX)],
    ['Mailchimp', some(32, HEX) + '-us12'],
    ['Telegram', '1234567890' + ':AA' + some(33, url)],
    ['Discord, bot', 'M' + some(25) + '.' + some(6) + '.' + some(38)],
    ['Slack, bot', 'xoxb' + '-123456789012-1234567890123-' + some(24)],
    ['Slack, app', 'xapp' + '-1-' + some(11, UPPER) + '-1234567890123-' + some(64, HEX)],
    ['OpenAI, old', 'sk' + '-' + some(48)],
    ['OpenAI, project', 'sk' + '-proj-' + some(120, url)],
    ['Anthropic', 'sk' + '-ant-api03-' + some(93, url) + 'AA'],
    ['Hugging Face', 'hf' + '_' + some(34)],
    ['Groq', 'gsk' + '_' + some(52)],
    ['xAI', 'xai' + '-' + some(80)],
    ['Replicate', 'r8' + '_' + some(37)],
    ['Linear', 'lin' + '_api_' + some(40)],
    ['Figma', 'figd' + '_' + some(40)],
    ['Notion', 'ntn' + '_' + some(46)],
    ['Sentry', 'sntrys' + '_' + some(120)],
    ['Grafana', 'glsa' + '_' + some(32) + '_' + some(8, HEX)],
    ['New Relic', 'NRAK' + '-' + some(27, UPPER)],
    ['Postman', 'PMAK' + '-' + some(24, HEX) + '-' + some(34, HEX)],
    ['Airtable', 'pat' + some(14) + '.' + some(64, HEX)],
    ['age', 'AGE-SECRET-KEY' + '-1' + some(58, UPPER)],
    ['a JSON Web Token', jwt()],
  ];
}

/** What is secret because of the words around it: before, the secret, behind. */
export function secretsInContext(): readonly (readonly [string, { before: string; secret: string; behind: string }])[] {
  seed = 77;
  const aws = some(40);
  return [
    ['a bearer header', { before: 'Authorization: Bearer ', secret: some(30), behind: '' }],
    ['a header of GitLab', { before: 'PRIVATE-TOKEN: ', secret: some(20), behind: '' }],
    ['a header with an API key', { before: '"x-api-key": "', secret: some(24), behind: '"' }],
    ['AWS, secret', { before: 'aws_secret_access_key = ', secret: aws, behind: '' }],
    ['AWS, secret, in JSON', { before: '{"SecretAccessKey":"', secret: aws, behind: '"}' }],
    ['Azure, storage', { before: 'AccountName=a;AccountKey=', secret: some(86) + '==', behind: ';EndpointSuffix=x' }],
    ['an .npmrc', { before: '//registry.example.test/:_authToken=', secret: some(40), behind: '' }],
    [
      'Slack, webhook',
      { before: 'https://hooks.slack.com/services/', secret: `T${some(8, UPPER)}/B${some(8, UPPER)}/${some(24)}`, behind: '' },
    ],
    ['Discord, webhook', { before: 'https://discord.com/api/webhooks/', secret: `123456789012345678/${some(68)}`, behind: '' }],
    ['an address of a database', { before: 'postgres' + '://app:', secret: some(20), behind: '@db.acme.io/app' }],
    ['an address of Git', { before: 'https://x-access-token:', secret: some(40), behind: '@github.com/acme/site.git' }],
  ];
}

/** A private key as people keep it: lines of base64 between its first and last line. */
export function privateKeyShape(kind = 'RSA '): string {
  seed = 99;
  const lines = Array.from({ length: 12 }, () => some(64, `${LETTERS}+/`));
  return [`-----BEGIN ${kind}PRIVATE KEY-----`, ...lines, some(28) + '==', `-----END ${kind}PRIVATE KEY-----`, ''].join('\n');
}
