import { UsageError } from './usageError.ts'

/** What an operator can say about a run: flags of `run`, or KATA_CONFORMANCE_* for plain mocha. */
export interface RunSettings {
  kubeconfig?: string
  context?: string
  profile?: string
  out: string
  runtimeClass: string[]
  node: string[]
  chapter: string[]
  level: string[]
  behaviour: string[]
  image: string[]
  /** Prefix of a mirror that has every image which is not replaced. */
  imageRegistry?: string
  /** File by which docker is logged in to the registry of the images. */
  imagePullConfig?: string
  /** Images by tag and digest. */
  pinImages: boolean
  /** --no-probe */
  probe: boolean
  quietNodes: boolean
  slow: boolean
  allowNodeChanges: boolean
  allowDisruptive: boolean
  allowClusterPolicy: boolean
  storageClassBlock?: string
  storageClassFilesystem?: string
  /** False where somebody else prints the summary. */
  summary: boolean
  inCluster: boolean
  /** Of the Job, with --in-cluster. */
  namespace?: string
  /** Instead of a new one: parts of one run share it. */
  runId?: string
  /** Of the Job that this process is in: annotation of all that both make. */
  maker?: string
  /** I/N, from 1. */
  shard?: string
  /** Pods of the Job, each of which runs one shard. */
  shards?: number
  /** From 0, as an Indexed Job counts its pods. */
  shardIndex?: number
  sim: boolean
  scenario?: string
  kataVersion?: string
  speed: number
  repeat: number
  maxArms: number
  maxPods: number
  /** Folder of chapters instead of specs/: how the suite's own tests bring checks that fail on purpose. */
  specs?: string
}

export const defaultSettings: RunSettings = {
  out: 'results',
  runtimeClass: [],
  node: [],
  chapter: [],
  level: [],
  behaviour: [],
  image: [],
  pinImages: false,
  probe: true,
  quietNodes: false,
  slow: false,
  allowNodeChanges: false,
  allowDisruptive: false,
  allowClusterPolicy: false,
  summary: true,
  inCluster: false,
  sim: false,
  speed: 10,
  repeat: 1,
  maxArms: 256,
  maxPods: 110,
}

const list = (value: string | undefined): string[] => (value === undefined || value === '' ? [] : value.split(','))

/** Settings of plain mocha: KATA_CONFORMANCE_SIM=1, _CONTEXT, _RUNTIME_CLASS=a,b … KUBECONFIG is read as kubectl reads it. */
export function settingsFromEnvironment(env: Readonly<Record<string, string | undefined>>): RunSettings {
  const of = (name: string) => env[`KATA_CONFORMANCE_${name}`]
  const optional = {
    context: of('CONTEXT'),
    profile: of('PROFILE'),
    scenario: of('SCENARIO'),
    kataVersion: of('KATA_VERSION'),
    specs: of('SPECS'),
    imageRegistry: of('IMAGE_REGISTRY'),
    imagePullConfig: of('IMAGE_PULL_CONFIG'),
    storageClassBlock: of('STORAGE_CLASS_BLOCK'),
    storageClassFilesystem: of('STORAGE_CLASS_FILESYSTEM'),
  }
  return {
    ...defaultSettings,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    out: of('OUT') ?? defaultSettings.out,
    runtimeClass: list(of('RUNTIME_CLASS')),
    node: list(of('NODE')),
    image: list(of('IMAGE')),
    pinImages: of('PIN_IMAGES') === '1',
    allowNodeChanges: of('ALLOW_NODE_CHANGES') === '1',
    allowDisruptive: of('ALLOW_DISRUPTIVE') === '1',
    allowClusterPolicy: of('ALLOW_CLUSTER_POLICY') === '1',
    repeat: count(of('REPEAT') ?? '1', 'KATA_CONFORMANCE_REPEAT'),
    sim: of('SIM') === '1',
    speed: positive(of('SPEED') ?? String(defaultSettings.speed), 'KATA_CONFORMANCE_SPEED'),
  }
}

/** Throws UsageError. */
export function count(text: string, name: string): number {
  const value = Number(text)
  if (!(Number.isInteger(value) && value > 0))
    throw new UsageError(`${name} is ${JSON.stringify(text)}; it must be a whole number above 0`)
  return value
}

/** Throws UsageError. */
export function indexNumber(text: string, name: string): number {
  if (!/^\d{1,5}$/.test(text))
    throw new UsageError(`${name} is ${JSON.stringify(text)}; it must be a whole number, 0 or above`)
  return Number(text)
}

/** Throws UsageError. */
export function portNumber(text: string, name: string): number {
  const value = Number(text)
  if (!(Number.isInteger(value) && value >= 0 && value <= 65_535))
    throw new UsageError(`${name} is ${JSON.stringify(text)}; it must be a port, 0 (any) to 65535`)
  return value
}

/** Throws UsageError. */
export function positive(text: string, name: string): number {
  const value = text === 'Infinity' ? Infinity : Number(text)
  if (!(value > 0)) throw new UsageError(`${name} is ${JSON.stringify(text)}; it must be a number above 0`)
  return value
}
