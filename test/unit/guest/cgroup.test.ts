import { expect } from 'chai'
import { cpusWhileRunnable } from '../../../helpers/guest/burnCpu.ts'
import { parseCgroupLimits } from '../../../helpers/guest/cgroupLimits.ts'
import { parseCpuStat, since } from '../../../helpers/guest/cpuStat.ts'
import { parseKeyed } from '../../../helpers/guest/keyedFiles.ts'

/** Recorded: a container with limits.memory 256Mi and limits.cpu 500m in a guest (v2), and on a node with cgroup v1. */
const v2 = '== /sys/fs/cgroup/memory.max\n268435456\n== /sys/fs/cgroup/cpu.max\n50000 100000\n'
const v1 = [
  '== /sys/fs/cgroup/memory/memory.limit_in_bytes\n268435456',
  '== /sys/fs/cgroup/cpu/cpu.cfs_quota_us\n50000',
  '== /sys/fs/cgroup/cpu/cpu.cfs_period_us\n100000\n',
].join('\n')
const limited = { memoryBytes: 268_435_456, cpuQuotaUs: 50_000, cpuPeriodUs: 100_000 }

describe('cgroup of a container', () => {
  it('reads limits of cgroup v2', () => {
    expect(parseCgroupLimits(parseKeyed(v2), 'p')).to.deep.equal({ version: 2, ...limited })
  })

  it('reads limits of cgroup v1', () => {
    expect(parseCgroupLimits(parseKeyed(v1), 'p')).to.deep.equal({ version: 1, ...limited })
  })

  it('knows what unlimited is called in both', () => {
    const unlimited2 = v2.replace('268435456', 'max').replace('50000', 'max')
    const unlimited1 = v1.replace('268435456', '9223372036854771712').replace('50000', '-1')
    for (const text of [unlimited2, unlimited1]) {
      expect(parseCgroupLimits(parseKeyed(text), 'p')).to.include({
        memoryBytes: null,
        cpuQuotaUs: null,
        cpuPeriodUs: 100_000,
      })
    }
  })

  it('says so when a container shows no cgroup', () => {
    expect(() => parseCgroupLimits(parseKeyed(''), 'p')).to.throw('pod p shows neither /sys/fs/cgroup/memory.max')
    expect(() => parseCpuStat(parseKeyed(''), 'p')).to.throw('pod p shows neither /sys/fs/cgroup/cpu.stat')
  })

  it('reads CPU accounting of cgroup v2', () => {
    const text =
      '== /sys/fs/cgroup/cpu.stat\nusage_usec 1500000\nuser_usec 9\nnr_periods 32\nnr_throttled 23\nthrottled_usec 42\n'
    expect(parseCpuStat(parseKeyed(text), 'p')).to.deep.equal({ usageUs: 1_500_000, periods: 32, throttled: 23 })
  })

  it('reads CPU accounting of cgroup v1, whose time is in another file and in nanoseconds', () => {
    const text =
      '== /sys/fs/cgroup/cpu/cpu.stat\nnr_periods 35\nnr_throttled 23\nthrottled_time 42986920\n== /sys/fs/cgroup/cpuacct/cpuacct.usage\n1539935521\n'
    const stat = parseCpuStat(parseKeyed(text), 'p')
    expect(stat).to.include({ periods: 35, throttled: 23 })
    expect(stat.usageUs).to.be.closeTo(1_539_936, 1)
  })

  it('says how many CPUs a container had in the periods that counted', () => {
    const stat = since(
      { usageUs: 22_397, periods: 3, throttled: 0 },
      { usageUs: 1_539_936, periods: 35, throttled: 23 },
    )
    expect(cpusWhileRunnable(stat, 100_000)).to.be.closeTo(0.474, 0.001)
  })
})
