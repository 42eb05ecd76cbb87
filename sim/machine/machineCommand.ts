/** A program of the machine in TypeScript: crictl, kata-runtime, systemctl. The answer is the exit code. */
export type MachineCommand = (call: MachineCommandCall) => number | Promise<number>

export interface MachineCommandCall {
  argv: string[]
  env: Record<string, string>
  cwd: string
  uid: number
  stdin(): Promise<Uint8Array>
  stdout(text: string): void
  stderr(text: string): void
  /** ms of the simulation's clock; ends early when the process is killed. */
  sleep(ms: number): Promise<void>
}
