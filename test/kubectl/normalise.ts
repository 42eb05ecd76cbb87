import type { Command } from './commands.ts'
import type { Answer } from './runCommands.ts'

/*
 * What differs between any two runs, or any two clusters: identities, times, ages, addresses, suffixes of generated names, widths of columns.
 */

type Rule = readonly [pattern: RegExp, shape: string]

const rules: readonly Rule[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID'],
  [/\b[0-9a-f]{64}\b/g, 'ID'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, 'TOKEN'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME'],
  [/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, 'TIME'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.\d]* [+-]\d{4}( \w+)?/g, 'TIME'],
  [/(?<=resourceVersion"?: ?")\d+/g, 'VERSION'],
  [/(?<=Resource Version: +)\d+/g, 'VERSION'],
  // a table's age, an event's
  [/(?<=^|[ (])(<invalid>|(\d+[smhd]){1,2})(?=$|[ )])/gm, 'AGE'],
  [/\(x\d+ over AGE\)/g, '(xN over AGE)'],
  [/\b10\.244\.\d+\.\d+(?!\/)/g, 'PODIP'],
  [/\b10\.(?:96|9[7-9]|1[0-2]\d)\.\d+\.\d+/g, 'SERVICEIP'],
  [/\b(?:10\.250|192\.168)\.\d+\.\d+/g, 'NODEIP'],
  [/https?:\/\/(?:127\.0\.0\.1|localhost):\d+(\/u\/[^\s\x1b/]+)?/g, 'SERVER'],
  [/\b127\.0\.0\.1\b/g, 'NODEIP'],
  // what controllers put behind their names
  [/\b(web|each|once|by-hand|nightly)-[bcdf0-9][a-z0-9]{6,9}-[a-z0-9]{5}\b/g, '$1-HASH-SUFFIX'],
  [/\b(web|each)-[bcdf0-9][a-z0-9]{7,9}\b/g, '$1-HASH'],
  [/\b(web|each|once|by-hand|nightly)-[a-z0-9]{5}\b/g, '$1-SUFFIX'],
  [/(?<=pod-template-hash[=:] ?"?)[a-z0-9]{8,10}/g, 'HASH'],
  [/(?<=controller-revision-hash[=:] ?"?)[a-z0-9]{8,10}/g, 'HASH'],
  [/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access-SUFFIX'],
  [/(\S*\/)?(LIVE|MERGED)-\d+\//g, '$2/'],
  // a server in another language
  [/(?<="(goVersion|compiler)": ")[^"]*/g, 'COMPILER'],
  // what a watch happens to see on the way
  [/^Waiting for (deployment|daemon set) .* (rollout|update) to finish: .*\n/gm, ''],
  [/^Waiting for (deployment|daemon set) spec update to be observed\.\.\.\n/gm, ''],
  // kubectl ends a copy when it has the archive, and does not always wait for what tar says beside it
  [/^tar: removing leading '\/' from member names\n/gm, ''],
]

export function normalise({ code, stdout, stderr }: Answer, { unordered }: Pick<Command, 'unordered'>): Answer {
  const shaped = normaliseText(stdout)
  const lines = unordered ? shaped.split('\n').sort().join('\n') : shaped
  return { code, stdout: lines, stderr: normaliseText(stderr) }
}

function normaliseText(text: string): string {
  return rules
    .reduce((shaped, [pattern, shape]) => shaped.replaceAll(pattern, shape), text)
    .split('\n')
    .map((line) => line.replaceAll(/(?<=\S)[ \t]{2,}|\t/g, ' ').trimEnd())
    .join('\n')
}
