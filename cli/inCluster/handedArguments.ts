import type { Command, Option } from 'commander'

/** Options that say where and how the suite is run, not what it does: they stay with the command that makes the Job. */
const own = new Set([
  'inCluster',
  'namespace',
  'shards',
  'runId',
  'maker',
  'context',
  'kubeconfig',
  'out',
  'profile',
  'imagePullConfig',
])

/** The options of `run` as they were typed, for the suite inside the cluster. The suite does not need its own image. */
export function handedArguments(command: Command): string[] {
  return command.options.flatMap((option) => {
    const name = option.attributeName()
    if (own.has(name) || command.getOptionValueSource(name) !== 'cli') return []
    return written(option, command.getOptionValue(name))
  })
}

function written(option: Option, value: unknown): string[] {
  const flag = option.long ?? ''
  if (option.negate) return value === false ? [flag] : []
  if (typeof value === 'boolean') return value ? [flag] : []
  const values = Array.isArray(value) ? value : [value]
  return values.flatMap((each) => (isSuiteImage(option, String(each)) ? [] : [flag, String(each)]))
}

const isSuiteImage = (option: Option, value: string): boolean =>
  option.attributeName() === 'image' && value.startsWith('suite=')
