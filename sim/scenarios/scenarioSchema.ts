import { z } from 'zod'
import { faultNames, unknownFault } from '../faults/faultDepartures.ts'
import { distributionNames } from '../node/distributions.ts'
import { kataVersions } from '../shims/kataRelease.ts'

const node = z.strictObject({
  name: z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'a node name is lower-case letters, digits and dashes'),
  cpus: z.int().positive(),
  memoryMiB: z.int().min(1024),
  maxPods: z.int().positive().default(110),
  kernel: z.string(),
  kata: z.boolean(),
  labels: z.record(z.string(), z.string()).default({}),
  defaultRuntime: z.enum(['runc', 'crun']).default('runc'),
  virtualization: z.enum(['vmx', 'svm', 'none']),
  kvm: z.enum(['usable', 'missing', 'locked']),
  nested: z.boolean(),
  tee: z.enum(['none', 'tdx', 'snp', 'se']).default('none'),
  vendor: z.string(),
  product: z.string(),
  cgroup: z.union([z.literal(1), z.literal(2)]).default(2),
  rootVolume: z.enum(['partition', 'logical']).default('partition'),
  snapshotters: z.array(z.enum(['overlayfs', 'devmapper', 'nydus'])).default(['overlayfs']),
})

/** A class of the chart is told by language and hypervisor alone; `custom` and `dropIn` make one of customRuntimes. */
const runtimeClass = z.strictObject({
  shim: z.enum(['go', 'rust']),
  hypervisor: z.enum(['qemu', 'cloud-hypervisor', 'firecracker', 'dragonball']),
  variant: z.enum(['coco-dev', 'tdx', 'snp', 'se']).optional(),
  custom: z.string().optional(),
  dropIn: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
})

const network = z.strictObject({
  cni: z.enum(['bridge', 'cilium']).default('bridge'),
  deviceMtu: z.int().min(1280).max(9216).default(1500),
  encapsulation: z.enum(['none', 'vxlan', 'geneve', 'wireguard']).default('none'),
  networkPolicy: z.enum(['enforced', 'ignored']).default('enforced'),
  kubeProxyReplacement: z.boolean().default(false),
  socketLb: z.enum(['host-namespace', 'everywhere']).default('host-namespace'),
  dualStack: z.boolean().default(false),
})

const storageClass = z.strictObject({
  name: z.string(),
  provisioner: z.string(),
  mode: z.enum(['Block', 'Filesystem']),
  isDefault: z.boolean().default(false),
})

const fault = z.string().superRefine((name, context) => {
  if (!faultNames.includes(name)) context.addIssue({ code: 'custom', message: unknownFault(name) })
})

/** A scenario file. What follows from Kata's release (names, overheads, which classes there are) is not said in it. */
export const scenarioSchema = z.strictObject({
  name: z.string(),
  about: z.string(),
  kubernetesVersion: z.string().regex(/^v1\.\d+\.\d+$/, 'a version such as v1.34.4'),
  kataVersion: z.enum(kataVersions),
  containerdVersion: z.string().regex(/^\d+\.\d+\.\d+$/, 'a version such as 1.7.24'),
  kataDeployNamespace: z.string().default('kata-containers'),
  distribution: z.enum(distributionNames).default('k8s'),
  deploymentMode: z.enum(['daemonset', 'job']).default('daemonset'),
  /** A RuntimeClass kata besides, with the chart's default shim (runtimeClasses.createDefault). */
  defaultClass: z.boolean().default(false),
  nodes: z.array(node).min(1),
  runtimeClasses: z.array(runtimeClass),
  storageClasses: z.array(storageClass).default([]),
  profile: z.boolean().default(true),
  faults: z.array(fault).default([]),
  mode: z.enum(['documented', 'as-recorded']).default('documented'),
  admission: z
    .strictObject({
      runtimeClass: z.boolean().default(true),
      podSecurity: z.boolean().default(true),
      podSecurityDefault: z
        .strictObject({
          level: z.enum(['baseline', 'restricted']),
          exemptNamespaces: z.array(z.string()).default([]),
        })
        .nullable()
        .default(null),
    })
    .prefault({}),
  kyverno: z
    .strictObject({
      defaultRuntimeClass: z.string().default(''),
      productionLabels: z.record(z.string(), z.string()).default({ environment: 'production' }),
    })
    .optional(),
  network: network.prefault({}),
})

export type ScenarioFile = z.output<typeof scenarioSchema>
