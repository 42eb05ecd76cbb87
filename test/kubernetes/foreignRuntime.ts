import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { appears } from './appears.ts'
import { identity } from './machineState.ts'
import { execute } from './testCluster.ts'

/** A containerd of the machine itself, and a process that is called kubelet: what no cluster of ours may touch. */
export interface ForeignRuntime {
  /** Who they are; the same as long as nobody ended them. */
  identities: string[]
  /** Whether containerd answers. */
  answers(): Promise<boolean>
  stop(): Promise<void>
}

/** Starts both from the unpacked packages of a node. */
export async function startForeignRuntime(packages: string): Promise<ForeignRuntime> {
  const folder = mkdtempSync('/var/lib/kata-conformance-foreign-')
  mkdirSync(`${folder}/state`)
  const address = `${folder}/containerd.sock`
  writeFileSync(`${folder}/config.toml`, 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n')
  copyFileSync('/bin/sleep', `${folder}/kubelet`)
  const bin = path.join(packages, 'usr/bin')
  const server = [
    ...['--config', `${folder}/config.toml`, '--root', `${folder}/root`],
    ...['--state', `${folder}/state`, '--address', address],
  ]
  const processes: ChildProcess[] = [
    spawn(`${bin}/containerd`, server, { stdio: 'ignore' }),
    spawn(`${folder}/kubelet`, ['3600'], { stdio: 'ignore' }),
  ]
  await appears(address, 30_000)
  return {
    identities: processes.flatMap(({ pid }) => identity(pid ?? 0)),
    answers: async () => (await execute(`${bin}/ctr`, ['--address', address, 'version'])).code === 0,
    async stop() {
      const ended = processes.map((child) => new Promise((resolve) => child.once('exit', resolve)))
      for (const child of processes) child.kill('SIGKILL')
      await Promise.all(ended)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
