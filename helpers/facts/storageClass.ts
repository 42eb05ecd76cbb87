import type { KubeObject } from '../cluster/cluster.ts'
import { known, unknown, type Fact } from './fact.ts'

const defaultAnnotation = 'storageclass.kubernetes.io/is-default-class'

/** Provisioners that give volumes of mode Block. Source: kubernetes-csi.github.io, Drivers, "Raw Block". */
const givesBlock = new Set([
  'blockstorage.csi.oraclecloud.com',
  'cinder.csi.openstack.org',
  'csi.hetzner.cloud',
  'csi.vsphere.vmware.com',
  'disk.csi.azure.com',
  'dobs.csi.digitalocean.com',
  'driver.longhorn.io',
  'ebs.csi.aws.com',
  'linstor.csi.linbit.com',
  'local.csi.openebs.io',
  'pd.csi.storage.gke.io',
  'rbd.csi.ceph.com',
  'topolvm.io',
])

/**
 * The StorageClass for volumes of a mode: the one that the operator names, else the default class where it fits. Rook prefixes Ceph's driver with its
 * namespace.
 */
export function detectStorageClass(
  classes: { readonly value: readonly KubeObject[] | null; readonly how: string },
  mode: 'Block' | 'Filesystem',
  named: string | undefined,
): Fact<string> {
  if (classes.value === null) return unknown(classes.how)
  if (named !== undefined)
    return classes.value.some(({ metadata }) => metadata.name === named)
      ? known(named, 'named by the operator')
      : unknown(`the cluster has no StorageClass ${named}, which the operator names for volumes of mode ${mode}`)
  const byDefault = classes.value.find(({ metadata }) => metadata.annotations?.[defaultAnnotation] === 'true')
  if (!byDefault) return unknown('no StorageClass is named, and the cluster has no default one')
  const provisioner = String(byDefault['provisioner'])
  const name = byDefault.metadata.name ?? ''
  if (
    mode === 'Filesystem' ||
    givesBlock.has(provisioner.replace(/^[^.]+(?=\.rbd\.csi\.ceph\.com$)/, '').replace(/^\./, ''))
  )
    return known(name, `the default StorageClass, of ${provisioner}`)
  return unknown(
    `no StorageClass is named, and of the default one, ${name}, nobody knows whether ${provisioner} gives Block`,
  )
}
