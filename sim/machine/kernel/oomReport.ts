import type { Cgroup } from './cgroup.ts'
import type { Kernel } from './kernel.ts'
import type { Process } from './process.ts'

const PAGE_KIB = 4

/** The kernel log of an OOM kill, in the wording of Linux 6.x as recorded in a Kata guest. */
export function reportOom(
  kernel: Kernel,
  kind: 'memcg' | 'global',
  group: Cgroup | null,
  victim: Process,
  asker: Process | null,
): void {
  const trigger = asker ?? victim
  const log = (line: string) => kernel.log(line)
  log(`${trigger.comm} invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=${trigger.oomScoreAdj}`)
  log(
    `CPU: 0 UID: ${trigger.uid} PID: ${trigger.pid} Comm: ${trigger.comm} Not tainted ${kernel.spec.kernel.release} ${kernel.spec.kernel.version.split(' ')[0]} `,
  )
  if (group) {
    const limit = group.memoryMaxKiB ?? 0
    log(`memory: usage ${Math.round(group.memoryKiB)}kB, limit ${limit}kB, failcnt ${group.memoryEvents.max}`)
    log(`Memory cgroup stats for ${group.path}:`)
    log(`anon ${Math.round(group.memoryKiB - group.shmemKiB) * 1024}`)
    log(`shmem ${Math.round(group.shmemKiB) * 1024}`)
  } else {
    log('Mem-Info:')
    log(`active_anon:0 inactive_anon:${pages(kernel.memory.anonKiB)} isolated_anon:0`)
    log(
      `Node 0 DMA32 free:${Math.round(kernel.memory.freeKiB())}kB min:${Math.round(kernel.memory.reserveKiB() / 2)}kB`,
    )
  }
  log('Tasks state (memory values in pages):')
  log('[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj name')
  const tasks = group ? group.allProcesses() : [...kernel.processes.values()].filter((process) => !process.kernelThread)
  for (const task of tasks) log(taskLine(task))
  const where = victim.cgroup.path
  const cpuset = where === '/' ? '/' : where.slice(where.lastIndexOf('/') + 1)
  const constraint = group
    ? `CONSTRAINT_MEMCG,nodemask=(null),cpuset=${cpuset},mems_allowed=0,oom_memcg=${group.path}`
    : `CONSTRAINT_NONE,nodemask=(null),cpuset=${cpuset},mems_allowed=0,global_oom`
  log(`oom-kill:constraint=${constraint},task_memcg=${where},task=${victim.comm},pid=${victim.pid},uid=${victim.uid}`)
  const head = kind === 'memcg' ? 'Memory cgroup out of memory' : 'Out of memory'
  const anon = Math.round(victim.model ? victim.model.memory.rssKiB : victim.anonKiB)
  log(
    `${head}: Killed process ${victim.pid} (${victim.comm}) total-vm:${virtualKiB(victim)}kB, anon-rss:${anon}kB, file-rss:${victim.fileKiB}kB, shmem-rss:0kB, ` +
      `UID:${victim.uid} pgtables:${Math.round(40 + anon / 490)}kB oom_score_adj:${victim.oomScoreAdj}`,
  )
}

function taskLine(task: Process): string {
  const anon = pages(task.model ? task.model.memory.rssKiB : task.anonKiB)
  const file = pages(task.fileKiB)
  const pad = (value: number | string, width: number) => String(value).padStart(width)
  return `[${pad(task.pid, 7)}] ${pad(task.uid, 5)} ${pad(task.pid, 5)} ${pad(pages(virtualKiB(task)), 8)} ${pad(anon + file, 8)} ${pad(anon, 8)} ${pad(file, 8)} ${pad(0, 9)} ${pad(40960 + anon * 8, 8)} ${pad(0, 8)}         ${pad(task.oomScoreAdj, 5)} ${task.comm}`
}

export function virtualKiB(task: Process): number {
  return Math.round(2252 + (task.model ? task.model.memory.rssKiB * 2 : task.anonKiB))
}

function pages(kib: number): number {
  return Math.round(kib / PAGE_KIB)
}
