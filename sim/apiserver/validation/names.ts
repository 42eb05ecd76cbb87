/*
 * Name rules of k8s.io/apimachinery/pkg/util/validation (v0.34): each answers the violated rules as texts.
 */

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const subdomain = `${label}(\\.${label})*`
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?'
const qualifiedName = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const labelValue = '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?'

const labelRegex = new RegExp(`^${label}$`)
const subdomainRegex = new RegExp(`^${subdomain}$`)
const label1035Regex = new RegExp(`^${label1035}$`)
const qualifiedNameRegex = new RegExp(`^${qualifiedName}$`)
const labelValueRegex = new RegExp(`^${labelValue}$`)

const tooLongText = (max: number) => `must be no more than ${max} bytes`

export function dns1123Label(value: string): string[] {
  const wrong: string[] = []
  if (value.length > 63) wrong.push(tooLongText(63))
  if (!labelRegex.test(value)) {
    wrong.push(
      subdomainRegex.test(value)
        ? 'must not contain dots'
        : `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label}')`,
    )
  }
  return wrong
}

export function dns1123Subdomain(value: string): string[] {
  const wrong: string[] = []
  if (value.length > 253) wrong.push(tooLongText(253))
  if (!subdomainRegex.test(value)) {
    wrong.push(
      `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomain}')`,
    )
  }
  return wrong
}

export function dns1035Label(value: string): string[] {
  const wrong: string[] = []
  if (value.length > 63) wrong.push(tooLongText(63))
  if (!label1035Regex.test(value)) {
    wrong.push(
      `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '${label1035}')`,
    )
  }
  return wrong
}

/** Names that only have to be a path segment: roles and their bindings. */
export function pathSegment(value: string): string[] {
  if (value === '.' || value === '..') return [`may not be '${value}'`]
  return ['/', '%']
    .filter((character) => value.includes(character))
    .map((character) => `may not contain '${character}'`)
}

/** Keys of labels, annotations, taints and node selectors. */
export function qualifiedNameErrors(value: string): string[] {
  const text = `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualifiedName}')`
  const parts = value.split('/')
  if (parts.length > 2) {
    return [
      `a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualifiedName}') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ]
  }
  const wrong: string[] = []
  const name = parts.at(-1) as string
  if (parts.length === 2) {
    const prefix = parts[0] as string
    if (prefix === '') wrong.push('prefix part must be non-empty')
    else wrong.push(...dns1123Subdomain(prefix).map((one) => `prefix part ${one}`))
  }
  if (name === '') wrong.push('name part must be non-empty')
  else if (name.length > 63) wrong.push(`name part ${tooLongText(63)}`)
  if (!qualifiedNameRegex.test(name)) wrong.push(text)
  return wrong
}

export function labelValueErrors(value: string): string[] {
  const wrong: string[] = []
  if (value.length > 63) wrong.push(tooLongText(63))
  if (!labelValueRegex.test(value)) {
    wrong.push(
      `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '${labelValue}')`,
    )
  }
  return wrong
}

/** Keys of ConfigMaps and Secrets. */
export function configKeyErrors(value: string): string[] {
  if (value.length > 253) return [tooLongText(253)]
  if (!/^[-._a-zA-Z0-9]+$/.test(value)) {
    return [
      `a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`,
    ]
  }
  if (value === '.' || value === '..') return [`must not be '${value}'`]
  return value.startsWith('..') ? [`must not start with '..'`] : []
}
