export const SIGNALS: Record<string, number> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  STKFLT: 16,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  TTIN: 21,
  TTOU: 22,
  URG: 23,
  XCPU: 24,
  XFSZ: 25,
  VTALRM: 26,
  PROF: 27,
  WINCH: 28,
  IO: 29,
  PWR: 30,
  SYS: 31,
}

/** Signals that do nothing unless somebody asked for them. */
const IGNORED_BY_DEFAULT = new Set(['CHLD', 'CONT', 'URG', 'WINCH'])
const STOPPING = new Set(['STOP', 'TSTP', 'TTIN', 'TTOU'])

/** What busybox prints when a signal ends a shell's job. */
export const SIGNAL_TEXTS: Record<string, string> = {
  HUP: 'Hangup',
  QUIT: 'Quit',
  ILL: 'Illegal instruction',
  ABRT: 'Aborted',
  KILL: 'Killed',
  SEGV: 'Segmentation fault',
  TERM: 'Terminated',
  ALRM: 'Alarm clock',
  BUS: 'Bus error',
  FPE: 'Floating point exception',
  USR1: 'User defined signal 1',
  USR2: 'User defined signal 2',
}

/** TERM, SIGTERM, term or 15 -> TERM; null when there is no such signal. '0' and EXIT are not signals. */
export function signalName(text: string): string | null {
  const upper = text.toUpperCase().replace(/^SIG/, '')
  if (upper in SIGNALS) return upper
  if (!/^\d+$/.test(text)) return null
  return Object.keys(SIGNALS).find((name) => SIGNALS[name] === Number(text)) ?? null
}

export function signalNumber(name: string): number {
  return SIGNALS[name] ?? 0
}

export function defaultAction(name: string): 'terminate' | 'ignore' | 'stop' {
  return IGNORED_BY_DEFAULT.has(name) ? 'ignore' : STOPPING.has(name) ? 'stop' : 'terminate'
}

/** Bit mask of /proc/PID/status: signal n is bit n - 1. */
export function signalMask(names: Iterable<string>): string {
  let mask = 0n
  for (const name of names) if (SIGNALS[name]) mask |= 1n << BigInt(signalNumber(name) - 1)
  return mask.toString(16).padStart(16, '0')
}
