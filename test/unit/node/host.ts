import { expect } from 'chai'
import { Bash, InMemoryFs } from 'just-bash'
import type { ExecResult } from '../../../helpers/cluster/cluster.ts'
import { createNodeProbe } from '../../../helpers/node/createNodeProbe.ts'
import type { NodeProbe } from '../../../helpers/node/nodeProbe.ts'

/** A node in memory: host paths with their contents. The probe's own scripts run on it, in a real shell interpreter. */
export async function nodeInMemory(
  files: Readonly<Record<string, string>>,
  links: Readonly<Record<string, string>> = {},
): Promise<{ probe: NodeProbe; run: (argv: string[]) => Promise<ExecResult>; commands: string[][] }> {
  const fs = new InMemoryFs()
  await fs.mkdir('/etc', { recursive: true })
  await fs.writeFile('/etc/hostname', 'node-probe-x7k2p\n')
  for (const [path, text] of Object.entries(files)) {
    // With hostPID the probe's own /proc is the host's.
    for (const inProbe of path.startsWith('/proc/') ? [path, `/host${path}`] : [`/host${path}`]) {
      await fs.mkdir(inProbe.slice(0, inProbe.lastIndexOf('/')), { recursive: true })
      await fs.writeFile(inProbe, text)
    }
  }
  for (const [path, target] of Object.entries(links)) {
    await fs.mkdir(`/host${path.slice(0, path.lastIndexOf('/'))}`, { recursive: true })
    await fs.symlink(target, `/host${path}`)
  }
  const bash = new Bash({ fs, cwd: '/' })
  const commands: string[][] = []
  const run = async (argv: string[]): Promise<ExecResult> => {
    commands.push(argv)
    const { stdout, stderr, exitCode } = await bash.exec(
      argv.map((each) => `'${each.replaceAll("'", `'\\''`)}'`).join(' '),
    )
    return { stdout, stderr, exitCode }
  }
  return { probe: createNodeProbe(run, 'node-1'), run, commands }
}

/** The error of a promise that must reject. */
export const failure = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => expect.fail('it did not fail'),
    (error: Error) => error,
  )

/** Files of /proc for a process, as the kernel shows them. */
export function procFiles(process: {
  pid: number
  ppid: number
  comm: string
  argv: readonly string[]
  cgroup?: string
  startTicks?: number
}): Record<string, string> {
  const { pid, ppid, comm, argv, cgroup = '0::/', startTicks = pid } = process
  const rest = `S ${ppid} ${pid} ${pid} 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 ${startTicks} 1000 100 0`
  return {
    [`/proc/${pid}/stat`]: `${pid} (${comm}) ${rest}\n`,
    [`/proc/${pid}/cgroup`]: `${cgroup}\n`,
    [`/proc/${pid}/cmdline`]: argv.map((each) => `${each}\0`).join(''),
  }
}
