import { behaviour } from '../../helpers/behaviour.ts'
import { bootId, nodeBootId } from '../../helpers/guest/bootId.ts'
import { burnCpu, cpusWhileRunnable } from '../../helpers/guest/burnCpu.ts'
import { cgroupLimits } from '../../helpers/guest/cgroupLimits.ts'
import { nproc } from '../../helpers/guest/cpus.ts'
import { kernelLog } from '../../helpers/guest/kernel.ts'
import { memTotal } from '../../helpers/guest/meminfo.ts'
import { anyKata, sizedByHotplug } from '../../helpers/oracles/applicability.ts'
import { busybox, idle } from '../../helpers/pods/pod.ts'
import { containerState } from './containerState.ts'

const MiB = 1024 ** 2
