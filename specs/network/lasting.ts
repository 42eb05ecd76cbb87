import type { HostNetwork } from '../../helpers/node/hostNetwork.ts'

/**
 * What of a node's network no pod may change. Interfaces in pairs are those of pods, which come and go, and so do the routes over them; link-local
 * addresses are the kernel's own affair. Some CNIs keep a rule for each pod (AWS VPC CNI, Cilium with ENI), and kube-proxy with IPVS an address for each
 * Service: those of others come and go, too.
 */
export function lasting({ links, routes, rules }: HostNetwork) {
  const own = links.filter(({ paired }) => !paired)
  const names = own.map(({ name }) => name)
  return {
    links: own.map(
      ({ name, up, mtu, addresses }) =>
        `${name} ${up ? 'up' : 'down'} mtu ${mtu} ${name === 'kube-ipvs0' ? '' : addresses.filter((each) => !each.startsWith('fe80:')).join(' ')}`,
    ),
    routes: routes.filter(
      (route) => names.includes(/\bdev (\S+)/.exec(route)?.[1] ?? '') && !route.startsWith('fe80:'),
    ),
    rules: rules.filter((rule) => !/\b(from|to) (\d+\.){3}\d+(?![\d/])/.test(rule)),
  }
}
