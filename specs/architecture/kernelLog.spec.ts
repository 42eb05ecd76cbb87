import { behaviour } from '../../helpers/behaviour.ts'
import { commandLineOfLog, kernelCommandLine, kernelLog } from '../../helpers/guest/kernel.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

behaviour('KATA-ARCH-017', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ kata: busybox(runtimeClass).privileged(), standard: busybox(undefined) }),
  async check({ pods, expect }) {
    const [log, guest, node] = await Promise.all([
      kernelLog(pods.kata),
      kernelCommandLine(pods.kata),
      kernelCommandLine(pods.standard),
    ])
    const booted = commandLineOfLog(log)
    expect(booted, "command line that dmesg in the Kata pod begins with, beside the node's").to.not.equal(node)
    expect(booted, "command line that dmesg in the Kata pod begins with, beside the guest's").to.equal(guest)
  },
  killedBy: {
    'runc-behind-kata-handlers': "beside the node's",
    'guest-dmesg-is-the-hosts': "beside the node's",
  },
})
