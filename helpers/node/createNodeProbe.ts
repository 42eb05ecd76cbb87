import { randomUUID } from 'node:crypto'
import type { ExecResult } from '../cluster/cluster.ts'
import { parseBlockDevices } from '../guest/blockDevices.ts'
import { parseMounts } from '../guest/mounts.ts'
import { bpfSymbolsArgv } from './bpfSymbolsArgv.ts'
import { runsKata } from './containerdConfig.ts'
import { crictlArgv, parseCrictl } from './crictl.ts'
import { ctrContainersArgv, parseCtrContainers } from './ctr.ts'
import { defaultConfigPaths, readEffectiveToml } from './effectiveToml.ts'
import {
  digestsArgv,
  holdsArgv,
  inventoryArgv,
  parseDigests,
  parseInventory,
  parseStatus,
  statusArgv,
} from './fileListing.ts'
import { describeArgv, parseDescription } from './describeSandbox.ts'
import { filesTogetherArgv, parseFilesTogether } from './filesTogether.ts'
import { fileDescriptorsArgv, parseFileDescriptors } from './fileDescriptors.ts'
import {
  catArgv,
  blockDevicesArgv,
  listArgv,
  noSuchFile,
  parseFirstNumber,
  parseSize,
  realPathArgv,
  sha256Argv,
  sizeArgv,
  useArgv,
} from './hostFile.ts'
import type { HostFiles } from './hostFiles.ts'
import { cgroupArgv, parseHostCgroup } from './hostCgroup.ts'
import { journalArgv } from './journal.ts'
import { kataRuntimeCheckArgv, parseKataRuntimeCheck } from './kataRuntimeCheck.ts'
import { hostNetworkArgv, parseHostNetwork } from './hostNetwork.ts'
import { kvmArgv, parseKvm } from './kvmDevice.ts'
import { namespacesArgv, parseNamespaces, processMountsArgv } from './namespaces.ts'
import type { NodeProbe } from './nodeProbe.ts'
import { NodeProbeError } from './nodeProbeError.ts'
import { interfacesArgv, parseInterfaces } from './podInterfaces.ts'
import { parsePodNetwork, podNetworkArgv } from './podNetwork.ts'
import { memoryArgv, parseMemory } from './processMemory.ts'
import { parseSnapshot, snapshotArgv, type SnapshotProcess } from './processSnapshot.ts'
import { readContainerd } from './readContainerd.ts'
import { sandboxFilesArgv } from './sandboxFiles.ts'
import { asHostProcess, sandboxProcesses } from './sandboxProcesses.ts'
import { linesOf } from './sections.ts'
import { parseSandboxSpecs, sandboxSpecsArgv, type SandboxSpec } from './sandboxSpecs.ts'

/** Runs a command in the probe pod. It only reads: a dropped connection may be retried. */
export type RunInProbe = (argv: string[]) => Promise<ExecResult>

