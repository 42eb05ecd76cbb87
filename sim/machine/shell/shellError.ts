/** Ends the script: syntax, expansion and special built-in errors of a non-interactive shell. */
export class ShellError extends Error {
  readonly status: number
  constructor(message: string, status = 2) {
    super(message)
    this.status = status
  }
}
