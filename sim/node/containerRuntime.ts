import { CriError, type ContainerRuntime } from '../kubelet/containerRuntime.ts'
import { logged } from './containerdLog.ts'
import { createContainers } from './containers.ts'
import { crictl } from './crictl.ts'
import { ctr } from './ctr.ts'
import { createHostFiles } from './hostFiles.ts'
import { connectTo, httpGetFrom } from './nodeClient.ts'
import { forwardPort } from './portForward.ts'
import { createSandboxes } from './sandboxes.ts'
import type { SimNode } from './simNode.ts'

/** containerd of a node: the CRI over the node's machine, runc and the shims of Kata. */
export function createContainerRuntime(node: SimNode): ContainerRuntime {
  const listeners = new Set<Parameters<ContainerRuntime['onChange']>[0]>()
  const tell: Parameters<ContainerRuntime['onChange']>[0] = (change) => {
    for (const listener of listeners) listener(change)
  }
  const sandboxes = createSandboxes(node, (id) => {
    containers.sandboxLost(id)
    tell({ kind: 'sandboxLost', id })
  })
  const containers = createContainers(node, sandboxes, (id) => tell({ kind: 'containerExited', id }))
  node.machine.files.registerCommand('/usr/bin/crictl', (call) => crictl(call, sandboxes, containers))
  node.machine.files.registerCommand('/usr/bin/ctr', (call) => ctr(call, node, sandboxes, containers))

  const runtime: ContainerRuntime = {
    version: `containerd://${node.containerdVersion}`,
    host: {
      ...createHostFiles(node.machine, node.tmpfsMounts),
      ignoresVolumeLimits: node.departures.emptyDirLimits === 'ignored',
      countsOverheadForQos: node.departures.qosOfOverhead === 'counted',
      forgetsRestarts: node.departures.restartsInNewSandbox === 'forgotten',
    },
    runPodSandbox: (config) => sandboxes.run(config),
    async stopPodSandbox(id) {
      await containers.stopAllOf(id)
      await sandboxes.stop(id)
    },
    async removePodSandbox(id) {
      containers.removeAllOf(id)
      await sandboxes.remove(id)
    },
    createContainer: (sandboxId, config) => containers.create(sandboxId, config),
    startContainer: (id) => containers.start(id),
    stopContainer: (id, gracePeriodMs) => containers.stop(id, gracePeriodMs),
    async removeContainer(id) {
      if (containers.status(id)?.state === 'running')
        throw new CriError('Unknown', `container "${id}" is in running state`)
      containers.remove(id)
    },
    updateContainer: (id, resources) => containers.update(id, resources),
    containerStatus: (id) => containers.status(id),
    writableLayerBytes: (id) => containers.writableLayerBytes(id),
    usage: (id) => containers.usage(id),
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    exec: (id, argv, options) => containers.exec(id, argv, options.tty),
    attach: (id) => containers.attach(id),
    execSync: (id, argv, timeoutMs) => containers.execSync(id, argv, timeoutMs),
    connect: (address, port, timeoutMs) => connectTo(node, address, port, timeoutMs),
    httpGet: (url, headers, timeoutMs) => httpGetFrom(node, url, headers, timeoutMs),
    async forwardPort(sandboxId, port) {
      const record = sandboxes.get(sandboxId)
      if (!record) throw new CriError('NotFound', `failed to find sandbox "${sandboxId}" in store: not found`)
      return forwardPort(node, record, port)
    },
    logs: (id) => containers.log(id).lines,
    onLog: (id, listener) => containers.log(id).onLine(listener),
    async close() {
      listeners.clear()
      await sandboxes.stopAll()
      node.machine.powerOff()
    },
  }
  return logged(runtime, node.journal)
}
