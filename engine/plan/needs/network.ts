import { encapsulations, isThere } from '../../../helpers/facts/cilium.ts'
import type { Need } from '../need.ts'

/** Needs of claims about the cluster's network. */
export const networkNeeds: Readonly<Record<string, Need>> = {
  cilium: ({ facts }) => {
    const fact = facts.cilium
    if (!fact || fact.value === null) return `needs Cilium: unknown, ${fact?.how ?? 'it was not looked for'}`
    return isThere(fact.value) ? null : `needs Cilium: ${fact.how}`
  },
  'cilium-encapsulation': ({ facts }) => {
    const fact = facts.cilium
    if (!fact || fact.value === null)
      return `needs Cilium with a tunnel or encryption: unknown, ${fact?.how ?? 'it was not looked for'}`
    return encapsulations(fact.value).length > 0
      ? null
      : `needs Cilium with a tunnel or encryption: ${fact.how} has neither`
  },
  cni: ({ node }, plugin) => {
    const fact = node?.cni
    if (!fact || fact.value === null)
      return `needs the CNI plug-in ${plugin}: unknown, ${fact?.how ?? 'no node to ask'}`
    const { plugins, bridge } = fact.value
    const has = plugins.includes(plugin) || (plugin === 'bridge' && bridge !== null)
    return has ? null : `needs the CNI plug-in ${plugin}: ${fact.how} has ${plugins.join(', ')}`
  },
}
