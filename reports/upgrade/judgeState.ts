import type { Finding } from '../gate/finding.ts'
import type { ClassState } from '../record/upgradeJournal.ts'
import type { UpgradeRecord } from '../record/upgradeRecord.ts'

type Quantities = Readonly<Record<string, string>> | null

/** RuntimeClasses before and after. Of a roll-back: as they were before the upgrade that is taken back. */
export function judgeState(record: UpgradeRecord, origin: UpgradeRecord | null): Finding[] {
  const before = (origin ?? record).stateBefore
  const after = record.stateAfter
  if (before === null || after === null) return []
  const expected = origin === null ? record.expectedOverhead : {}
  return [
    ...before.classes.flatMap((was): Finding[] => {
      const is = after.classes.find(({ name }) => name === was.name)
      return is ? changed(was, is, expected[was.name] ?? was.overhead) : [gone(was, after.classes, before.classes)]
    }),
    ...after.classes
      .filter(({ name }) => !before.classes.some((was) => was.name === name))
      .map(({ name, handler }): Finding => ({
        weight: origin === null ? 'told' : 'blocks',
        subject: `RuntimeClass ${name}`,
        title: origin === null ? 'is new' : 'was not there before the upgrade that is taken back',
        what: `handler ${handler}`,
        because: origin === null ? 'the chart made it' : 'a roll-back ends where the upgrade began',
      })),
  ]
}

function gone({ name, handler }: ClassState, after: readonly ClassState[], before: readonly ClassState[]): Finding {
  const fresh = after.filter((each) => !before.some((was) => was.name === each.name)).map((each) => each.name)
  return {
    weight: 'blocks',
    subject: `RuntimeClass ${name}`,
    title: 'is gone',
    what: `handler ${handler} -> no such class${fresh.length > 0 ? `; new are ${fresh.join(', ')}` : ''}`,
    because:
      'the API server refuses every new pod that names it, and those of running Deployments when they are made again',
  }
}

function changed(was: ClassState, is: ClassState, expected: Quantities): Finding[] {
  const of = { subject: `RuntimeClass ${was.name}` }
  const found: Finding[] = []
  if (was.handler !== is.handler)
    found.push({
      ...of,
      weight: 'blocks',
      title: 'leads to another handler',
      what: `${was.handler} -> ${is.handler}`,
      because: `pods keep its name and get another shim without being told; name the class that is meant, set defaultShim in the values, or say --accept ${JSON.stringify(of.subject)}`,
    })
  // Another handler has another overhead: that is the same reason.
  else if (inWords(was.overhead) !== inWords(is.overhead))
    found.push({
      ...of,
      weight: inWords(is.overhead) === inWords(expected) ? 'told' : 'blocks',
      title: 'has another overhead',
      what: `${inWords(was.overhead)} -> ${inWords(is.overhead)}`,
      because:
        inWords(is.overhead) === inWords(expected)
          ? 'as the chart of the release has it; the nodes have room for the pods that run now'
          : `neither the chart nor the values before say so: ${inWords(expected)} was to be expected; every new pod takes it from its node`,
    })
  if (inWords(was.nodeSelector) !== inWords(is.nodeSelector))
    found.push({
      ...of,
      weight: 'told',
      title: 'has another nodeSelector',
      what: `${inWords(was.nodeSelector)} -> ${inWords(is.nodeSelector)}`,
      because: 'new pods wait for nodes with these labels',
    })
  return found
}

const inWords = (quantities: Quantities): string =>
  Object.entries(quantities ?? {})
    .map(([key, value]) => `${key} ${value === '1.0' ? '1' : value}`)
    .sort()
    .join(', ') || 'none'
