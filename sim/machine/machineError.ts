/** An error of the machine's kernel: `ENOENT: No such file or directory`. */
export class MachineError extends Error {
  readonly errno: string
  constructor(errno: string, message: string) {
    super(message)
    this.name = 'MachineError'
    this.errno = errno
  }
}
