import { type Command, Option } from 'commander'
import { collect, collectList } from './collect.ts'
import { count, positive } from './runSettings.ts'

export interface UpgradeOptions {
  context?: string
  kubeconfig?: string
  before?: string
  to?: string
  out: string
  profile?: string
  policy?: string
  store?: string
  runtimeClass: string[]
  chapter: string[]
  level: string[]
  behaviour: string[]
  image: string[]
  imageRegistry?: string
  imagePullConfig?: string
  storageClassBlock?: string
  repeat?: number
  quietNodes: boolean
  slow: boolean
  allowNodeChanges: boolean
  allowDisruptive: boolean
  acceptHazards: boolean
  accept: string[]
  stallSeconds: number
  rolloutTimeout: number
  canaryNode?: string
  preflight: boolean
  resume?: string
  rollback?: string
  specs?: string
  output: 'text' | 'markdown' | 'json' | 'junit'
}

export function addUpgradeCommand(program: Command): void {
  program
    .command('upgrade')
    .description(
      'run an upgrade of kata-deploy under watch: checks before, witnesses in old sandboxes, your command, checks after; exit code 0: ship, 1: do not, 3: cannot tell',
    )
    .argument('[command...]', 'after --: what upgrades kata-deploy, such as helm upgrade …')
    .option('--allow-disruptive', 'the command may be run: it restarts containerd on every node', false)
    .option('--context <name>', 'context of the kubeconfig (default: its current context)')
    .option('--kubeconfig <file>', 'kubeconfig file')
    .option(
      '--before <run>',
      'a run of the old version: its folder (default: the checks are run now); its flags are used again',
    )
    .option('--to <version>', 'release that the command installs (default: the one that it names)')
    .option('--preflight', 'only say what is to be known beforehand; nothing is upgraded', false)
    .option('--canary-node <node>', 'upgrade this node first, and the others only when its witnesses survived')
    .option('--accept-hazards', 'go on although the old or the new release is known to end running pods', false)
    .option('--accept <subject>', 'tolerate what blocks or is open about this subject (repeatable)', collect, [])
    .option('--resume <folder>', 'go on with an upgrade that was stopped or killed')
    .option('--rollback <folder>', 'the command takes this upgrade back: prove that all is as before it')
    .option('--stall-seconds <n>', 'longest silence of a witness', (text) => positive(text, '--stall-seconds'), 15)
    .option('--rollout-timeout <s>', 'longest rollout', (text) => positive(text, '--rollout-timeout'), 1800)
    .option('--policy <file>', 'of the gate: what blocks, what is tolerated (YAML)')
    .option('--store <folder>', 'archive of accepted runs, for the gate')
    .option('--out <folder>', 'where results go', 'results')
    .option('--profile <file>', 'of the runs')
    .option('--runtime-class <name>', 'only this RuntimeClass, of runs and witnesses (repeatable)', collectList, [])
    .option('--chapter <name>', 'of the runs (repeatable)', collectList, [])
    .option('--level <level>', 'of the runs (repeatable)', collectList, [])
    .option('--behaviour <id>', 'of the runs (repeatable)', collectList, [])
    .option('--image <name=ref>', 'replace an image (repeatable)', collectList, [])
    .option('--image-registry <prefix>', 'prefix of a mirror that has every image')
    .option('--image-pull-config <file>', 'config.json of docker login, for images that need it')
    .option('--storage-class-block <name>', 'StorageClass for a witness with a volume of mode Block, and for the runs')
    .option('--repeat <n>', 'of the runs', (text) => count(text, '--repeat'))
    .option('--quiet-nodes', 'of the runs: also measure performance', false)
    .option('--slow', 'of the runs', false)
    .option('--allow-node-changes', 'of the runs', false)
    .addOption(new Option('--specs <folder>').env('KATA_CONFORMANCE_SPECS').hideHelp())
    .addOption(
      new Option('-o, --output <format>', 'format').choices(['text', 'markdown', 'json', 'junit']).default('text'),
    )
    .action(async (command: string[], options: UpgradeOptions) => {
      const { upgrade } = await import('./upgrade/upgrade.ts')
      const exitCode = await upgrade(command, options)
      process.stdout.write('', () => process.exit(exitCode))
    })
}
