import type { NodeProbe } from '../node/nodeProbe.ts'
import { known, type Fact } from './fact.ts'
import { probed } from './probed.ts'

/** KVM's number is 10:232, a:e8 in hexadecimal. Source: Linux Documentation/admin-guide/devices.txt. */
const kvmNumber = 'a:e8'

/** /dev/kvm is KVM's character device and opens. Guide: Prérequis > Hardware. */
export const detectKvm = (probe: NodeProbe | null): Promise<Fact<boolean>> =>
  probed(probe, async (node) => {
    const kvm = await node.kvm()
    const driver = kvm.driver
      ? `, driver registered${kvm.module === null ? '' : ` by ${kvm.module}`}`
      : ', no driver registered'
    const seen = kvm.present ? `${kvm.kind} ${kvm.device}${driver}` : ''
    if (!kvm.present) return known(false, '/dev/kvm does not exist')
    if (kvm.kind !== 'character special file' || kvm.device !== kvmNumber) {
      return known(false, `/dev/kvm is not KVM's device ${kvmNumber}`, seen)
    }
    return kvm.opens ? known(true, '/dev/kvm opens', seen) : known(false, '/dev/kvm refuses to open', seen)
  })
