import type { SandboxConfig } from '../kubelet/containerRuntime.ts'
import type { Machine } from '../machine/machine.ts'
import type { MachineContainer, MachineExec } from '../machine/machineContainer.ts'
import type { RunningContainer } from '../node/sandbox.ts'
import type { SimNode } from '../node/simNode.ts'
import type { KataHandler } from './kataHandler.ts'

export interface AgentContainerOptions {
  node: SimNode
  sandbox: SandboxConfig
  name: string
  container: MachineContainer
  guest: Machine
  /** The pod's other containers. */
  siblings(): MachineContainer[]
  endVm(): void
  beforeExec(): void
  language: KataHandler['language']
  update: RunningContainer['update']
}

/**
 * A container of a guest as the agent serves it: exits, signals and execs, with what the faults make of them. A process that signal n ended is
 * reported as n, not as 128 + n, whether it is an exec or the container itself (recorded on 3.26.0).
 */
export function agentContainer({
  node,
  sandbox,
  name,
  container,
  guest,
  siblings,
  endVm,
  beforeExec,
  language,
  update,
}: AgentContainerOptions): RunningContainer {
  const { departures } = node
  let kills = 0
  const look = () => {
    if (container.oomKills <= kills) return
    kills = container.oomKills
    if (departures.guestOomLoggedOnHost) logNeighbourOnHost(node)
    if (departures.oomEnds === 'vm') endVm()
    if (departures.oomEnds === 'all-containers') for (const sibling of siblings()) sibling.signal('KILL')
  }
  // The kernel reports a kill and then does it.
  const stopWatching = guest.onLog(() => queueMicrotask(look))
  void container.exited.then(() => {
    look()
    stopWatching()
  })
  return {
    exited: container.exited.then(({ code, oomKilled, signal }) =>
      oomKilled && !departures.oomReasonReported
        ? { code: 137, oomKilled: false }
        : { code: signal === null ? code : code - 128, oomKilled },
    ),
    stdin: container.stdin,
    signal(signal) {
      if (signal === 'TERM' && !departures.sigtermForwarded) return
      container.signal(signal)
      if (signal === 'TERM' && departures.terminateSignals === 2)
        void node.clock.sleep(500).then(() => container.signal(signal))
    },
    update,
    exec(argv, options) {
      beforeExec()
      // The Go shim leaves the field out of the process that it sends (kata_agent.go cmdToKataProcess; recorded on 3.26.0).
      const exec = container.exec(argv, language === 'go' ? { ...options, noNewPrivs: false } : options)
      return departures.execStdinBytes === Infinity ? exec : withStdinCut(exec, departures.execStdinBytes)
    },
    exitCodeOf(exec, code) {
      if (departures.execExitCode === 'always-0') return 0
      return exec.signal === null ? code : code - 128
    },
    writtenBytes: () => (departures.containerLayer === 'node' ? container.writtenBytes() : 0),
    usage: () => (departures.containerStatistics === 'counted' ? container.usage() : { cpuUsec: 0, memoryKiB: 0 }),
    afterExit(code) {
      if (departures.restartKeepsVm) return
      void node.pods.restarts(sandbox, name, code).then((restarts) => restarts && endVm())
    },
  }
}

/** A departure: what comes after these bytes never arrives. */
function withStdinCut(exec: MachineExec, bytes: number): MachineExec {
  let left = bytes
  const writeStdin = (data: Uint8Array): void => {
    exec.writeStdin(data.subarray(0, left))
    left = Math.max(0, left - data.length)
  }
  return Object.create(exec, { writeStdin: { value: writeStdin } }) as MachineExec
}

function logNeighbourOnHost({ machine }: SimNode): void {
  const qemu = machine.processes().find((process) => process.comm.startsWith('qemu-system'))
  const pid = qemu?.pid ?? 1
  machine.log(
    `qemu-system-x86 invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), order=0, oom_score_adj=0`,
  )
  machine.log(
    `Out of memory: Killed process ${pid} (qemu-system-x86) total-vm:2585156kB, anon-rss:58020kB, file-rss:53511kB, shmem-rss:172089kB, UID:0 pgtables:912kB oom_score_adj:0`,
  )
}
