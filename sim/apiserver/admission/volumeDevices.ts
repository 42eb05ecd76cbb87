import type { Admission } from './chain.ts'

interface PodSpec {
  volumes?: { name: string; hostPath?: object }[]
  containers?: { volumeDevices?: { name: string; devicePath: string }[]; volumeMounts?: object[] }[]
}

/** A departure: a webhook of the cluster makes volumeMounts of what it finds as volumeDevices of hostPath volumes. */
export const volumeDevices: Admission = {
  mutate(context, { operation, kind, subresource, object }) {
    const applies = operation === 'CREATE' && kind.plural === 'pods' && subresource === ''
    if (context.admission.hostPathDevices !== 'mounted' || !applies) return
    const { volumes = [], containers = [] } = (object['spec'] ?? {}) as PodSpec
    const ofHost = new Set(volumes.filter(({ hostPath }) => hostPath).map(({ name }) => name))
    for (const container of containers) {
      const turned = (container.volumeDevices ?? []).filter(({ name }) => ofHost.has(name))
      if (turned.length === 0) continue
      container.volumeDevices = (container.volumeDevices ?? []).filter(({ name }) => !ofHost.has(name))
      const mounts = turned.map(({ name, devicePath }) => ({ name, mountPath: devicePath }))
      container.volumeMounts = [...(container.volumeMounts ?? []), ...mounts]
    }
  },
}
