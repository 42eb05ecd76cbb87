/** What a name ends with whose value is nobody's business. */
const named = [
  'passw(?:or)?d',
  'passphrase',
  'secret',
  'token',
  'credentials?',
  '(?:api|access|secret|private)[_-]?key',
  'dockercfg',
  'dockerconfigjson',
  'client-key-data',
  'client-certificate-data',
  'certificate-authority-data',
].join('|')
/** The same in the middle of an environment variable's name. */
const words = 'KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL'

/** Tells whether a value is a secret, or the next word of a sentence: "Secret: expected a to equal b". */
const ordinary = '(?!(?:true|false|null|none|expected|undefined)\\b|\\[redacted|<)'
const double = '"(?:[^"\\\\\\n]|\\\\.)+"'
const single = "'(?:[^'\\n]|'')+'"

/** Bearer tokens, JWTs, private keys, credentials in URLs and Secret data never reach a report. */
const patterns: readonly [RegExp, string][] = [
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, '[redacted token]'],
  // A word of prose has no digit, and is not that long.
  [/(\bBearer\s+)(?=\S*\d|\S{20})[\w.~+/=-]{8,}/gi, '$1[redacted]'],
  [/(\bauthorization\\?["']?\s*[:=]\s*\\?["']?(?:Basic|Token|Negotiate|NTLM)\s+)[^\s"',\\]{4,}/gi, '$1[redacted]'],
  // Cut-off ones too: a log has a limit.
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[redacted private key]'],
  // An image with tag and digest has the same form.
  [/(:\/\/)[^\s/"'?#@]{0,256}:[^\s/"'?#]{1,256}@(?!sha(?:256|512):)/g, '$1[redacted]@'],
  [/(\\?["']auth\\?["']\s*:\s*\\?["'])[^\s"'\\]{4,}/g, '$1[redacted]'],
  [/^([ \t]*auth:[ \t]+)[\w+/]{8,}={0,2}[ \t]*$/gm, '$1[redacted]'],
  // An environment variable as a manifest has it: in two lines of YAML, its value in one line or a block; or in JSON.
  [
    new RegExp(
      `(\\bname:[ \\t]*["']?[\\w.-]{0,128}(?:${words})[\\w.-]{0,128}["']?[ \\t]*\\n([ \\t]*)value:[ \\t]*)` +
        '(?:[|>].*(?:\\n(?:\\2[ \\t]+.*|[ \\t]*(?=\\n)))+|\\S.*)',
      'gi',
    ),
    '$1[redacted]',
  ],
  [
    new RegExp(
      `(\\bname\\\\?["']?:[ \\t]*\\\\?["']?[\\w.-]{0,128}(?:${words})[\\w.-]{0,128}\\\\?["']?,\\s*\\\\?["']?value\\\\?["']?:[ \\t]*)` +
        `(?:${double}|${single}|\\\\"[^"\\\\]+\\\\"|[^\\s"',}]+)`,
      'gi',
    ),
    '$1"[redacted]"',
  ],
  [
    new RegExp(`((?<![A-Z])(?:${words})S?(?:_[A-Z0-9_]{0,64})?=)${ordinary}(?:${double}|${single}|[^\\s"',]{4,})`, 'g'),
    '$1[redacted]',
  ],
  // A flag and its value. Helm's --pass-credentials has none.
  [
    new RegExp(
      `((?:^|\\s)--?(?!-?pass-credentials)[\\w.-]{0,64}(?:${named}|-pass)(?:=|[ \\t]+)(?!-)${ordinary})(?:${double}|${single}|[^\\s"',]+)`,
      'gim',
    ),
    '$1[redacted]',
  ],
  [new RegExp(`((?:${named})["']?[ \\t]*[:=][ \\t]*)(?:${double}|${single})`, 'gi'), '$1"[redacted]"'],
  [new RegExp(`((?:${named})\\\\"[ \\t]*:[ \\t]*\\\\")[^"\\\\]+`, 'gi'), '$1[redacted]'],
  [new RegExp(`((?:${named})[ \\t]*=[ \\t]*)${ordinary}[^\\s"',}]{4,}`, 'gi'), '$1[redacted]'],
  // Neither an image `secret:1.0` nor folders as overlay has them, `/run/secret:/run/other`.
  [new RegExp(`(?<!/[\\w.-]{0,64})((?:${named}):)(?!/)${ordinary}[^\\s"',}:]{4,}`, 'gi'), '$1[redacted]'],
  [new RegExp(`^([ \\t]*(?:- )?[\\w.-]{0,128}(?:${named}):[ \\t]+)${ordinary}[^\\s|>{[].{3,}$`, 'gim'), '$1[redacted]'],
  [
    new RegExp(
      `((?:${named})["']?[ \\t]*:[ \\t]+)${ordinary}(?:[^\\s"',}\\]]{4,}(?=["',}\\]])|(?=\\S*\\d)[^\\s"',}\\]]{4,}[ \\t]*$)`,
      'gim',
    ),
    '$1[redacted]',
  ],
]

/** Without one of these nothing above can match: most texts are asked this alone. */
const suspicious =
  /eyJ|bearer|authorization|:\/\/[^\s/"'?#]{0,512}@|auth\\*["']?:|key|token|secret|passw|-pass|passphrase|credential|dockercfg|dockerconfigjson|-data\b/i

const secretFlag = new RegExp(`^--?(?!-?pass-credentials$)[\\w.-]*(?:${named}|-pass)$`, 'i')

/** Whether the word after this one of a command line is a secret. Helm's --pass-credentials has none after it. */
export const isSecretFlag = (word: string): boolean => secretFlag.test(word)

export const maySay = (text: string): boolean => suspicious.test(text)

export const redact = (text: string): string =>
  maySay(text) ? patterns.reduce((result, [pattern, by]) => result.replace(pattern, by), text) : text
