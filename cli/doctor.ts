import { Option, type Command } from 'commander'
import type { Arm } from '../engine/plan/arm.ts'
import { type RunOptions, wholeRun } from '../engine/options.ts'
import type { Cluster } from '../helpers/cluster/cluster.ts'
import type { ClusterFacts } from '../helpers/facts/facts.ts'
import { declarationsOf } from '../helpers/profile/declaration.ts'
import type { Profile } from '../helpers/profile/profile.ts'
import { collectList } from './collect.ts'
import type { PlannedCheck } from './doctorReport.ts'
import type { LookOptions } from './probedFacts.ts'

export interface DoctorOptions extends LookOptions {
  profile?: string
  output: 'table' | 'json' | 'yaml'
}

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('print what is known of the cluster, what can be tested on it, and what is missing for the rest')
    .option('--context <name>', 'context of the kubeconfig')
    .option('--kubeconfig <file>', 'kubeconfig file')
    .option('--profile <file>', 'what the cluster must have; departures are printed')
    .option('--node <name>', 'probe only this node (repeatable)', collectList, [])
    .option('--no-probe', 'make nothing in the cluster; what only a pod on the node can see is unknown then')
    .option('--probe-image <ref>', 'a busybox for the probe (default: busybox:1.36)')
    .option('--namespace-prefix <prefix>', "prefix of the probe's namespace", 'kata-conformance')
    .addOption(new Option('-o, --output <format>', 'format').choices(['table', 'json', 'yaml']).default('table'))
    .action(async (options: DoctorOptions) => {
      const { text, exitCode } = await doctor(options)
      process.stdout.write(text)
      process.exitCode = exitCode
    })
}

/**
 * Looks at the cluster. Makes nothing but the probe's namespace and pods, and removes them, also on SIGINT, SIGTERM and SIGHUP.
 * Exit code 0, or 1 when no check could run here or a RuntimeClass says to be Kata's and is not. Throws KubeconfigError, ProfileError (2), ApiError (3).
 */
export async function doctor(options: DoctorOptions): Promise<{ text: string; exitCode: number }> {
  const { loadProfile } = await import('../helpers/profile/loadProfile.ts')
  const { onCluster, probedFacts } = await import('./probedFacts.ts')
  const profile = options.profile === undefined ? null : loadProfile(options.profile)
  const given = {
    declared: profile?.classes ?? null,
    declarations: profile === null ? [] : declarationsOf(profile),
    declaredVersion: profile?.kataVersion ?? null,
    ...(profile ? { storageClasses: profile.storageClasses } : {}),
  }
  return onCluster(options, async (cluster, signal) => {
    const remarks = await remarksOn(cluster, options.probe)
    const { facts, notes } = await probedFacts(cluster, options, given, signal)
    return render(facts, options, profile, [...remarks, ...notes])
  })
}

/** Whoever makes nothing can look at an API server with which no run would begin. */
async function remarksOn(cluster: Cluster, probe: boolean): Promise<readonly string[]> {
  const { ApiServerError, checkApiServer } = await import('../engine/access/checkApiServer.ts')
  return checkApiServer(cluster).catch((error: unknown) => {
    if (error instanceof ApiServerError && !probe) return [error.message]
    throw error
  })
}

async function render(facts: ClusterFacts, options: DoctorOptions, profile: Profile | null, notes: readonly string[]) {
  const { doctorReport } = await import('./doctorReport.ts')
  const { profileDepartures } = await import('../helpers/profile/profileDepartures.ts')
  const report = doctorReport(facts, await plannedChecks(facts))
  const departures = profile === null ? [] : profileDepartures(facts, profile)
  const exitCode = report.runnable === 0 || report.impostors.length > 0 ? 1 : 0
  const all = { ...report, notes: [...notes, ...(profile?.notes ?? [])], departures }
  if (options.output === 'json') return { text: `${JSON.stringify(all, null, 2)}\n`, exitCode }
  if (options.output === 'yaml')
    return { text: (await import('js-yaml')).dump(all, { lineWidth: -1, noRefs: true }), exitCode }
  const { doctorText } = await import('./doctorText.ts')
  return { text: doctorText(facts, report, [...all.notes, ...departures]), exitCode }
}

/** What a run with default settings would do: the plan itself, so that doctor and run cannot disagree. */
async function plannedChecks(facts: ClusterFacts): Promise<PlannedCheck[]> {
  const [{ loadCatalog }, { loadSpecs }, { makePlan }] = await Promise.all([
    import('../engine/catalog/loadCatalog.ts'),
    import('../engine/catalog/loadSpecs.ts'),
    import('../engine/plan/plan.ts'),
  ])
  const { arms } = makePlan(loadCatalog(), await loadSpecs(), facts, defaultRun)
  return arms.filter(({ planned }) => planned.role === 'check').map(asCheck)
}

const asCheck = ({ planned, decided }: Arm): PlannedCheck => ({
  behaviour: planned.behaviour,
  chapter: planned.chapter,
  subject: planned.runtimeClass ?? planned.node,
  skipped: decided === null ? null : decided.reason,
})

/** Only the selection matters for a plan; nothing is run. */
const defaultRun: RunOptions = {
  ...wholeRun,
  runId: 'doctor',
  out: '',
  simulated: false,
  command: ['doctor'],
  suiteVersion: '',
}
