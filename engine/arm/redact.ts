/** Bearer tokens, JWTs, private keys and Secret data never reach a report. */
const patterns: readonly [RegExp, string][] = [
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, '[redacted token]'],
  [/(Bearer\s+)[\w.~+/=-]{8,}/gi, '$1[redacted]'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, '[redacted private key]'],
  [/((?:password|passwd|secret|token|api[_-]?key)["']?\s*[:=]\s*["']?)[^\s"',}]{4,}/gi, '$1[redacted]'],
  [
    /((?:client-key-data|client-certificate-data|certificate-authority-data)["']?\s*:\s*["']?)[\w+/=]{8,}/g,
    '$1[redacted]',
  ],
]

export const redact = (text: string): string =>
  patterns.reduce((result, [pattern, by]) => result.replace(pattern, by), text)
