import { groupVersionOf, kinds, storageVersionHash } from '../kinds.ts'
import type { Kind } from '../kinds.ts'

/*
 * Discovery: what /api and /apis say of the kinds, in the old form (a request a group) and the aggregated one.
 */

/** Groups in the order of /apis (priorities of kube-aggregator). */
export const groups: readonly string[] = [...new Set(kinds.map(({ group }) => group))].filter((group) => group !== '')

const versionOf = (group: string): string => (kinds.find((kind) => kind.group === group) as Kind).version
const orNothing = <T>(name: string, list: readonly T[]) => (list.length === 0 ? {} : { [name]: list })
const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)

export function apiVersions(address: string): object {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  }
}

export const groupList = (): object => ({ kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupEntry) })

export const groupDocument = (group: string): object => ({ kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group) })

function groupEntry(group: string): object {
  const version = versionOf(group)
  const entry = { groupVersion: `${group}/${version}`, version }
  return { name: group, versions: [entry], preferredVersion: entry }
}

/** @param group '' for the core group. Null when there is no such version. */
export function resourceList(group: string, version: string): object | null {
  const own = kinds.filter((kind) => kind.group === group && kind.version === version)
  if (own.length === 0) return null
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: groupVersionOf(own[0] as Kind),
    resources: own.flatMap(resourceEntries).sort(byName),
  }
}

function resourceEntries(kind: Kind): { name: string }[] {
  const own = {
    name: kind.plural,
    singularName: kind.singular,
    namespaced: kind.namespaced,
    kind: kind.kind,
    verbs: kind.verbs,
    ...orNothing('shortNames', kind.shortNames),
    ...orNothing('categories', kind.categories),
    ...(kind.virtual ? {} : { storageVersionHash: storageVersionHash(kind) }),
  }
  const below = kind.subresources.map(({ name, verbs, kind: other }) => ({
    name: `${kind.plural}/${name}`,
    singularName: '',
    namespaced: kind.namespaced,
    ...(other === undefined || other.group === kind.group ? {} : { group: other.group, version: other.version }),
    kind: other?.kind ?? kind.kind,
    verbs,
  }))
  return [own, ...below]
}

/** @param core the core group alone (/api), else all others (/apis). */
export function aggregated(core: boolean, version: string): object {
  const items = (core ? [''] : groups).map((group) => ({
    metadata: group === '' ? {} : { name: group },
    versions: [
      {
        version: versionOf(group),
        resources: kinds
          .filter((kind) => kind.group === group)
          .map(aggregatedResource)
          .sort((a, b) => (a.resource < b.resource ? -1 : 1)),
        freshness: 'Current',
      },
    ],
  }))
  return { kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {}, items }
}

function aggregatedResource(kind: Kind) {
  // kube-apiserver v1.34.4 leaves group and version empty when they are those of the document.
  const responseKind = (other: { group: string; version: string; kind: string } | undefined) =>
    other === undefined || other.group === kind.group
      ? { group: '', version: '', kind: other?.kind ?? kind.kind }
      : { group: other.group, version: other.version, kind: other.kind }
  return {
    resource: kind.plural,
    responseKind: responseKind(undefined),
    scope: kind.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: kind.verbs,
    ...orNothing('shortNames', kind.shortNames),
    ...orNothing('categories', kind.categories),
    ...orNothing(
      'subresources',
      kind.subresources
        .map(({ name, verbs, kind: other }) => ({ subresource: name, responseKind: responseKind(other), verbs }))
        .sort((a, b) => (a.subresource < b.subresource ? -1 : 1)),
    ),
  }
}
