import type { Program } from '../fs/inode.ts'
import type { Process } from '../kernel/process.ts'
import type { NetRoute } from '../machineNetwork.ts'
import { familyOf } from './ipRoute.ts'
import { appletProgram } from './registry.ts'

/** As iproute2 shows it: recorded of a node. */
function routeText(entry: NetRoute): string {
  const via = entry.gateway ? `via ${entry.gateway} ` : ''
  const scope = entry.gateway ? '' : 'proto kernel scope link '
  const source = entry.source ? `src ${entry.source} ` : ''
  const mtu = entry.mtu ? `mtu ${entry.mtu} ` : ''
  return `${entry.destination} ${via}dev ${entry.device} ${scope}${source}${mtu}\n`
}

/** A distribution's ip: what it says of itself and of routes; for everything else it is busybox's. */
export const iproute2: Program = {
  name: 'ip',
  async run(process, argv) {
    return (await routesOf(process, argv.slice(1))) ?? appletProgram('ip').run(process, argv)
  },
}

async function routesOf(process: Process, argv: readonly string[]): Promise<number | null> {
  const words = argv.filter((word) => !/^-[46]$/.test(word))
  if (words.length === 1 && words[0] === '-V') {
    await process.out('ip utility, iproute2-6.1.0, libbpf 1.1.2\n')
    return 0
  }
  if (!/^(r|ro|route)$/.test(words[0] ?? '') || !/^(show|list|ls)?$/.test(words[1] ?? '')) return null
  const family = argv.includes('-6') ? 6 : 4
  const shown = process.context.netNs.routes
    .filter((entry) => familyOf(entry) === family)
    .filter(({ destination }) => words[2] !== 'default' || destination === 'default')
  await process.out(shown.map(routeText).join(''))
  return 0
}