/** The probe of one node on top of a command runner: `exec` into the pod of `probePodManifest`. */
export function createNodeProbe(run: RunInProbe, node: string): NodeProbe {
  const fail = (what: string, cause?: unknown): never => {
    throw new NodeProbeError(node, what, cause === undefined ? {} : { cause })
  }

  /** Runs a command that must succeed. Null when it says that there is no such file. */
  async function output(argv: string[], what: string): Promise<string | null> {
    const { stdout, stderr, exitCode } = await run(argv)
    if (exitCode === noSuchFile) return null
    if (exitCode !== 0)
      return fail(`${what}: exit status ${exitCode}${stderr.trim() ? `, ${stderr.trim().replaceAll('\n', '; ')}` : ''}`)
    return stdout
  }

  const parsed = <T>(what: string, parse: () => T): T => {
    try {
      return parse()
    } catch (cause) {
      return fail(`${what}: ${(cause as Error).message}`, cause)
    }
  }

  const readFileIfThere = (path: string) => output(catArgv(path), `reading ${path}`)

  const host: HostFiles = {
    node,
    async readTogether(paths, beside) {
      const [mark, what] = [randomUUID(), `reading ${paths.join(', ')}`]
      const stdout = (await output(filesTogetherArgv(mark, paths, beside), what)) ?? ''
      return stdout === '' ? [] : parsed(what, () => parseFilesTogether(stdout, mark))
    },
    async list(path) {
      const names = (await output(listArgv(path), `listing ${path}`)) ?? ''
      return names.split('\n').filter(Boolean).sort()
    },
  }

  // Questions that come while one is answered share the next reading of /proc and of the configuration; nothing is kept once it is answered.
  const snapshot = sharedByTheNext(async (): Promise<SnapshotProcess[]> => {
    const stdout = (await output(snapshotArgv(), 'listing processes')) ?? ''
    return parsed('listing processes', () => parseSnapshot(stdout))
  })
  const containerd = sharedByTheNext(() => readContainerd(host))

  async function sandboxSpecs(podUid: string): Promise<SandboxSpec[]> {
    const stdout = (await output(sandboxSpecsArgv(podUid), `looking for the sandbox of pod ${podUid}`)) ?? ''
    const specs = parseSandboxSpecs(stdout, podUid)
    if (specs.length === 0) fail(`pod ${podUid} has no sandbox here: no specification of containerd names its UID`)
    return specs
  }

  /** The sandbox that runs: an earlier one may have left its folder behind, the one started last is the pod's. */
  async function liveSandbox(podUid: string) {
    const [specs, processes] = await Promise.all([sandboxSpecs(podUid), snapshot()])
    const startOf = new Map(processes.map((each) => [each.pid, each.startTicks]))
    const ranked = specs
      .map((spec) => ({ spec, found: sandboxProcesses(spec.id, processes) }))
      .map((each) => ({ ...each, start: Math.max(-1, ...each.found.shims.map((shim) => startOf.get(shim.pid) ?? -1)) }))
      .sort((a, b) => b.start - a.start)
    return ranked[0] ?? fail(`pod ${podUid} has no sandbox here`)
  }

  return {
    node,
    readFile: async (path) => (await readFileIfThere(path)) ?? fail(`${path} does not exist`),
    readFileIfThere,
    list: host.list,
    processes: async () => (await snapshot()).map(asHostProcess),
    sandbox: async (podUid) => (await liveSandbox(podUid)).found,
    async describe(sandbox) {
      const stdout = (await output(describeArgv(sandbox), `looking at sandbox ${sandbox.sandboxId}`)) ?? ''
      return parseDescription(stdout, sandbox)
    },
    async sandboxFiles(sandboxId) {
      return linesOf((await output(sandboxFilesArgv(sandboxId), `looking for files of sandbox ${sandboxId}`)) ?? '')
    },
    async memory(pid) {
      const stdout = (await output(memoryArgv(pid), `reading the memory of process ${pid}`)) ?? ''
      return parseMemory(stdout) ?? fail(`process ${pid} shows no memory: it has ended, or it is a kernel thread`)
    },
    async cgroup(pid) {
      return parseHostCgroup((await output(cgroupArgv(pid), `reading the cgroup of process ${pid}`)) ?? '')
    },
    async fileDescriptors(pid) {
      return parseFileDescriptors((await output(fileDescriptorsArgv(pid), `listing the files of process ${pid}`)) ?? '')
    },
    async namespaces(pid) {
      return parseNamespaces((await output(namespacesArgv(pid), `looking at the namespaces of process ${pid}`)) ?? '')
    },
    async mounts(pid) {
      return parseMounts((await output(processMountsArgv(pid), `listing the mounts of process ${pid}`)) ?? '')
    },
    async journal(ids, seconds) {
      return ids.length === 0 ? '' : ((await output(journalArgv(ids, seconds), "reading the node's logs")) ?? '')
    },
    async runtimeHandler(podUid) {
      const stdout = (await output(crictlArgv(podUid), 'asking crictl')) ?? ''
      return parsed('asking crictl', () => parseCrictl(stdout, podUid))
    },
    async ctrContainers() {
      const stdout = (await output(ctrContainersArgv(), 'asking ctr')) ?? ''
      return parsed('asking ctr', () => parseCtrContainers(stdout))
    },
    async podInterfaces(podUid) {
      const { spec } = await liveSandbox(podUid)
      if (spec.netns === null) return fail(`pod ${podUid} has no network namespace of its own (hostNetwork)`)
      return parseInterfaces(
        (await output(interfacesArgv(spec.netns), `listing the interfaces in ${spec.netns}`)) ?? '',
      )
    },
    async podNetwork(podUid) {
      const { spec } = await liveSandbox(podUid)
      if (spec.netns === null) return fail(`pod ${podUid} has no network namespace of its own (hostNetwork)`)
      return parsePodNetwork((await output(podNetworkArgv(spec.netns), `looking into ${spec.netns}`)) ?? '')
    },
    hostNetwork: async () => parseHostNetwork((await output(hostNetworkArgv(), "listing the node's network")) ?? ''),
    bpfSymbols: async () => (await output(bpfSymbolsArgv(), 'looking for eBPF programs')) ?? '',
    kvm: async () => parseKvm((await output(kvmArgv(), 'looking at /dev/kvm')) ?? ''),
    async kataRuntimeCheck() {
      const stdout = (await output(kataRuntimeCheckArgv(), 'asking kata-runtime')) ?? ''
      return parsed('asking kata-runtime', () => parseKataRuntimeCheck(stdout))
    },
    containerd,
    async effectiveToml(handler) {
      const runtime = (await containerd())?.runtimes.find((each) => each.handler === handler)
      // A handler that runs something else has no configuration of Kata's, whatever lies in the default places.
      if (!runtime || (runtime.configPath === null && !runsKata(runtime))) return null
      for (const path of runtime.configPath === null ? defaultConfigPaths : [runtime.configPath]) {
        const toml = await readEffectiveToml(host, path)
        if (toml) return toml
      }
      return null
    },
    async sha256(path) {
      const stdout = await output(sha256Argv(path), `hashing ${path}`)
      return stdout === null
        ? null
        : (/^([0-9a-f]{64}) /.exec(stdout)?.[1] ?? fail(`hashing ${path}: ${stdout.trim()}`))
    },
    async blockDevices() {
      const stdout = (await output(blockDevicesArgv(), 'listing block devices')) ?? ''
      return parsed('listing block devices', () => parseBlockDevices(stdout))
    },
    async diskUse(path) {
      const stdout = await output(useArgv(path), `measuring what is below ${path}`)
      return stdout === null ? null : parsed(`measuring what is below ${path}`, () => parseFirstNumber(stdout) * 1024)
    },
    fileStatus: async (path) => parseStatus((await output(statusArgv(path), `looking at ${path}`)) ?? ''),
    realPath: (path) => output(realPathArgv(path), `following ${path}`),
    async inventory(folder) {
      const stdout = await output(inventoryArgv(folder), `listing every file of ${folder}`)
      return stdout === null ? null : parseInventory(stdout)
    },
    async digests(folder, paths) {
      if (paths.length === 0) return new Map()
      const stdout = await output(digestsArgv(folder, paths), `hashing files of ${folder}`)
      return parseDigests(stdout ?? fail(`${folder} does not exist`))
    },
    holds: async (path, text) => (await output(holdsArgv(path, text), `searching ${path}`))?.trim() === 'yes',
    fileSize: async (path) => parseSize((await output(sizeArgv(path), `measuring ${path}`)) ?? ''),
  }
}

/**
 * Callers that come while an answer is on its way share the next one: what they ask about may have come into being after the first was begun.
 */
function sharedByTheNext<T>(ask: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null
  let next: Promise<T> | null = null
  const start = (): Promise<T> => {
    running = ask().finally(() => (running = null))
    return running
  }
  return () => {
    if (running === null) return start()
    next ??= running
      .catch(() => null)
      .then(() => {
        next = null
        return start()
      })
    return next
  }
}
