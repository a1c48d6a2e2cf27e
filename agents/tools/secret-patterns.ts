/**
 * Shapes of secrets that are known whatever their value. Each begins with a literal where its issuer gave it one, and has only bounded or
 * non-overlapping repetitions, so the time is linear in the text.
 */

/** Of JSON Web Tokens; installation tokens of GitHub hold one too. */
const JWT = String.raw`eyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,16384}\.[A-Za-z0-9_-]{0,4096}`;

/** What stands at the start of a word; grouped by who issues it. */
const TOKENS: readonly string[] = [
  // GitHub, old and new forms
  String.raw`gh[pousr]_(?:[A-Za-z0-9]{1,40}_)?${JWT}`,
  'gh[pousr]_[A-Za-z0-9]{20,255}',
  'github_pat_[A-Za-z0-9_]{20,255}',
  // GitLab, Bitbucket and Atlassian, Buildkite, CircleCI
  'gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat|ffct)-[A-Za-z0-9_.-]{20,300}',
  'GR1348941[A-Za-z0-9_-]{20,100}',
  'ATATT3[A-Za-z0-9_=-]{50,400}',
  'ATBB[A-Za-z0-9]{32}',
  'bkua_[a-z0-9]{40}',
  'CCIPAT_[A-Za-z0-9]{22}_[a-f0-9]{40}',
  // Our own service
  'upkeep_[A-Za-z0-9_-]{43}',
  // Package registries
  'npm_[A-Za-z0-9]{36,255}',
  'pypi-AgE[A-Za-z0-9_-]{50,1000}',
  'rubygems_[a-f0-9]{48}',
  'cio[A-Za-z0-9]{32}\\b',
  'oy2[a-z0-9]{43}\\b',
  'dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,100}',
  'AKCp[A-Za-z0-9]{60,80}',
  // Clouds
  '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\\b',
  'AIza[A-Za-z0-9_-]{35}',
  String.raw`ya29\.[A-Za-z0-9_-]{20,2048}`,
  'GOCSPX-[A-Za-z0-9_-]{28}',
  '[A-Za-z0-9_~.-]{3}\\dQ~[A-Za-z0-9_~.-]{31,34}',
  'do[opr]_v1_[a-f0-9]{64}',
  'dapi[a-f0-9]{32}',
  'HRKU-[A-Za-z0-9_-]{36,100}',
  'nfp_[A-Za-z0-9]{36,64}',
  'sbp_[a-f0-9]{40}',
  'sb_secret_[A-Za-z0-9_-]{20,64}',
  'pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{32,64}',
  'pul-[a-f0-9]{40}',
  String.raw`[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}`,
  String.raw`hv[sbr]\.[A-Za-z0-9_-]{24,300}`,
  String.raw`dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._]{40,80}`,
  String.raw`dt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{64}`,
  // Payment, mail, chat
  '(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{10,250}',
  'whsec_[A-Za-z0-9+/=]{32,100}',
  'shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}',
  'sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,43}',
  String.raw`SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}`,
  'SK[a-f0-9]{32}\\b',
  'key-[a-f0-9]{32}\\b',
  '[a-f0-9]{32}-us\\d{1,2}\\b',
  '\\d{8,10}(?::|%3A)AA[A-Za-z0-9_-]{33}',
  String.raw`[MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}`,
  'xox[abeoprs]-[A-Za-z0-9-]{10,255}',
  'xapp-\\d-[A-Z0-9]{8,20}-\\d{8,20}-[a-f0-9]{32,100}',
  // Models
  'sk-(?:ant|proj|svcacct|admin|or)-[A-Za-z0-9_-]{20,255}',
  'sk-[A-Za-z0-9]{40,255}\\b',
  'hf_[A-Za-z0-9]{30,100}',
  'gsk_[A-Za-z0-9]{40,100}',
  'xai-[A-Za-z0-9]{60,100}',
  'pplx-[A-Za-z0-9]{40,100}',
  'r8_[A-Za-z0-9]{37}\\b',
  // Tools of teams
  'lin_(?:api|oauth)_[A-Za-z0-9]{32,64}',
  'figd_[A-Za-z0-9_-]{40,60}',
  'ntn_[A-Za-z0-9]{43,60}',
  'sntry[su]_[A-Za-z0-9_=+/-]{40,400}',
  'glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}',
  'glc_[A-Za-z0-9+/=]{32,400}',
  'NRAK-[A-Z0-9]{27}',
  'PMAK-[a-f0-9]{24}-[a-f0-9]{34}',
  String.raw`pat[A-Za-z0-9]{14}\.[a-f0-9]{64}`,
  'AGE-SECRET-KEY-1[A-Z0-9]{58}',
  JWT,
];

/** Before it: no letter or digit, unless these belong to a colour, to an escaped line end or blank, or to a character of a URL. */
const START = String.raw`(?:(?<![A-Za-z0-9])|(?<=\[[0-9;]{1,12}m)|(?<=\\[nrtbf])|(?<=%[0-9A-Fa-f]{2}))`;

/** Where a word begins; a token may hang on to another by an underscore. */
export const TOKEN = new RegExp(`${START}(?:${TOKENS.join('|')})`, 'g');

/** What is secret by the words before it, which stay: `$1`. */
export const AFTER_WORDS: readonly RegExp[] = [
  // The value of a header that identifies, whatever its scheme; ends at a quote or at the end of the line.
  /((?:authorization|private-token|x-api-key|x-auth-token)["']?[ \t]{0,8}[:=][ \t]{0,8}["']?)(?:(?:basic|bearer|token|digest|negotiate)[ \t]{1,8})?[^\s"'\\,;]{1,16384}/gi,
  /((?:aws_?secret_?access_?key|secretAccessKey)["']?[ \t]{0,8}[:=][ \t]{0,8}["']?)[A-Za-z0-9/+]{40}/gi,
  /((?:AccountKey|SharedAccessKey|[?&]sig)=)[A-Za-z0-9+/%]{40,120}={0,2}/g,
  /(:_(?:auth|authToken|password)[ \t]{0,8}=[ \t]{0,8}["']?)[^\s"'\\]{4,4096}/g,
  /(hooks\.slack\.com\/(?:services|workflows|triggers)\/)[A-Za-z0-9/_-]{20,200}/g,
  /((?:discord|discordapp)\.com\/api\/webhooks\/)\d{10,25}\/[A-Za-z0-9_-]{20,100}/g,
];

/** `user:password@` and `token@` of a URL. */
export const URL_CREDENTIALS = /\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/?#@"'`<>\\]{1,1024}@/gi;
