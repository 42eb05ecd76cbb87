import { need } from '../facts/armFacts.ts'
import type { Facts } from '../facts/armFacts.ts'
import { busybox } from './pod.ts'
import type { Pod } from './podBuilder.ts'

/** Enough for Elasticsearch, which asks for 262144, and a number that nobody else sets. */
export const tuned = { 'vm.max_map_count': '262147', 'net.core.somaxconn': '4319' } as const

/**
 * A pod whose privileged init container sets kernel parameters before an unprivileged one starts (the guide's case of Elasticsearch). It sets nothing where it
 * finds itself on the node's own kernel: an impostor must not tune the node.
 */
export function tunedPod(runtimeClass: string | undefined, facts: Facts): Pod {
  const ofNode = need(facts.node.bootId, 'boot_id of the node')
  const sets = Object.entries(tuned).map(([name, value]) => `sysctl -w ${name}=${value}`)
  const script = `[ "$(cat /proc/sys/kernel/random/boot_id)" = "$NODE_BOOT_ID" ] && exit 0; ${sets.join(' && ')}`
  return busybox(runtimeClass).initContainer('tune', (tune) =>
    tune.privileged().env({ NODE_BOOT_ID: ofNode }).script(script),
  )
}
