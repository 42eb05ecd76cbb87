import { badRequest } from '../apiError.ts'
import { labelValueErrors, qualifiedNameErrors } from '../validation/names.ts'

type Labels = Readonly<Record<string, string>>

interface Requirement {
  key: string
  operator: 'in' | 'notin' | 'exists' | '!exists' | 'gt' | 'lt'
  values: readonly string[]
}

/** A predicate over labels; null when the selector selects everything. @throws ApiError 400 as labels.Parse (v0.34) words it. */
export function parseLabelSelector(text: string | null | undefined): ((labels: Labels | undefined) => boolean) | null {
  if (text === null || text === undefined || text.trim() === '') return null
  const requirements = parse(tokens(text))
  return (labels = {}) => requirements.every((requirement) => matches(requirement, labels))
}

interface LabelSelectorObject {
  matchLabels?: Labels
  matchExpressions?: { key: string; operator: string; values?: string[] }[]
}

/** The selector of workloads and NetworkPolicies (metav1.LabelSelector). */
export function matchesSelectorObject(selector: LabelSelectorObject, labels: Labels = {}): boolean {
  const operators = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!exists' } as const
  return (
    Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
    (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) =>
      matches({ key, operator: operators[operator as keyof typeof operators], values }, labels),
    )
  )
}

function matches({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = labels[key]
  switch (operator) {
    case 'in':
      return value !== undefined && values.includes(value)
    case 'notin':
      return value === undefined || !values.includes(value)
    case 'exists':
      return value !== undefined
    case '!exists':
      return value === undefined
    case 'gt':
      return value !== undefined && Number(value) > Number(values[0])
    case 'lt':
      return value !== undefined && Number(value) < Number(values[0])
  }
}

const symbols = ['==', '!=', '=', '!', ',', '(', ')', '<', '>'] as const

function tokens(text: string): string[] {
  const found: string[] = []
  let rest = text.trimStart()
  while (rest !== '') {
    const symbol = symbols.find((one) => rest.startsWith(one))
    const token = symbol ?? (/^[^\s=!,()<>]+/.exec(rest) as RegExpExecArray)[0]
    found.push(token)
    rest = rest.slice(token.length).trimStart()
  }
  return found
}

const isIdentifier = (token: string | undefined) =>
  token !== undefined && !(symbols as readonly string[]).includes(token)
const refuse = (why: string): never => {
  throw badRequest(`unable to parse requirement: ${why}`)
}

function parse(list: string[]): Requirement[] {
  const requirements: Requirement[] = []
  let next = 0
  const take = () => list[next++]
  const found = (token: string | undefined) => token ?? ''
  for (;;) {
    const first = take()
    const absent = first === '!'
    const key = absent ? take() : first
    if (key === undefined || !isIdentifier(key)) {
      refuse(`found '${found(key)}', expected: ${absent ? 'identifier' : "!, identifier, or 'end of string'"}`)
    }
    const wrong = qualifiedNameErrors(key as string)
    if (wrong.length > 0) refuse(`<nil>: Invalid value: ${JSON.stringify(key)}: ${wrong.join('; ')}`)
    requirements.push(absent ? { key: key as string, operator: '!exists', values: [] } : parseOperator(key as string))
    const separator = take()
    if (separator === undefined) return requirements
    if (separator !== ',') refuse(`found '${separator}', expected: ',' or 'end of string'`)
  }

  function parseOperator(key: string): Requirement {
    const token = list[next]
    if (token === undefined || token === ',') return { key, operator: 'exists', values: [] }
    next++
    if (token === '=' || token === '==' || token === '!=') {
      return { key, operator: token === '!=' ? 'notin' : 'in', values: [exactValue(key)] }
    }
    if (token === '<' || token === '>') return { key, operator: token === '<' ? 'lt' : 'gt', values: [exactValue(key)] }
    if (token === 'in' || token === 'notin') return { key, operator: token, values: valueSet(key) }
    return refuse(`found '${token}', expected: in, notin, =, ==, !=, gt, lt`)
  }

  function exactValue(key: string): string {
    const token = list[next]
    if (token === undefined || token === ',') return ''
    next++
    if (!isIdentifier(token)) refuse(`found '${token}', expected: identifier`)
    return checked(key, token)
  }

  function valueSet(key: string): string[] {
    if (take() !== '(') refuse(`found '${found(list[next - 1])}', expected: '('`)
    const values: string[] = []
    for (;;) {
      const token = take()
      if (token === ')') return values.length === 0 ? [''] : values
      if (token === ',') continue
      if (!isIdentifier(token)) refuse(`found '${found(token)}', expected: ',', or ')'`)
      values.push(checked(key, token as string))
    }
  }

  function checked(key: string, value: string): string {
    const wrong = labelValueErrors(value)
    if (wrong.length > 0) {
      refuse(`values[0][${key}]: Invalid value: ${JSON.stringify(value)}: ${wrong.join('; ')}`)
    }
    return value
  }
}
