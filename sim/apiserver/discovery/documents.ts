import { groupVersionOf, kinds as all, storageVersionHash } from '../kinds.ts'
import type { Kind } from '../kinds.ts'

/*
 * Discovery: what /api and /apis say of the kinds, in the old form (a request a group) and the aggregated one.
 */

/** What is served where no CustomResourceDefinition is installed, and with all that are modelled. */
const builtIn = all.filter(({ extension }) => !extension)
const servedBy = (extensions: boolean): readonly Kind[] => (extensions ? all : builtIn)

/** Groups in the order of /apis (priorities of kube-aggregator). */
export const groupsOf = (extensions: boolean): readonly string[] =>
  [...new Set(servedBy(extensions).map(({ group }) => group))].filter((group) => group !== '')

/** The preferred one first. */
const versionsOf = (group: string): readonly string[] => [
  ...new Set(all.filter((kind) => kind.group === group).map(({ version }) => version)),
]
const orNothing = <T>(name: string, list: readonly T[]) => (list.length === 0 ? {} : { [name]: list })
const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)

export function apiVersions(address: string): object {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  }
}

export const groupList = (extensions: boolean): object => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: groupsOf(extensions).map(groupEntry),
})

export const groupDocument = (group: string): object => ({ kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group) })

function groupEntry(group: string): object {
  const versions = versionsOf(group).map((version) => ({ groupVersion: `${group}/${version}`, version }))
  return { name: group, versions, preferredVersion: versions[0] }
}

/** @param group '' for the core group. Null when there is no such version. */
export function resourceList(group: string, version: string, extensions: boolean): object | null {
  const own = servedBy(extensions).filter((kind) => kind.group === group && kind.version === version)
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
export function aggregated(core: boolean, version: string, extensions: boolean): object {
  const items = (core ? [''] : groupsOf(extensions)).map((group) => ({
    metadata: group === '' ? {} : { name: group },
    versions: versionsOf(group).map((each) => ({
      version: each,
      resources: all
        .filter((kind) => kind.group === group && kind.version === each)
        .map(aggregatedResource)
        .sort((a, b) => (a.resource < b.resource ? -1 : 1)),
      freshness: 'Current',
    })),
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
