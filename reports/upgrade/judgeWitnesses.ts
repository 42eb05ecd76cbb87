import type { Finding } from '../gate/finding.ts'
import type { Testimony, WitnessKind, WitnessVerdict } from '../record/upgradeJournal.ts'

const titles: Readonly<Record<WitnessKind, string>> = {
  sandbox: 'a running sandbox',
  stream: 'an open TCP stream',
  writer: 'a file that is written and flushed each second',
  exec: 'a long exec session',
  block: 'a block volume that is written each second',
}

const words: Readonly<Record<WitnessVerdict, string>> = {
  survived: 'survived',
  stalled: 'stalled',
  restarted: 'restarted',
  'data-lost': 'lost data',
  gone: 'is gone',
  ended: 'broke',
  unknown: 'nobody knows',
}

/** What old sandboxes went through. The other words of a witness that is gone or restarted follow from that, and are only told. */
export function judgeWitnesses(testimonies: readonly Testimony[]): Finding[] {
  const lost = new Set(
    testimonies
      .filter(({ kind, verdict }) => kind === 'sandbox' && verdict !== 'survived')
      .map(({ witness }) => witness),
  )
  return testimonies.map((each): Finding => {
    const { witness, node, runtimeClass, kind, verdict, what } = each
    const of = {
      subject: `witness ${witness} (${runtimeClass}, ${node})`,
      title: `${titles[kind]} ${words[verdict]}`,
      what,
    }
    if (verdict === 'survived') return { ...of, weight: 'told', because: 'as it must' }
    if (kind !== 'sandbox' && lost.has(witness) && verdict !== 'unknown')
      return { ...of, weight: 'told', because: 'it follows from what became of the sandbox' }
    if (verdict === 'unknown')
      return {
        ...of,
        weight: kind !== 'sandbox' && lost.has(witness) ? 'told' : 'open',
        because: 'a witness that cannot be asked proves nothing',
        settledBy: `bring node ${node} back, then kata-conformance upgrade --resume FOLDER`,
      }
    if (kind === 'exec')
      return { ...of, weight: 'told', because: 'sessions go through containerd, which the installation restarts' }
    return {
      ...of,
      weight: 'blocks',
      because: 'sandboxes that ran before an upgrade run on through it, with all they have',
    }
  })
}
